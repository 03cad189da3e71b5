import type { Ticket } from '@patchbay/contracts';
import { useQuery } from '@tanstack/react-query';
import { Drawer } from 'antd';
import { keys } from '@patchbay/ui';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useWatchTicket } from '../live/live-context.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { usePageTitle } from '../shell/page-title.ts';
import '../style/conversation.css';
import { CallPanel } from './call-panel.tsx';
import { Composer, type ComposerRequest } from './composer.tsx';
import { ConversationHead } from './conversation-head.tsx';
import { CustomerCard } from './customer-card.tsx';
import { subjectText } from './given-names.ts';
import { markSeen } from './seen-store.ts';
import { TimelineView } from './timeline-view.tsx';
import { WhisperNotes } from './whisper-notes.tsx';
import { roomy, useMedia } from './use-media.ts';

/** One ticket: what was said and done on it, the composer, and the customer's card beside it. */
export function Conversation({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const beside = useMedia(roomy);
  const [cardOpen, setCardOpen] = useState(false);
  const [request, setRequest] = useState<ComposerRequest | null>(null);
  useWatchTicket(ticketId);
  const ticket = useQuery({ queryKey: keys.ticket(ticketId), queryFn: ({ signal }) => api.ticket(ticketId, signal) });
  useMarkSeen(ticket.data);
  usePageTitle(ticket.data ? `#${ticket.data.number} ${subjectText(t, ticket.data.subject)}` : '', 'detail');
  if (ticket.isPending)
    return (
      <section className="conversation">
        <Loading />
      </section>
    );
  if (!ticket.data)
    return (
      <section className="conversation">
        <Failed error={ticket.error} retry={() => void ticket.refetch()} />
      </section>
    );
  return (
    <>
      <section className="conversation" aria-label={subjectText(t, ticket.data.subject)} data-ticket={ticketId}>
        <ConversationHead ticket={ticket.data} {...(beside ? {} : { showCustomer: () => setCardOpen(true) })} />
        {ticket.data.call && <CallPanel ticket={ticket.data} call={ticket.data.call} />}
        <TimelineView ticket={ticket.data} ask={setRequest} />
        <WhisperNotes ticketId={ticketId} />
        <Composer ticket={ticket.data} request={request} />
      </section>
      {beside ? (
        <CustomerCard customerId={ticket.data.customerId} ticketId={ticketId} />
      ) : (
        <Drawer
          open={cardOpen}
          onClose={() => setCardOpen(false)}
          title={t('customer.title')}
          size={Math.min(360, window.innerWidth)}
          styles={{ body: { padding: 0 } }}
        >
          <CustomerCard customerId={ticket.data.customerId} ticketId={ticketId} />
        </Drawer>
      )}
    </>
  );
}

/** What is on a visible screen counts as seen; a page in the background does not. */
function useMarkSeen(ticket: Pick<Ticket, 'id' | 'toRead'> | undefined): void {
  const { id: me } = useMe();
  useEffect(() => {
    if (!ticket) return undefined;
    const mark = (): void => void (document.visibilityState === 'visible' && markSeen(me, ticket));
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [me, ticket]);
}
