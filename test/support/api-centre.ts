/** A centre whose API is asked as an outside program would: with a carrier that is played, and an administrator's desk. */
import { randomUUID } from 'node:crypto';
import { problem } from '@patchbay/contracts';
import { expect } from 'vitest';
import { openDesk } from './agent-desk.ts';
import { carrierEnvironment, postSigned, smsFields } from './carrier.ts';
import { startCarrierRest } from './carrier-rest.ts';
import { createClient } from './client.ts';
import type { ApiAnswer, ApiClient } from './client.ts';
import { apiKey, startHub } from './hub.ts';
import { ticketClient } from './ticket-client.ts';

export async function openApiCentre(env: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const hub = stack.use(await startHub('postgres', { env: { ...carrierEnvironment(carrier.url), ...env } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const tickets = ticketClient(hub.api, desk);
  const owned = stack.move();
  return {
    ...hub,
    sql: hub.hub.parts.db.sql,
    desk,
    ...tickets,
    /** The first one-time code that the carrier took for a number, once there is one. */
    async codeTexted(to: string): Promise<string> {
      const codeIn = ({ form }: { form: Record<string, string> }) => /\b\d{6}\b/.exec(form['Body'] ?? '')?.[0];
      const holds = (call: { form: Record<string, string> }) => call.form['To'] === to && codeIn(call) !== undefined;
      return codeIn(await carrier.accepted.until(holds, `a code to ${to}`)) ?? '';
    },
    /** A ticket that a text message opened. */
    async ticketByText(from: string, body = 'Hello') {
      const sid = `SM${randomUUID().replaceAll('-', '')}`;
      expect((await postSigned(hub.url, '/webhooks/twilio/sms', smsFields({ sid, from, body }))).status).toBe(200);
      return tickets.received(sid);
    },
    /** An agent without further rights, logged in. */
    async plainAgent() {
      const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
      const { status, body } = await hub.api('POST', '/api/v1/agents', { name: 'Ann Agent', ...credentials });
      expect(status).toBe(201);
      return { id: body.id as string, credentials, ...(await logIn(hub.url, credentials)) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export const inUnicodeOrder = (texts: Iterable<string>): string[] => [...texts].toSorted();

/** The answer is a problem of this code, told as one. */
export function expectProblem(answer: ApiAnswer, status: number, code: string): void {
  expect([answer.status, answer.body.code, answer.headers.get('content-type')]).toEqual([
    status,
    code,
    expect.stringMatching(/^application\/problem\+json/),
  ]);
  expect(problem.parse(answer.body)).toEqual(answer.body);
}

/** Logs in as a browser does. */
export async function logIn(
  url: string,
  credentials: { email: string; password: string },
): Promise<{ api: ApiClient; answer: ApiAnswer; cookie: string }> {
  const answer = await createClient(url, {})('POST', '/api/v1/session', credentials);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return { api: createClient(url, { cookie }), answer, cookie };
}
