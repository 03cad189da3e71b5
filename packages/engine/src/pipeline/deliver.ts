/** The way out: an `outbound` row is claimed by one sender, handed to the provider, and how that ended is written down. */
import type { Channel, SentMessage } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { ChannelName, DeliveryReport, JobData, RefusedRecipient } from '@patchbay/contracts';
import { nextOutbound, recordDelivery as recordRow } from '@patchbay/store';
import type { ClaimedOutbound, NextOutbound, OutboundResult } from '@patchbay/store';
import { withdrewBefore } from '@patchbay/store/queries/consents';
import { withCode } from '../identity/codes.ts';
import type { Parts } from '../parts.ts';
import { hashedAddress } from '../privacy/erasure.ts';
import { outboundBatches } from './outbound-batches.ts';
import { findSent } from './find-sent.ts';
import { withTemplate } from './messaging.ts';
import { timeFor } from './sending-time.ts';
import { backoffMs, isRetryable, reasonOf, retryOnConflict, sendRetry } from './retry.ts';

/** Larger bytes lie in the file store; smaller ones cost no flush of their own. */
const largestRow = 64 * 1024;

/** Where people say STOP; what they said holds also when nothing else is known of them any more. */
const texting: ReadonlySet<string> = new Set(['sms', 'whatsapp']);

/** Handles the job `send-outbound`. Only the claim's winner sends; a row that is not due or not queued is left alone. */
export async function sendOutbound(
  parts: Parts,
  { outboundId, channel }: Pick<JobData<'send-outbound'>, 'outboundId' | 'channel'>,
): Promise<void> {
  const message = await outboundBatches(parts).claim(outboundId);
  if (!message) return;
  if ('postponedMs' in message)
    parts.jobs.add('send-outbound', { outboundId, round: message.round, channel }, { delayMs: message.postponedMs });
  else if ('obstacle' in message) {
    parts.log.info({ outboundId }, 'message held back');
    await sendNext(parts, message.ticketId);
    parts.relay.nudge();
  } else await sendClaimed(parts, message);
}

async function sendClaimed(parts: Parts, message: ClaimedOutbound): Promise<void> {
  const { outboundId } = message;
  const channel = message.channel as ChannelName;
  const outcome = await handOver(parts, message);
  const { next } = await outboundBatches(parts).settle({ id: outboundId, attempt: message.attempts, outcome });
  parts.metrics.sent.inc({ channel, result: outcome.result });
  parts.log.info(
    { outboundId, channel, result: outcome.result, correlationId: message.correlationId },
    'message handed over',
  );
  const delay = { delayMs: outcome.afterMs ?? 0 };
  if (outcome.result === 'retry')
    parts.jobs.add('send-outbound', { outboundId, round: message.attempts + message.postponed, channel }, delay);
  // A ticket's messages leave one after the other: the next one's job found this one before it, and is given again.
  if (next && (outcome.result !== 'retry' || outcome.reached)) goOn(parts, next);
  if (outcome.result === 'unknown') parts.jobs.add('reconcile-outbound', { outboundId, round: 0, channel }, delay);
  parts.relay.nudge();
}

/** Handles the job `send-outbounds`. */
export async function sendOutbounds(parts: Parts, { outboundIds, channel }: JobData<'send-outbounds'>): Promise<void> {
  await Promise.all(outboundIds.map((outboundId) => sendOutbound(parts, { outboundId, channel })));
}

/** What something stood against is settled too, and its ticket's next message goes on. */
async function sendNext(parts: Parts, ticketId: string): Promise<void> {
  const next = await nextOutbound(parts.db.sql, ticketId);
  if (next) goOn(parts, next);
}

function goOn(parts: Parts, { id, round, channel }: NextOutbound): void {
  parts.jobs.add('send-outbound', { outboundId: id, round, channel });
}

async function handOver(parts: Parts, message: ClaimedOutbound): Promise<OutboundResult> {
  const channel = parts.channels.get(message.channel as ChannelName);
  if (!channel) return { result: 'failed', error: 'The channel is not set up' };
  const against = message.standsAgainst ?? (await withdrawnFor(parts, message));
  let sent: SentMessage;
  let isAnew = false;
  let isLeaving = false;
  try {
    const before = await arrivedBefore(parts, channel, message);
    if (before) return { result: 'sent', externalId: before };
    isAnew = true;
    if (against) return { result: 'failed', error: against, heldBack: true };
    const carried = await withTemplate(parts, channel, await withCode(parts, message));
    const limit = AbortSignal.timeout(timeFor(parts.sending.limitMs, carried.attachments));
    isLeaving = true;
    sent = await channel.send(carried, AbortSignal.any([limit, parts.leaving]));
  } catch (error) {
    const outcome = failure(parts, message, error);
    if (outcome.result === 'failed' && isAnew && (!isLeaving || hasNoWayBack(error)))
      return { ...outcome, heldBack: true };
    return outcome.doubtful && isAnew ? { ...outcome, doubtfulAnew: true } : outcome;
  }
  // From here on the provider has it: nothing that fails now may have it sent again.
  if (sent.refused?.length) return partly(message, sent.externalId, sent.refused);
  return { result: 'sent', externalId: sent.externalId, ...(await keptRaw(parts, message, sent.raw)) };
}

