import { HubError, type OutboundMessage, type RequestField } from '@patchbay/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import type { ChannelRequest } from '../channel.ts';
import { conformanceDeps, describeConformance } from '../conformance.ts';
import { answering, closedPort, closeProviders, provider } from '../twilio/test-provider.ts';
import { openFileLink } from './file-link.ts';
import { createHttpChannel } from './index.ts';
import { newSecret, signedHeaders, verifySignature } from './signature.ts';
import type { HttpSourceSettings } from './source.ts';

const sourceId = '0190a0de-0000-7000-8000-000000000001';
const secret = newSecret();
const path = '/webhooks/http/:sourceId';
const source: HttpSourceSettings = {
  id: sourceId,
  kind: 'app',
  secrets: [secret],
  outboundUrl: 'http://127.0.0.1:1/hook',
  replyBy: 'webhook',
  trust: { email: 'claimed', phone: 'claimed', external: 'verified', account: 'claimed' },
  enabled: true,
};
const fields: RequestField[] = [
  { key: 'orderNumber', labelEn: 'Order', labelZh: '订单', type: 'text', required: true },
];
const depsFor = (settings: Partial<HttpSourceSettings> = {}) =>
  conformanceDeps({
    httpSources: {
      source: async (id) => (id === sourceId ? { ...source, ...settings } : null),
      requestFields: async (type) => (type === 'order' ? fields : null),
    },
  });

const message = {
  id: 'm-1',
  from: { externalId: 'u17', email: 'Ada@Example.com', phone: '+49 30 901820', name: 'Ada' },
  conversationId: 'c-1',
  text: 'Where is it? 在哪里',
  requestType: 'order',
  fields: { orderNumber: 'A-1' },
  attachments: [{ filename: '../a.txt', contentType: 'text/plain', content: Buffer.from('hi').toString('base64') }],
};
function signed(body: unknown, to = path, more: Partial<ChannelRequest> = {}, by = secret): ChannelRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return {
    method: 'POST',
    path: to,
    params: { sourceId },
    url: `https://hub.example.test${to.replace(':sourceId', sourceId)}`,
    headers: { 'content-type': 'application/json', ...signedHeaders([by], 'w-1', new Date(), bytes) },
    query: {},
    body: bytes,
    ...more,
  };
}

const outbound: OutboundMessage = {
  outboundId: 'o-1',
  idempotencyKey: 'k',
  ticketId: 't',
  ticketNumber: 1001,
  channelAccount: `http:${sourceId}`,
  to: `${sourceId}:u17`,
  cc: [],
  subject: null,
  text: 'On its way',
  html: null,
  attachments: [],
  inReplyTo: 'm-1',
  references: [`http:${sourceId}:c-1`],
  automatic: false,
};
afterAll(closeProviders);
const sendTo = async (base: Promise<string>, sent: OutboundMessage, signal = new AbortController().signal) =>
  createHttpChannel(depsFor({ outboundUrl: await base })).send(sent, signal);

