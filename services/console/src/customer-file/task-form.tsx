import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '@patchbay/ui';
import { Alert, Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

interface Fields {
  cause: string;
  day: string;
  assigneeId: string | null;
}

/** Adds a task for a customer. It is due at the end of its day. */
export function TaskForm({ customerId, close }: { customerId: string; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const me = useMe();
  const [form] = Form.useForm<Fields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const client = useQueryClient();
  const agents = useQuery({ queryKey: keys.agents, queryFn: ({ signal }) => api.agents(signal) });
  const save = useMutation({
    mutationFn: ({ cause, day, assigneeId }: Fields) =>
      api.createTask({
        customerId,
        cause,
        dueAt: new Date(`${day}T23:59:59`).toISOString(),
        assigneeId: assigneeId ?? null,
      }),
    onSuccess: async () => {
      close();
      await Promise.all(
        [keys.tasks, keys.customerFile(customerId)].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
  const problem = save.error && problemText(t, save.error);
  const needed = [{ required: true, whitespace: true, message: t('tasks.needed') }];
  return (
    <Modal
      open
      title={t('file.addTask')}
      okText={t('file.save')}
      cancelText={t('file.cancel')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'task-save' }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ assigneeId: me.id }}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item name="cause" label={t('tasks.what')} rules={needed}>
          <Input autoFocus maxLength={500} data-testid="task-cause" />
        </Form.Item>
        <Form.Item name="day" label={t('tasks.when')} rules={needed}>
          <Input type="date" data-testid="task-day" />
        </Form.Item>
        <Form.Item name="assigneeId" label={t('tasks.who')}>
          <Select
            allowClear
            placeholder={t('tasks.nobody')}
            options={(agents.data ?? []).map((agent) => ({ value: agent.id, label: agent.name }))}
            optionFilterProp="label"
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
