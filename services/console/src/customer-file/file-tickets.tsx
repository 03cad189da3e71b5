import { moment } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { subjectText } from '../desk/given-names.ts';
import { StatusTag } from '../desk/status-tag.tsx';
import { problemLine } from '../feedback/problem-text.ts';
import { useOpenTickets } from './use-open-tickets.ts';

/** What the customer waits for. */
export function FileTickets({ customerId }: { customerId: string }) {
  const { t, i18n } = useTranslation();
  const tickets = useOpenTickets(customerId);
  if (tickets.isPending) return <p className="muted small">{t('state.loading')}</p>;
  if (!tickets.data) return <p className="muted small">{problemLine(t, tickets.error)}</p>;
  const { items, nextCursor } = tickets.data;
  if (items.length === 0) return <p className="muted small">{t('file.noOpenTickets')}</p>;
  return (
    <>
      <ul className="card-tickets">
        {items.map((ticket) => (
          <li key={ticket.id}>
            <Link to={`/desk/${ticket.id}`} data-testid="file-ticket">
              <ChannelTag channel={ticket.channel} bare />
              <span className="grow ellipsis">
                {subjectText(t, ticket.subject) || ticket.preview || t('ticket.noSubject')}
              </span>
              <StatusTag status={ticket.status} />
              <span className="muted small tabular card-ticket-when">
                #{ticket.number} · {moment(ticket.updatedAt, Date.now(), i18n.language)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {nextCursor !== null && <p className="muted small">{t('file.furtherTickets', { count: items.length })}</p>}
    </>
  );
}
