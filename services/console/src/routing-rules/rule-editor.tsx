import {
  routingFactNames,
  routingRule,
  type Condition,
  type FactTest,
  type RoutingResult,
  type RoutingRule,
} from '@patchbay/contracts';
import { Button, Checkbox, Drawer, Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQueueOptions, useTagOptions, useTicketChoices } from '../automation/use-ticket-choices.ts';
import { newKey } from '../desk/new-key.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { ConditionEditor } from '../grading/condition-editor.tsx';
import { useGradingVersion } from '../grading/use-wording.ts';

const freshTest = (): FactTest => ({ fact: { name: 'text' }, operator: 'contains' });
const freshRule = (): RoutingRule => ({
  id: newKey(),
  name: '',
  enabled: true,
  condition: { join: 'all', tests: [freshTest()] },
  result: { queueId: null, priority: null, requestType: null, tags: [] },
});

interface RoutingRuleEditorProps {
  rule: RoutingRule | null;
  /** Puts it into the draft. */
  save: (rule: RoutingRule) => Promise<unknown>;
  close: () => void;
}

/** One rule of the draft. What was entered is kept until it is in the draft, or thrown away on purpose. */
export function RoutingRuleEditor({ rule, save, close }: RoutingRuleEditorProps) {
  const { t } = useTranslation();
  useReturnFocus();
  const [draft, setDraft] = useState<RoutingRule>(() => rule ?? freshRule());
  const [touched, setTouched] = useState(false);
  const [saving, setSaving] = useState(false);
  const checked = routingRule.safeParse(draft);
  const change = (part: Partial<RoutingRule>) => {
    setTouched(true);
    setDraft({ ...draft, ...part });
  };
  const keep = async () => {
    if (!checked.success) return;
    setSaving(true);
    // A failure is told by the action itself; the drawer stays open with what was entered.
    await save(checked.data).then(close, () => undefined);
    setSaving(false);
  };
  const leave = useLeave(() => touched, close);
  return (
    <Drawer
      open
      title={t(rule ? 'routingRules.edit' : 'routingRules.add')}
      size={Math.min(860, window.innerWidth)}
      mask={{ closable: false }}
      onClose={leave}
      data-testid="routing-editor"
      footer={
        <div className="row wrap">
          <Button
            type="primary"
            disabled={!checked.success}
            loading={saving}
            onClick={() => void keep()}
            data-testid="routing-apply"
          >
            {t('routingRules.apply')}
          </Button>
          <Button onClick={leave}>{t('form.cancel')}</Button>
        </div>
      }
    >
      <Form layout="vertical" requiredMark={false} component="div">
        <Form.Item label={t('routingRules.name')} htmlFor="routing-name">
          <Input
            id="routing-name"
            autoFocus
            maxLength={100}
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
            data-testid="routing-name"
          />
        </Form.Item>
      </Form>
      <When condition={draft.condition} change={(condition) => change({ condition })} />
      <h3 className="rule-part">{t('routingRules.decide')}</h3>
      <Result result={draft.result} change={(result) => change({ result })} />
      <p className="muted small">{t('routingRules.decides')}</p>
    </Drawer>
  );
}

function When({ condition, change }: { condition: Condition | null; change: (condition: Condition | null) => void }) {
  const { t } = useTranslation();
  const grades = useGradingVersion().data?.policy.grades.map(({ key }) => key) ?? [];
  return (
    <>
      <h3 className="rule-part">{t('routingRules.if')}</h3>
      <Checkbox
        checked={condition === null}
        onChange={({ target }) => change(target.checked ? null : { join: 'all', tests: [freshTest()] })}
        data-testid="routing-always"
      >
        {t('routingRules.always')}
      </Checkbox>
      {condition && (
        <ConditionEditor
          condition={condition}
          change={change}
          facts={routingFactNames}
          fresh={freshTest}
          grades={grades}
          label={t('routingRules.if')}
        />
      )}
    </>
  );
}

function Result({ result, change }: { result: RoutingResult; change: (result: RoutingResult) => void }) {
  const { t } = useTranslation();
  const types = useTicketChoices('request-type')?.options ?? [];
  const usual = t('routingRules.asUsual');
  return (
    <Form layout="vertical" component="div" className="routing-result">
      <Form.Item label={t('routingRules.queue')} htmlFor="routing-queue">
        <Select
          id="routing-queue"
          allowClear
          value={result.queueId}
          onChange={(queueId: string | undefined) => change({ ...result, queueId: queueId ?? null })}
          options={useQueueOptions()}
          optionRender={(option) => <span data-testid={`routing-queue-${option.data.label}`}>{option.label}</span>}
          placeholder={usual}
          data-testid="routing-queue"
        />
      </Form.Item>
      <Form.Item label={t('routingRules.priority')} htmlFor="routing-priority">
        <InputNumber
          id="routing-priority"
          value={result.priority}
          onChange={(priority) => change({ ...result, priority })}
          min={0}
          max={1000}
          precision={0}
          placeholder={usual}
          data-testid="routing-priority"
        />
      </Form.Item>
      <Form.Item label={t('routingRules.requestType')} htmlFor="routing-type">
        <Select
          id="routing-type"
          allowClear
          value={result.requestType}
          onChange={(requestType: string | undefined) => change({ ...result, requestType: requestType ?? null })}
          options={types}
          placeholder={usual}
        />
      </Form.Item>
      <Form.Item label={t('routingRules.tags')} htmlFor="routing-tags">
        <Select
          id="routing-tags"
          mode="tags"
          value={result.tags}
          onChange={(tags: string[]) => change({ ...result, tags })}
          options={useTagOptions()}
          tokenSeparators={[',', '，']}
        />
      </Form.Item>
    </Form>
  );
}
