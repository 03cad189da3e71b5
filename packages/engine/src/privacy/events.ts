import type { EventData, EventType } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import type { Principal } from '../auth/principal.ts';

/** Writes what somebody did about a customer, in the transaction that does it. The audit trail has it from there. */
export async function tellOfCustomer<T extends EventType>(
  tx: Queryable,
  principal: Pick<Principal, 'agentId'>,
  { type, customerId, correlationId }: { type: T; customerId: string; correlationId: string },
  data: EventData<T>,
): Promise<void> {
  await tx.query(`insert into event (type, customer_id, actor_id, correlation_id, data) values ($1, $2, $3, $4, $5)`, [
    type,
    customerId,
    principal.agentId,
    correlationId,
    JSON.stringify(data),
  ]);
}
