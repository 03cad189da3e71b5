/** An agent's answer: a message, its row on the way out, and the event, durable before the caller is told. */
import { createHash } from 'node:crypto';
import type { Channel } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { messageCreate } from '@patchbay/contracts';
import type { z } from 'zod';
import { readTicketState, readUploads, writeReply } from '@patchbay/store';
import type { Parts } from '../parts.ts';

export interface ReplyRequest {
  ticketId: string;
  author: { id: string; name: string };
  idempotencyKey: string;
  input: z.infer<typeof messageCreate>;
  correlationId: string;
}

/**
 * Writes a reply or an internal note. The same key with the same content answers the message that is there; with another content it is
 * a mistake of the caller.
 *
 * @throws HubError `not_found`, `gone` (closed ticket), `conflict` (key used for something else), `unprocessable`, `invalid_input`.
 */
export async function createReply(parts: Parts, request: ReplyRequest): Promise<{ messageId: string }> {
  const { ticketId, author } = request;
  const input = { ...request.input, text: request.input.text.toWellFormed(), html: request.input.html?.toWellFormed() };
  const attachments =
    input.attachments.length === 0 ? [] : await readUploads(parts.db.sql, author.id, input.attachments);
  if (attachments.length !== new Set(input.attachments).size)
    throw new HubError('invalid_input', 'attachments: an uploaded file was not found');
  if (input.text.trim() === '' && attachments.length === 0)
    throw new HubError('invalid_input', 'text: a message needs text or an attachment');
  const channel = await channelOf(parts, ticketId);
  if (input.visibility === 'public') refuseWhatTheChannelCannotCarry(channel, attachments.length);
  const written = await writeReply(parts.db.sql, {
    ticketId,
    sender: channel?.sender ?? null,
    authorId: author.id,
    authorName: author.name,
    idempotencyKey: request.idempotencyKey,
    correlationId: request.correlationId,
    requestHash: createHash('sha256').update(JSON.stringify(input)).digest('hex'),
    visibility: input.visibility,
    text: input.text,
    html: input.html ?? null,
    attachments,
  });
  if (written.outcome === 'no-ticket') throw new HubError('not_found', 'There is no such ticket');
  if (written.outcome === 'closed') throw new HubError('gone', 'The ticket is closed');
  if (written.outcome === 'mismatch' || !written.messageId)
    throw new HubError('conflict', 'This Idempotency-Key was used for another message');
  if (written.outcome === 'created') {
    parts.relay.nudge();
    if (written.outboundId) parts.jobs.add('send-outbound', { outboundId: written.outboundId, round: 0 });
  }
  return { messageId: written.messageId };
}

async function channelOf(parts: Parts, ticketId: string): Promise<Channel | undefined> {
  const ticket = await readTicketState(parts.db.sql, ticketId);
  if (!ticket) throw new HubError('not_found', 'There is no such ticket');
  return parts.channels.get(ticket.channel);
}

function refuseWhatTheChannelCannotCarry(channel: Channel | undefined, attachments: number): void {
  if (!channel?.capabilities.text)
    throw new HubError('unprocessable', 'This channel carries no text; write an internal note instead');
  if (attachments > 0 && !channel.capabilities.attachments)
    throw new HubError('unprocessable', 'This channel carries no attachments');
}
