import type { HubEvent } from '@patchbay/contracts';

/** What a notice says. The number is null where the event does not tell it. */
export interface FailedMessage {
  readonly ticketId: string;
  readonly number: number | null;
  readonly messageId: string;
  /** `partly`: some of its recipients have it. */
  readonly status: 'failed' | 'unknown' | 'partly' | 'held';
}

/**
 * Messages of this agent that have just failed, or of which a person has to say whether they left, and replies that were held back and could
 * not leave. Their own decisions are no news.
 */
export function failedMessages(events: readonly HubEvent[], me: string): FailedMessage[] {
  return events.flatMap((event) => failedMessage(event, me) ?? []);
}

function failedMessage({ type, ticketId, actorId, data }: HubEvent, me: string): FailedMessage | null {
  if (ticketId === null) return null;
  // Its author held it back, and is named as who acted.
  if (type === 'reply.failed' && actorId === me)
    return { ticketId, number: null, messageId: String(data['heldReplyId']), status: 'held' };
  if (type !== 'message.status-changed' || actorId !== null || data['authorId'] !== me) return null;
  const status = troubleOf(data);
  if (status === null) return null;
  return { ticketId, number: Number(data['ticketNumber']), messageId: String(data['messageId']), status };
}

/** A message that went on and has an error all the same missed one of its recipients, and says which. */
function troubleOf({ status, error }: HubEvent['data']): 'failed' | 'unknown' | 'partly' | null {
  if (status === 'failed' || status === 'unknown') return status;
  return typeof error === 'string' && status !== 'queued' ? 'partly' : null;
}