describeConformance('http', createHttpChannel, {
  deps: depsFor,
  outbound,
  requests: [
    { name: 'a message', request: signed(message), contacts: 1 },
    { name: 'a bare one', request: signed({ id: 'm-2', text: '' }), contacts: 1 },
    { name: 'a status', request: signed({ id: 'o-1', status: 'read' }, `${path}/status`), contacts: 0 },
  ],
  foreign: [
    { name: 'no signature', request: signed(message, path, { headers: {} }) },
    { name: 'another secret', request: signed(message, path, {}, newSecret()) },
    { name: 'a changed body', request: signed(message, path, { body: Buffer.from('{}') }) },
  ],
  malformed: [
    { name: 'no JSON', request: signed(Buffer.from('{"a":')) },
    { name: 'bytes that are no text', request: signed(Buffer.from([0xff, 0xfe])) },
    { name: 'an array', request: signed([message]) },
    { name: 'no id', request: signed({ ...message, id: '' }) },
    { name: 'a wrong address', request: signed({ ...message, from: { email: 'ada' } }) },
    { name: 'a phone without country', request: signed({ ...message, from: { phone: '030 901820' } }) },
    { name: 'an unknown type', request: signed({ ...message, requestType: 'nothing' }) },
    { name: 'a required field left out', request: signed({ ...message, fields: {} }) },
    { name: 'an unknown field', request: signed({ ...message, fields: { orderNumber: 'A', x: 1 } }) },
    { name: 'fields without a type', request: signed({ ...message, requestType: undefined }) },
    {
      name: 'a file that it only names',
      request: signed({ ...message, attachments: [{ filename: 'a', size: 1, sha256: 'a'.repeat(64) }] }),
    },
    { name: 'an unknown status', request: signed({ id: 'o-1', status: 'lost' }, `${path}/status`) },
  ],
  failures: [
    { name: 'refused', send: (sent) => sendTo(answering(400, ''), sent), code: 'provider_refused' },
    { name: 'gone', send: (sent) => sendTo(answering(410, ''), sent), code: 'provider_refused' },
    {
      name: 'a redirect',
      send: (sent) => sendTo(answering(302, '', { location: '/' }), sent),
      code: 'provider_refused',
    },
    { name: 'too fast', send: (sent) => sendTo(answering(429, ''), sent), code: 'too_many_requests' },
    { name: 'ill', send: (sent) => sendTo(answering(503, ''), sent), code: 'provider_unavailable' },
    { name: 'not there', send: (sent) => sendTo(closedPort(), sent), code: 'provider_unavailable' },
    {
      name: 'cut off after the request',
      send: (sent) =>
        sendTo(
          provider((request) => void request.once('end', () => request.socket.destroy()).resume()),
          sent,
        ),
      code: 'outcome_unknown',
    },
    {
      name: 'a way back that is none',
      send: (sent) => createHttpChannel(depsFor({ replyBy: 'none' })).send(sent, new AbortController().signal),
      code: 'provider_refused',
    },
  ],
});

test.each([path, `${path}/status`])('what the hub itself sends out is refused at %s', async (to) => {
  let posted: unknown;
  const keep = provider((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      posted = JSON.parse(Buffer.concat(chunks).toString());
      response.end();
    });
  });
  await sendTo(keep, outbound);
  const channel = createHttpChannel(depsFor());
  const take = async () => [...(await channel.parse(signed(posted, to))), ...channel.parseStatus(signed(posted, to))];
  await expect(take()).rejects.toMatchObject({ code: 'unprocessable' });
});

describe('a message', () => {
  test('may have a type of its source’s own', async () => {
    const channel = createHttpChannel(depsFor());
    expect(await channel.parse(signed({ ...message, type: 'message.created' }))).toMatchObject([{ externalId: 'm-1' }]);
  });
  test('is of whom its source says, as far as the source is believed', async () => {
    const [contact] = await createHttpChannel(depsFor()).parse(signed(message));
    expect(contact).toMatchObject({
      channelAccount: `http:${sourceId}`,
      externalId: 'm-1',
      senderName: 'Ada',
      request: { type: 'order', fields: { orderNumber: 'A-1' } },
      threading: { references: [`http:${sourceId}:c-1`, `http:${sourceId}#m-1`] },
      attachments: [{ filename: expect.not.stringContaining('/'), size: 2 }],
      acknowledge: true,
    });
    expect(contact?.identifiers).toEqual([
      { kind: 'external', value: `${sourceId}:u17`, grade: 'verified' },
      { kind: 'email', value: 'ada@example.com', grade: 'claimed' },
      { kind: 'phone', value: '+4930901820', grade: 'claimed' },
      { kind: 'external', value: expect.stringMatching(/^conversation:/), grade: 'known' },
    ]);
  });
  test.each([
    ['webhook', {}, undefined, true],
    ['webhook', {}, false, false],
    ['email', { email: 'ada@example.com' }, undefined, false],
    ['email', { email: 'ada@example.com' }, true, true],
    ['email', { phone: '+4930901820' }, true, false],
    ['none', { email: 'ada@example.com' }, true, false],
  ] as const)(
    'answered by %s, from %j, that asks for it %s: is acknowledged %s',
    async (replyBy, from, asks, expected) => {
      const [contact] = await createHttpChannel(depsFor({ replyBy })).parse(
        signed({ ...message, from, acknowledge: asks }),
      );
      expect(contact?.acknowledge).toBe(expected);
    },
  );
  test('is another one when it says something else, and the same when only its circumstances differ', async () => {
    const hash = async (change: object) => {
      const [contact] = await createHttpChannel(depsFor()).parse(signed({ ...message, ...change }));
      return contact?.contentHash;
    };
    const first = await hash({});
    for (const same of [{ acknowledge: false }, { language: 'zh' }, { occurredAt: '2026-01-02T03:04:05Z' }])
      expect(await hash(same)).toBe(first);
    const other = [
      { text: 'Other words' },
      { subject: 'Another' },
      { html: '<p>x</p>' },
      { fields: { orderNumber: 'A-2' } },
      { from: { externalId: 'u18' } },
      { conversationId: 'c-2' },
      { inReplyTo: 'm-0' },
      { attachments: [] },
      { attachments: [{ filename: 'a.txt', content: 'aGk=' }] },
      { attachments: [{ filename: 'a.txt', url: 'https://example.com/a.txt' }] },
    ];
    expect(new Set([first, ...(await Promise.all(other.map(hash)))]).size).toBe(other.length + 1);
  });
  test.each([
    ['2026-01-02T03:04:05+08:00', '2026-01-01T19:04:05.000Z'],
    // Offsets and years that no database takes.
    ['2026-01-02T00:00:00+23:59', '2026-01-01T00:01:00.000Z'],
    ['0001-01-01T00:00:00+10:00', undefined],
  ])('that happened at %s was sent at %s', async (occurredAt, sentAt) => {
    const [contact] = await createHttpChannel(depsFor()).parse(signed({ ...message, occurredAt }));
    expect(contact?.sentAt).toBe(sentAt);
  });
  test('of a conversation proves nothing about another sender or another conversation', async () => {
    const key = async (change: object) => {
      const [contact] = await createHttpChannel(depsFor()).parse(signed({ ...message, ...change }));
      return contact?.identifiers.at(-1)?.value;
    };
    const keys = await Promise.all([key({}), key({ conversationId: 'c-2' }), key({ from: { externalId: 'u18' } })]);
    expect(new Set(keys).size).toBe(3);
  });
  test.each([['0190a0de-0000-7000-8000-000000000002'], ['x']])('for %s finds no source', async (id) => {
    const verify = async () => createHttpChannel(depsFor()).verify(signed(message, path, { params: { sourceId: id } }));
    await expect(verify()).rejects.toMatchObject({ code: 'not_found' });
  });
  test('for a source that is switched off finds none', async () => {
    const verify = async () => createHttpChannel(depsFor({ enabled: false })).verify(signed(message));
    await expect(verify()).rejects.toBeInstanceOf(HubError);
  });
});

