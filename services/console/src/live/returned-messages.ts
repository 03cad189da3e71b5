import type { OutboxItem } from '@patchbay/contracts';
import type { FailedMessage } from './failed-messages.ts';

/** Of what waits for its author, newest first: what has not been told yet, and what is told from now on. */
export function returnedMessages(
  waiting: readonly Pick<OutboxItem, 'messageId' | 'ticketId' | 'ticketNumber' | 'status'>[],
  before: readonly string[],
): { fresh: FailedMessage[]; told: string[] } {
  const known = new Set(before);
  return {
    fresh: waiting.flatMap(({ messageId, ticketId, ticketNumber, status }) =>
      known.has(messageId) ? [] : [{ messageId, ticketId, number: ticketNumber, status: troubleOf(status) }],
    ),
    told: waiting.map(({ messageId }) => messageId),
  };
}

const troubleOf = (status: OutboxItem['status']): 'failed' | 'unknown' | 'partly' =>
  status === 'failed' || status === 'unknown' ? status : 'partly';
