import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  channelName,
  role,
  type Agent,
  type ChannelName,
  type Queue,
  type Role,
  type SkillAtLevel,
} from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, App, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { queueText } from '../desk/given-names.ts';
import { problemText } from '../feedback/problem-text.ts';
import { useLeave } from '../feedback/use-leave.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { SkillLevels } from '../queues/skill-levels.tsx';
import '../style/queues.css';

interface AgentFields {
  name: string;
  email: string;
  password: string;
  role: Role;
  phone: string;
  queueIds: string[];
  capacity: Partial<Record<ChannelName, number>>;
  capacityTotal: number | null;
  skills: SkillAtLevel[];
}

/** What a new agent takes at once: one call, three chats, a handful of what can wait. */
const usualCapacity: Record<ChannelName, number> = { email: 5, sms: 5, whatsapp: 5, http: 5, chat: 3, phone: 1 };

export function AgentForm({ agent, queues, close }: { agent: Agent | null; queues: Queue[]; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const [form] = Form.useForm<AgentFields>();
  const leave = useLeave(() => form.isFieldsTouched(), close);
  const save = useSave(agent, close);
  const problem = save.error && problemText(t, save.error);
  const initial: Partial<AgentFields> = agent
    ? {
        name: agent.name,
        role: agent.role,
        phone: agent.phone ?? '',
        queueIds: agent.ownQueueIds,
        capacity: agent.capacity,
        capacityTotal: agent.capacityTotal,
        skills: agent.skills,
      }
    : { role: 'agent', queueIds: queues.map((queue) => queue.id), capacity: usualCapacity, skills: [] };
  return (
    <Modal
      open
      title={agent ? t('team.editName', { name: agent.name }) : t('team.add')}
      okText={t('team.save')}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      mask={{ closable: false }}
      onCancel={leave}
      okButtonProps={{ 'data-testid': 'agent-save' }}
    >
      {problem && <Alert type="error" showIcon title={problem.title} description={problem.detail || undefined} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={initial}
        onFinish={(fields) => save.mutate(fields)}
      >
        <Form.Item
          name="name"
          label={t('field.name')}
          rules={[{ required: true, whitespace: true, max: 100, message: t('field.nameNeeded') }]}
        >
          <Input data-testid="agent-name" />
        </Form.Item>
        {!agent && <AccountFields />}
        <Form.Item name="role" label={t('team.role')}>
          <Select<Role>
            options={role.options.map((one) => ({ value: one, label: t(`role.${one}`) }))}
            data-testid="agent-role"
          />
        </Form.Item>
        <Form.Item name="phone" label={t('team.phone')} extra={t('team.phoneHelp')} rules={[{ max: 40 }]}>
          <Input type="tel" placeholder="+49 30 1234567" data-testid="agent-phone" />
        </Form.Item>
        <Form.Item name="queueIds" label={t('team.queues')}>
          <Select
            mode="multiple"
            options={queues.map((queue) => ({ value: queue.id, label: queueText(t, queue.name) }))}
            optionFilterProp="label"
            data-testid="agent-queues"
          />
        </Form.Item>
        {agent && <SkillLevels label={t('team.skills')} help={t('team.skillsHelp')} />}
        <div className="small muted">{t('team.capacity')}</div>
        <div className="row wrap">
          {channelName.options.map((channel) => (
            <Form.Item key={channel} name={['capacity', channel]} label={<ChannelTag channel={channel} />}>
              <InputNumber min={0} max={50} precision={0} style={{ width: 92 }} />
            </Form.Item>
          ))}
          {agent && (
            <Form.Item name="capacityTotal" label={t('team.capacityTotal')}>
              <InputNumber min={0} max={200} precision={0} placeholder="∞" style={{ width: 92 }} />
            </Form.Item>
          )}
        </div>
      </Form>
    </Modal>
  );
}

function AccountFields() {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item
        name="email"
        label={t('field.email')}
        rules={[{ required: true, type: 'email', message: t('field.emailNeeded') }]}
      >
        <Input type="email" autoComplete="off" data-testid="agent-email" />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('field.newPassword')}
        rules={[{ required: true, min: 10, max: 200, message: t('field.passwordRule') }]}
      >
        <Input.Password autoComplete="new-password" data-testid="agent-password" />
      </Form.Item>
    </>
  );
}

function useSave(agent: Agent | null, close: () => void) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ email, password, capacityTotal, skills, ...fields }: AgentFields) => {
      const draft = { ...fields, phone: fields.phone?.trim() || null };
      await (agent
        ? api.updateAgent(agent.id, { ...draft, capacityTotal: capacityTotal ?? null, skills })
        : api.createAgent({ ...draft, email, password }));
    },
    onSuccess: async () => {
      void message.success(t('team.saved'));
      close();
      await Promise.all([keys.agents, keys.me].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}
