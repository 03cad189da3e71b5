import { useQuery } from '@tanstack/react-query';
import { ProfileOutlined } from '@ant-design/icons';
import { keys, moment } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { problemLine } from '../feedback/problem-text.ts';
import { api } from '../query-client.ts';
import { CardSection } from './card-section.tsx';
import { ChannelTag } from './channel-tag.tsx';
import { subjectText } from './given-names.ts';
import { StatusTag } from './status-tag.tsx';
import { useTicketFilter } from './ticket-filter.ts';

/** The newest are enough beside a conversation; the file has the others. */
const ticketsOnCard = 5;

/** The customer's other tickets, newest first. */
export function CustomerTickets({ customerId, ticketId }: { customerId: string; ticketId: string }) {
  const { t, i18n } = useTranslation();
  const { address } = useTicketFilter();
  const tickets = useQuery({
    queryKey: keys.ticketList({ customerId }),
    queryFn: ({ signal }) => api.tickets({ customerId }, null, 20, signal),
  });
  const others = (tickets.data?.items ?? []).filter((ticket) => ticket.id !== ticketId);
  const shown = others.slice(0, ticketsOnCard);
  return (
    <CardSection title={t('customer.otherTickets')} icon={<ProfileOutlined aria-hidden />}>
      {tickets.isPending && <p className="muted small">{t('state.loading')}</p>}
      {tickets.isError && <p className="muted small">{problemLine(t, tickets.error)}</p>}
      {tickets.isSuccess && others.length === 0 && <p className="muted small">{t('customer.noOtherTickets')}</p>}
      <ul className="card-tickets">
        {shown.map((ticket) => (
          <li key={ticket.id}>
            <Link to={`/desk/${ticket.id}${address}`} data-testid="customer-ticket">
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
      {others.length > shown.length && (
        <Link className="small" to={`/customers/${customerId}`}>
          {t('file.open')}
        </Link>
      )}
    </CardSection>
  );
}
