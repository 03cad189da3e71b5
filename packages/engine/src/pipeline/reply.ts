/** An agent's answer: a message, its row on the way out, and the event, durable before the caller is told. */
import { createHash } from 'node:crypto';
import type { Channel } from '@patchbay/channels/channel';
import { HubError } from '@patchbay/contracts';
import type { messageCreate, StoredFile } from '@patchbay/contracts';
import type { z } from 'zod';
import { insertTemplateUse, readTicketState, readUploads, writeReply } from '@patchbay/store';
import type { NewReply, WrittenReply } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { chosenTemplate, refuseBeyondWindow } from './messaging.ts';

type TemplateUse = Parameters<typeof insertTemplateUse>[2];

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
  const channel = await channelOf(parts, ticketId);
  const template = request.input.template && (await chosenTemplate(parts, channel, request.input.template));
  const input = {
    ...request.input,
    text: template?.text ?? request.input.text.toWellFormed(),
    html: request.input.html?.toWellFormed(),
  };
  const attachments =
    input.attachments.length === 0 ? [] : await readUploads(parts.db.sql, author.id, input.attachments);
  if (attachments.length !== new Set(input.attachments).size)
    throw new HubError('invalid_input', 'attachments: an uploaded file was not found');
  if (input.text.trim() === '' && attachments.length === 0)
    throw new HubError('invalid_input', 'text: a message needs text or an attachment');
  if (input.visibility === 'public') {
    refuseWhatTheChannelCannotCarry(channel, input.text, attachments);
    if (channel && !template) await refuseBeyondWindow(parts, channel, ticketId);
  }
  if (template && (input.visibility !== 'public' || attachments.length > 0))
    throw new HubError('unprocessable', 'A template is sent as it is: public, and without files');
  const written = await writeWithTemplate(parts, template?.use, {
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

/** The template's use is written with the message, before anybody can send it. */
async function writeWithTemplate(parts: Parts, use: TemplateUse | undefined, reply: NewReply): Promise<WrittenReply> {
  if (!use) return writeReply(parts.db.sql, reply);
  return parts.db.transaction(async (tx) => {
    const written = await writeReply(tx, reply);
    if (written.outcome === 'created' && written.messageId) await insertTemplateUse(tx, written.messageId, use);
    return written;
  });
}

function refuseWhatTheChannelCannotCarry(
  channel: Channel | undefined,
  text: string,
  files: readonly StoredFile[],
): void {
  const refuse = (why: string) => new HubError('unprocessable', why);
  if (!channel?.capabilities.text) throw refuse('This channel carries no text; write an internal note instead');
  const { attachments, textLength, files: limits } = channel.capabilities;
  if (textLength !== undefined && text.length > textLength)
    throw refuse(`text: this channel carries ${textLength} characters at most, and these are ${text.length}`);
  if (files.length === 0) return;
  if (!attachments) throw refuse('This channel carries no attachments');
  if (!limits) return;
  const unknown = files.find((file) => !limits.types.includes(file.contentType));
  if (unknown) throw refuse(`attachments: this channel carries no files of type ${unknown.contentType}`);
  if (files.length > limits.count) throw refuse(`attachments: this channel carries ${limits.count} at most`);
  if (files.reduce((sum, file) => sum + file.size, 0) > limits.bytes)
    throw refuse(`attachments: this channel carries ${Math.floor(limits.bytes / 1024 / 1024)} MB at most`);
}
