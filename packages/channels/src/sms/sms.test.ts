import { HubError, type OutboundMessage } from '@patchbay/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { conformanceDeps, describeConformance } from '../conformance.ts';
import { signedRequest } from '../twilio/signed-request.ts';
import { answering, closedPort, closeProviders, provider } from '../twilio/test-provider.ts';
import { createSmsChannel } from './index.ts';

const { config } = conformanceDeps();
const path = '/webhooks/twilio/sms';
const statusPath = `${path}/status`;

/** Every field of an incoming message that Twilio documents, and one that it does not. */
const incoming = {
  ToCountry: 'DE',
  ToState: '',
  SmsMessageSid: 'SM0123456789abcdef0123456789abcdef',
  NumMedia: '0',
  ToCity: '',
  FromZip: '',
  SmsSid: 'SM0123456789abcdef0123456789abcdef',
  FromState: '',
  SmsStatus: 'received',
  FromCity: '',
  Body: 'Hello – 你好 & goodbye',
  FromCountry: 'DE',
  To: '+4930901820',
  MessagingServiceSid: 'MG01',
  ToZip: '',
  NumSegments: '1',
  ReferralNumMedia: '0',
  MessageSid: 'SM0123456789abcdef0123456789abcdef',
  AccountSid: config.twilio.accountSid,
  From: '+4915112345678',
  ApiVersion: '2010-04-01',
  OptOutType: '',
  SomethingNew: 'x',
};
const statusFields = {
  MessageSid: 'SM01',
  SmsSid: 'SM01',
  MessageStatus: 'delivered',
  From: '+4930901820',
  To: '+4915112345678',
  AccountSid: config.twilio.accountSid,
  ApiVersion: '2010-04-01',
};
const outbound: OutboundMessage = {
  outboundId: 'o',
  idempotencyKey: 'k',
  ticketId: 't',
  ticketNumber: 1,
  channelAccount: '+4930901820',
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

afterAll(closeProviders);
const channelAt = (apiBaseUrl: string) =>
  createSmsChannel(conformanceDeps({ config: { twilio: { ...config.twilio, apiBaseUrl } } }));
const sendTo = async (base: Promise<string>, message: OutboundMessage, signal = new AbortController().signal) =>
  channelAt(await base).send(message, signal);

describeConformance('sms', createSmsChannel, {
  deps: () => conformanceDeps(),
  outbound,
  requests: [
    { name: 'a text', request: signedRequest(config, path, incoming), contacts: 1 },
    {
      name: 'a picture without words',
      request: signedRequest(config, path, {
        ...incoming,
        Body: '',
        NumMedia: '1',
        MediaUrl0: 'https://api.twilio.com/x/ME1',
        MediaContentType0: 'image/jpeg',
      }),
      contacts: 1,
    },
    { name: 'from a short code', request: signedRequest(config, path, { ...incoming, From: '22395' }), contacts: 1 },
    {
      name: 'media without an address',
      request: signedRequest(config, path, { ...incoming, NumMedia: '1' }),
      contacts: 1,
    },
    { name: 'a status', request: signedRequest(config, statusPath, statusFields), contacts: 0 },
  ],
  foreign: [
    {
      name: 'no signature',
      request: signedRequest(config, path, incoming, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    },
    {
      name: 'another token',
      request: signedRequest({ ...config, twilio: { ...config.twilio, authToken: 'other' } }, path, incoming),
    },
    {
      name: 'another address',
      request: signedRequest(config, path, incoming, { url: `${config.publicUrl}${statusPath}` }),
    },
    {
      name: 'a changed field',
      request: signedRequest(config, path, incoming, {
        body: Buffer.from(new URLSearchParams({ ...incoming, Body: 'x' }).toString()),
      }),
    },
    {
      name: 'an added field',
      request: signedRequest(config, path, incoming, {
        body: Buffer.from(new URLSearchParams({ ...incoming, Extra: 'x' }).toString()),
      }),
    },
  ],
  malformed: [
    {
      name: 'JSON',
      request: signedRequest(config, path, incoming, {
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"a":'),
      }),
    },
    {
      name: 'bytes that are no text',
      request: signedRequest(config, path, incoming, { body: Buffer.from([0xff, 0xfe, 0x00]) }),
    },
    { name: 'no MessageSid', request: signedRequest(config, path, { ...incoming, MessageSid: '' }) },
    { name: 'nonsense as sender', request: signedRequest(config, path, { ...incoming, From: '+1' }) },
    {
      name: 'an unknown state',
      request: signedRequest(config, statusPath, { ...statusFields, MessageStatus: 'lost' }),
    },
  ],
  failures: [
    {
      name: 'refused',
      send: (message) => sendTo(answering(400, '{"code":21211,"message":"Invalid number","status":400}'), message),
      code: 'provider_refused',
    },
    { name: 'wrong credentials', send: (message) => sendTo(answering(401, ''), message), code: 'provider_unavailable' },
    { name: 'too fast', send: (message) => sendTo(answering(429, '{}'), message), code: 'too_many_requests' },
    ...([408, 500, 503] as const).map((status) => ({
      name: `ill with ${status}`,
      send: (message: OutboundMessage) => sendTo(answering(status, '<html>'), message),
      code: 'provider_unavailable' as const,
    })),
    ...([502, 504, 520] as const).map((status) => ({
      name: `lost behind a gateway that says ${status}`,
      send: (message: OutboundMessage) => sendTo(answering(status, '<html>'), message),
      code: 'outcome_unknown' as const,
    })),
    { name: 'not there', send: (message) => sendTo(closedPort(), message), code: 'provider_unavailable' },
    {
      name: 'cut off after the request',
      send: (message) =>
        sendTo(
          provider((request) => void request.once('end', () => request.socket.destroy()).resume()),
          message,
        ),
      code: 'outcome_unknown',
    },
    {
      name: 'an answer that is no answer',
      send: (message) => sendTo(answering(201, 'ok'), message),
      code: 'outcome_unknown',
    },
    {
      name: 'stopped while waiting',
      send: (message) => {
        const stop = new AbortController();
        return sendTo(
          provider(() => stop.abort()),
          message,
          stop.signal,
        );
      },
      code: 'outcome_unknown',
    },
    {
      name: 'stopped before',
      send: (message) => sendTo(answering(201, '{}'), message, AbortSignal.abort()),
      code: 'provider_unavailable',
    },
  ],
});

describe('a text', () => {
  test('becomes a contact of its sender', async () => {
    const now = new Date('2026-01-02T03:04:05Z');
    const channel = createSmsChannel(conformanceDeps({ now: () => now }));
    const fields = {
      ...incoming,
      NumMedia: '2',
      MediaUrl0: 'https://api.twilio.com/a/ME1',
      MediaContentType0: 'image/jpeg',
      MediaUrl1: 'https://api.twilio.com/a/ME2',
      MediaContentType1: 'text/vcard',
    };
    expect(await channel.parse(signedRequest(config, path, fields))).toEqual([
      {
        channel: 'sms',
        channelAccount: '+4930901820',
        externalId: incoming.MessageSid,
        contentHash: expect.stringMatching(/^[\da-f]{64}$/),
        kind: 'customer',
        identifiers: [{ kind: 'phone', value: '+4915112345678', grade: 'known' }],
        from: '+4915112345678',
        to: ['+4930901820'],
        text: 'Hello – 你好 & goodbye',
        receivedAt: now.toISOString(),
        remoteFiles: [
          { filename: 'media-1.jpg', contentType: 'image/jpeg', url: 'https://api.twilio.com/a/ME1' },
          { filename: 'media-2.vcf', contentType: 'text/vcard', url: 'https://api.twilio.com/a/ME2' },
        ],
      },
    ]);
    expect(channel.reply(signedRequest(config, path, fields))).toMatchObject({
      status: 200,
      contentType: 'text/xml',
      body: expect.stringMatching(/<Response ?\/>$/),
    });
  });
});

describe('statuses', () => {
  const channel = createSmsChannel(conformanceDeps());
  test.each([
    ['queued', undefined],
    ['accepted', undefined],
    ['sending', undefined],
    ['scheduled', undefined],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'failed'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ])('%s is %s', (MessageStatus, status) => {
    const reports = channel.parseStatus(signedRequest(config, statusPath, { ...statusFields, MessageStatus }));
    expect(reports.map((report) => [report.externalId, report.channelAccount, report.status])).toEqual(
      status ? [['SM01', '+4930901820', status]] : [],
    );
  });
  test('a failure says why', () => {
    const [report] = channel.parseStatus(
      signedRequest(config, statusPath, { ...statusFields, MessageStatus: 'undelivered', ErrorCode: '30003' }),
    );
    expect(report?.error).toBe('Twilio 30003: the handset cannot be reached');
  });
});

describe('sending', () => {
  test('hands over what Twilio needs, signed in, and once', async () => {
    const requests: { url: string | undefined; authorization: string | undefined; form: Record<string, string> }[] = [];
    const base = provider((request, response) => {
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          requests.push({
            url: request.url,
            authorization: request.headers.authorization,
            form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
          });
          response
            .writeHead(201, { 'content-type': 'application/json' })
            .end(JSON.stringify({ sid: 'SM77', status: 'queued' }));
        });
    });
    expect(
      await sendTo(
        base.then((url) => `${url}/simulator/carrier/`),
        outbound,
      ),
    ).toEqual({ externalId: 'SM77' });
    expect(requests).toEqual([
      {
        url: `/simulator/carrier/2010-04-01/Accounts/${config.twilio.accountSid}/Messages.json`,
        authorization: `Basic ${Buffer.from(`${config.twilio.accountSid}:${config.twilio.authToken}`).toString('base64')}`,
        form: {
          From: '+4930901820',
          To: '+4915112345678',
          Body: 'Hi',
          StatusCallback: `${config.publicUrl}${statusPath}`,
        },
      },
    ]);
  });
  test('passes on how long Twilio wants to be left alone', async () => {
    const error = await sendTo(
      answering(429, '{"code":20429,"message":"Too many requests"}', { 'retry-after': '7' }),
      outbound,
    ).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ code: 'too_many_requests', retryAfterMs: 7000 });
  });
});
