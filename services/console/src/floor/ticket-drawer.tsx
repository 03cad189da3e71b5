import { useQuery } from '@tanstack/react-query';
import type { Ticket } from '@patchbay/contracts';
import { keys, moment } from '@patchbay/ui';
import { Button, Drawer, Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { authorOf } from '../desk/author.ts';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { queueText, subjectText } from '../desk/given-names.ts';
import { withoutSentWords } from '../desk/text-edit.ts';
import { newKey } from '../desk/new-key.ts';
import { TakeOverButton } from '../desk/take-over-button.tsx';
import { TransferDialog } from '../desk/transfer-dialog.tsx';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

/** What a supervisor may do about a ticket without leaving the floor. */
export function TicketDrawer({ ticketId, close }: { ticketId: string; close: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const found = useQuery({ queryKey: keys.ticket(ticketId), queryFn: ({ signal }) => api.ticket(ticketId, signal) });
  const ticket = found.data;
  return (
    <Drawer
      open
      onClose={close}
      title={ticket ? `#${ticket.number} ${subjectText(t, ticket.subject)}` : ''}
      size={Math.min(480, window.innerWidth)}
    >
      {found.isPending && <Loading />}
      {found.isError && !ticket && <Failed error={found.error} retry={() => void found.refetch()} />}
      {ticket && <Deeds ticket={ticket} />}
    </Drawer>
  );
}

function Deeds({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const { id: me } = useMe();
  const [transferring, setTransferring] = useState(false);
  const [listening, setListening] = useState(false);
  const listen = useAction(() => api.listen(ticket.id), { stale: [], after: () => setListening(true) });
  const theirs = ticket.assigneeId !== null && ticket.assigneeId !== me;
  return (
    <div className="floor-deeds" data-testid="floor-drawer">
      <p className="row wrap small">
        <ChannelTag channel={ticket.channel} />
        <span>{ticket.queueName ? queueText(t, ticket.queueName) : ''}</span>
        <span>{ticket.assigneeName ?? t('floor.unassigned')}</span>
      </p>
      <div className="row wrap">
        {ticket.channel !== 'phone' && !listening && (
          <Button
            type="primary"
            loading={listen.isPending}
            onClick={() => listen.mutate(undefined)}
            data-testid="listen"
          >
            {t('floor.listen')}
          </Button>
        )}
        <Button onClick={() => setTransferring(true)} data-testid="floor-transfer">
          {t('floor.transfer')}
        </Button>
        {theirs && <TakeOverButton ticket={ticket} />}
        <Link to={`/desk/${ticket.id}`}>{t('floor.toDesk')}</Link>
      </div>
      {theirs && <Whisper ticket={ticket} />}
      {listening && <ReadAlong ticket={ticket} />}
      {transferring && <TransferDialog ticket={ticket} close={() => setTransferring(false)} stay />}
    </div>
  );
}

function Whisper({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const key = useRef(newKey());
  const words = useRef<TextAreaRef>(null);
  const send = useAction((said: string) => api.whisper(ticket.id, said, key.current), {
    stale: [keys.whispers(ticket.id)],
    done: t('floor.whispered', { name: ticket.assigneeName ?? '' }),
    after: (_, said) => {
      // What was written since is for the next one.
      setText((now) => withoutSentWords(now.trimStart(), said));
      key.current = newKey();
      // The button that had the focus has nothing to send now.
      words.current?.focus();
    },
  });
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (text.trim() !== '' && !send.isPending) send.mutate(text.trim());
  };
  return (
    <div className="floor-whisper">
      <Input.TextArea
        ref={words}
        value={text}
        onKeyDown={press}
        onChange={(event) => {
          setText(event.target.value);
          key.current = newKey();
        }}
        rows={2}
        maxLength={2_000}
        placeholder={t('floor.whisperTo', { name: ticket.assigneeName ?? '' })}
        aria-label={t('floor.whisperTo', { name: ticket.assigneeName ?? '' })}
        data-testid="whisper-text"
      />
      <Button
        disabled={text.trim() === ''}
        loading={send.isPending}
        onClick={() => send.mutate(text.trim())}
        data-testid="whisper-send"
      >
        {t('floor.whisper')}
      </Button>
    </div>
  );
}

/** What is said, as it is said. Nobody's presence on the ticket changes by it, and nothing is marked as read. */
function ReadAlong({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const section = useRef<HTMLElement>(null);
  const found = useQuery({
    queryKey: keys.messages(ticket.id),
    queryFn: ({ signal }) => api.messages(ticket.id, signal),
  });
  const count = found.data?.length ?? 0;
  // Newer browsers answer with a promise, which is no way to end an effect.
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [count]);
  // The button that began it is gone, and with it the focus.
  const ready = found.data !== undefined;
  useEffect(() => {
    if (ready) section.current?.focus({ preventScroll: true });
  }, [ready]);
  if (found.isPending) return <Loading />;
  if (!found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return (
    <section
      ref={section}
      tabIndex={-1}
      className="floor-messages"
      aria-label={t('floor.listening')}
      aria-live="polite"
      data-testid="read-along"
    >
      {found.data.map((message) => (
        <article key={message.id} className="floor-message" data-direction={message.direction}>
          <p className="small muted">
            {authorOf(message, ticket) ?? t('message.hub')} · {moment(message.receivedAt, Date.now(), i18n.language)}
          </p>
          <p className="floor-words">{message.text}</p>
        </article>
      ))}
      <div ref={end} />
    </section>
  );
}