test('an answer is signed, names the conversation, and its files can be fetched for a while', async () => {
  const seen: { headers: Record<string, string>; body: Buffer }[] = [];
  const base = provider((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) });
      response.writeHead(200).end('{"id":"theirs-1"}');
    });
  });
  const deps = depsFor();
  const file = { filename: 'a.txt', contentType: 'text/plain', size: 2, sha256: 'b'.repeat(64), inline: false };
  expect(await sendTo(base, { ...outbound, attachments: [file] })).toEqual({ externalId: 'theirs-1', status: 'sent' });
  const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = seen;
  expect(() => verifySignature([secret], headers, body, new Date())).not.toThrow();
  const payload = JSON.parse(body.toString());
  expect(payload).toMatchObject({
    type: 'message.created',
    id: 'o-1',
    conversationId: 'c-1',
    to: 'u17',
    text: 'On its way',
  });
  const token = new URL(payload.attachments[0].url).pathname.split('/').at(-1) ?? '';
  expect(openFileLink(deps.signingKey, token, new Date())).toMatchObject({ sha256: file.sha256, filename: 'a.txt' });
  expect(openFileLink(deps.signingKey, token, new Date(Date.now() + 8 * 24 * 3600_000))).toBeNull();
  expect(openFileLink(deps.signingKey, `${token}x`, new Date())).toBeNull();
});

describe('a receiver that says more than is read', () => {
  const long = 'x'.repeat(100_000);
  /** Never ends, once it has begun. */
  const endless = provider((_request, response) => void response.writeHead(200).write('{"id":'));

  test('has taken the message', async () => {
    expect(await sendTo(answering(200, long), outbound)).toEqual({ externalId: 'o-1', status: 'sent' });
    expect(await sendTo(endless, outbound, AbortSignal.timeout(1000))).toEqual({ externalId: 'o-1', status: 'sent' });
  });
  test('has refused it', async () => {
    await expect(sendTo(answering(404, long), outbound)).rejects.toMatchObject({ code: 'provider_refused' });
    await expect(sendTo(answering(503, long), outbound)).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});

test('a repetition that the receiver knows already counts as taken', async () => {
  expect(await sendTo(answering(409, ''), outbound)).toEqual({ externalId: 'o-1', status: 'sent' });
});
