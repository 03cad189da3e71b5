import { channelName, queueWrite, type QueueRing, type QueueSettings, type QueueWrite } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePlan } from '../clocks/use-plan.ts';
import { useNamed } from '../feedback/bilingual.ts';
import { FormDrawer } from '../feedback/form-drawer.tsx';
import { api } from '../query-client.ts';
import { RingsEditor } from './rings-editor.tsx';
import { SkillLevels } from './skill-levels.tsx';
import { TargetsEditor } from './targets-editor.tsx';
import { useAgents, useTeams } from './use-lists.ts';

interface QueueFormProps {
  queue: QueueSettings | null;
  queues: readonly QueueSettings[];
  close: () => void;
}

/** Adds a queue, or changes one. */
export function QueueForm({ queue, queues, close }: QueueFormProps) {
  const { t } = useTranslation();
  const [form] = Form.useForm<QueueWrite>();
  const initial: QueueWrite = queue ? queueWrite.parse(queue) : queueWrite.parse({ name: '-', channels: [] });
  const save = (fields: QueueWrite) => {
    const draft = { ...fields, rings: fields.rings.map(cleanRing) };
    return queue ? api.updateQueue(queue.id, draft) : api.createQueue(draft);
  };
  return (
    <FormDrawer
      title={queue ? t('queues.edit') : t('queues.add')}
      form={form}
      initial={queue ? initial : { ...initial, name: '' }}
      save={save}
      stale={[keys.queueSettings, keys.queues, keys.agents, keys.me]}
      close={close}
      testId="queue-form"
    >
      <Form.Item
        name="name"
        label={t('queues.name')}
        rules={[{ required: true, whitespace: true, max: 100, message: t('field.nameNeeded') }]}
      >
        <Input autoFocus maxLength={100} data-testid="queue-name" />
      </Form.Item>
      <Form.Item name="channels" label={t('queues.channels')} extra={t('queues.channelsHelp')}>
        <Select
          mode="multiple"
          options={channelName.options.map((channel) => ({ value: channel, label: t(`channel.${channel}`) }))}
          data-testid="queue-channels"
        />
      </Form.Item>
      <OpeningHours />
      <Members />
      <SkillLevels label={t('queues.skills')} help={t('queues.skillsHelp')} />
      <Order />
      <RingsEditor queues={queues.filter(({ id }) => id !== queue?.id)} />
      <TargetsEditor />
      <Offers />
    </FormDrawer>
  );
}

/** Without what another kind of ring had. */
function cleanRing(ring: QueueRing): QueueRing {
  const { kind, afterSeconds } = ring;
  if (kind === 'wider') return { kind, afterSeconds, lower: ring.lower };
  return kind === 'queue' ? { kind, afterSeconds, queueId: ring.queueId } : { kind, afterSeconds };
}

/** The form's value is a calendar's key; none is the centre's. */
function OpeningHours() {
  const { t } = useTranslation();
  const named = useNamed();
  const plan = usePlan().data?.plan;
  const options = (plan?.calendars ?? []).map((calendar) => ({ value: calendar.key, label: named(calendar) }));
  const centre = options.find(({ value }) => value === plan?.defaultCalendar)?.label ?? '…';
  return (
    <Form.Item
      name="calendar"
      label={t('queues.calendar')}
      extra={t('queues.calendarHelp')}
      normalize={(key?: string) => key ?? null}
    >
      <Select
        allowClear
        options={options}
        placeholder={t('queues.centreHours', { name: centre })}
        data-testid="queue-calendar"
      />
    </Form.Item>
  );
}

function Members() {
  const { t } = useTranslation();
  const agents = useAgents();
  const teams = useTeams();
  return (
    <>
      <Form.Item name="teamIds" label={t('queues.teams')} extra={t('queues.teamsHelp')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          options={teams.map((team) => ({ value: team.id, label: team.name }))}
          data-testid="queue-teams"
        />
      </Form.Item>
      <Form.Item name="agentIds" label={t('queues.agents')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          options={agents.map((agent) => ({ value: agent.id, label: agent.name }))}
          data-testid="queue-agents"
        />
      </Form.Item>
    </>
  );
}

function Order() {
  const { t } = useTranslation();
  return (
    <div className="row wrap form-columns">
      <Form.Item name="priorityBase" label={t('queues.priorityBase')} extra={t('queues.priorityHelp')}>
        <InputNumber min={-1000} max={1000} precision={0} data-testid="queue-priority" />
      </Form.Item>
      <Form.Item
        name="ageing"
        label={t('queues.ageing')}
        extra={t('queues.ageingHelp')}
        rules={[{ required: true, message: t('queues.ageingNeeded') }]}
      >
        <InputNumber min={0.01} max={1000} step={0.5} data-testid="queue-ageing" />
      </Form.Item>
      <Form.Item name="stickySeconds" label={t('queues.sticky')} extra={t('queues.stickyHelp')}>
        <InputNumber min={0} max={86_400} precision={0} suffix="s" />
      </Form.Item>
    </div>
  );
}

function Offers() {
  const { t } = useTranslation();
  const languages = [
    { value: 'en', label: 'English' },
    { value: 'zh', label: '中文' },
  ];
  return (
    <>
      <div className="row wrap form-columns">
        <Form.Item name="offerSeconds" label={t('queues.offerSeconds')} extra={t('queues.offerSecondsHelp')}>
          <InputNumber min={5} max={600} precision={0} suffix="s" />
        </Form.Item>
        <Form.Item name="wrapUpSeconds" label={t('queues.wrapUp')} extra={t('queues.wrapUpHelp')}>
          <InputNumber min={0} max={3600} precision={0} suffix="s" />
        </Form.Item>
        <Form.Item name="language" label={t('queues.language')} extra={t('queues.languageHelp')}>
          <Select style={{ width: 130 }} options={languages} />
        </Form.Item>
      </div>
      <Form.Item name="pull" label={t('queues.pull')} extra={t('queues.pullHelp')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="callBack" label={t('queues.callBack')} extra={t('queues.callBackHelp')} valuePropName="checked">
        <Switch />
      </Form.Item>
    </>
  );
}
