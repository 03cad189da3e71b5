import { inboundContact, visitorSend } from '@patchbay/contracts';
import type { StoredFile } from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChannelDeps, ChannelRequest } from '../channel.ts';
import { contactFromVisitor, createChatChannel, rawFromVisitor } from './index.ts';

const visitorId = '6f1b2c9e-55a3-4c1d-9a51-0d4b6f3b2a10';
const now = new Date('2026-03-01T12:00:00.000Z');
const file: StoredFile = {
  filename: 'label.png',
  contentType: 'image/png',
  size: 3,
  sha256: 'a'.repeat(64),
  inline: false,
};
const request = (body: string | Uint8Array): ChannelRequest => ({
  method: 'POST',
  path: '/',
  url: '/',
  headers: {},
  query: {},
  body: Buffer.from(body),
});
const channel = createChatChannel({} as ChannelDeps);

test('the visitor is proved by the token, the email is only a claim', () => {
  const message = visitorSend.parse({
    clientId: 'client-0001',
    text: 'Where is my order 1042?',
    name: ' Ana\nLi ',
    email: 'Ana@Example.com',
  });
  expect(inboundContact.parse(contactFromVisitor(visitorId, message, [], now))).toMatchObject({
    channel: 'chat',
    channelAccount: 'chat',
    externalId: `${visitorId}:client-0001`,
    identifiers: [
      { kind: 'visitor', value: visitorId, grade: 'verified' },
      { kind: 'email', value: 'ana@example.com', grade: 'claimed' },
    ],
    senderName: 'Ana Li',
    subject: 'Where is my order 1042?',
    receivedAt: now.toISOString(),
  });
});

test('a file alone is a message and names it; neither text nor file is refused', () => {
  const message = visitorSend.parse({ clientId: 'client-0002', text: '' });
  expect(contactFromVisitor(visitorId, message, [file], now)).toMatchObject({
    subject: 'label.png',
    attachments: [file],
  });
  expect(() => contactFromVisitor(visitorId, { ...message, text: ' \n\0' }, [], now)).toThrow('needs text or a file');
});

test('whatever is typed, the contact is valid, storable and the same again after a replay', () => {
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  fc.assert(
    fc.property(text, fc.string({ unit: 'binary', maxLength: 100 }), (typed, name) => {
      const message = visitorSend.parse({ clientId: 'client-0003', text: `x${typed}`, name });
      const contact = contactFromVisitor(visitorId, message, [file], now);
      inboundContact.parse(contact);
      expect(JSON.stringify(contact)).not.toContain('\\u0000');
      expect(contact.text?.isWellFormed() && contact.subject?.isWellFormed()).toBe(true);
      expect([...(contact.subject ?? '')].length).toBeLessThanOrEqual(81);
      expect(channel.parse(request(rawFromVisitor(visitorId, message, [file], now).bytes))).toEqual([contact]);
    }),
  );
});

test('there is no webhook, and a wrong replay says so', () => {
  expect(channel.webhookPaths).toEqual([]);
  expect(() => channel.verify(request('{}'))).toThrow('no webhooks');
  expect(() => channel.reply(request('{}'))).toThrow('no webhooks');
  expect(() => channel.parse(request('not json'))).toThrow('not JSON');
  expect(() => channel.parse(request('{}'))).toThrow('visitorId');
});
