import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, expect, test } from 'vitest';
import { bodyBudget } from './body-budget.ts';

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
