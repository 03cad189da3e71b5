import { StarOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Skill } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Form, Input, Popconfirm, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useAgents } from './use-lists.ts';

const stale = [keys.skills, keys.agents, keys.queueSettings];

/** What agents can be good at. Who is how good is entered with the agent. */
export function SkillsPanel() {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ name: string }>();
  const skills = useQuery({ queryKey: keys.skills, queryFn: ({ signal }) => api.skills(signal) });
  const add = useAction((name: string) => api.createSkill(name), {
    stale,
    after: (_, name) => form.getFieldValue('name') === name && form.resetFields(),
  });
  return (
    <>
      <p className="muted small">{t('queues.skillsText')}</p>
      <Form form={form} layout="inline" onFinish={({ name }) => add.mutate(name)} className="queues-bar">
        <Form.Item name="name" rules={[{ required: true, whitespace: true, message: t('field.nameNeeded') }]}>
          <Input
            maxLength={100}
            placeholder={t('queues.newSkill')}
            aria-label={t('queues.newSkill')}
            data-testid="skill-name"
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={add.isPending} data-testid="skill-new">
          {t('queues.addSkill')}
        </Button>
      </Form>
      {skills.isPending && <Loading />}
      {skills.isError && !skills.data && <Failed error={skills.error} retry={() => void skills.refetch()} />}
      {skills.data && (
        <div className="panel">
          {skills.data.length === 0 && <Nothing icon={<StarOutlined />} title={t('queues.noSkillsYet')} />}
          {skills.data.map((skill) => (
            <SkillRow key={skill.id} skill={skill} />
          ))}
        </div>
      )}
    </>
  );
}

function SkillRow({ skill }: { skill: Skill }) {
  const { t } = useTranslation();
  const having = useAgents().filter((agent) => agent.skills.some(({ skillId }) => skillId === skill.id));
  const rename = useAction((name: string) => api.renameSkill(skill.id, name), { stale });
  const remove = useAction(() => api.deleteSkill(skill.id), { stale });
  const change = (name: string) => {
    if (name.trim() && name.trim() !== skill.name) rename.mutate(name.trim());
  };
  return (
    <article className="record" data-testid="skill-row">
      <div className="record-head">
        <Typography.Text
          className="record-title"
          editable={{ onChange: change, maxLength: 100, tooltip: t('queues.rename') }}
        >
          {skill.name}
        </Typography.Text>
        <span className="grow" />
        <span className="muted small tabular">{t('queues.havingIt', { count: having.length })}</span>
        <Popconfirm title={t('queues.removeSkillAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger size="small" loading={remove.isPending}>
            {t('queues.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
