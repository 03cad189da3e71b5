import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { automationAction, ticketStatus, type ActionName, type AutomationAction } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { put } from '../grading/editor-parts.tsx';
import { api } from '../query-client.ts';
import { useAgentOptions, useEndpointOptions } from './use-rule-words.ts';
import { useQueueOptions, useTagOptions } from './use-ticket-choices.ts';

const names = automationAction.options.map(({ shape }) => shape.do.value);

/** What an action begins as; what is empty has to be filled in before the rule can be kept. */
function fresh(name: ActionName): AutomationAction {
  switch (name) {
    case 'tag':
    case 'untag':
      return { do: name, tags: [] };
    case 'set-priority':
      return { do: name, priority: 50 };
    case 'move':
      return { do: name, queueId: '' };
    case 'set-status':
      return { do: name, status: 'pending' };
    case 'assign':
      return { do: name, agentId: '', how: 'offer' };
    case 'set-field':
      return { do: name, field: '', value: '' };
    case 'note':
      return { do: name, text: '' };
    case 'reply':
      return { do: name, text: '', again: false };
    case 'webhook':
      return { do: name, endpointId: '' };
  }
}

interface ActionsEditorProps {
  actions: readonly AutomationAction[];
  change: (actions: AutomationAction[]) => void;
}

/** What a rule does, in order. */
export function ActionsEditor({ actions, change }: ActionsEditorProps) {
  const { t } = useTranslation();
  return (
    <div className="actions-editor">
      {actions.map((action, at) => (
        <div key={at} className="action" data-testid="action" data-do={action.do}>
          <div className="row">
            <strong className="grow">{t(`automation.action.${action.do}`)}</strong>
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={`${t('grading.remove')}: ${t(`automation.action.${action.do}`)}`}
              onClick={() => change(actions.filter((_, place) => place !== at))}
            />
          </div>
          <ActionFields action={action} change={(next) => change(put(actions, at, next))} />
        </div>
      ))}
      <Select<ActionName | null>
        className="add-action"
        value={null}
        placeholder={
          <>
            <PlusOutlined /> {t('automation.addAction')}
          </>
        }
        aria-label={t('automation.addAction')}
        options={names.map((value) => ({ value, label: t(`automation.action.${value}`) }))}
        optionRender={(option) => <span data-testid={`add-${String(option.value)}`}>{option.label}</span>}
        onChange={(name) => name && change([...actions, fresh(name)])}
        disabled={actions.length >= 10}
        data-testid="add-action"
      />
    </div>
  );
}

interface FieldsProps<A extends AutomationAction = AutomationAction> {
  action: A;
  change: (action: AutomationAction) => void;
}
type Of<N extends ActionName> = Extract<AutomationAction, { do: N }>;

function ActionFields({ action, change }: FieldsProps) {
  const { t } = useTranslation();
  switch (action.do) {
    case 'tag':
    case 'untag':
      return <TagFields action={action} change={change} />;
    case 'set-priority':
      return (
        <InputNumber
          value={action.priority}
          onChange={(priority) => change({ ...action, priority: priority ?? 0 })}
          min={0}
          max={1000}
          precision={0}
          aria-label={t('automation.action.set-priority')}
        />
      );
    case 'move':
      return <QueueField action={action} change={change} />;
    case 'set-status':
      return (
        <Select
          value={action.status}
          onChange={(status) => change({ ...action, status })}
          options={ticketStatus.options.map((value) => ({ value, label: t(`status.${value}`) }))}
          aria-label={t('automation.action.set-status')}
        />
      );
    case 'assign':
      return <AssignFields action={action} change={change} />;
    case 'set-field':
      return <FieldFields action={action} change={change} />;
    case 'note':
      return (
        <Words value={action.text} change={(text) => change({ ...action, text })} label={t('automation.action.note')} />
      );
    case 'reply':
      return <ReplyFields action={action} change={change} />;
    case 'webhook':
      return <WebhookField action={action} change={change} />;
  }
}

function Words({ value, change, label }: { value: string; change: (text: string) => void; label: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Input.TextArea
        value={value}
        onChange={({ target }) => change(target.value)}
        autoSize={{ minRows: 2, maxRows: 8 }}
        maxLength={4_000}
        aria-label={label}
        data-testid="action-text"
      />
      <p className="muted small">
        {t('automation.places')} <code>{'{{ticket.number}} {{ticket.subject}} {{customer.name}} {{centre.name}}'}</code>
      </p>
    </>
  );
}