const hasNoWayBack = (error: unknown): boolean => error instanceof HubError && error.reason === 'no-way-back';

async function withdrawnFor(parts: Parts, message: ClaimedOutbound): Promise<string | null> {
  if (!texting.has(message.channel)) return null;
  const withdrew = await withdrewBefore(parts.db.sql, message, hashedAddress(parts, message.to));
  return withdrew ? 'The recipient has withdrawn consent (STOP)' : null;
}

/**
 * The provider's id of a message of which an earlier try was answered with a failure and arrived all the same; null when none did.
 *
 * @throws HubError `provider_unavailable` as long as the provider may not list yet what it took, `outcome_unknown` when it cannot tell, and
 * whatever asking throws
 */
async function arrivedBefore(parts: Parts, channel: Channel, message: ClaimedOutbound): Promise<string | null> {
  if (message.doubtfulSince === null || !channel.findSent) return null;
  const found = await findSent(parts, channel, message, message.doubtfulSince);
  if (found === 'cannot-tell')
    throw new HubError('outcome_unknown', 'The provider cannot tell whether it took an earlier try');
  if (found === 'not-listed')
    throw new HubError('provider_unavailable', 'The provider may have taken an earlier try, and does not list it yet');
  return typeof found === 'object' ? found.externalId : null;
}

/** What was sent, for the outbox page. It has left: a file store that fails now must not have it sent again. */
async function keptRaw(
  parts: Parts,
  message: ClaimedOutbound,
  raw?: Uint8Array,
): Promise<Pick<OutboundResult, 'raw' | 'rawSha256'>> {
  if (!raw) return {};
  if (raw.byteLength <= largestRow) return { raw };
  try {
    return { rawSha256: (await parts.files.put(raw)).sha256 };
  } catch (error) {
    parts.log.warn({ err: error, outboundId: message.outboundId }, 'bytes of a sent message not kept');
    return {};
  }
}

/**
 * The provider took it for some recipients. Those are written down together with how this try ended, so that nobody gets it twice; it counts
 * as failed when the first recipient, whom it is for, is among those who did not get it.
 */
function partly(
  message: ClaimedOutbound,
  externalId: string,
  refused: NonNullable<SentMessage['refused']>,
): OutboundResult {
  const missed = new Set(refused.map(({ address }) => address));
  const all = [message.to, ...(message.alsoTo ?? []), ...message.cc, ...(message.bcc ?? [])];
  const reached = all.filter((address) => !missed.has(address) && !message.reached?.includes(address));
  const error = `Not taken for ${refused.map(inWords).join(', ')}; everybody else has it`;
  if (refused.some(({ permanent }) => !permanent) && message.attempts < sendRetry.attempts)
    return {
      result: 'retry',
      externalId,
      error,
      reached,
      putOff: true,
      afterMs: backoffMs(sendRetry, message.attempts, Math.random()),
    };
  return { result: missed.has(message.to) ? 'failed' : 'sent', externalId, error, reached };
}

const inWords = ({ address, reason }: RefusedRecipient): string => `${address} (${reason})`;

/** Some have it from an earlier try: what cannot be tried again has reached them all the same. */
function lastTry(message: ClaimedOutbound, error: string): OutboundResult {
  const reached = message.reached ?? [];
  if (reached.length === 0) return { result: 'failed', error };
  return {
    result: reached.includes(message.to) ? 'sent' : 'failed',
    error: `${error}; only ${reached.join(', ')} got it`,
  };
}

/** An outcome that nobody knows is never tried again by itself: that could send it twice. */
function failure(parts: Parts, message: ClaimedOutbound, error: unknown): OutboundResult {
  parts.log.warn(
    { err: error, outboundId: message.outboundId, correlationId: message.correlationId },
    'message not handed over',
  );
  // What an adapter did not foresee may have happened before or after the request left.
  if (!(error instanceof HubError) || error.code === 'outcome_unknown') {
    const refused = error instanceof HubError ? error.refused : [];
    return {
      result: 'unknown',
      error: reasonOf(error),
      afterMs: parts.sending.reconcileMs[0],
      ...(refused.length > 0 && { untaken: refused.map(inWords) }),
    };
  }
  const optedOut = error.reason === 'recipient-opted-out' ? error.message : undefined;
  if (!isRetryable(error)) return { ...lastTry(message, reasonOf(error)), optedOut };
  // After the last try nothing more is sent, and what the provider may have taken it is asked about like anything else.
  if (message.attempts >= sendRetry.attempts)
    return error.doubtful || message.doubtfulSince !== null
      ? { result: 'unknown', error: reasonOf(error), afterMs: parts.sending.reconcileMs[0] }
      : lastTry(message, reasonOf(error));
  const afterMs = backoffMs(sendRetry, message.attempts, Math.random(), error.retryAfterMs);
  // Too many requests is said to the account: the rest of its queue waits, too.
  const pauseMs = error.code === 'too_many_requests' ? afterMs : 0;
  return {
    result: 'retry',
    error: reasonOf(error),
    afterMs,
    pauseMs,
    doubtful: error.doubtful || undefined,
    putOff: error.putOff,
  };
}

/** A provider's word on a message of ours. */
export async function recordDelivery(parts: Parts, report: DeliveryReport): Promise<void> {
  await retryOnConflict(() => recordRow(parts.db.sql, report));
  parts.relay.nudge();
}
