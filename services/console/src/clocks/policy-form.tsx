import { clockKind, slug, type ClockKind, type PlanVersion, type ServicePolicy } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Pair } from '../admin/pair.tsx';
import { kebabKey } from '../admin/request-type-draft.ts';
import { bilingual } from '../feedback/bilingual.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { amountOf, minutesOf, units, type Unit } from './target-time.ts';
import { WhenFields } from './when-fields.tsx';

interface TargetFields {
  on: boolean;
  amount: number;
  unit: Unit;
  time: 'business' | 'calendar';
  warnAt: number;
}

interface PolicyFields {
  nameEn: string;
  nameZh: string;
  id: string;
  when: ServicePolicy['when'];
  calendar: string;
  targets: Record<ClockKind, TargetFields>;
}

function targetFields(policy: ServicePolicy | null, clock: ClockKind): TargetFields {
  const target = policy?.targets.find((one) => one.clock === clock);
  if (!target) return { on: false, amount: 8, unit: 'hours', time: 'business', warnAt: 75 };
  return { on: true, ...amountOf(target.minutes, target.time), time: target.time, warnAt: target.warnAt };
}

function fieldsOf(policy: ServicePolicy | null, calendar: string): PolicyFields {
  return {
    nameEn: policy?.nameEn ?? '',
    nameZh: policy?.nameZh ?? '',
    id: policy?.id ?? '',
    when: policy?.when ?? { channels: [], queueIds: [], requestTypes: [], grades: [] },
    calendar: policy?.calendar ?? calendar,
    targets: Object.fromEntries(clockKind.options.map((clock) => [clock, targetFields(policy, clock)])) as Record<
      ClockKind,
      TargetFields
    >,
  };
}

function policyOf(fields: PolicyFields): ServicePolicy {
  return {
    id: fields.id.trim() || kebabKey(fields.nameEn).slice(0, 40),
    nameEn: fields.nameEn.trim(),
    nameZh: fields.nameZh.trim(),
    when: fields.when,
    calendar: fields.calendar,
    targets: clockKind.options.flatMap((clock) => {
      const { on, amount, unit, time, warnAt } = fields.targets[clock];
      return on ? [{ clock, minutes: minutesOf(amount, unit), time, warnAt }] : [];
    }),
  };
}

interface PolicyFormProps {
  policy: ServicePolicy | null;
  version: PlanVersion;
  close: () => void;
}

/** A policy in a drawer: which tickets, by which calendar, and how soon what is to be done. */
export function PolicyForm({ policy, version, close }: PolicyFormProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<PolicyFields>();
  const { plan } = version;
  const name = policy && bilingual(i18n, policy).shown;
  const save = (fields: PolicyFields) => {
    const made = policyOf(fields);
    const policies = policy
      ? plan.policies.map((one) => (one.id === policy.id ? made : one))
      : // The first that fits holds, and the last one usually fits everything.
        [made, ...plan.policies];
    const note = t(policy ? 'plan.changedNote' : 'plan.addedNote', { name: bilingual(i18n, made).shown });
    return api.publishPolicies({ policies, basedOn: version.version, note });
  };
  return (
    <FormDrawer
      title={name ? t('plan.editName', { name }) : t('targets.add')}
      form={form}
      initial={fieldsOf(policy, plan.defaultCalendar)}
      save={save}
      stale={[keys.servicePlan]}
      close={close}
      testId="policy-form"
    >
      <Pair name="name" label={t('form.name')} max={100} />
      <div className="pair">
        {!policy && <IdField taken={plan.policies.map(({ id }) => id)} />}
        <Form.Item name="calendar" label={t('targets.calendar')} extra={t('targets.calendarHelp')}>
          <Select
            options={plan.calendars.map((calendar) => ({
              value: calendar.key,
              label: bilingual(i18n, calendar).shown,
            }))}
          />
        </Form.Item>
      </div>
      <WhenFields traits={['channels', 'queueIds', 'requestTypes', 'grades']} />
      <h3 className="form-part">{t('nav.targets')}</h3>
      {clockKind.options.map((clock) => (
        <TargetRow key={clock} clock={clock} />
      ))}
    </FormDrawer>
  );
}

function IdField({ taken }: { taken: readonly string[] }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<PolicyFields>();
  const nameEn = Form.useWatch('nameEn', form) ?? '';
  const rule = {
    validator: (_: unknown, given: string) => {
      const id = given?.trim() || kebabKey(form.getFieldValue('nameEn') ?? '').slice(0, 40);
      if (!slug.safeParse(id).success) return Promise.reject(new Error(t('requestTypes.keyRule')));
      return taken.includes(id) ? Promise.reject(new Error(t('requestTypes.keyTaken'))) : Promise.resolve();
    },
  };
  return (
    <Form.Item name="id" label={t('requestTypes.key')} rules={[rule]}>
      <Input placeholder={kebabKey(nameEn).slice(0, 40)} autoComplete="off" />
    </Form.Item>
  );
}

function TargetRow({ clock }: { clock: ClockKind }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<PolicyFields>();
  const on = Form.useWatch(['targets', clock, 'on'], form) as boolean | undefined;
  const name = (field: keyof TargetFields) => ['targets', clock, field];
  const label = (what: string) => t('targets.of', { clock: t(`clockKind.${clock}`), what });
  return (
    <div className="target-row" data-testid={`target-${clock}`}>
      <Form.Item name={name('on')} valuePropName="checked" extra={t(`clockKindHelp.${clock}`)}>
        <Checkbox data-testid={`target-${clock}-on`}>{t(`clockKind.${clock}`)}</Checkbox>
      </Form.Item>
      <Form.Item name={name('amount')} rules={[{ required: on === true, message: t('form.needed') }]}>
        <InputNumber
          min={1}
          max={99_999}
          precision={0}
          disabled={!on}
          style={{ width: '100%' }}
          aria-label={label(t('targets.amount'))}
          data-testid={`target-${clock}-amount`}
        />
      </Form.Item>
      <Form.Item name={name('unit')}>
        <Select
          disabled={!on}
          aria-label={label(t('targets.unitLabel'))}
          options={units.map((value) => ({ value, label: t(`targets.unit.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name={name('time')}>
        <Select
          disabled={!on}
          aria-label={label(t('targets.counting'))}
          options={(['business', 'calendar'] as const).map((value) => ({ value, label: t(`targets.time.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name={name('warnAt')} rules={[{ required: on === true, message: t('form.needed') }]}>
        <InputNumber
          min={1}
          max={99}
          precision={0}
          disabled={!on}
          prefix={t('targets.warn')}
          suffix="%"
          style={{ width: '100%' }}
          aria-label={label(t('targets.warn'))}
        />
      </Form.Item>
    </div>
  );
}
