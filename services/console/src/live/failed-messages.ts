import type { HubEvent } from '@patchbay/contracts';

/** Messages of this agent that have just failed, or of which a person has to say whether they left. Their own decisions are no news. */
export function failedMessages(events: readonly HubEvent[], me: string) {
  return events.flatMap(({ type, ticketId, actorId, data }) =>
    type === 'message.status-changed' &&
    ticketId !== null &&
    actorId === null &&
    data['authorId'] === me &&
    (data['status'] === 'failed' || data['status'] === 'unknown')
      ? [
          {
            ticketId,
            number: Number(data['ticketNumber']),
            messageId: String(data['messageId']),
            status: data['status'] === 'failed' ? ('failed' as const) : ('unknown' as const),
          },
        ]
      : [],
  );
}
