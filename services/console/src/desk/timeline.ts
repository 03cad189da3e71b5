import type { HubEvent, Message } from '@patchbay/contracts';

/** A line of the conversation. `key` stays the same while the line grows. */
export type TimelineItem =
  | { kind: 'day'; key: string; at: string }
  /** `reason`: why the hub put it on this ticket, in the hub's words; empty where it opened the ticket, which tells so itself. */
  | { kind: 'message'; key: string; message: Message; reason: string }
  | { kind: 'events'; key: string; events: HubEvent[] };

/** Told by the message itself. */
const silent = new Set<string>([
  'message.received',
  'message.file-settled',
  'message.created',
  'message.status-changed',
  'reply.held',
  'reply.taken-back',
  'reply.failed',
]);

/** Why each message that came joined the ticket, by the message's id. */
function joined(events: readonly HubEvent[]): ReadonlyMap<unknown, string> {
  const opened = events.find(({ type }) => type === 'ticket.opened')?.data['reason'];
  const reasons = new Map<unknown, string>();
  let before: unknown;
  for (const { type, data } of events) {
    if (type !== 'message.received') continue;
    const { messageId, reason, channel } = data;
    // A line of a chat or a text joins as the one before it did, and says so once.
    const isToldBefore = channel !== 'email' && reason === before;
    if (typeof reason === 'string' && reason !== opened && !isToldBefore) reasons.set(messageId, reason);
    before = reason;
  }
  return reasons;
}

/** Messages of all channels and what happened between them, oldest first; neighbouring events become one line. */
export function buildTimeline(messages: readonly Message[], events: readonly HubEvent[]): TimelineItem[] {
  const entries = [
    ...messages.map((message) => ({ at: message.receivedAt, rank: 0, message, event: null })),
    ...events
      .filter((event) => !silent.has(event.type))
      .map((event) => ({ at: event.at, rank: 1, message: null, event })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.rank - b.rank || (a.event?.seq ?? 0) - (b.event?.seq ?? 0));

  const reasons = joined(events);
  const items: TimelineItem[] = [];
  let day = '';
  for (const { at, message, event } of entries) {
    const today = new Date(at).toDateString();
    if (today !== day) items.push({ kind: 'day', key: `day ${today}`, at });
    day = today;
    const last = items.at(-1);
    if (message) items.push({ kind: 'message', key: message.id, message, reason: reasons.get(message.id) ?? '' });
    else if (last?.kind === 'events') last.events.push(event);
    else items.push({ kind: 'events', key: event.id, events: [event] });
  }
  return items;
}
