import { useQuery } from '@tanstack/react-query';
import type { EscalationCreate, Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { useAction } from '../feedback/use-action.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { api } from '../query-client.ts';

interface Fields {
  reason: string;
  queueId?: string;
  raiseBy?: number | null;
}

/** Escalation by hand: a reason, and where it goes. */
export function EscalateModal({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const escalate = useAction((json: EscalationCreate) => api.escalate(ticket.id, json), {
    stale: [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id)],
    done: t('clocks.escalatedDone'),
    after: close,
  });
  const save = ({ reason, queueId, raiseBy }: Fields) =>
    escalate.mutate({ reason: reason.trim(), ...(queueId && { queueId }), ...(raiseBy && { raiseBy }) });
  return (
    <Modal
      open
      title={t('clocks.escalate')}
      okText={t('clocks.escalate')}
      confirmLoading={escalate.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'escalate-save' }}
    >
      <p className="muted">{t('clocks.escalateText')}</p>
      <Form form={form} layout="vertical" onFinish={save}>
        <Form.Item
          name="reason"
          label={t('clocks.reason')}
          rules={[{ required: true, whitespace: true, message: t('clocks.reasonRule') }]}
        >
          <Input.TextArea autoFocus rows={2} maxLength={500} data-testid="escalate-reason" />
        </Form.Item>
        <Form.Item name="queueId" label={t('clocks.nextLine')}>
          <Select
            allowClear
            placeholder={t('clocks.stays')}
            options={(queues.data ?? [])
              .filter(({ id }) => id !== ticket.queueId)
              .map(({ id, name }) => ({ value: id, label: queueText(t, name) }))}
            data-testid="escalate-queue"
          />
        </Form.Item>
        <Form.Item name="raiseBy" label={t('clocks.raise')}>
          <InputNumber min={1} max={1000} precision={0} data-testid="escalate-raise" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
