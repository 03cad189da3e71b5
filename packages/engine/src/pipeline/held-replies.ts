/**
 * Replies that stand for some seconds before they leave, so that their author can take them back. The row is the record: a closed tab, a
 * lost job or a killed process delays a reply at the most. It becomes a message under a key made of its id, and so once.
 */
import { HubError, messageCreate } from '@patchbay/contracts';
import type { HeldReply, MessageCreate } from '@patchbay/contracts';
import {
  claimHeldReply,
  findHeldReply,
  holdReply,
  moveHeldReply,
  nextHeldReply,
  readHeldReply,
  undoSecondsOf,
  type ClaimedReply,
} from '@patchbay/store/queries/held-replies';
import { findReply } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import {
  checkReply,
  createReply,
  hashOfReply,
  hasLeft,
  usedForAnother,
  wellFormed,
  type ReplyRequest,
} from './reply.ts';
import { keyOfReply } from './reply-key.ts';
import { isRetryable, reasonOf } from './retry.ts';

/** Who took a reply to write it and has not done so after so long is gone. Milliseconds. */
export const abandonedReplyMs = 10_000;
/** Tries, ten seconds apart, before a reply that our own failures keep back is given to its author. */
const mostAttempts = 30;

type HoldRequest = Omit<ReplyRequest, 'key'> & { idempotencyKey: string };

/**
 * Holds a reply back for as long as its author wants. What can be refused is refused at once, while the author still looks; the same
 * request again is answered by the same reply, whatever has become of it and of the ticket since. A key under which a message was written is
 * refused: there is nothing left to take back.
 *
 * @throws HubError like `createReply`
 */
export async function holdBack(parts: Parts, request: HoldRequest): Promise<HeldReply> {
  const input = wellFormed(request.input);
  const requestHash = hashOfReply(input);
  const earlier = await findHeldReply(parts.db.sql, request.ticketId, request.author.id, request.idempotencyKey);
  if (earlier?.requestHash === requestHash) return heldReplyOf(parts, earlier.id);
  if (earlier) throw usedForAnother();
  const replyKey = keyOfReply({ caller: request.idempotencyKey });
  const sent = await findReply(parts.db.sql, request.ticketId, replyKey);
  if (sent) throw usedForAnother();
  if (input.visibility !== 'public')
    throw new HubError('unprocessable', 'visibility: only what leaves the centre is held back');
  await checkReply(parts, request);
  const delaySeconds = await undoSecondsOf(parts.db.sql, request.author.id);
  const held = await holdReply(parts.db.sql, {
    ticketId: request.ticketId,
    authorId: request.author.id,
    authorName: request.author.name,
    idempotencyKey: request.idempotencyKey,
    replyKey,
    requestHash,
    input,
    delaySeconds,
    correlationId: request.correlationId,
  });
  if (held.outcome === 'mismatch') throw usedForAnother();
  if (held.outcome === 'created') {
    parts.jobs.add('release-reply', { heldReplyId: held.id, round: 0 }, { delayMs: delaySeconds * 1000 });
    parts.relay.nudge();
  }
  return heldReplyOf(parts, held.id);
}

/** Handles the job `release-reply`. What is not due, taken back or released is left alone. */
export async function releaseReply(parts: Parts, { heldReplyId }: { heldReplyId: string }): Promise<void> {
  const claimed = await claimHeldReply(parts.db.sql, heldReplyId, abandonedReplyMs);
  if (claimed) await release(parts, claimed);
}

/** The author does not want to wait, or tries again what failed. @throws HubError `conflict` when it has left or was taken back */
export async function sendNow(parts: Parts, id: string): Promise<HeldReply> {
  const claimed = await claimHeldReply(parts.db.sql, id, abandonedReplyMs, true);
  if (!claimed) throw hasLeft();
  await release(parts, claimed);
  return heldReplyOf(parts, id);
}

/**
 * Asked again, as by who never heard the answer, it is the same reply: its words are nowhere else.
 *
 * @throws HubError `conflict` when it has left
 */
export async function takeBack(parts: Parts, id: string): Promise<HeldReply> {
  const moved = await moveHeldReply(parts.db.sql, id, ['held', 'failed'], 'taken-back');
  if (moved) parts.relay.nudge();
  const held = await heldReplyOf(parts, id);
  if (held.state !== 'taken-back') throw new HubError('conflict', 'The message has left already');
  return held;
}

async function release(parts: Parts, claimed: ClaimedReply): Promise<void> {
  try {
    const messageId = claimed.writtenId ?? (await write(parts, claimed));
    await moveHeldReply(parts.db.sql, claimed.id, ['leaving'], 'released', { messageId });
  } catch (error) {
    parts.log.warn(
      { err: error, heldReplyId: claimed.id, correlationId: claimed.correlationId },
      'held reply not sent',
    );
    // The sweep tries again: the claim lapses.
    if (isRetryable(error) && claimed.attempts < mostAttempts) return;
    await moveHeldReply(parts.db.sql, claimed.id, ['leaving'], 'failed', { reason: reasonOf(error) });
    parts.relay.nudge();
  }
  const next = await nextHeldReply(parts.db.sql, claimed);
  if (next) parts.jobs.add('release-reply', { heldReplyId: next.id, round: next.attempts + 1 });
}

async function write(parts: Parts, claimed: ClaimedReply): Promise<string> {
  const { messageId } = await createReply(parts, {
    ticketId: claimed.ticketId,
    author: { id: claimed.authorId, name: claimed.authorName },
    key: { heldReplyId: claimed.id },
    input: inputOf(claimed),
    correlationId: claimed.correlationId,
  });
  return messageId;
}

/** A row may have been written by an earlier release. */
function inputOf(claimed: ClaimedReply): MessageCreate {
  const parsed = messageCreate.safeParse(claimed.input);
  if (!parsed.success) throw new HubError('unprocessable', 'The message was written by another release of the hub');
  return parsed.data;
}

async function heldReplyOf(parts: Parts, id: string): Promise<HeldReply> {
  const held = await readHeldReply(parts.db.sql, id);
  if (!held) throw new HubError('not_found', 'There is no such message');
  return held;
}
