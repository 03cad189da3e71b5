/** What an endpoint is sent: the event as the API shows it to a manager. */
import type { HubEvent } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { eventsAfter } from '@patchbay/store';
import type { ClaimedDelivery } from '@patchbay/store/queries/webhooks-out';
import { presentEvents } from '../privacy/masking.ts';

/** No agent: what is shown by the role alone. */
const manager = { agentId: '', role: 'manager' } as const;

type Payload = Omit<HubEvent, 'type'> & { type: string };

/** Null when there is no such event any more. */
export async function payloadOf(
  sql: Queryable,
  { eventSeq, createdAt }: Pick<ClaimedDelivery, 'eventSeq'> & { createdAt: Date },
): Promise<Payload | null> {
  if (eventSeq === null) return testPayload(createdAt);
  const [event] = await eventsAfter(sql, eventSeq - 1, 1);
  if (!event || event.seq !== eventSeq) return null;
  const { alsoQueueIds: _queues, ...told } = event;
  const [shown = told] = await presentEvents(sql, manager, [told]);
  return shown;
}

function testPayload(at: Date): Payload {
  return {
    seq: 0,
    id: '0',
    type: 'webhook.test',
    at: at.toISOString(),
    ticketId: null,
    customerId: null,
    queueId: null,
    agentId: null,
    actorId: null,
    correlationId: null,
    data: {},
  };
}
