import type { OutboundMessage } from '@patchbay/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { conformanceDeps, describeConformance } from '../conformance.ts';
import { createSmsChannel } from '../sms/index.ts';
import { signedRequest } from '../twilio/signed-request.ts';
import { answering, closedPort, closeProviders, provider } from '../twilio/test-provider.ts';
import { createWhatsappChannel } from './index.ts';

const { config } = conformanceDeps();
const path = '/webhooks/twilio/whatsapp';
const statusPath = `${path}/status`;
/** Fields that Twilio documents for WhatsApp, and one that it does not. */
const incoming = {
  SmsMessageSid: 'SM0123456789abcdef0123456789abcdef',
  NumMedia: '0',
  ProfileName: 'Ada Lovelace',
  MessageType: 'text',
  SmsSid: 'SM0123456789abcdef0123456789abcdef',
  WaId: '4915112345678',
  SmsStatus: 'received',
  Body: 'Hello – 你好',
  To: 'whatsapp:+4930901821',
  NumSegments: '1',
  ReferralNumMedia: '0',
  MessageSid: 'SM0123456789abcdef0123456789abcdef',
  AccountSid: config.twilio.accountSid,
  From: 'whatsapp:+4915112345678',
  ApiVersion: '2010-04-01',
  SomethingNew: 'x',
};
const statusFields = {
  MessageSid: 'SM01',
  SmsSid: 'SM01',
  MessageStatus: 'read',
  ChannelPrefix: 'whatsapp',
  EventType: 'READ',
  From: 'whatsapp:+4930901821',
  To: 'whatsapp:+4915112345678',
  AccountSid: config.twilio.accountSid,
};
const outbound: OutboundMessage = {
  outboundId: 'o',
  idempotencyKey: 'k',
  ticketId: 't',
  ticketNumber: 1,
  channelAccount: '+4930901821',
  to: '+4915112345678',
  cc: [],
  subject: null,
  text: 'Hi',
  html: null,
  attachments: [],
  inReplyTo: null,
  references: [],
  automatic: false,
};
const picture = { filename: 'a.png', contentType: 'image/png', size: 3, sha256: 'a'.repeat(64), inline: false };

afterAll(closeProviders);
const channelAt = (apiBaseUrl: string) =>
  createWhatsappChannel(conformanceDeps({ config: { twilio: { ...config.twilio, apiBaseUrl } } }));
const sendTo = async (base: Promise<string>, message: OutboundMessage) =>
  channelAt(await base).send(message, new AbortController().signal);

describeConformance('whatsapp', createWhatsappChannel, {
  deps: () => conformanceDeps(),
  outbound,
  requests: [
    { name: 'a text', request: signedRequest(config, path, incoming), contacts: 1 },
    {
      name: 'a picture',
      request: signedRequest(config, path, {
        ...incoming,
        Body: '',
        NumMedia: '1',
        MediaUrl0: 'https://api.twilio.com/x/ME1',
        MediaContentType0: 'image/jpeg',
      }),
      contacts: 1,
    },
    {
      name: 'a place',
      request: signedRequest(config, path, { ...incoming, Body: '', Latitude: '52.52', Longitude: '13.4' }),
      contacts: 1,
    },
    {
      name: 'somebody without a number',
      request: signedRequest(config, path, { ...incoming, From: 'whatsapp:DE.1234567890' }),
      contacts: 1,
    },
    { name: 'a read receipt', request: signedRequest(config, statusPath, statusFields), contacts: 0 },
  ],
  foreign: [
    {
      name: 'another token',
      request: signedRequest({ ...config, twilio: { ...config.twilio, authToken: 'other' } }, path, incoming),
    },
    {
      name: 'another address',
      request: signedRequest(config, path, incoming, { url: `${config.publicUrl}${statusPath}` }),
    },
  ],
  malformed: [
    { name: 'no MessageSid', request: signedRequest(config, path, { ...incoming, MessageSid: '' }) },
    { name: 'nobody as sender', request: signedRequest(config, path, { ...incoming, From: 'whatsapp:' }) },
    {
      name: 'an unknown state',
      request: signedRequest(config, statusPath, { ...statusFields, MessageStatus: 'lost' }),
    },
  ],
  failures: [
    {
      name: 'refused',
      send: (message) => sendTo(answering(400, '{"code":63016,"message":"Outside the window","status":400}'), message),
      code: 'provider_refused',
    },
    { name: 'too fast', send: (message) => sendTo(answering(429, '{}'), message), code: 'too_many_requests' },
    { name: 'ill', send: (message) => sendTo(answering(503, '<html>'), message), code: 'provider_unavailable' },
    { name: 'not there', send: (message) => sendTo(closedPort(), message), code: 'provider_unavailable' },
    { name: 'nonsense', send: (message) => sendTo(answering(201, 'ok'), message), code: 'outcome_unknown' },
  ],
});

