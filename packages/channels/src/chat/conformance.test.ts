import type { OutboundMessage } from '@patchbay/contracts';
import { conformanceDeps, describeConformance } from '../conformance.ts';
import { contactFromVisitor, createChatChannel, rawFromVisitor } from './index.ts';

const visitorId = '6f1b2c9e-55a3-4c1d-9a51-0d4b6f3b2a10';
const message = {
  clientId: 'client-0001',
  text: 'Where is my order?',
  attachments: [],
  email: 'ana@example.com',
  offline: false,
};
const now = new Date('2026-03-01T12:00:00Z');
const kept = (body: Uint8Array) => ({
  method: 'POST',
  path: '/',
  url: 'https://hub.example.test/',
  headers: {},
  query: {},
  body,
});
const outbound: OutboundMessage = {
  outboundId: '0190c0de-0000-7000-8000-000000000001',
  idempotencyKey: 'reply-1',
  ticketId: '0190c0de-0000-7000-8000-000000000002',
  ticketNumber: 1001,
  channelAccount: 'chat',
  to: visitorId,
  cc: [],
  subject: null,
  text: 'On its way',
  html: null,
  attachments: [],
  inReplyTo: null,
  references: [],
  automatic: false,
};

describeConformance('chat', createChatChannel, {
  deps: conformanceDeps,
  intake: [
    { name: 'a message on the socket', drafts: async () => [contactFromVisitor(visitorId, message, [], now)] },
    {
      name: 'a kept message that is replayed',
      drafts: async (channel) => channel.parse(kept(rawFromVisitor(visitorId, message, [], now).bytes)),
    },
  ],
  outbound,
});
