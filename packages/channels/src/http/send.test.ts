import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { sourceTrust } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { outgoing, testDeps } from '../email/test-deps.ts';
import { findTaken } from './find-taken.ts';
import { sendMessage } from './send.ts';
import type { HttpSourceSettings } from './source.ts';

const message = { ...outgoing, channelAccount: 'http:shop', to: 'shop:u1' };
const secrets = [`whsec_${Buffer.alloc(32, 1).toString('base64')}`];
const sentAt = new Date('2026-03-01T12:00:00Z');

async function sourceAt(server: Server, scheme = 'http'): Promise<HttpSourceSettings> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const outboundUrl = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return {
    id: 'shop',
    kind: 'app',
    secrets,
    outboundUrl,
    replyBy: 'webhook',
    trust: sourceTrust.parse({}),
    enabled: true,
  };
}

const answering = (status: number, body = '') =>
  createHttpServer((request, response) => {
    request.resume().once('end', () => response.writeHead(status).end(body));
  });

const afterMs = (ms: number) => testDeps({ now: () => new Date(sentAt.getTime() + ms) }, { privateAddresses: true });

it.each<[string, (socket: Socket) => void, string, string?]>([
  ['drops the line once it has read it', (socket) => socket.once('data', () => socket.destroy()), 'outcome_unknown'],
  ['reads it and says nothing', (socket) => socket.resume(), 'outcome_unknown'],
  ['is not there', () => undefined, 'provider_unavailable'],
  ['does not finish the handshake of TLS', (socket) => socket.resume(), 'provider_unavailable', 'https'],
  [
    'drops the line in the handshake of TLS',
    (socket) => socket.once('data', () => socket.destroy()),
    'provider_unavailable',
    'https',
  ],
])('one that %s has it or not, as far as anybody knows', async (what, behave, code, scheme) => {
  const server = createServer(behave);
  const source = await sourceAt(server, scheme);
  if (what === 'is not there') await new Promise((closed) => server.close(closed));
  await expect(sendMessage(message, source, afterMs(0), AbortSignal.timeout(1_000))).rejects.toMatchObject({ code });
  server.close();
});

it.each([
  [504, 'outcome_unknown'],
  [524, 'outcome_unknown'],
  [500, 'provider_unavailable'],
  [502, 'provider_unavailable'],
  [503, 'provider_unavailable'],
])('HTTP %i is %s', async (status, code) => {
  const server = answering(status);
  await expect(
    sendMessage(message, await sourceAt(server), afterMs(0), AbortSignal.timeout(5_000)),
  ).rejects.toMatchObject({ code });
  server.close();
});

it.each<[string, number, string, number, unknown]>([
  ['has it', 200, '{"taken":true}', 0, { externalId: message.outboundId }],
  ['has it under its own id', 200, '{"taken":true,"id":"theirs"}', 0, { externalId: 'theirs' }],
  ['has it not, while it may be on its way', 200, '{"taken":false}', 59_999, 'not-listed'],
  ['has it not', 200, '{"taken":false}', 60_000, 'not-sent'],
  ['does not know the question', 400, '{"error":"text is missing"}', 60_000, 'cannot-tell'],
  ['has it under a number', 200, '{"taken":true,"id":4711}', 0, { externalId: '4711' }],
  ['has it under an id that is none', 200, '{"taken":true,"id":null}', 0, { externalId: message.outboundId }],
  [
    'has it under an id that is too long',
    200,
    `{"taken":true,"id":"${'x'.repeat(501)}"}`,
    0,
    { externalId: message.outboundId },
  ],
  ['takes anything', 200, 'OK', 60_000, 'cannot-tell'],
  ['takes anything, in JSON', 200, '{"id":"theirs"}', 60_000, 'cannot-tell'],
  ['knows this request already', 409, '{"taken":true}', 60_000, 'cannot-tell'],
  ['says it of nothing that is yes or no', 200, '{"taken":"no"}', 60_000, 'cannot-tell'],
])('one that %s is asked whether it has a message', async (_what, status, body, ms, expected) => {
  const server = answering(status, body);
  const source = await sourceAt(server);
  const found = await findTaken(message, { last: sentAt }, source, afterMs(ms), AbortSignal.timeout(5_000));
  expect(found).toEqual(expected);
  server.close();
});
