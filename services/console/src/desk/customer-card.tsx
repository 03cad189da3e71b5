import { useQuery } from '@tanstack/react-query';
import { ContactsOutlined, TeamOutlined } from '@ant-design/icons';
import type { Customer } from '@patchbay/contracts';
import { fullMoment, keys } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { CustomerCare } from '../grading/customer-care.tsx';
import { GuardNotice } from '../grading/guard-notice.tsx';
import { api } from '../query-client.ts';
import { ConsentRecords } from '../privacy/consent-records.tsx';
import { PrivacyMenu } from '../privacy/privacy-menu.tsx';
import { RevealButton } from '../privacy/reveal-button.tsx';
import { initials } from '../shell/initials.ts';
import '../style/customer-card.css';
import { ConsentLines } from './consent-line.tsx';
import { CardSection } from './card-section.tsx';
import { ChannelTag } from './channel-tag.tsx';
import { CustomerMerges } from './customer-merges.tsx';
import { CustomerTickets } from './customer-tickets.tsx';
import { TicketRequest } from './ticket-request.tsx';
import { AddressMark } from './sender-marks.tsx';
import { Grade } from './grade.tsx';
import { identifierText } from './identifier-text.ts';

/** A few are enough beside a conversation; the file has them all. */
const identifiersOnCard = 4;

/** Who the conversation is with, how we know that, and what else they asked for. */
export function CustomerCard({ customerId, ticketId }: { customerId: string; ticketId: string }) {
  const { t } = useTranslation();
  const customer = useQuery({
    queryKey: keys.customer(customerId),
    queryFn: ({ signal }) => api.customer(customerId, signal),
  });
  return (
    <aside className="card" aria-label={t('customer.title')} data-testid="customer-card" data-customer-id={customerId}>
      {customer.isPending ? (
        <Loading />
      ) : !customer.data ? (
        <Failed error={customer.error} retry={() => void customer.refetch()} />
      ) : (
        <Card customer={customer.data} ticketId={ticketId} />
      )}
    </aside>
  );
}

function Card({ customer, ticketId }: { customer: Customer; ticketId: string }) {
  const { t, i18n } = useTranslation();
  const since = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(customer.createdAt));
  return (
    <>
      <header className="card-head">
        <span className="avatar avatar-large" aria-hidden>
          {initials(customer.displayName)}
        </span>
        <div className="grow">
          <h2 className="card-name">{customer.displayName}</h2>
          <div className="muted small">{t('customer.since', { date: since })}</div>
          <Link className="small" to={`/customers/${customer.id}`} data-testid="customer-file-link">
            {t('file.open')}
          </Link>
        </div>
        <PrivacyMenu customer={customer} />
      </header>
      <GuardNotice customerId={customer.id} />
      <CustomerCare customerId={customer.id} />
      <CardSection title={t('customer.identifiers')} icon={<ContactsOutlined aria-hidden />}>
        <Identifiers customer={customer} ticketId={ticketId} />
      </CardSection>
      <ConsentRecords customerId={customer.id} />
      <TicketRequest ticketId={ticketId} />
      <CustomerMerges customerId={customer.id} />
      <CustomerTickets customerId={customer.id} ticketId={ticketId} />
    </>
  );
}

function Identifiers({ customer, ticketId }: { customer: Customer; ticketId: string }) {
  const { t, i18n } = useTranslation();
  const { data: ticket } = useQuery({
    queryKey: keys.ticket(ticketId),
    queryFn: ({ signal }) => api.ticket(ticketId, signal),
  });
  if (customer.identifiers.length === 0) return <p className="muted small">{t('customer.noIdentifiers')}</p>;
  const shown = customer.identifiers.slice(0, identifiersOnCard);
  const more = customer.identifiers.length - shown.length;
  return (
    <ul className="identifiers">
      {shown.map((one) => (
        <li key={one.id} data-testid="identifier" data-grade={one.grade}>
          <div className="row">
            <span
              className="identifier-value"
              title={`${one.value}\n${fullMoment(one.firstSeenAt, i18n.language)} – ${fullMoment(one.lastSeenAt, i18n.language)}`}
            >
              {identifierText(t, one)}
            </span>
            {one.masked && <RevealButton customerId={customer.id} field={`identifier:${one.id}`} />}
          </div>
          <div className="row small wrap">
            <Grade grade={one.grade} />
            {one.channel && <ChannelTag channel={one.channel} />}
            {one.mark && <AddressMark mark={one.mark} />}
            {one.shared && (
              <span className="shared" title={t('customer.sharedHelp')}>
                <TeamOutlined aria-hidden /> {t('customer.shared')}
              </span>
            )}
            {!one.channel && <span className="muted">{t(`identifierKind.${one.kind}`)}</span>}
          </div>
          {(one.kind === 'phone' || one.kind === 'email') && !one.masked && (
            <ConsentLines address={one.value} ticket={ticket} />
          )}
        </li>
      ))}
      {more > 0 && (
        <li>
          <Link className="small" to={`/customers/${customer.id}`}>
            {t('customer.more', { count: more })}
          </Link>
        </li>
      )}
    </ul>
  );
}
