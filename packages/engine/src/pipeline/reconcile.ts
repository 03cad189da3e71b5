/** A send of unknown end is never repeated by itself: its provider is asked, and what the provider cannot tell a person decides. */
import type { ChannelName } from '@patchbay/contracts';
import { HubError } from '@patchbay/contracts';
import {
  claimReconcile,
  databaseErrorCode,
  endAsking,
  leaveToPerson,
  resolveOutbound,
  settleOutbound,
} from '@patchbay/store';
import type { Decision, Unreconciled } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { findSent } from './find-sent.ts';
import { retryOnConflict } from './retry.ts';

/** Handles the job `reconcile-outbound`. Only the claim's winner asks. */
export async function reconcileOutbound(parts: Parts, { outboundId }: { outboundId: string }): Promise<void> {
  const [, ...nextMs] = parts.sending.reconcileMs;
  const message = await claimReconcile(parts.db.sql, outboundId, nextMs);
  if (!message) return;
  if ('postponedMs' in message) {
    const { round, postponedMs: delayMs } = message;
    parts.jobs.add('reconcile-outbound', { outboundId, round, channel: 'http' }, { delayMs });
    return;
  }
  const asked = await ask(parts, message);
  const found =
    typeof asked === 'object' && !(await settleFound(parts, message, asked.externalId)) ? 'cannot-tell' : asked;
  if (found === 'not-sent') {
    await leave(parts, outboundId, 'The provider has no such message; it can be sent again');
  } else if (typeof found !== 'object' && message.last) {
    await leave(parts, outboundId, 'The provider cannot tell whether it was sent; decide it by hand');
  } else if (typeof found !== 'object') {
    const delayMs = nextMs[message.round - 1] ?? 0;
    const channel = message.channel as ChannelName;
    const round = message.round + message.postponed;
    parts.jobs.add('reconcile-outbound', { outboundId, round, channel }, { delayMs });
  }
  const outcome = typeof found === 'object' ? 'sent' : found;
  parts.log.info({ outboundId, outcome, correlationId: message.correlationId }, 'provider asked about a message');
  parts.relay.nudge();
}

const leave = (parts: Parts, outboundId: string, evidence: string): Promise<void> =>
  retryOnConflict(() => leaveToPerson(parts.db.sql, outboundId, evidence));

async function ask(parts: Parts, message: Unreconciled) {
  const channel = parts.channels.get(message.channel as ChannelName);
  try {
    return await findSent(parts, channel, message, message.claimedAt);
  } catch (error) {
    parts.log.warn({ err: error, outboundId: message.outboundId }, 'provider did not tell about a message');
    return 'cannot-tell';
  } finally {
    if (message.channel === 'http') await endAsked(parts, message.outboundId);
  }
}

/** What is not written down ends by itself. */
async function endAsked(parts: Parts, outboundId: string): Promise<void> {
  try {
    await endAsking(parts.db.sql, outboundId);
  } catch (error) {
    parts.log.warn({ err: error, outboundId }, 'that a source was asked is not written down');
  }
}

/**
 * False when another message has this id: of two that say the same to the same recipient the provider has one. A source was asked by our id, and has
 * the message, whatever it calls it.
 */
async function settleFound(
  parts: Parts,
  { outboundId, channel }: Pick<Unreconciled, 'outboundId' | 'channel'>,
  externalId: string,
): Promise<boolean> {
  try {
    await retryOnConflict(() => settleOutbound(parts.db.sql, outboundId, { result: 'sent', externalId }, 'unknown'));
    return true;
  } catch (error) {
    if (databaseErrorCode(error) !== '23505') throw error;
    return channel === 'http' && externalId !== outboundId && settleFound(parts, { outboundId, channel }, outboundId);
  }
}

/** @throws HubError `conflict` when it is not undecided any more */
export async function decideOutbound(
  parts: Parts,
  { id, channel }: { id: string; channel: ChannelName },
  decision: Decision,
  actorId: string,
): Promise<void> {
  const outcome = await retryOnConflict(() => resolveOutbound(parts.db.sql, id, decision, actorId));
  if (outcome === 'none') throw new HubError('not_found', 'There is no such message');
  if (outcome === 'conflict') throw new HubError('conflict', 'There is nothing to decide about this message any more');
  // Its due time is now, and no earlier job has this name: the sweep would find it, too.
  if (decision === 'resend') parts.jobs.add('send-outbound', { outboundId: id, round: Date.now(), channel });
  parts.relay.nudge();
}
