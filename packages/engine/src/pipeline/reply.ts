/** An agent's answer: a message, its row on the way out, and the event, durable before the caller is told. */
import { createHash } from 'node:crypto';
import type { Channel } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { MessageCreate } from '@patchbay/contracts';
import { findReply, insertTemplateUse, readTicketState, writeReply } from '@patchbay/store';
import type { NewReply, WrittenReply } from '@patchbay/store';
import { findHeldReply } from '@patchbay/store/queries/held-replies';
import type { Parts } from '../parts.ts';
import { answerChannel } from './answer-channel.ts';
import { composeReply } from './compose-reply.ts';
import { chosenTemplate, refuseBeyondWindow } from './messaging.ts';
import { keyOfReply, type ReplyKey } from './reply-key.ts';

type TemplateUse = Parameters<typeof insertTemplateUse>[2];

export interface ReplyRequest {
  ticketId: string;
  author: { id: string; name: string };
  key: ReplyKey;
  input: MessageCreate;
  correlationId: string;
}

/**
 * Writes a reply or an internal note. The same key with the same content answers the message that is there; with another content it is
 * a mistake of the caller. A repetition is answered so whatever has become of the ticket, its files and its templates since. A key under
 * which the author holds a reply back answers that reply's message once it is one, and is refused until then; what was taken back leaves its
 * key free. Of several requests in the same moment the first does so, and the others find what it did.
 *
 * @throws HubError `not_found`, `gone` (closed ticket), `conflict` (key used for something else), `unprocessable`, `invalid_input`.
 */
export async function createReply(parts: Parts, request: ReplyRequest): Promise<{ messageId: string }> {
  const { ticketId, author } = request;
  const idempotencyKey = keyOfReply(request.key);
  const requestHash = hashOfReply(request.input);
  const earlier =
    (await findReply(parts.db.sql, ticketId, idempotencyKey)) ?? (await heldBefore(parts, request, requestHash));
  if (earlier) return repeated(earlier, requestHash);
  const { channel, input, composed, use } = await prepare(parts, request);
  const written = await writeWithTemplate(parts, use, {
    ...composed,
    ticketId,
    sender: channel?.sender ?? null,
    authorId: author.id,
    authorName: author.name,
    idempotencyKey,
    callerKey: 'caller' in request.key ? request.key.caller : null,
    correlationId: request.correlationId,
    requestHash,
    visibility: input.visibility,
  });
  if (written.outcome === 'no-ticket') throw new HubError('not_found', 'There is no such ticket');
  if (written.outcome === 'closed') throw new HubError('gone', 'The ticket is closed');
  if (written.outcome === 'held') throw heldBack();
  if (written.outcome === 'not-leaving') throw hasLeft();
  if (written.outcome === 'mismatch' || !written.messageId) throw usedForAnother();
  if (written.outcome === 'created') {
    parts.relay.nudge();
    if (written.outboundId)
      parts.jobs.add('send-outbound', { outboundId: written.outboundId, round: 0, channel: channel?.name });
  }
  return { messageId: written.messageId };
}

function repeated(earlier: { messageId: string; requestHash: string | null }, requestHash: string) {
  if (earlier.requestHash !== requestHash) throw usedForAnother();
  return { messageId: earlier.messageId };
}

/** What was handed in to be held back does not leave by this way as well: its message, once it is one. */
async function heldBefore(parts: Parts, { ticketId, author, key }: ReplyRequest, requestHash: string) {
  const held = 'caller' in key ? await findHeldReply(parts.db.sql, ticketId, author.id, key.caller) : null;
  if (!held || held.state === 'taken-back') return null;
  if (held.messageId) return { messageId: held.messageId, requestHash: held.requestHash };
  if (held.requestHash !== requestHash) throw usedForAnother();
  throw heldBack();
}

const heldBack = (): HubError =>
  new HubError('conflict', 'The message with this Idempotency-Key is held back, and leaves by itself');
/** Of a held reply. */
export const hasLeft = (): HubError => new HubError('conflict', 'The message has left, or was taken back');

/** Of a key that came with something else before. */
export const usedForAnother = (): HubError =>
  new HubError('conflict', 'This Idempotency-Key was used for another message');

/** Everything that would refuse the reply now. @throws like {@link createReply} */
export async function checkReply(parts: Parts, request: Omit<ReplyRequest, 'key'>): Promise<void> {
  const { status } = await prepare(parts, request);
  if (status === 'closed' && request.input.visibility === 'public') throw new HubError('gone', 'The ticket is closed');
}

async function prepare(parts: Parts, request: Omit<ReplyRequest, 'key'>) {
  const { ticketId, author } = request;
  const { channel, status } = await channelOf(parts, ticketId);
  const template = request.input.template && (await chosenTemplate(parts, channel, request.input.template));
  const input = wellFormed({ ...request.input, ...(template && { text: template.text }) });
  const composed = await composeReply(parts, channel, { ticketId, author, input });
  if (input.visibility === 'public' && channel && !template) await refuseBeyondWindow(parts, channel, ticketId);
  if (template && (input.visibility !== 'public' || composed.attachments.length > 0))
    throw new HubError('unprocessable', 'A template is sent as it is: public, and without files');
  return { channel, status, input, composed, use: template?.use };
}

/** Of what the author handed in. */
export function hashOfReply(input: MessageCreate): string {
  return createHash('sha256')
    .update(JSON.stringify(wellFormed(input)))
    .digest('hex');
}

/** Lone surrogates are in no UTF-8, and the database takes neither them nor NUL. */
export function wellFormed(input: MessageCreate): MessageCreate {
  const clean = (text: string) => text.toWellFormed().replaceAll('\0', '');
  return {
    ...input,
    text: clean(input.text),
    ...(input.html !== undefined && { html: clean(input.html) }),
    ...(input.subject !== undefined && { subject: clean(input.subject) }),
  };
}

async function channelOf(parts: Parts, ticketId: string): Promise<{ channel: Channel | undefined; status: string }> {
  const ticket = await readTicketState(parts.db.sql, ticketId);
  if (!ticket) throw new HubError('not_found', 'There is no such ticket');
  return { channel: await answerChannel(parts, ticket), status: ticket.status };
}

/** The template's use is written with the message, before anybody can send it. */
async function writeWithTemplate(parts: Parts, use: TemplateUse | undefined, reply: NewReply): Promise<WrittenReply> {
  if (!use) return writeReply(parts.db.sql, reply);
  return parts.db.transaction(async (tx) => {
    const written = await writeReply(tx, reply);
    if (written.outcome === 'created' && written.messageId) await insertTemplateUse(tx, written.messageId, use);
    return written;
  });
}
