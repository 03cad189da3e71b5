import { PhoneOutlined } from '@ant-design/icons';
import type { Ticket } from '@patchbay/contracts';
import { clock, keys, useNow } from '@patchbay/ui';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { subjectText } from '../desk/given-names.ts';
import { subjectAndPreview } from '../desk/subject-and-preview.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import { useTitleCall } from '../shell/page-title.ts';
import '../style/offers.css';
import { chime } from './chime.ts';
import { useOffers } from './use-offers.ts';

/** Work that is offered to this agent, on top of every page: Alt+A takes the oldest, Alt+D hands it back. */
export function OfferTray() {
  const { t } = useTranslation();
  const now = useNow();
  const offers = useOffers()
    .filter((ticket) => ticket.offer && Date.parse(ticket.offer.expiresAt) > now)
    .sort((a, b) => (a.offer?.expiresAt ?? '').localeCompare(b.offer?.expiresAt ?? ''));
  useChime(offers);
  // The browser's tab says that work is offered, for who is reading something else.
  useTitleCall(offers.length > 0 ? `(${offers.length}) ${t('offer.region')} ·` : '');
  return (
    <section className="offers" aria-label={t('offer.region')} aria-live="assertive">
      {offers.map((ticket, index) => (
        <Offer key={ticket.id} ticket={ticket} now={now} first={index === 0} />
      ))}
    </section>
  );
}

function useChime(offers: Ticket[]): void {
  const heard = useRef(new Set<string>());
  useEffect(() => {
    const fresh = offers.filter((ticket) => !heard.current.has(`${ticket.id} ${ticket.offer?.expiresAt}`));
    for (const ticket of fresh) heard.current.add(`${ticket.id} ${ticket.offer?.expiresAt}`);
    if (fresh.length > 0) chime();
  });
}

function Offer({ ticket, now, first }: { ticket: Ticket; now: number; first: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const stale = [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id)];
  const accept = useAction(() => api.accept(ticket.id), { stale, after: () => void navigate(`/desk/${ticket.id}`) });
  const decline = useAction(() => api.decline(ticket.id), { stale });
  const busy = accept.isPending || decline.isPending;
  useShortcuts(
    { KeyA: () => accept.mutate(undefined), KeyD: () => decline.mutate(undefined) },
    { active: first && !busy, whileTyping: true },
  );
  const left = Math.max(0, Date.parse(ticket.offer?.expiresAt ?? '') - now) / 1000;
  return (
    <article className="offer" data-testid="offer" data-ticket-id={ticket.id}>
      <div className="offer-head">
        <ChannelTag channel={ticket.channel} />
        <span className="muted small">#{ticket.number}</span>
        <span
          className={left < 8 ? 'offer-count soon' : 'offer-count'}
          aria-label={t('offer.left', { time: clock(left) })}
        >
          {clock(left)}
        </span>
      </div>
      <p className="offer-subject">{ticket.customerName}</p>
      <p className="offer-preview">
        {subjectAndPreview(subjectText(t, ticket.subject), ticket.preview).filter(Boolean).join(' – ')}
      </p>
      {ticket.callBack && (
        <p className="small" data-testid="offer-call-back">
          <PhoneOutlined aria-hidden />{' '}
          {ticket.callBack.phone
            ? t('transfer.callBack', { phone: ticket.callBack.phone })
            : t('transfer.writeBack', { email: ticket.callBack.email ?? '' })}
        </p>
      )}
      <div className="offer-actions">
        <Button
          type="primary"
          loading={accept.isPending}
          disabled={busy}
          onClick={() => accept.mutate(undefined)}
          data-testid="offer-accept"
          {...(first && { 'aria-keyshortcuts': 'Alt+A' })}
        >
          {t('offer.accept')} {first && <kbd>Alt A</kbd>}
        </Button>
        <Button
          loading={decline.isPending}
          disabled={busy}
          onClick={() => decline.mutate(undefined)}
          data-testid="offer-decline"
          {...(first && { 'aria-keyshortcuts': 'Alt+D' })}
        >
          {t('offer.decline')} {first && <kbd>Alt D</kbd>}
        </Button>
      </div>
      <div className="offer-bar" style={{ transform: `scaleX(${Math.min(1, left / 30)})` }} />
    </article>
  );
}
