import { describe, expect, it } from 'vitest';
import { createApi } from './api-client.ts';
import { ApiProblem, isRetryable } from './api-problem.ts';
import { createSend } from './http.ts';

interface Seen {
  url: string;
  init: RequestInit;
}

function apiAnswering(...answers: (Response | Error)[]) {
  const seen: Seen[] = [];
  const fetcher = async (input: unknown, init?: RequestInit): Promise<Response> => {
    seen.push({ url: String(input), init: init ?? {} });
    const next = answers.shift();
    if (next instanceof Error || !next) throw next ?? new Error('no answer left');
    return next;
  };
  return { api: createApi(createSend('/api/v1', fetcher as typeof fetch)), seen };
}
const json = (body: unknown, status = 200): Response => Response.json(body, { status });
const failure = async (promise: Promise<unknown>): Promise<ApiProblem> => {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiProblem);
  return error as ApiProblem;
};
const skill = { id: '0198c5a0-0000-7000-8000-000000000001', name: 'French' };
const event = (seq: number) => ({
  seq,
  id: `e${seq}`,
  type: 'ticket.opened',
  at: '2026-01-01T00:00:00Z',
  ticketId: null,
  customerId: null,
  queueId: null,
  agentId: null,
  actorId: null,
  correlationId: null,
  data: {},
});

describe('api client', () => {
  it('leaves out filters that are not set', async () => {
    const { api, seen } = apiAnswering(json({ items: [], nextCursor: null }));
    await api.tickets({ status: 'open', assigneeId: 'me', q: '' });
    expect(seen[0]?.url).toBe('/api/v1/tickets?status=open&assigneeId=me&limit=50');
  });

  it('shows the problem that the hub names', async () => {
    const body = {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'conflict',
      detail: 'Ann has it already',
      issues: [{ path: 'id', message: 'taken' }],
    };
    const error = await failure(apiAnswering(json(body, 409)).api.claim('t'));
    expect(error).toMatchObject({
      code: 'conflict',
      status: 409,
      message: 'Ann has it already',
      issues: [{ path: 'id', message: 'taken' }],
    });
    expect(isRetryable(error)).toBe(false);
  });

  it('makes a problem of a page that is not JSON, of silence, and of an answer outside the contract', async () => {
    expect(await failure(apiAnswering(new Response('<h1>Bad gateway</h1>', { status: 502 })).api.me())).toMatchObject({
      code: 'unavailable',
      status: 502,
    });
    expect(await failure(apiAnswering(new TypeError('fetch failed')).api.me())).toMatchObject({
      code: 'network',
      status: 0,
    });
    expect(await failure(apiAnswering(json({ id: 7 })).api.me())).toMatchObject({ code: 'bad_answer' });
  });

  it('reads a conversation to its last page', async () => {
    const { api, seen } = apiAnswering(
      json({ items: [event(1)], nextCursor: 'next' }),
      json({ items: [event(2)], nextCursor: null }),
    );
    expect((await api.events('t')).map((one) => one.seq)).toEqual([1, 2]);
    expect(seen[1]?.url).toContain('cursor=next');
  });

  it('sends the idempotency key with a message and the name with a file', async () => {
    const stored = {
      id: '3f0a6a7e-6f0b-4a2e-9a59-0d5c2f1a4b11',
      filename: '报价 1.pdf',
      contentType: 'application/pdf',
      size: 3,
      sha256: 'a',
    };
    const { api, seen } = apiAnswering(json(stored), new Response(null, { status: 500 }));
    await api.upload(new File(['abc'], '报价 1.pdf', { type: 'application/pdf' }));
    expect(seen[0]?.init.headers).toMatchObject({
      'content-type': 'application/pdf',
      'x-filename': encodeURIComponent('报价 1.pdf'),
    });
    expect(
      await failure(api.postMessage('t', { text: 'hi', visibility: 'public', attachments: [] }, 'key-1')),
    ).toMatchObject({ code: 'internal' });
    expect(seen[1]?.init.headers).toMatchObject({ 'idempotency-key': 'key-1' });
  });

  it('sends a change once that is asked for twice before it is answered, and a later one again', async () => {
    const { api, seen } = apiAnswering(json(skill), json(skill), json(skill));
    await Promise.all([api.createSkill('French'), api.createSkill('French')]);
    expect(seen).toHaveLength(1);
    await api.createSkill('French');
    expect(seen).toHaveLength(2);
  });

  it('sends a change again that another one came after', async () => {
    const { api, seen } = apiAnswering(json(skill), json(skill), json(skill));
    await Promise.all([api.createSkill('on'), api.createSkill('off'), api.createSkill('on')]);
    expect(seen.map(({ init }) => init.body)).toEqual(['on', 'off', 'on'].map((name) => JSON.stringify({ name })));
  });

  it('sends a change again that was undone meanwhile', async () => {
    const { api, seen } = apiAnswering(...Array.from({ length: 3 }, () => new Response(null, { status: 204 })));
    const join = () => api.joinOrganisation('c1', 'o1', 'Buyer');
    await Promise.allSettled([join(), api.leaveOrganisation('c1', 'o1'), join()]);
    expect(seen.map(({ init }) => init.method)).toEqual(['PUT', 'DELETE', 'PUT']);
  });

  it('accepts an empty answer where the body does not matter', async () => {
    await expect(apiAnswering(new Response(null, { status: 204 })).api.logOut()).resolves.toBeUndefined();
  });
});
