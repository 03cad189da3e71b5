/** What messaging channels ask before and after a send: templates and the session window. */
import type { Channel } from '@patchbay/channels/channel';
import { fillTemplate, HubError, placesOf } from '@patchbay/contracts';
import type { OutboundMessage, Ticket, TicketDetail, messageCreate } from '@patchbay/contracts';
import { isWindowOpen, windowClosesAt } from '@patchbay/domain';
import { lastInboundAt, readTemplate, readTemplateUse, readTicketEnds } from '@patchbay/store';
import type { ClaimedOutbound, TemplateUse } from '@patchbay/store';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import { answerChannel } from './answer-channel.ts';
import { callObstacle } from './outgoing-calls.ts';

const closedWindow = 'More than 24 hours have passed since the customer wrote; only a template may be sent now';

interface Ends {
  channelAccount: string;
  contactAddress: string;
}

async function isClosed(parts: Parts, channel: Channel, { channelAccount, contactAddress }: Ends): Promise<boolean> {
  const { sessionWindowMs } = channel.capabilities;
  if (sessionWindowMs === undefined) return false;
  const last = await lastInboundAt(parts.db.sql, channel.name, channelAccount, contactAddress);
  return !isWindowOpen(last, sessionWindowMs, parts.now());
}

/**
 * The message as it leaves: with the template that it was made from. The window is asked again at this moment, since a message may have
 * waited until it closed.
 *
 * @throws HubError `provider_refused` when it has
 */
export async function withTemplate(
  parts: Parts,
  channel: Channel,
  message: ClaimedOutbound,
): Promise<OutboundMessage & ClaimedOutbound> {
  if (channel.capabilities.sessionWindowMs === undefined) return message;
  const template = await readTemplateUse(parts.db.sql, message.messageId);
  if (template) return { ...message, template };
  if (await isClosed(parts, channel, { channelAccount: message.channelAccount, contactAddress: message.to }))
    throw new HubError('provider_refused', closedWindow, { reason: 'session-closed' });
  return message;
}

/** @throws HubError `unprocessable` for a text of one's own beyond the channel's window */
export async function refuseBeyondWindow(parts: Parts, channel: Channel, ticketId: string): Promise<void> {
  if (channel.capabilities.sessionWindowMs === undefined) return;
  const ends = await readTicketEnds(parts.db.sql, ticketId);
  if (ends && (await isClosed(parts, channel, ends))) throw new HubError('unprocessable', closedWindow);
}

/** The text that a chosen template makes, and what the provider is given instead of it. */
export async function chosenTemplate(
  parts: Parts,
  channel: Channel | undefined,
  choice: NonNullable<z.infer<typeof messageCreate>['template']>,
): Promise<{ text: string; use: TemplateUse & { templateId: string } }> {
  const template = await readTemplate(parts.db.sql, choice.id);
  if (!template || template.channel !== channel?.name)
    throw new HubError('unprocessable', 'template: there is none like it for this channel');
  if (template.state !== 'active') throw new HubError('unprocessable', 'template: it is not used any more');
  if (choice.variables.length !== placesOf(template.body))
    throw new HubError('unprocessable', `template: it has ${placesOf(template.body)} places to fill`);
  return {
    text: fillTemplate(template.body, choice.variables),
    use: { templateId: template.id, contentSid: template.contentSid, variables: choice.variables },
  };
}

/** What a screen has to know about the ticket's channel before somebody writes. */
export async function messagingDetail(
  parts: Parts,
  ticket: Pick<Ticket, 'id' | 'channel'>,
): Promise<Omit<TicketDetail, keyof Ticket>> {
  const capabilities = (await answerChannel(parts, ticket))?.capabilities;
  const ends = (await readTicketEnds(parts.db.sql, ticket.id)) ?? { channelAccount: '', contactAddress: '' };
  const windowMs = capabilities?.sessionWindowMs;
  const files = capabilities?.files;
  const last =
    windowMs === undefined
      ? null
      : await lastInboundAt(parts.db.sql, ticket.channel, ends.channelAccount, ends.contactAddress);
  return {
    ...ends,
    messagingWindow:
      windowMs === undefined ? null : { closesAt: windowClosesAt(last, windowMs)?.toISOString() ?? null },
    limits: {
      textLength: capabilities?.textLength ?? null,
      segments: capabilities?.segments ?? false,
      templates: windowMs !== undefined,
      copies: capabilities?.copies ?? false,
      files: files
        ? {
            ...files,
            types: [...files.types],
            pictureBytes: files.pictureBytes ?? null,
            withText: files.withText ? [...files.withText] : null,
          }
        : null,
    },
    callObstacle: await callObstacle(parts, ticket.id),
  };
}