const contactOf = (fields: Record<string, string>) => {
  const [contact] = createWhatsappChannel(conformanceDeps()).parse(signedRequest(config, path, fields)) as object[];
  return contact;
};

describe('a WhatsApp message', () => {
  test('is from the holder of its number, by name', () => {
    expect(contactOf(incoming)).toMatchObject({
      channel: 'whatsapp',
      channelAccount: '+4930901821',
      externalId: incoming.MessageSid,
      kind: 'customer',
      identifiers: [{ kind: 'phone', value: '+4915112345678', grade: 'known' }],
      senderName: 'Ada Lovelace',
      from: '+4915112345678',
      text: 'Hello – 你好',
    });
  });
  test('is the same at the address for SMS, and a text at the address for WhatsApp is a text', () => {
    const sms = createSmsChannel(conformanceDeps());
    expect(sms.parse(signedRequest(config, '/webhooks/twilio/sms', incoming))).toEqual([
      { ...contactOf(incoming), receivedAt: expect.any(String) },
    ]);
    expect(contactOf({ ...incoming, From: '+4915112345678', To: '+4930901820' })).toMatchObject({
      channel: 'sms',
      channelAccount: '+4930901820',
    });
  });
  test('shows a place, a tapped button, and what it answers', () => {
    const place = { Latitude: '52.52', Longitude: '13.4', Address: 'Platz 1, Berlin', Label: 'Depot' };
    expect(contactOf({ ...incoming, ...place, Body: '' })).toMatchObject({
      text: 'Depot\nPlatz 1, Berlin\ngeo:52.52,13.4',
    });
    expect(contactOf({ ...incoming, Body: '', ButtonText: 'Track it', ButtonPayload: 'track' })).toMatchObject({
      text: 'Track it',
    });
    expect(contactOf({ ...incoming, OriginalRepliedMessageSid: 'SM99' })).toMatchObject({
      threading: { references: ['SM99'] },
    });
  });
  test.each([
    ['STOP', '', { kind: 'system', automatic: true, consent: { word: 'stop', said: 'STOP', byCarrier: false } }],
    ['no more', 'STOP', { kind: 'system', consent: { word: 'stop', said: 'no more', byCarrier: true } }],
    ['Cancel', '', { kind: 'customer' }],
    ['yes', '', { kind: 'customer', consent: { word: 'start', said: 'yes', byCarrier: false, ambiguous: true } }],
    ['Start', '', { kind: 'customer', consent: { word: 'start', said: 'Start', byCarrier: false } }],
    ['Help!', '', { kind: 'customer' }],
    ['Info', '', { kind: 'customer' }],
    ['Yes', 'START', { kind: 'customer', consent: { word: 'start', said: 'Yes', byCarrier: true } }],
    ['Help!', 'HELP', { kind: 'system', automatic: true, consent: { word: 'help', said: 'Help!', byCarrier: true } }],
  ])('%j (carrier: %j) is taken for what it is', (Body, OptOutType, expected) => {
    expect(contactOf({ ...incoming, Body, OptOutType })).toMatchObject(expected);
  });
});

