import { ClockCircleOutlined, FireOutlined } from '@ant-design/icons';
import type { Ticket } from '@patchbay/contracts';
import { DueClock } from '../clocks/due-clock.tsx';
import { clock, moment, secondsSince, useNow } from '@patchbay/ui';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChannelTag } from './channel-tag.tsx';
import { queueText, subjectText } from './given-names.ts';
import { useUnread } from './seen-store.ts';
import { StatusTag } from './status-tag.tsx';
import { subjectAndPreview } from './subject-and-preview.ts';

/** From this priority on a ticket is marked as urgent. */
const URGENT = 50;

/** One ticket in the list: who, what about, and how long it waits. */
export const TicketRow = memo(function TicketRow({
  ticket,
  open,
  address,
}: {
  ticket: Ticket;
  open: boolean;
  address: string;
}) {
  const { t, i18n } = useTranslation();
  const unread = useUnread(ticket);
  const [subject, preview] = subjectAndPreview(subjectText(t, ticket.subject), ticket.preview);
  const waiting = ticket.waitingSince !== null && ticket.assigneeId === null;
  return (
    <Link
      to={`/desk/${ticket.id}${address}`}
      className={`ticket${unread > 0 && !open ? ' unread' : ''}`}
      aria-current={open ? 'true' : undefined}
      data-testid="ticket-row"
      data-ticket-id={ticket.id}
      data-number={ticket.number}
    >
      <span className="ticket-channel">
        <ChannelTag channel={ticket.channel} bare />
      </span>
      <span className="ticket-who ellipsis">{ticket.customerName}</span>
      <span className="ticket-when tabular">
        {waiting ? (
          <WaitClock since={ticket.waitingSince ?? ticket.createdAt} />
        ) : (
          moment(ticket.updatedAt, Date.now(), i18n.language)
        )}
      </span>
      <span className="ticket-subject ellipsis">{subject || t('ticket.noSubject')}</span>
      {unread > 0 && !open && (
        <span className="ticket-unread" data-testid="unread" aria-label={t('ticket.unread', { count: unread })}>
          {unread > 9 ? '9+' : unread}
        </span>
      )}
      <span className="ticket-preview ellipsis">{preview}</span>
      <span className="ticket-foot">
        <span className="muted">#{ticket.number}</span>
        {ticket.status !== 'open' && <StatusTag status={ticket.status} />}
        {ticket.priority >= URGENT && (
          <span className="urgent" title={t('ticket.priority', { value: ticket.priority })}>
            <FireOutlined aria-hidden /> {t('ticket.urgent')}
          </span>
        )}
        {ticket.tags.slice(0, 2).map((tag) => (
          <span key={tag} className="ticket-tag ellipsis">
            {tag}
          </span>
        ))}
        {ticket.tags.length > 2 && <span className="muted">+{ticket.tags.length - 2}</span>}
        {ticket.clocks && <DueClock clocks={ticket.clocks} />}
        <span className="muted ellipsis">{ticket.assigneeName ?? queueText(t, ticket.queueName ?? '')}</span>
      </span>
    </Link>
  );
});

/** Ticks on its own, so that the row around it need not. */
function WaitClock({ since }: { since: string }) {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <span className="ticket-wait" title={t('ticket.waiting')}>
      <ClockCircleOutlined aria-hidden /> {clock(secondsSince(since, now))}
    </span>
  );
}
