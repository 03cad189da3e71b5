import { useQuery } from '@tanstack/react-query';
import { ArrowDownOutlined } from '@ant-design/icons';
import type { Message, Ticket, TicketDetail } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed, Loading } from '../feedback/states.tsx';
import { useTyping } from '../live/live-context.ts';
import { api } from '../query-client.ts';
import { authorOf } from './author.ts';
import type { ComposerRequest } from './composer.tsx';
import { EventsLine } from './events-line.tsx';
import { HeldReplies } from './held-replies.tsx';
import { MessageView } from './message-view.tsx';
import { buildTimeline } from './timeline.ts';
import { useStickToEnd } from './use-stick-to-end.ts';

/** No event tells of a try that is repeated. Milliseconds. */
const TRIES = 15_000;

export function TimelineView({ ticket, ask }: { ticket: TicketDetail; ask: (request: ComposerRequest) => void }) {
  const { t, i18n } = useTranslation();
  const messages = useQuery({
    queryKey: keys.messages(ticket.id),
    queryFn: ({ signal }) => api.messages(ticket.id, signal),
    refetchInterval: ({ state }) => (state.data?.some(({ waiting }) => waiting !== null) ? TRIES : false),
  });
  const events = useQuery({ queryKey: keys.events(ticket.id), queryFn: ({ signal }) => api.events(ticket.id, signal) });
  const items = useMemo(() => buildTimeline(messages.data ?? [], events.data ?? []), [messages.data, events.data]);
  const forward = useCallback((message: Message) => ask({ forward: message }), [ask]);
  const scroll = useStickToEnd(messages.data?.length ?? 0);
  if (messages.isPending)
    return (
      <div className="timeline">
        <Loading />
      </div>
    );
  if (!messages.data)
    return (
      <div className="timeline">
        <Failed error={messages.error} retry={() => void messages.refetch()} />
      </div>
    );
  const day = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  return (
    <div className="timeline-frame">
      <div
        className="timeline"
        ref={scroll.ref}
        onScroll={scroll.onScroll}
        role="log"
        aria-label={t('desk.timeline')}
        tabIndex={0}
      >
        <div className="timeline-inner" ref={scroll.inner}>
          {events.isError && <p className="events-failed small">{t('desk.eventsFailed')}</p>}
          {items.map((item) => {
            if (item.kind === 'day')
              return (
                <div key={item.key} className="day">
                  <span>{day.format(new Date(item.at))}</span>
                </div>
              );
            return item.kind === 'message' ? (
              <MessageView
                key={item.key}
                message={item.message}
                author={authorOf(item.message, ticket)}
                ours={ticket.addresses}
                reason={item.reason}
                forward={ticket.limits.copies ? forward : null}
              />
            ) : (
              <EventsLine key={item.key} events={item.events} />
            );
          })}
          <HeldReplies ticket={ticket} messages={messages.data} goOn={() => ask({ goOn: true })} />
          <Typing ticket={ticket} />
        </div>
      </div>
      {scroll.below > 0 && (
        <Button
          className="new-below"
          shape="round"
          type="primary"
          size="small"
          icon={<ArrowDownOutlined />}
          onClick={scroll.toEnd}
        >
          {t('desk.newBelow', { count: scroll.below })}
        </Button>
      )}
    </div>
  );
}

function Typing({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const typing = useTyping(ticket.id);
  return (
    <div className="typing" role="status" data-testid="typing">
      {typing && (
        <>
          <span className="typing-dots" aria-hidden>
            <i />
            <i />
            <i />
          </span>
          {typing.by === 'agent'
            ? t('desk.agentTyping', { name: typing.name ?? t('event.someAgent') })
            : t('desk.typing', { name: typing.name ?? ticket.customerName })}
        </>
      )}
    </div>
  );
}
