import { clock, secondsSince, useNow } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { DueClock } from '../clocks/due-clock.tsx';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { queueText, subjectText } from '../desk/given-names.ts';
import { priorityAt, type PlacedItem } from './floor-state.ts';

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** What waits: its place, how long, what is due, and what its priority is made of. */
export function WaitingLine({ item, open }: { item: PlacedItem; open: (ticketId: string) => void }) {
  const { t } = useTranslation();
  const now = useNow();
  const { total, queue, ticket, waiting } = priorityAt(item, now);
  return (
    <div className="floor-line" data-testid="floor-waiting" data-ticket-id={item.ticketId}>
      <div className="row">
        <span className="floor-place tabular" title={t('floor.place')}>
          {item.place}
        </span>
        <button type="button" className="floor-ticket" onClick={() => open(item.ticketId)} data-testid="floor-open">
          #{item.number}
        </button>
        <strong className="ellipsis">{subjectText(t, item.subject)}</strong>
        <span className="grow" />
        {item.clocks && <DueClock clocks={item.clocks} />}
        <span className="small tabular" title={t('floor.wait')}>
          {clock(secondsSince(item.waitingSince, now))}
        </span>
      </div>
      <div className="row floor-second small">
        <ChannelTag channel={item.channel} bare />
        <span className="ellipsis">{queueText(t, item.queueName)}</span>
        {item.offeredTo && <span className="ellipsis">{t('floor.offeredTo', { name: item.offeredTo.name })}</span>}
        <span className="grow" />
        <span className="muted ellipsis">
          {t('why.priority', {
            total: rounded(total),
            queue: rounded(queue),
            ticket: rounded(ticket),
            waiting: rounded(waiting),
          })}
        </span>
      </div>
    </div>
  );
}
