import { useQuery } from '@tanstack/react-query';
import { clockKind, type EscalationRule } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Checkbox, Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Pair } from '../admin/pair.tsx';
import { bilingual } from '../feedback/bilingual.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { actionsOf, ruleFields, ruleOf, type RuleFields } from './rule-draft.ts';
import { useTraitOptions, WhenFields } from './when-fields.tsx';

interface RuleFormProps {
  rule: EscalationRule | null;
  all: readonly EscalationRule[];
  close: () => void;
}

/** A rule in a drawer: the cause, which tickets, and what happens. */
export function RuleForm({ rule, all, close }: RuleFormProps) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<RuleFields>();
  const name = rule && bilingual(i18n, rule).shown;
  const save = (fields: RuleFields) => {
    const taken = all.map(({ id }) => id);
    const made = ruleOf(fields, rule, taken);
    return api.setEscalationRules({
      rules: rule ? all.map((one) => (one.id === rule.id ? made : one)) : [...all, made],
    });
  };
  return (
    <FormDrawer
      title={name ? t('plan.editName', { name }) : t('escalation.add')}
      form={form}
      initial={ruleFields(rule)}
      save={save}
      stale={[keys.escalationRules]}
      close={close}
      testId="rule-form"
    >
      <Pair name="name" label={t('form.name')} max={100} />
      <Form.Item name="enabled" valuePropName="checked">
        <Checkbox>{t('escalation.enabled')}</Checkbox>
      </Form.Item>
      <CauseFields />
      <WhenFields traits={['channels', 'queueIds', 'requestTypes']} />
      <h3 className="form-part">{t('escalation.do')}</h3>
      <ActionFields />
    </FormDrawer>
  );
}

function CauseFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<RuleFields>();
  const cause = Form.useWatch('cause', form);
  const { grades } = useTraitOptions();
  const causes = (['warning', 'breach', 'severity', 'grade'] as const).map((value) => ({
    value,
    label: t(`escalation.cause.${value}`),
  }));
  const needed = [{ required: true, message: t('form.needed') }];
  return (
    <div className="pair">
      <Form.Item name="cause" label={t('escalation.when')}>
        <Select options={causes} data-testid="rule-cause" />
      </Form.Item>
      {(cause === 'warning' || cause === 'breach') && (
        <Form.Item name="clocks" label={t('escalation.clocks')}>
          <Select
            mode="multiple"
            placeholder={t('escalation.allClocks')}
            options={clockKind.options.map((value) => ({ value, label: t(`clockKind.${value}`) }))}
          />
        </Form.Item>
      )}
      {cause === 'severity' && (
        <Form.Item name="priority" label={t('escalation.priority')} rules={needed}>
          <InputNumber min={-1000} max={1000} precision={0} />
        </Form.Item>
      )}
      {cause === 'grade' && (
        <Form.Item name="grades" label={t('escalation.grades')} rules={needed}>
          <Select mode="multiple" options={grades} />
        </Form.Item>
      )}
    </div>
  );
}

function ActionFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance<RuleFields>();
  const fields = Form.useWatch([], form) as RuleFields | undefined;
  const { queueIds } = useTraitOptions();
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
  const supervisors = (agents.data ?? [])
    .filter(({ role }) => role !== 'agent')
    .map(({ id, name }) => ({ value: id, label: name }));
  const atLeastOne = {
    validator: () =>
      actionsOf(form.getFieldsValue(true) as RuleFields).length > 0
        ? Promise.resolve()
        : Promise.reject(new Error(t('escalation.needsAction'))),
  };
  return (
    <>
      <div className="action-row">
        <Tick name="notify" text={t('escalation.notify')} />
        <Form.Item name="whom">
          <Select
            disabled={!fields?.notify}
            aria-label={t('escalation.notify')}
            style={{ width: 220 }}
            options={(['owner', 'supervisors', 'both'] as const).map((value) => ({
              value,
              label: t(`escalation.whom.${value}`),
            }))}
          />
        </Form.Item>
      </div>
      <div className="action-row">
        <Tick name="raise" text={t('escalation.raise')} />
        <Form.Item name="by">
          <InputNumber min={1} max={1000} precision={0} disabled={!fields?.raise} aria-label={t('escalation.raise')} />
        </Form.Item>
      </div>
      <div className="action-row">
        <Tick name="move" text={t('escalation.move')} />
        <Form.Item name="queueId" rules={[{ required: fields?.move === true, message: t('form.needed') }]}>
          <Select
            disabled={!fields?.move}
            aria-label={t('escalation.move')}
            style={{ width: 220 }}
            options={queueIds}
            data-testid="rule-queue"
          />
        </Form.Item>
      </div>
      <div className="action-row">
        <Tick name="page" text={t('escalation.page')} />
        <Form.Item name="pageBy">
          <Select
            disabled={!fields?.page}
            aria-label={t('escalation.page')}
            style={{ width: 150 }}
            options={(['sms', 'email'] as const).map((value) => ({ value, label: t(`escalation.pageBy.${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="agentIds" extra={fields?.page ? t('escalation.pageHelp') : undefined}>
          <Select
            mode="multiple"
            disabled={!fields?.page}
            aria-label={t('escalation.everySupervisor')}
            placeholder={t('escalation.everySupervisor')}
            style={{ width: 260 }}
            options={supervisors}
          />
        </Form.Item>
      </div>
      <Form.Item name="enough" rules={[atLeastOne]} style={{ minHeight: 24 }} />
    </>
  );
}

function Tick({ name, text }: { name: keyof RuleFields; text: string }) {
  return (
    <Form.Item name={name} valuePropName="checked">
      <Checkbox data-testid={`rule-${name}`}>{text}</Checkbox>
    </Form.Item>
  );
}
