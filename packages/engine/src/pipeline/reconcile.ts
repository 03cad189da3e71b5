/** A send of unknown end is never repeated by itself: its provider is asked, and what the provider cannot tell a person decides. */
import type { ChannelName } from '@patchbay/contracts';
import { HubError } from '@patchbay/contracts';
import { claimReconcile, knownExternalIds, leaveToPerson, resolveOutbound, settleOutbound } from '@patchbay/store';
import type { Decision, Unreconciled } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { retryOnConflict } from './retry.ts';

/** Handles the job `reconcile-outbound`. Only the claim's winner asks. */
export async function reconcileOutbound(parts: Parts, { outboundId }: { outboundId: string }): Promise<void> {
  const [, ...nextMs] = parts.sending.reconcileMs;
  const message = await claimReconcile(parts.db.sql, outboundId, nextMs);
  if (!message) return;
  const found = await ask(parts, message);
  if (typeof found === 'object') {
    const outcome = { result: 'sent' as const, externalId: found.externalId };
    await retryOnConflict(() => settleOutbound(parts.db.sql, outboundId, outcome, 'unknown'));
  } else if (found === 'not-sent') {
    await leaveToPerson(parts.db.sql, outboundId, 'The provider has no such message; it can be sent again');
  } else if (message.last) {
    await leaveToPerson(parts.db.sql, outboundId, 'The provider cannot tell whether it was sent; decide it by hand');
  } else {
    const delayMs = nextMs[message.round - 1] ?? 0;
    parts.jobs.add('reconcile-outbound', { outboundId, round: message.round }, { delayMs });
  }
  const outcome = typeof found === 'object' ? 'sent' : found;
  parts.log.info({ outboundId, outcome, correlationId: message.correlationId }, 'provider asked about a message');
  parts.relay.nudge();
}

async function ask(parts: Parts, message: Unreconciled) {
  const channel = parts.channels.get(message.channel as ChannelName);
  if (!channel?.findSent) return 'cannot-tell';
  try {
    return await channel.findSent(
      message,
      {
        since: new Date(message.claimedAt),
        known: (ids) => knownExternalIds(parts.db.sql, message.channelAccount, ids),
      },
      AbortSignal.timeout(parts.sending.limitMs),
    );
  } catch (error) {
    parts.log.warn({ err: error, outboundId: message.outboundId }, 'provider did not tell about a message');
    return 'cannot-tell';
  }
}

/** @throws HubError `conflict` when it is not undecided any more */
export async function decideOutbound(parts: Parts, id: string, decision: Decision, actorId: string): Promise<void> {
  const outcome = await resolveOutbound(parts.db.sql, id, decision, actorId);
  if (outcome === 'none') throw new HubError('not_found', 'There is no such message');
  if (outcome === 'conflict') throw new HubError('conflict', 'There is nothing to decide about this message any more');
  // Its due time is now, and no earlier job has this name: the sweep would find it, too.
  if (decision === 'resend') parts.jobs.add('send-outbound', { outboundId: id, round: Date.now() });
  parts.relay.nudge();
}
