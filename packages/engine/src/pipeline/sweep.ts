/** What a crash, a lost job or a lost queue left behind is found here: the rows are the record, the queue is a hint. */
import {
  abandonedOutbound,
  dueOutbound,
  dueReconcile,
  endWrapUps,
  expiredOffers,
  pendingInbox,
  queuesWithWaiting,
  settleOutbounds,
  staleCalls,
  undialledCalls,
  withdrawOffer,
} from '@patchbay/store';
import { dueAwaited } from '@patchbay/store/queries/awaited-files';
import { dueReplays } from '@patchbay/store/queries/inbox-bulk';
import { dueHeldReplies } from '@patchbay/store/queries/held-replies';
import { stalledOutgoing } from '@patchbay/store/queries/outgoing-calls';
import { waitingImports } from '@patchbay/store/queries/imports';
import { forgetSealedCodes } from '@patchbay/store/queries/identity-codes';
import { deleteOldAnswers } from '@patchbay/store/queries/queues';
import { deleteOldTokens } from '@patchbay/store/queries/visitor-sites';
import { deleteOldUploads, deleteStrayReports } from '@patchbay/store/queries/leftovers';
import type { Parts } from '../parts.ts';
import { longestWaitMs } from '../rush.ts';
import { endStaleCall } from './calls.ts';
import { abandonedReplyMs } from './held-replies.ts';
import { retryOnConflict } from './retry.ts';
import { msPerByte } from './sending-time.ts';

/** A row is left to its job for so long before the sweep takes it up. */
const graceMs = 5_000;
/** A person looks at the clock while a reply is held back, so a lost job is made up for soon. */
const heldGraceMs = 1_000;
/** A send that has not ended after so long, and the time for its files, belongs to a process that is gone. */
const abandonedMs = 3 * 60_000;
const unwritten = 'How it ended could not be written down; whether it left is not known';
/** Whoever knows how a send ended writes it down within this of the moment when the database answers again. */
const recoveryMs = 30_000;
const strayReportDays = 7;
const uploadDays = 2;
const batch = 500;

/**
 * How long a call can be in a state at the most. A caller waits for as long as the queue says, and meanwhile the carrier asks at least once a
 * minute what they are to hear: this is how long it may not be heard of. An agent's phone rings for twenty seconds and that of a customer who is
 * called for thirty, a recording takes two minutes, and the carrier ends every call within a day.
 */
const longestCallMs = {
  waiting: 5 * 60_000,
  connecting: 90_000,
  voicemail: 10 * 60_000,
  talking: 24 * 3600_000,
  held: 24 * 3600_000,
};

/** When a sweep failed last, on this process's clock. */
const failedAt = new WeakMap<Parts, number>();

export async function sweep(parts: Parts): Promise<void> {
  try {
    await sweepOnce(parts);
  } catch (error) {
    failedAt.set(parts, performance.now());
    throw error;
  }
}

async function sweepOnce(parts: Parts): Promise<void> {
  for (const row of await pendingInbox(parts.db.sql, graceMs, batch))
    parts.jobs.add('ingest-contact', { inboxId: row.id, round: row.attempts, media: row.media }, { once: true });
  for (const { id, tries } of await dueAwaited(parts.db.sql, graceMs, batch))
    parts.jobs.add('fetch-file', { awaitedFileId: id, round: tries });
  for (const inboxId of await dueReplays(parts.db.sql, graceMs, batch))
    parts.jobs.add('replay-contact', { inboxId, replay: true });
  for (const row of await dueOutbound(parts.db.sql, outboundGraceMs(parts), batch))
    parts.jobs.add('send-outbound', { outboundId: row.id, round: row.round, channel: row.channel }, { once: true });
  for (const row of await dueReconcile(parts.db.sql, graceMs, batch))
    parts.jobs.add('reconcile-outbound', { outboundId: row.id, round: row.round, channel: row.channel });
  for (const row of await dueHeldReplies(parts.db.sql, heldGraceMs, abandonedReplyMs, batch))
    parts.jobs.add('release-reply', { heldReplyId: row.id, round: row.attempts + 1 });
  if (performance.now() - (failedAt.get(parts) ?? -Infinity) > recoveryMs) await settleAbandoned(parts);
  for (const call of await undialledCalls(parts.db.sql, graceMs)) parts.jobs.add('connect-call', call);
  for (const outgoingCallSid of await stalledOutgoing(parts.db.sql, graceMs, longestCallMs.connecting))
    parts.jobs.add('outgoing-call', { outgoingCallSid });
  for (const callSid of await staleCalls(parts.db.sql, longestCallMs)) await endStaleCall(parts, callSid);
  for (const importId of await waitingImports(parts.db.sql, batch)) parts.jobs.add('run-import', { importId });
  await deleteStrayReports(parts.db.sql, strayReportDays, batch);
  await deleteOldUploads(parts.db.sql, uploadDays, batch);
  await forgetSealedCodes(parts.db.sql);
  await deleteOldAnswers(parts.db.sql, batch);
  await deleteOldTokens(parts.db.sql, batch);
  parts.relay.nudge();
}

/** What waits for the end of a rush, and then leaves with many others, has its job still to come. */
const outboundGraceMs = ({ rush }: Pick<Parts, 'rush'>): number =>
  rush.isOn(longestWaitMs.acknowledgements) ? graceMs + 2 * longestWaitMs.acknowledgements : graceMs;

async function settleAbandoned(parts: Parts): Promise<void> {
  for (const { id, attempt } of await abandonedOutbound(parts.db.sql, { ageMs: abandonedMs, msPerByte }, batch)) {
    const outcome = { result: 'unknown', error: unwritten, afterMs: parts.sending.reconcileMs[0] } as const;
    await retryOnConflict(() => settleOutbounds(parts.db.sql, [{ id, attempt, outcome }]));
    parts.log.warn({ outboundId: id }, 'abandoned send marked as unknown, unless it was reported');
  }
}

/** Offers that nobody took go back to their place, wrap-ups end, and what waits is offered again. */
export async function sweepOffers(parts: Parts): Promise<void> {
  for (const agentId of await endWrapUps(parts.db.sql, batch)) parts.jobs.add('serve-agent', { agentId });
  for (const offer of await expiredOffers(parts.db.sql, batch)) {
    await withdrawOffer(parts.db.sql, offer.ticketId, offer.agentId, 'Not taken in time', true);
  }
  for (const queueId of await queuesWithWaiting(parts.db.sql))
    parts.jobs.add('assign-waiting', { queueId }, { once: true });
  parts.relay.nudge();
}
