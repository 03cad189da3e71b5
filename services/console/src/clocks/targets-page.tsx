import { ClockCircleOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import type { PlanVersion, ServicePolicy } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Popconfirm, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { PagedList } from '../admin/paged-list.tsx';
import { bilingual } from '../feedback/bilingual.ts';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { OrderButtons } from '../order/order-buttons.tsx';
import { arranged } from '../order/order.ts';
import { useOrder } from '../order/use-order.ts';
import { api } from '../query-client.ts';
import '../style/clocks.css';
import { ApplyPlan } from './apply-plan.tsx';
import { PolicyForm } from './policy-form.tsx';
import { amountOf } from './target-time.ts';
import { usePlan } from './use-plan.ts';
import { useWhenText } from './when-fields.tsx';

/** How soon tickets are to be answered and resolved. */
export function TargetsPage() {
  const { t } = useTranslation();
  const plan = usePlan();
  const [edited, setEdited] = useState<ServicePolicy | 'new' | null>(null);
  return (
    <div className="page" data-testid="targets-page" data-version={plan.data?.version}>
      <PageHead text={t('targets.text')}>
        <Button
          type="primary"
          icon={<PlusOutlined />}
          disabled={!plan.data}
          onClick={() => setEdited('new')}
          data-testid="policy-new"
        >
          {t('targets.add')}
        </Button>
      </PageHead>
      {plan.isPending && <Loading />}
      {plan.isError && !plan.data && <Failed error={plan.error} retry={() => void plan.refetch()} />}
      {plan.data && (
        <>
          <Policies version={plan.data} edit={setEdited} />
          <ApplyPlan version={plan.data.version} />
          <Versions />
        </>
      )}
      {edited && plan.data && (
        <PolicyForm policy={edited === 'new' ? null : edited} version={plan.data} close={() => setEdited(null)} />
      )}
    </div>
  );
}

function Policies({ version, edit }: { version: PlanVersion; edit: (policy: ServicePolicy) => void }) {
  const { t, i18n } = useTranslation();
  const publish = useAction(
    ({ next, note }: { next: ServicePolicy[]; note: string }) =>
      api.publishPolicies({ policies: next, basedOn: version.version, note }),
    { stale: [keys.servicePlan] },
  );
  const reorder = useAction((order: readonly string[]) => publishOrder(order, t('plan.orderNote')), {
    stale: [keys.servicePlan],
  });
  const { shown: policies, move } = useOrder(version.plan.policies, idOf, reorder.mutateAsync);
  const remove = (policy: ServicePolicy) =>
    publish.mutate({
      next: policies.filter(({ id }) => id !== policy.id),
      note: t('plan.removedNote', { name: bilingual(i18n, policy).shown }),
    });
  return (
    <div className="panel page-section">
      {policies.length === 0 && (
        <Nothing icon={<ClockCircleOutlined />} title={t('targets.empty')} text={t('targets.emptyText')} />
      )}
      {policies.map((policy, at) => (
        <PolicyRow
          key={policy.id}
          policy={policy}
          version={version}
          edit={() => edit(policy)}
          remove={() => remove(policy)}
          order={<OrderButtons name={bilingual(i18n, policy).shown} at={at} count={policies.length} move={move} />}
        />
      ))}
    </div>
  );
}

const idOf = ({ id }: ServicePolicy) => id;

/** What was moved and moved back is no version. */
async function publishOrder(order: readonly string[], note: string): Promise<void> {
  const { plan, version } = await api.servicePlan();
  const policies = arranged(plan.policies, order, idOf);
  if (policies.some((policy, at) => policy !== plan.policies[at]))
    await api.publishPolicies({ policies, basedOn: version, note });
}

interface PolicyRowProps {
  policy: ServicePolicy;
  version: PlanVersion;
  edit: () => void;
  remove: () => void;
  order: ReactNode;
}

function PolicyRow({ policy, version, edit, remove, order }: PolicyRowProps) {
  const { t, i18n } = useTranslation();
  const whenText = useWhenText();
  const { shown: name, other } = bilingual(i18n, policy);
  const calendar = version.plan.calendars.find(({ key }) => key === policy.calendar);
  const usesCalendar = policy.targets.some(({ time }) => time === 'business');
  return (
    <article className="record" data-testid="policy-row" data-id={policy.id}>
      <div className="record-head">
        <span className="record-title">{name}</span>
        <span className="muted small grow ellipsis">{other}</span>
        {usesCalendar && calendar && <Tag>{bilingual(i18n, calendar).shown}</Tag>}
      </div>
      <p className="small">{whenText(policy.when)}</p>
      <ul className="clock-facts small">
        {policy.targets.length === 0 && <li className="muted">{t('targets.noTargets')}</li>}
        {policy.targets.map(({ clock, minutes, time }) => {
          const { amount, unit } = amountOf(minutes, time);
          return (
            <li key={clock}>
              {t('targets.line', {
                clock: t(`clockKind.${clock}`),
                time: `${amount} ${t(`targets.unit.${unit}`)}`,
                kind: t(`targets.time.${time}`),
              })}
            </li>
          );
        })}
      </ul>
      <div className="record-actions">
        <Button
          icon={<EditOutlined />}
          onClick={edit}
          aria-label={t('plan.editName', { name })}
          data-testid="policy-edit"
        >
          {t('plan.edit')}
        </Button>
        <Popconfirm
          title={t('plan.removeAsk', { name })}
          okText={t('plan.remove')}
          okButtonProps={{ danger: true }}
          onConfirm={remove}
        >
          <Button data-testid="policy-remove">{t('plan.remove')}</Button>
        </Popconfirm>
        <span className="grow" />
        {order}
      </div>
    </article>
  );
}

function Versions() {
  const { t, i18n } = useTranslation();
  return (
    <section className="page-section">
      <h2>{t('plan.history')}</h2>
      <PagedList
        queryKey={keys.planVersions}
        read={(cursor, signal) => api.planVersions(cursor, signal)}
        empty={null}
        row={({ version, note, publishedByName, publishedAt }: PlanVersion) => (
          <article key={version} className="record" data-testid="plan-version">
            <div className="record-head">
              <span className="record-title">{t('plan.version', { version })}</span>
              <span className="grow ellipsis">{note}</span>
              <span className="muted small">
                {t('plan.published', {
                  who: publishedByName ?? t('plan.byNobody'),
                  when: moment(publishedAt, Date.now(), i18n.language),
                })}
              </span>
            </div>
          </article>
        )}
      />
    </section>
  );
}