describe('reports', () => {
  const report = (fields: object) =>
    createWhatsappChannel(conformanceDeps()).parseStatus(
      signedRequest(config, statusPath, { ...statusFields, ...fields }),
    );
  test('tell of reading', () => {
    expect(report({})).toMatchObject([{ channelAccount: '+4930901821', externalId: 'SM01', status: 'read' }]);
  });
  test.each([
    ['63016', 'session-closed'],
    ['21610', 'recipient-opted-out'],
  ])('with error %s say %s and to whom', (ErrorCode, reason) => {
    expect(report({ MessageStatus: 'failed', ErrorCode })).toMatchObject([
      { status: 'failed', reason, channel: 'whatsapp', recipient: '+4915112345678' },
    ]);
  });
});

describe('sending', () => {
  async function formOf(message: OutboundMessage): Promise<URLSearchParams> {
    let form = new URLSearchParams();
    const base = provider((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          form = new URLSearchParams(Buffer.concat(chunks).toString());
          response.writeHead(201, { 'content-type': 'application/json' }).end('{"sid":"SM77","status":"queued"}');
        });
    });
    expect(await sendTo(base, message)).toEqual({ externalId: 'SM77' });
    return form;
  }
  test('a text goes to the number in this network', async () => {
    expect(Object.fromEntries(await formOf(outbound))).toEqual({
      From: 'whatsapp:+4930901821',
      To: 'whatsapp:+4915112345678',
      Body: 'Hi',
      StatusCallback: `${config.publicUrl}${statusPath}`,
    });
  });
  test('a template goes by its id, without a text', async () => {
    const template = { contentSid: `HX${'a'.repeat(32)}`, variables: ['Ada', '4711'] };
    const form = Object.fromEntries(await formOf({ ...outbound, template }));
    expect(form).toMatchObject({ ContentSid: template.contentSid, ContentVariables: '{"1":"Ada","2":"4711"}' });
    expect(form).not.toHaveProperty('Body');
  });
  test('a picture goes as a link', async () => {
    const form = await formOf({ ...outbound, text: '', attachments: [picture] });
    expect(form.getAll('MediaUrl')).toEqual([expect.stringMatching(/^https:\/\/hub\.example\.test\/media\/[\w.-]+$/)]);
    expect(form.has('Body')).toBe(false);
  });
  test('a picture carries a text; a document goes without one', async () => {
    expect((await formOf({ ...outbound, attachments: [picture] })).get('Body')).toBe('Hi');
    const document = { ...picture, contentType: 'application/pdf', size: 6 * 1024 * 1024 };
    expect((await formOf({ ...outbound, text: '', attachments: [document] })).getAll('MediaUrl')).toHaveLength(1);
  });
  test.each([
    ['two files', { attachments: [picture, picture] }],
    ['a file too large', { attachments: [{ ...picture, contentType: 'video/mp4', size: 17 * 1024 * 1024 }], text: '' }],
    ['a picture too large', { attachments: [{ ...picture, size: 6 * 1024 * 1024 }], text: '' }],
    ['a text with a voice file', { attachments: [{ ...picture, contentType: 'audio/ogg' }] }],
    ['a text with a sticker', { attachments: [{ ...picture, contentType: 'image/webp' }] }],
    ['a file of another type', { attachments: [{ ...picture, contentType: 'text/html' }] }],
    ['a text too long', { text: 'x'.repeat(1601) }],
    ['nothing', { text: ' ' }],
    ['a template with a file', { attachments: [picture], template: { contentSid: 'HX', variables: [] } }],
  ])('%s is refused before it leaves', async (_name, more) => {
    await expect(sendTo(closedPort(), { ...outbound, ...more })).rejects.toMatchObject({ code: 'provider_refused' });
  });
  test('a refusal because of a STOP says so', async () => {
    const refused = sendTo(answering(400, '{"code":21610,"message":"Unsubscribed"}'), outbound);
    await expect(refused).rejects.toMatchObject({ code: 'provider_refused', reason: 'recipient-opted-out' });
  });
});
