import { channelName, type FloorAgent } from '@patchbay/contracts';
import { clock, secondsSince, useNow } from '@patchbay/ui';
import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { subjectText } from '../desk/given-names.ts';
import { useReasonText } from './use-reason-text.ts';

/** An agent: state and since when, skills, how much they have of what they can, and what. */
export function AgentLine({ agent, open }: { agent: FloorAgent; open: (ticketId: string) => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const reasonText = useReasonText();
  const used = channelName.options
    .filter((channel) => agent.load[channel])
    .map((channel) => `${t(`channel.${channel}`)} ${agent.load[channel] ?? 0}/${agent.capacity[channel] ?? 0}`);
  const capacity = agent.totalCapacity === null ? '' : `/${agent.totalCapacity}`;
  return (
    <div className="floor-line" data-testid="floor-agent" data-agent-id={agent.id} data-state={agent.presence}>
      <div className="row">
        <span className={`dot dot-${agent.presence}`} aria-hidden />
        <strong className="ellipsis">{agent.name}</strong>
        <span className="small muted ellipsis">
          {t(`presence.${agent.presence}`)}
          {agent.reason ? ` · ${reasonText(agent.reason)}` : ''}
        </span>
        <span className="grow" />
        <span className="small tabular" title={t('floor.since')}>
          {clock(secondsSince(agent.since, now))}
        </span>
        <span className="small tabular floor-load" title={t('floor.load')}>
          {agent.totalLoad}
          {capacity}
        </span>
      </div>
      <div className="row floor-second small">
        {agent.holds.map(({ ticketId, channel, number, subject, offered }) => (
          <button
            key={`${ticketId} ${channel}`}
            type="button"
            className="floor-ticket"
            data-offered={offered}
            title={`${subjectText(t, subject)}${offered ? ` · ${t('floor.offered')}` : ''}`}
            onClick={() => open(ticketId)}
            data-testid="floor-held"
          >
            #{number}
          </button>
        ))}
        <span className="muted ellipsis">{used.join(' · ')}</span>
        <span className="grow" />
        <span className="floor-skills ellipsis">
          {agent.skills.map(({ name, level }) => (
            <Tag key={name}>
              {name} {level}
            </Tag>
          ))}
        </span>
      </div>
    </div>
  );
}
