import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { HubError } from '@patchbay/contracts';
import express from 'express';
import { afterAll, expect, test } from 'vitest';
import { bodyBudget, type Budget } from './body-budget.ts';

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

test('lets bodies in while they fit, and gives their room back when they are answered', async () => {
  const waiting: (() => void)[] = [];
  const arrived = Promise.withResolvers<void>();
  const app = express().post(
    '/',
    bodyBudget({ budget: 10, largest: 8, share: 10 }),
    (_request: express.Request, response: express.Response) => {
      waiting.push(() => response.sendStatus(204));
      arrived.resolve();
    },
    (error: { code?: string }, _request: express.Request, response: express.Response, _next: express.NextFunction) =>
      void response.status(503).send(error.code),
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const send = (bytes: number) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method: 'POST', body: 'x'.repeat(bytes) });
  const first = send(6);
  await arrived.promise;
  const refused = await send(6);
  expect([refused.status, await refused.text()]).toEqual([503, 'unavailable']);
  waiting.shift()?.();
  expect((await first).status).toBe(204);
  const again = send(8);
  while (waiting.length === 0) await new Promise(setImmediate);
  waiting.shift()?.();
  expect((await again).status).toBe(204);
});

test('leaves room for others, however much one network sends', async () => {
  const waiting: (() => void)[] = [];
  const app = express()
    .set('trust proxy', true)
    .post(
      '/',
      bodyBudget({ budget: 100, largest: 8, share: 10 }),
      (_request: express.Request, response: express.Response) => void waiting.push(() => response.sendStatus(204)),
      (error: { code?: string }, _request: express.Request, response: express.Response, _next: express.NextFunction) =>
        void response.status(429).send(error.code),
    );
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const send = (from: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      method: 'POST',
      body: 'x'.repeat(6),
      headers: { 'x-forwarded-for': from },
    });
  const first = send('2001:db8::1');
  while (waiting.length === 0) await new Promise(setImmediate);
  const refused = await send('2001:db8::2');
  expect([refused.status, await refused.text()]).toEqual([429, 'too_many_requests']);
  const other = send('192.0.2.1');
  while (waiting.length === 1) await new Promise(setImmediate);
  for (const answer of waiting) answer();
  expect([(await first).status, (await other).status]).toEqual([204, 204]);
});

/** A server that answers nothing before it is told to, and what was let in so far. */
async function holding(budget: Budget) {
  const held: express.Response[] = [];
  const came: express.Request[] = [];
  const app = express()
    .set('trust proxy', true)
    .post(
      '/',
      (request: express.Request, _response: express.Response, next: express.NextFunction) => {
        came.push(request);
        next();
      },
      bodyBudget(budget),
      (_request: express.Request, response: express.Response) => void held.push(response),
      (error: HubError, _request: express.Request, response: express.Response, _next: express.NextFunction) =>
        void response.status(error.status).send(error.code),
    );
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const send = async (from: string, init: RequestInit = {}) => {
    const { port } = server.address() as AddressInfo;
    const headers = { 'x-forwarded-for': from, ...(init.headers as Record<string, string>) };
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(6), ...init, headers })).status;
  };
  const until = async (many: number, what: unknown[] = held) => {
    while (what.length < many) await new Promise(setImmediate);
  };
  return { held, came, send, until, port: (server.address() as AddressInfo).port };
}

test('has who may wait go in as soon as there is room, and tells who waited in vain to come again', async () => {
  const { held, send, until } = await holding({ budget: 100, largest: 8, share: 8, patience: 300 });
  const first = send('192.0.2.1');
  await until(1);
  const second = send('192.0.2.1');
  const third = send('192.0.2.1');
  const other = send('192.0.2.2');
  await until(2);
  held[0]?.sendStatus(204);
  await until(3);
  expect(await third).toBe(503);
  for (const response of held.slice(1)) response.sendStatus(204);
  expect(await Promise.all([first, second, other])).toEqual([204, 204, 204]);
});

test('keeps no place for who went away while waiting', async () => {
  const { held, came, send, until, port } = await holding({ budget: 8, largest: 8, share: 8, patience: 60_000 });
  const first = send('192.0.2.1');
  await until(1);
  const gone = connect(port, '127.0.0.1');
  gone.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\n');
  await until(2, came);
  gone.destroy();
  while (!came[1]?.destroyed) await new Promise(setImmediate);
  const next = send('192.0.2.2');
  await until(3, came);
  held[0]?.sendStatus(204);
  await until(2);
  held[1]?.sendStatus(204);
  expect(await Promise.all([first, next])).toEqual([204, 204]);
});

test.each([
  ['is packed', { headers: { 'content-encoding': 'gzip' } }],
  ['does not say how large it is', { body: ReadableStream.from([Buffer.from('x')]), duplex: 'half' }],
])('takes a body that %s for one of the largest', async (_how, init) => {
  const { held, send, until } = await holding({ budget: 100, largest: 8, share: 10 });
  const first = send('192.0.2.1', init as RequestInit);
  await until(1);
  expect(await send('192.0.2.1')).toBe(429);
  // Nothing is sent, and nothing taken.
  const empty = send('192.0.2.1', { body: null });
  await until(2);
  for (const response of held) response.sendStatus(204);
  expect([await first, await empty]).toEqual([204, 204]);
});
