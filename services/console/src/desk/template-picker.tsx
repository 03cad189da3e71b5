import { FileDoneOutlined, SendOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { fillTemplate, templateVariable, type MessageTemplate, type Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Button, Empty, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { problemText } from '../feedback/problem-text.ts';
import { useGuarded } from '../grading/use-guard.ts';
import { api } from '../query-client.ts';
import { useSend } from './use-send.ts';

/** Choose a text that the provider approved, fill its places, look at it, send it. */
export function TemplatePicker({ ticket, wanted }: { ticket: Ticket; wanted: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div className="channel-note">
      <Button
        size="small"
        type={wanted ? 'primary' : 'default'}
        icon={<FileDoneOutlined />}
        onClick={() => setOpen(true)}
        data-testid="template-open"
      >
        {t('texting.useTemplate')}
      </Button>
      {open && <TemplateDialog ticket={ticket} close={() => setOpen(false)} />}
    </div>
  );
}

function TemplateDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<MessageTemplate | null>(null);
  const [variables, setVariables] = useState<string[]>([]);
  const send = useSend(ticket.id);
  const guarded = useGuarded(ticket.customerId);
  const templates = useQuery({
    queryKey: keys.templates(ticket.channel),
    queryFn: ({ signal }) => api.templates({ channel: ticket.channel, state: 'active' }, null, signal),
  });
  const complete = chosen !== null && chosen.labels.every((_, at) => templateVariable.safeParse(variables[at]).success);
  const problem = send.error && problemText(t, send.error);
  const submit = (): void => {
    if (!chosen || !complete) return;
    const template = { id: chosen.id, variables: chosen.labels.map((_, at) => (variables[at] ?? '').trim()) };
    const message = { text: '', visibility: 'public' as const, attachments: [], template };
    guarded('send', () => send.mutate({ message, sent: close }));
  };
  const items = templates.data?.items ?? [];
  return (
    <Modal
      open
      title={t('texting.useTemplate')}
      onCancel={() => {
        // Whoever leaves it looks at the conversation; the same template chosen anew is another message.
        if (!send.isPending) send.giveUp('template');
        close();
      }}
      onOk={submit}
      okText={t('composer.send')}
      okButtonProps={{
        disabled: !complete,
        loading: send.isPending,
        icon: <SendOutlined />,
        'data-testid': 'template-send',
      }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      {templates.isPending ? (
        <Loading />
      ) : !templates.data ? (
        <Failed error={templates.error} retry={() => void templates.refetch()} />
      ) : items.length === 0 ? (
        <Empty description={t('texting.noTemplates')} />
      ) : (
        <Form layout="vertical" onFinish={submit}>
          <Form.Item label={t('texting.template')}>
            <Select
              autoFocus
              value={chosen?.id ?? null}
              placeholder={t('texting.chooseTemplate')}
              options={items.map(({ id, name, language }) => ({ value: id, label: `${name} (${language})` }))}
              onChange={(id) => {
                setChosen(items.find((one) => one.id === id) ?? null);
                setVariables([]);
              }}
              data-testid="template-choice"
            />
          </Form.Item>
          {chosen?.labels.map((label, at) => (
            <Form.Item key={label} label={label}>
              <Input
                value={variables[at] ?? ''}
                maxLength={1000}
                aria-label={label}
                onChange={(event) =>
                  setVariables(chosen.labels.map((_, i) => (i === at ? event.target.value : (variables[i] ?? ''))))
                }
                data-testid={`template-variable-${at + 1}`}
              />
            </Form.Item>
          ))}
          {chosen && (
            <blockquote className="template-preview" data-testid="template-preview">
              {fillTemplate(
                chosen.body,
                chosen.labels.map((label, at) => variables[at]?.trim() || `[${label}]`),
              )}
            </blockquote>
          )}
        </Form>
      )}
    </Modal>
  );
}
