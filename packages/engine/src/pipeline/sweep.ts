/** What a crash, a lost job or a lost queue left behind is found here: the rows are the record, the queue is a hint. */
import {
  abandonedOutbound,
  dueOutbound,
  expiredOffers,
  pendingInbox,
  queuesWithWaiting,
  settleOutbound,
  withdrawOffer,
} from '@patchbay/store';
import { deleteOldKeys } from '@patchbay/store/queries/idempotency';
import type { Parts } from '../parts.ts';

/** A row is left to its job for so long before the sweep takes it up. */
const graceMs = 5_000;
/** A send that has not ended after so long belongs to a process that is gone. */
const abandonedMs = 3 * 60_000;
/** So long the same request to the API gets the same answer. */
const keyLifeMs = 24 * 60 * 60_000;
const batch = 500;

export async function sweep(parts: Parts): Promise<void> {
  for (const row of await pendingInbox(parts.db.sql, graceMs, batch))
    parts.jobs.add('ingest-contact', { inboxId: row.id, round: row.attempts });
  for (const row of await dueOutbound(parts.db.sql, graceMs, batch))
    parts.jobs.add('send-outbound', { outboundId: row.id, round: row.attempts });
  for (const id of await abandonedOutbound(parts.db.sql, abandonedMs, batch)) {
    await settleOutbound(parts.db.sql, id, {
      result: 'unknown',
      error: 'The hub stopped while it was being sent; whether it left is not known',
    });
    parts.log.warn({ outboundId: id }, 'abandoned send marked as unknown');
  }
  await deleteOldKeys(parts.db.sql, keyLifeMs);
  parts.relay.nudge();
}

/** Offers that nobody took go back to their place, and what waits is offered again. */
export async function sweepOffers(parts: Parts): Promise<void> {
  for (const offer of await expiredOffers(parts.db.sql, batch)) {
    await withdrawOffer(parts.db.sql, offer.ticketId, offer.agentId, 'Not taken in time', true);
  }
  for (const queueId of await queuesWithWaiting(parts.db.sql)) parts.jobs.add('assign-waiting', { queueId });
  parts.relay.nudge();
}
