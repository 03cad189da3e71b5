/**
 * Web chat. The widget talks to the hub itself, so nothing comes in by webhook and nothing goes out to a provider: a
 * visitor's message enters by the `/visitors` socket, and an answer reaches the widget by the live events.
 */
import { HubError } from '@patchbay/contracts';
import type { Channel, ChannelCapabilities, ChannelFactory } from '../channel.ts';
import { contactFromRaw } from './schema.ts';

export * from './schema.ts';
export * from './visitor-token.ts';

const capabilities: ChannelCapabilities = {
  intake: 'push',
  live: true,
  text: true,
  html: false,
  subject: false,
  attachments: true,
  copies: false,
  acknowledges: true,
  continuationMs: 24 * 60 * 60 * 1000,
  reports: ['delivered', 'read'],
};

const noWebhook = (): never => {
  throw new HubError('not_found', 'The chat channel has no webhooks');
};

export const createChatChannel: ChannelFactory = (): Channel => ({
  name: 'chat',
  capabilities,
  webhookPaths: [],
  verify: noWebhook,
  // No request reaches this by HTTP; what is parsed is a kept visitor message that goes round again.
  parse: (request) => [contactFromRaw(request.body)],
  parseStatus: () => [],
  reply: noWebhook,
  // Sent once it is written: the live events carry it to the widget, whose marks report delivery and reading.
  send: async (message) => ({ externalId: message.outboundId, status: 'sent' }),
});
