/** From committed events to the visitor whose conversation they belong to, and to nobody else. */
import type { HubEvent, TypingNotice } from '@patchbay/contracts';
import type { Namespace } from 'socket.io';
import { setTimeout as delay } from 'node:timers/promises';
import { visitorMessage, visitorRoom } from './visitors-socket.ts';
import type { VisitorDesk, VisitorParts } from './visitors.ts';

/** Pauses before a batch is tried again, in milliseconds. After the last one only a resume brings what it held. */
const retryPauses = [100, 1000, 5000];
const clockMs = 30_000;

export function followEvents(
  namespace: Namespace,
  parts: VisitorParts,
): Pick<VisitorDesk, 'agentSaw' | 'agentTyping' | 'close'> {
  const stopped = new AbortController();
  const reached = () => (parts.reach === 'process' ? namespace.local : namespace);
  const to = (visitorId: string) => reached().to(visitorRoom(visitorId));
  // Only one process finds the mark missing, so it tells the sockets of all.
  const agentSaw = (ticketId: string) => markRead(parts, ticketId, (visitorId) => namespace.to(visitorRoom(visitorId)));
  let available: boolean | undefined;
  let done: Promise<void> = Promise.resolve();

  const tellAvailability = async () => {
    const now = await parts.isAvailable();
    if (now === available) return;
    available = now;
    reached().emit('availability', { available: now });
  };
  const push = async (events: readonly HubEvent[]) => {
    // A process without visitors has nothing to read for them.
    if (parts.reach === 'cluster' || namespace.sockets.size > 0) {
      await pushMessages(parts, events, to);
      await pushMarks(parts, events, to);
    }
    for (const ticketId of await readTickets(parts, events)) await agentSaw(ticketId);
    if (events.some(changesAvailability)) await tellAvailability();
  };
  const unsubscribe = parts.onEvents((events) => {
    const ofInterest = events.filter(concernsVisitors);
    // One batch after the other, so that a visitor is shown things in the order in which they happened.
    if (ofInterest.length > 0) done = done.then(() => insist(() => push(ofInterest), parts, stopped.signal));
  });

  // It opens and closes by the clock, of which no event tells.
  const clock = setInterval(() => {
    if (namespace.sockets.size > 0) done = done.then(() => insist(tellAvailability, parts, stopped.signal));
  }, clockMs);

  return {
    agentSaw,
    async agentTyping(ticketId, name, typing) {
      const visitorId = await parts.store.visitorOf(ticketId);
      // An agent's notice may come from any process, so it always goes to all.
      if (visitorId)
        namespace
          .to(visitorRoom(visitorId))
          .emit('typing', { ticketId, by: 'agent', name, typing } satisfies TypingNotice);
    },
    async close() {
      unsubscribe();
      clearInterval(clock);
      stopped.abort();
      await done;
    },
  };
}

type Target = (visitorId: string) => { emit(event: string, data: unknown): unknown };

function concernsVisitors({ type, data }: HubEvent): boolean {
  if (type === 'message.received' || type === 'message.created')
    return data.channel === 'chat' && data.visibility !== 'internal';
  return type === 'message.status-changed' || changesAvailability({ type, data });
}

const changesAvailability = ({ type, data }: Pick<HubEvent, 'type' | 'data'>): boolean =>
  type === 'agent.presence-changed' || (type === 'setting.changed' && ofHours.has(String(data['setting'])));
const ofHours: ReadonlySet<string> = new Set(['queue', 'queue-order', 'calendar', 'team', 'agent']);

const isMessage = ({ type }: HubEvent) => type === 'message.received' || type === 'message.created';
const messageIds = (events: readonly HubEvent[]) =>
  events.map(({ data }) => data.messageId).filter((id) => typeof id === 'string');

async function pushMessages(parts: VisitorParts, events: readonly HubEvent[], to: Target): Promise<void> {
  for (const row of await parts.store.messages(messageIds(events.filter(isMessage))))
    to(row.visitorId).emit('message', visitorMessage(row));
}

async function pushMarks(parts: VisitorParts, events: readonly HubEvent[], to: Target): Promise<void> {
  const marked = events.filter(
    ({ type, data }) => type === 'message.status-changed' && (data.status === 'delivered' || data.status === 'read'),
  );
  for (const { visitorId, id, clientId, status } of await parts.store.messages(messageIds(marked))) {
    to(visitorId).emit('status', { messageId: id, clientId, status });
  }
}

/** Tickets whose visitor has been read: somebody answers, or has the ticket on screen as a message comes in. */
async function readTickets(parts: VisitorParts, events: readonly HubEvent[]): Promise<Set<string>> {
  const read = new Set<string>();
  for (const { type, ticketId, data } of events) {
    if (!ticketId || read.has(ticketId)) continue;
    if (type === 'message.created' && data.kind === 'agent') read.add(ticketId);
    else if (type === 'message.received' && (await parts.isWatched(ticketId))) read.add(ticketId);
  }
  return read;
}

async function markRead(parts: VisitorParts, ticketId: string, to: Target): Promise<void> {
  const unread = await parts.store.unreadByAgent(ticketId);
  const visitorId = unread.length > 0 ? await parts.store.visitorOf(ticketId) : null;
  if (!visitorId) return;
  const at = parts.now().toISOString();
  for (const { messageId, clientId, channelAccount, externalId } of unread) {
    await parts.recordDelivery({ channelAccount, externalId, status: 'read', at });
    to(visitorId).emit('status', { messageId, clientId, status: 'read' });
  }
}

/** Runs it, again after a pause when it fails; what failed for good is told by the next resume. */
async function insist(act: () => Promise<void>, parts: VisitorParts, signal: AbortSignal): Promise<void> {
  for (const pause of [...retryPauses, null]) {
    try {
      return await act();
    } catch (error) {
      parts.log.warn({ err: error, retryInMs: pause }, 'pushing events to visitors failed');
      if (pause === null) return;
      await delay(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }
}
