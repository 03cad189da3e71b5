import { EditOutlined, PhoneOutlined } from '@ant-design/icons';
import { channelName, type Agent, type Queue } from '@patchbay/contracts';
import { Button, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { queueText } from '../desk/given-names.ts';
import { useSkills, useTeams } from '../queues/use-lists.ts';
import { initials } from '../shell/initials.ts';

export function AgentRow({ agent, queues, edit }: { agent: Agent; queues: Queue[]; edit?: () => void }) {
  const { t } = useTranslation();
  const skills = useSkills();
  const teams = useTeams().filter((team) => agent.teamIds.includes(team.id));
  const named = skills.flatMap((skill) => {
    const has = agent.skills.find(({ skillId }) => skillId === skill.id);
    return has ? [`${skill.name} ${has.level}`] : [];
  });
  const names = queues.filter((queue) => agent.queueIds.includes(queue.id)).map((queue) => queueText(t, queue.name));
  return (
    <article className="record agent-row" data-testid="agent-row" data-agent-id={agent.id}>
      <div className="record-head">
        <span className="avatar" aria-hidden>
          {initials(agent.name)}
        </span>
        <div>
          <span className="record-title">{agent.name}</span>
          <div className="muted small">{agent.email}</div>
        </div>
        <span className="grow" />
        <span className="agent-state row small">
          <span className={`dot dot-${agent.presence}`} aria-hidden />
          {t(`presence.${agent.presence}`)}
          <span className="muted">{t(`role.${agent.role}`)}</span>
        </span>
        {edit && (
          <Button
            size="small"
            icon={<EditOutlined />}
            onClick={edit}
            aria-label={t('team.editName', { name: agent.name })}
            data-testid="agent-edit"
          >
            {t('team.edit')}
          </Button>
        )}
      </div>
      <div className="agent-work row small wrap muted">
        {agent.phone && (
          <span>
            <PhoneOutlined aria-hidden /> {agent.phone}
          </span>
        )}
        <span>{names.length > 0 ? names.join(', ') : t('team.noQueues')}</span>
        {teams.map((team) => (
          <Tag key={team.id}>{team.name}</Tag>
        ))}
        {named.map((skill) => (
          <Tag key={skill} color="blue" data-testid="agent-skill">
            {skill}
          </Tag>
        ))}
        <span className="grow" />
        {channelName.options.map((channel) => (
          <span
            key={channel}
            className="row tabular"
            title={t('team.loadHelp', {
              channel: t(`channel.${channel}`),
              load: agent.load[channel],
              capacity: agent.capacity[channel],
            })}
          >
            <ChannelTag channel={channel} bare /> {agent.load[channel]}/{agent.capacity[channel]}
          </span>
        ))}
      </div>
    </article>
  );
}
