import {
  automationDefinition,
  automationEvent,
  ticketFactNames,
  type AutomationAction,
  type AutomationEvent,
  type AutomationRule,
  type AutomationTried,
  type Condition,
  type FactTest,
} from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Drawer, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { ConditionEditor } from '../grading/condition-editor.tsx';
import { useGradingVersion } from '../grading/use-wording.ts';
import { api } from '../query-client.ts';
import { ActionsEditor } from './actions-editor.tsx';
import { TryResult } from './try-result.tsx';

interface Draft {
  name: string;
  events: AutomationEvent[];
  condition: Condition | null;
  actions: AutomationAction[];
}

const freshTest = (): FactTest => ({ fact: { name: 'text' }, operator: 'contains' });

/** Writes a rule, tries it on the last week, and publishes it as the next version. */
export function RuleEditor({ rule, close }: { rule: AutomationRule | null; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => draftOf(rule));
  const [touched, setTouched] = useState(false);
  const [note, setNote] = useState('');
  const change = (part: Partial<Draft>) => {
    setTouched(true);
    setDraft({ ...draft, ...part });
  };
  const checked = automationDefinition.safeParse(draft);
  const attempt = useMutation({
    mutationFn: (): Promise<AutomationTried> => api.tryRule({ ...parsed(draft), ruleId: rule?.id ?? null }),
  });
  const save = useMutation({
    mutationFn: () =>
      rule
        ? api.publishRule(rule.id, { ...parsed(draft), basedOn: rule.version, note })
        : api.createRule({ ...parsed(draft), note }),
    onSuccess: async () => {
      close();
      await client.invalidateQueries({ queryKey: keys.automation });
    },
  });
  const leave = useLeave(() => touched, close);
  const error = save.error ?? attempt.error;
  const problem = error && problemText(t, error);
  return (
    <Drawer
      open
      title={t(rule ? 'automation.edit' : 'automation.add')}
      size={Math.min(860, window.innerWidth)}
      mask={{ closable: false }}
      onClose={leave}
      data-testid="rule-editor"
      footer={
        <div className="row wrap">
          <Button
            type="primary"
            disabled={!checked.success}
            loading={save.isPending}
            onClick={() => save.mutate()}
            data-testid="rule-save"
          >
            {t(rule ? 'automation.publish' : 'automation.save')}
          </Button>
          <Button
            disabled={!checked.success}
            loading={attempt.isPending}
            onClick={() => attempt.mutate()}
            data-testid="rule-try"
          >
            {t('automation.try')}
          </Button>
          <Button onClick={leave}>{t('form.cancel')}</Button>
        </div>
      }
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form layout="vertical" requiredMark={false} component="div">
        <Form.Item label={t('automation.name')} htmlFor="rule-name">
          <Input
            id="rule-name"
            autoFocus
            maxLength={100}
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
            data-testid="rule-name"
          />
        </Form.Item>
        <Form.Item label={t('automation.when')} htmlFor="rule-events" extra={t('automation.whenHelp')}>
          <Select
            id="rule-events"
            mode="multiple"
            value={draft.events}
            onChange={(events) => change({ events })}
            options={automationEvent.options.map((value) => ({ value, label: t(`automation.event.${value}`) }))}
            showSearch={{ optionFilterProp: 'label' }}
            data-testid="rule-events"
          />
        </Form.Item>
      </Form>
      <RuleCondition condition={draft.condition} change={(condition) => change({ condition })} />
      <h3 className="rule-part">{t('automation.does')}</h3>
      <ActionsEditor actions={draft.actions} change={(actions) => change({ actions })} />
      <Form layout="vertical" component="div">
        <Form.Item label={t('automation.note')} htmlFor="rule-note">
          <Input id="rule-note" maxLength={500} value={note} onChange={({ target }) => setNote(target.value)} />
        </Form.Item>
      </Form>
      {attempt.data && <TryResult tried={attempt.data} />}
    </Drawer>
  );
}

function RuleCondition({
  condition,
  change,
}: {
  condition: Condition | null;
  change: (condition: Condition | null) => void;
}) {
  const { t } = useTranslation();
  const grades = useGradingVersion().data?.policy.grades.map(({ key }) => key) ?? [];
  return (
    <>
      <h3 className="rule-part">{t('automation.if')}</h3>
      <Checkbox
        checked={condition === null}
        onChange={({ target }) => change(target.checked ? null : { join: 'all', tests: [freshTest()] })}
        data-testid="rule-always"
      >
        {t('automation.always')}
      </Checkbox>
      {condition && (
        <ConditionEditor
          condition={condition}
          change={change}
          facts={ticketFactNames}
          fresh={freshTest}
          grades={grades}
          label={t('automation.if')}
        />
      )}
    </>
  );
}

const parsed = (draft: Draft) => automationDefinition.parse(draft);

function draftOf(rule: AutomationRule | null): Draft {
  if (!rule)
    return {
      name: '',
      events: ['message.received'],
      condition: { join: 'all', tests: [freshTest()] },
      actions: [],
    };
  const { name, events, condition, actions } = rule;
  return { name, events, condition, actions };
}