function TagFields({ action, change }: FieldsProps<Of<'tag'> | Of<'untag'>>) {
  const { t } = useTranslation();
  return (
    <Select
      mode="tags"
      value={action.tags}
      onChange={(tags) => change({ ...action, tags })}
      options={useTagOptions()}
      tokenSeparators={[',', '，']}
      aria-label={t(`automation.action.${action.do}`)}
      data-testid="action-tags"
    />
  );
}

function QueueField({ action, change }: FieldsProps<Of<'move'>>) {
  const { t } = useTranslation();
  return (
    <Select
      value={action.queueId || null}
      onChange={(queueId) => change({ ...action, queueId })}
      options={useQueueOptions()}
      placeholder={t('automation.chooseQueue')}
      aria-label={t('automation.chooseQueue')}
    />
  );
}

function AssignFields({ action, change }: FieldsProps<Of<'assign'>>) {
  const { t } = useTranslation();
  return (
    <div className="row wrap">
      <Select
        value={action.agentId || null}
        onChange={(agentId) => change({ ...action, agentId })}
        options={useAgentOptions()}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('automation.chooseAgent')}
        aria-label={t('automation.chooseAgent')}
      />
      <Select
        value={action.how}
        onChange={(how) => change({ ...action, how })}
        options={(['offer', 'hand'] as const).map((value) => ({ value, label: t(`automation.how.${value}`) }))}
        aria-label={t('automation.action.assign')}
      />
    </div>
  );
}

function FieldFields({ action, change }: FieldsProps<Of<'set-field'>>) {
  const { t } = useTranslation();
  return (
    <div className="row wrap">
      <Input
        className="condition-words"
        value={action.field}
        onChange={({ target }) => change({ ...action, field: target.value })}
        maxLength={100}
        placeholder={t('automation.field')}
        aria-label={t('automation.field')}
      />
      <Input
        className="grow"
        value={String(action.value)}
        onChange={({ target }) => change({ ...action, value: target.value })}
        maxLength={2_000}
        placeholder={t('automation.value')}
        aria-label={t('automation.value')}
      />
    </div>
  );
}

function ReplyFields({ action, change }: FieldsProps<Of<'reply'>>) {
  const { t } = useTranslation();
  const templates = useQuery({
    queryKey: keys.templates('active'),
    queryFn: async ({ signal }) => (await api.templates({ state: 'active' }, null, signal)).items,
    staleTime: 60_000,
  });
  const { text: _text, template: _template, ...rest } = action;
  const chosen = templates.data?.find(({ id }) => id === action.template?.id);
  return (
    <>
      {(templates.data?.length ?? 0) > 0 && (
        <Select
          value={action.template?.id ?? ''}
          onChange={(id) =>
            change(
              id === ''
                ? { ...rest, text: '' }
                : {
                    ...rest,
                    template: {
                      id,
                      variables: templates.data?.find((one) => one.id === id)?.labels.map(() => '') ?? [],
                    },
                  },
            )
          }
          options={[
            { value: '', label: t('automation.ownText') },
            ...(templates.data ?? []).map(({ id, name, language }) => ({ value: id, label: `${name} (${language})` })),
          ]}
          aria-label={t('automation.ownText')}
        />
      )}
      {action.template ? (
        action.template.variables.map((variable, at) => (
          <Input
            key={at}
            value={variable}
            placeholder={chosen?.labels[at] ?? ''}
            aria-label={chosen?.labels[at] ?? String(at + 1)}
            onChange={({ target }) => {
              const { id, variables } = action.template ?? { id: '', variables: [] };
              change({ ...action, template: { id, variables: put(variables, at, target.value) } });
            }}
          />
        ))
      ) : (
        <Words
          value={action.text ?? ''}
          change={(text) => change({ ...rest, text })}
          label={t('automation.action.reply')}
        />
      )}
      <Checkbox checked={action.again} onChange={({ target }) => change({ ...action, again: target.checked })}>
        {t('automation.again')}
      </Checkbox>
    </>
  );
}

function WebhookField({ action, change }: FieldsProps<Of<'webhook'>>) {
  const { t } = useTranslation();
  return (
    <Select
      value={action.endpointId || null}
      onChange={(endpointId) => change({ ...action, endpointId })}
      options={useEndpointOptions()}
      placeholder={t('automation.chooseEndpoint')}
      aria-label={t('automation.chooseEndpoint')}
    />
  );
}
