import { PlusOutlined, ThunderboltOutlined } from '@ant-design/icons';
import type { AutomationRule } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Switch, Tabs } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { OrderButtons } from '../order/order-buttons.tsx';
import { useOrder } from '../order/use-order.ts';
import { api } from '../query-client.ts';
import '../style/automation.css';
import '../style/grading.css';
import { RuleEditor } from './rule-editor.tsx';
import { RuleVersions } from './rule-versions.tsx';
import { RunLog } from './run-log.tsx';
import { useRuleWords } from './use-rule-words.ts';

/** Rules that act by themselves, and what they did. */
export function AutomationPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<AutomationRule | 'new' | null>(null);
  return (
    <div className="page" data-testid="automation-page">
      <PageHead text={t('automation.text')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')} data-testid="rule-new">
          {t('automation.add')}
        </Button>
      </PageHead>
      <Tabs
        items={[
          { key: 'rules', label: t('automation.rules'), children: <Rules edit={setEdited} /> },
          { key: 'log', label: t('automation.log'), children: <RunLog /> },
        ]}
      />
      {edited && (
        <RuleEditor
          key={edited === 'new' ? 'new' : edited.id}
          rule={edited === 'new' ? null : edited}
          close={() => setEdited(null)}
        />
      )}
    </div>
  );
}

function Rules({ edit }: { edit: (rule: AutomationRule) => void }) {
  const { t } = useTranslation();
  const rules = useQuery({ queryKey: keys.automation, queryFn: ({ signal }) => api.automationRules(signal) });
  const [history, setHistory] = useState<AutomationRule | null>(null);
  const reorder = useAction((ids: readonly string[]) => api.orderRules([...ids]), { stale: [keys.automation] });
  const { shown, move } = useOrder(rules.data ?? [], ({ id }) => id, reorder.mutateAsync);
  if (rules.isPending) return <Loading />;
  if (!rules.data) return <Failed error={rules.error} retry={() => void rules.refetch()} />;
  if (rules.data.length === 0)
    return <Nothing icon={<ThunderboltOutlined />} title={t('automation.none')} text={t('automation.noneText')} />;
  return (
    <div className="panel">
      {shown.map((rule, at) => (
        <RuleRow
          key={rule.id}
          rule={rule}
          order={<OrderButtons name={rule.name} at={at} count={shown.length} move={move} />}
          edit={() => edit(rule)}
          history={() => setHistory(rule)}
        />
      ))}
      {history && <RuleVersions rule={history} close={() => setHistory(null)} />}
    </div>
  );
}

interface RuleRowProps {
  rule: AutomationRule;
  order: ReactNode;
  edit: () => void;
  history: () => void;
}

function RuleRow({ rule, order, edit, history }: RuleRowProps) {
  const { t, i18n } = useTranslation();
  const words = useRuleWords();
  const stale = [keys.automation];
  const turn = useAction((enabled: boolean) => api.switchRule(rule.id, enabled), { stale });
  const remove = useAction(() => api.removeRule(rule.id), { stale });
  return (
    <article className="record" data-testid="rule-row" data-name={rule.name}>
      <div className="record-head">
        <Switch
          size="small"
          checked={rule.enabled}
          loading={turn.isPending}
          onChange={(on) => turn.mutate(on)}
          aria-label={t('automation.on', { name: rule.name })}
          data-testid="rule-switch"
        />
        <span className="record-title grow">{rule.name}</span>
        {order}
      </div>
      <dl className="rule-words">
        <dt>{t('automation.when')}</dt>
        <dd>{rule.events.map(words.event).join(t('automation.or'))}</dd>
        <dt>{t('automation.if')}</dt>
        <dd>{rule.condition ? words.condition(rule.condition) : t('automation.always')}</dd>
        <dt>{t('automation.does')}</dt>
        <dd>{rule.actions.map(words.action).join(t('automation.and'))}</dd>
      </dl>
      <div className="record-actions">
        <span className="muted small grow">
          {t('automation.version', {
            version: rule.version,
            at: moment(rule.publishedAt, Date.now(), i18n.language),
            name: rule.publishedByName ?? t('event.someAgent'),
          })}
        </span>
        <Button onClick={edit} data-testid="rule-edit">
          {t('automation.edit')}
        </Button>
        <Button onClick={history}>{t('automation.versions')}</Button>
        <Popconfirm title={t('automation.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending}>
            {t('automation.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
