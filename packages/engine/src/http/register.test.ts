import type { Server } from 'node:http';
import { problem } from '@patchbay/contracts';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Auth, Principal } from '../auth/index.ts';
import type { Parts } from '../parts.ts';
import { problemHandler } from './problem.ts';
import { createApiRouter } from './register.ts';
import { route } from './route.ts';

const publicUrl = 'https://hub.example';
const byId = z.object({ id: z.uuid() });
const routes = [
  route({
    method: 'get',
    path: '/open',
    summary: '',
    tag: '',
    access: 'public',
    answer: 'SetupState',
    handle: () => ({ needed: true }),
  }),
  route({
    method: 'get',
    path: '/things/:id',
    summary: '',
    tag: '',
    access: 'agent',
    params: byId,
    answer: 'SetupState',
    handle: () => ({ needed: false }),
  }),
  route({
    method: 'post',
    path: '/things',
    summary: '',
    tag: '',
    access: 'manager',
    body: 'MergeRequest',
    handle: () => undefined,
  }),
];

/** Whoever says their role in the cookie is believed. */
const auth: Auth = {
  signIn: () => Promise.reject(new Error('not asked for')),
  signOut: () => Promise.resolve([]),
  identify: () => Promise.resolve(null),
  identifyAndRenew: (headers) => {
    const role = /^role=(\w+)$/.exec(headers.get('cookie') ?? headers.get('authorization') ?? '')?.[1] as
      | Principal['role']
      | undefined;
    return Promise.resolve(
      role
        ? { principal: { agentId: 'a', name: 'A', role, via: 'session', sessionId: 's' }, setCookie: ['renewed=1'] }
        : null,
    );
  },
};

/** A centre that has set nothing, and so hides nothing. */
const parts = {
  config: { publicUrl },
  db: { sql: { query: () => Promise.resolve({ rows: [], rowCount: 0 }) } },
} as unknown as Parts;

let server: Server;
let base: string;
beforeAll(async () => {
  const app = express();
  app.use(createApiRouter(parts, auth, routes), problemHandler(pino({ enabled: false })));
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => server.close());

const id = '01890a5d-ac96-774b-bcce-b302099a8057';
const write = (headers: Record<string, string>, body = JSON.stringify({ otherId: id })) =>
  fetch(`${base}/things`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
const codeOf = async (response: Response) => problem.parse(await response.json()).code;

describe('the API router', () => {
  it('lets anybody read what is public', async () => {
    expect(await (await fetch(`${base}/open`)).json()).toEqual({ needed: true });
  });

  it('asks who it is, and prolongs the session', async () => {
    expect(await codeOf(await fetch(`${base}/things/${id}`))).toBe('unauthenticated');
    const response = await fetch(`${base}/things/${id}`, { headers: { cookie: 'role=agent' } });
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, ['renewed=1']]);
  });

  it('asks for the role', async () => {
    expect(await codeOf(await write({ cookie: 'role=agent' }))).toBe('forbidden');
    expect((await write({ cookie: 'role=manager' })).status).toBe(204);
    expect((await write({ cookie: 'role=admin' })).status).toBe(204);
  });

  it('takes no writes by a cookie from pages of others', async () => {
    expect((await write({ cookie: 'role=admin', origin: publicUrl })).status).toBe(204);
    expect(await codeOf(await write({ cookie: 'role=admin', origin: 'https://evil.example' }))).toBe('forbidden');
    expect((await write({ authorization: 'role=admin', origin: 'https://other.example' })).status).toBe(204);
  });

  it('finds nothing under an id that cannot be one', async () => {
    expect(await codeOf(await fetch(`${base}/things/x`, { headers: { cookie: 'role=agent' } }))).toBe('not_found');
  });

  it.each(['{', '"text"', '{}', '{"otherId": 1}'])('refuses the body %s', async (body) => {
    expect(await codeOf(await write({ cookie: 'role=admin' }, body))).toBe('invalid_input');
  });

  it('refuses a body that is too large, and other methods', async () => {
    expect(
      await codeOf(await write({ cookie: 'role=admin' }, JSON.stringify({ otherId: 'x'.repeat(1024 * 1024) }))),
    ).toBe('too_large');
    const response = await fetch(`${base}/things`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
