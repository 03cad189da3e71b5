import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { openDatabase } from '@patchbay/store';
import { answers } from '@patchbay/engine/http/schemas';
import { describe, expect, it } from 'vitest';
import { expectProblem, logIn, openApiCentre } from '../support/api-centre.ts';
import { postSigned, smsFields } from '../support/carrier.ts';
import { createClient, type ApiClient } from '../support/client.ts';
import { admin, apiKey, createGround } from '../support/hub.ts';
import { shared } from '../support/shared.ts';

/** A centre in which nobody can log in yet, with the carrier that is played. */
async function startNewCentre() {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await createGround('postgres'));
  {
    await using db = openDatabase({ url: ground.databaseUrl, poolSize: 1 });
    await db.sql.query('delete from agent');
  }
  const hub = stack.use(await createHub(loadEnvironment(ground.env)));
  const owned = stack.move();
  return { hub, url: ground.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const newSid = () => `SM${randomUUID().replaceAll('-', '')}`;

/** What goes over the wire: `fetch` unpacks before it can be seen. */
function onTheWire(
  url: string,
  headers: Record<string, string>,
): Promise<{ bytes: number; encoding: string; vary: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () =>
        resolve({ bytes, encoding: response.headers['content-encoding'] ?? '', vary: response.headers.vary ?? '' }),
      );
    }).on('error', reject);
  });
}

describe('the API', () => {
  const centre = shared(openApiCentre);

  describe('in pages', () => {
    async function* pages(path: string): AsyncGenerator<Record<string, string>[]> {
      let cursor: string | null = null;
      do {
        const { status, body } = await centre().api(
          'GET',
          `${path}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
        );
        expect(status).toBe(200);
        yield body.items;
        cursor = body.nextCursor;
      } while (cursor !== null);
    }

    it('shows every customer once, newest first, while more are entered', async () => {
      const mark = randomUUID();
      const enter = async (index: number) =>
        (await centre().api('POST', '/api/v1/customers', { displayName: `${mark} ${index}` })).body.id as string;
      const before = new Set<string>();
      for (let index = 0; index < 23; index++) before.add(await enter(index));
      const seen: string[] = [];
      for await (const items of pages(`/api/v1/customers?limit=5&q=${mark}`)) {
        seen.push(...items.map(({ id }) => id as string));
        await Promise.all([enter(100), enter(101)]);
      }
      expect(seen).toEqual([...before].toReversed());
    });

    it.each<[string, (api: ApiClient, n: number) => Promise<{ status: number }>]>([
      [
        '/mail-identities',
        (api, n) => api('POST', '/api/v1/mail-identities', { address: `paged-${n}@patchbay.test`, name: `Paged ${n}` }),
      ],
      ['/http-sources', (api, n) => api('POST', '/api/v1/http-sources', { name: `Paged ${n}` })],
      [
        '/request-types',
        (api, n) =>
          api('POST', '/api/v1/request-types', { key: `paged-${n}`, nameEn: `Paged ${n}`, nameZh: `第 ${n} 种` }),
      ],
      [
        '/web-forms',
        async (api, n) => {
          const { body } = await api('GET', '/api/v1/web-forms');
          const { id: _id, sourceId: _source, url: _url, createdAt: _c, updatedAt: _u, ...form } = body.items[0];
          return api('POST', '/api/v1/web-forms', { ...form, slug: `paged-${n}` });
        },
      ],
      [
        '/sending-limits',
        (api, n) =>
          api('PUT', '/api/v1/sending-limits', { channel: 'sms', account: `+4930123450${n}`, perSecond: 1, burst: 1 }),
      ],
      [
        '/consents?address=%2B4915112350099',
        (api, n) =>
          api('PUT', '/api/v1/consents', {
            channel: n === 1 ? 'whatsapp' : 'sms',
            account: `+4930123450${n}`,
            address: '+4915112350099',
            state: 'withdrawn',
            reason: 'Said so',
          }),
      ],
    ])('shows all of %s, each once and in its order', async (path, enter) => {
      const { api } = centre();
      for (const n of [1, 2, 3]) expect((await enter(api, n)).status).toBeLessThan(300);
      const whole = (await api('GET', `/api/v1${path}`)).body;
      expect(whole.nextCursor).toBeNull();
      expect(whole.items.length).toBeGreaterThanOrEqual(3);
      const asked = `/api/v1${path}${path.includes('?') ? '&' : '?'}limit=2`;
      const sizes: number[] = [];
      const seen: unknown[] = [];
      for await (const items of pages(asked)) {
        sizes.push(items.length);
        seen.push(...items);
      }
      expect(Math.max(...sizes)).toBe(2);
      expect(seen).toEqual(whole.items);
      expectProblem(await api('GET', `${asked}&cursor=x`), 400, 'invalid_input');
    });

    it('shows who waits as they ought to be taken, also where the last page begins', async () => {
      const { sql, api, ticketByText } = centre();
      const enter = async (number: number, priority: number) => {
        const { ticketId } = await ticketByText(`+491511236${String(number).padStart(4, '0')}`);
        await sql.query('update ticket set priority = $2 where id = $1', [ticketId, priority]);
        return ticketId;
      };
      const ordinary: string[] = [];
      for (let number = 1; number <= 7; number += 1) ordinary.push(await enter(number, 0));
      // The last to come, and one that has waited as long as another.
      const urgent = await enter(8, 7);
      await sql.query(
        'update ticket set waiting_since = (select waiting_since from ticket where id = $2) where id = $1',
        [ordinary[4], ordinary[3]],
      );
      const seen: string[] = [];
      for await (const items of pages(
        '/api/v1/tickets?assigneeId=none&status=open&order=waiting&channel=sms&limit=2',
      )) {
        seen.push(...items.map(({ id }) => id as string));
        await enter(9, 9);
      }
      const [third, fourth] = ordinary.slice(3, 5).toSorted() as [string, string];
      expect(seen.filter((id) => id === urgent || ordinary.includes(id))).toEqual([
        urgent,
        ...ordinary.slice(0, 3),
        third,
        fourth,
        ...ordinary.slice(5),
      ]);
      expect(new Set(seen).size).toBe(seen.length);
      expectProblem(await api('GET', '/api/v1/tickets?order=waiting&cursor=x'), 400, 'invalid_input');
    });

    it('shows every message once, in order, while more are written', async () => {
      const { ticketId } = await centre().ticketByText('+4915112350001');
      const note = async (text: string) =>
        (await centre().reply(ticketId, text, { visibility: 'internal' })).id as string;
      const before: string[] = [];
      for (let index = 0; index < 11; index++) before.push(await note(`note ${index}`));
      const seen: string[] = [];
      let late = 0;
      for await (const items of pages(`/api/v1/tickets/${ticketId}/messages?limit=3`)) {
        seen.push(...items.filter(({ kind }) => kind === 'agent').map(({ id }) => id as string));
        if (late++ < 3) before.push(await note(`late ${late}`));
      }
      expect(seen).toEqual(before);
    });

    it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', `cursor=${Buffer.from('"x"').toString('base64url')}`])(
      'refuses %s',
      async (query) => {
        expectProblem(await centre().api('GET', `/api/v1/customers?${query}`), 400, 'invalid_input');
      },
    );
  });

  describe('at its webhooks', () => {
    it('puts a signed request of a wrong shape aside, for a person to see', async () => {
      const { From: _from, ...fields } = smsFields({ sid: newSid(), from: '+4915112350002', body: 'No sender' });
      const answer = await postSigned(centre().url, '/webhooks/twilio/sms', fields);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        400,
        expect.stringMatching('application/problem\\+json'),
      ]);
      const { items } = (await centre().api('GET', '/api/v1/inbox?state=quarantined')).body;
      expect(items).toHaveLength(1);
      expect(items[0]).toMatchObject({ channel: 'sms', reason: expect.stringContaining('From'), messageId: null });
      const raw = await centre().api('GET', `/api/v1/inbox/${items[0].id}/raw`);
      expect(raw.body).toBe(new URLSearchParams(fields).toString());
      expectProblem(await centre().api('POST', `/api/v1/inbox/${items[0].id}/replay`), 400, 'invalid_input');
    });

    it('keeps nothing that is not signed', async () => {
      const { sql, url } = centre();
      const sid = newSid();
      const body = new URLSearchParams(smsFields({ sid, from: '+4915112350003', body: 'Forged' }));
      const forged = await fetch(`${url}/webhooks/twilio/sms`, {
        method: 'POST',
        body,
        headers: { 'x-twilio-signature': 'AAAA' },
      });
      expect([forged.status, (await forged.json()).code]).toEqual([403, 'bad_signature']);
      expect((await sql.query('select 1 from inbox where external_id = $1', [sid])).rows).toEqual([]);
    });

    it('takes a text with a NUL and keeps it without', async () => {
      const message = await centre().ticketByText('+4915112350004', 'before\0after \ud83d\udce6');
      expect(message.text).toBe('beforeafter 📦');
    });

    it('refuses other methods', async () => {
      const answer = await createClient(centre().url, {})('PUT', '/webhooks/twilio/sms');
      expectProblem(answer, 405, 'invalid_input');
      expect(answer.headers.get('allow')).toBe('POST, GET');
    });
  });

  describe('to whoever may not', () => {
    it('answers a wrong password and an unknown address alike', async () => {
      const wrong = await logIn(centre().url, { ...admin, password: 'a wrong password' });
      const unknown = await logIn(centre().url, { email: 'nobody@patchbay.test', password: 'a wrong password' });
      for (const { answer } of [wrong, unknown]) expectProblem(answer, 401, 'unauthenticated');
      expect(unknown.answer.body).toEqual(wrong.answer.body);
      expect(wrong.answer.headers.getSetCookie()).toEqual([]);
      expect((await logIn(centre().url, admin)).answer).toMatchObject({
        status: 200,
        body: { email: admin.email, role: 'admin' },
      });
    });

    it('keeps what is for managers and administrators from agents', async () => {
      const { api, id } = await centre().plainAgent();
      const { body: boss } = await centre().api('GET', '/api/v1/me');
      expect((await api('GET', '/api/v1/me')).body).toMatchObject({ id, role: 'agent' });
      const newcomer = { name: 'X', email: 'x@patchbay.test', password: 'a long enough password' };
      for (const [method, path, body] of [
        ['POST', '/api/v1/agents', newcomer],
        ['GET', '/api/v1/inbox', undefined],
        ['POST', `/api/v1/inbox/${randomUUID()}/replay`, undefined],
        ['PATCH', '/api/v1/agents/me', { role: 'admin' }],
        ['PATCH', `/api/v1/agents/${boss.id}`, { name: 'Y' }],
        ['PUT', `/api/v1/agents/${boss.id}/presence`, { state: 'offline' }],
      ] as const) {
        const answer = await api(method, path, body);
        expect(`${method} ${path}: ${answer.status}`).toBe(`${method} ${path}: 403`);
        expectProblem(answer, 403, 'forbidden');
      }
    });

    it('tells an agent what was said about being written to only of those whose ticket they may read', async () => {
      const { sql, api: boss } = centre();
      const agent = await centre().plainAgent();
      expect((await boss('PATCH', `/api/v1/agents/${agent.id}`, { queueIds: [] })).status).toBe(200);
      const address = '+4915112350035';
      const { ticketId } = await centre().ticketByText(address);
      const { channel, channelAccount: account } = (await boss('GET', `/api/v1/tickets/${ticketId}`)).body;
      const said = { channel, account, address, state: 'withdrawn', reason: 'Never again, in words of their own' };
      expect((await boss('PUT', '/api/v1/consents', said)).status).toBe(200);
      const asked = `address=${encodeURIComponent(address)}`;
      const calls = [
        ['GET', `/api/v1/consents?${asked}`],
        ['GET', `/api/v1/consents/log?${asked}`],
        ['PUT', '/api/v1/consents', { ...said, state: 'granted' }],
      ] as const;
      for (const [method, path, body] of calls) {
        const answer = await agent.api(method, path, body);
        expect(`${method} ${path}: ${answer.status}`).toBe(`${method} ${path}: 403`);
        expectProblem(answer, 403, 'forbidden');
      }
      await sql.query('update ticket set assignee_id = $1 where id = $2', [agent.id, ticketId]);
      for (const [method, path] of calls.slice(0, 2)) {
        const { body } = await agent.api(method, path);
        expect(body.items).toMatchObject([{ state: 'withdrawn', reason: said.reason }]);
      }
    });

    it('lets an agent merge and undo only when they may read a ticket of each of the two', async () => {
      const { sql, api: boss } = centre();
      const agent = await centre().plainAgent();
      expect((await boss('PATCH', `/api/v1/agents/${agent.id}`, { queueIds: [] })).status).toBe(200);
      const sides = await Promise.all(['+4915112350030', '+4915112350031'].map((from) => centre().ticketByText(from)));
      const [id, otherId] = sides.map(({ customerId }) => customerId as string);
      const merge = (api: ApiClient) => api('POST', `/api/v1/customers/${id}/merge`, { otherId });
      const mayRead = async (...tickets: (string | undefined)[]) => {
        await sql.query('update ticket set assignee_id = null where assignee_id = $1', [agent.id]);
        await sql.query('update ticket set assignee_id = $1 where id = any ($2)', [agent.id, tickets]);
      };
      const [first, second] = sides.map(({ ticketId }) => ticketId as string | undefined);
      for (const tickets of [[], [first], [second]] as (string | undefined)[][]) {
        await mayRead(...tickets);
        expectProblem(await merge(agent.api), 403, 'forbidden');
      }
      expectProblem(
        await agent.api('POST', `/api/v1/customers/${id}/merge`, { otherId: randomUUID() }),
        404,
        'not_found',
      );
      await mayRead(first, second);
      const merged = await merge(agent.api);
      expect(merged.status).toBe(201);

      const undo = (api: ApiClient) => api('POST', `/api/v1/merges/${merged.body.id}/undo`);
      // Both tickets are the survivor's now; what the merge moved still says which was whose.
      for (const tickets of [[], [first], [second]] as (string | undefined)[][]) {
        await mayRead(...tickets);
        expectProblem(await undo(agent.api), 403, 'forbidden');
      }
      await mayRead(first, second);
      for (let index = 0; index < 2; index++) expect((await undo(agent.api)).status).toBe(200);
      await mayRead();
      const byBoss = await merge(boss);
      expect(byBoss.status).toBe(201);
      expect((await boss('POST', `/api/v1/merges/${byBoss.body.id}/undo`)).status).toBe(200);
    });

    it('takes no writes by a cookie from pages of others', async () => {
      const { url } = centre();
      const { api } = await logIn(url, admin);
      const write = (headers: Record<string, string>) =>
        api('POST', '/api/v1/customers', { displayName: 'By cookie' }, headers);
      const foreign = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ];
      for (const headers of foreign) expectProblem(await write(headers), 403, 'forbidden');
      expect((await write({ origin: url })).status).toBe(201);
    });

    it('says what is wrong with the request itself', async () => {
      const { api, url } = centre();
      expectProblem(await api('POST', '/api/v1/customers', { displayName: 'x'.repeat(1024 * 1024) }), 413, 'too_large');
      expectProblem(
        await api('POST', '/api/v1/customers', Buffer.from('{'), { 'content-type': 'application/json' }),
        400,
        'invalid_input',
      );
      for (const blank of [
        { displayName: '  ' },
        { displayName: 'A', identifiers: [{ kind: 'external', value: '  ' }] },
        { displayName: 'a\0b' },
      ]) {
        expectProblem(await api('POST', '/api/v1/customers', blank), 400, 'invalid_input');
      }
      expectProblem(await api('GET', '/api/v1/nothing-here'), 404, 'not_found');
      expectProblem(await createClient(url, {})('GET', '/api/v1/tickets'), 401, 'unauthenticated');
      expectProblem(
        await createClient(url, { authorization: 'Bearer wrong' })('GET', '/api/v1/tickets'),
        401,
        'unauthenticated',
      );
      const answer = await api('DELETE', '/api/v1/customers');
      expectProblem(answer, 405, 'invalid_input');
      expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    });
  });

  describe('over the wire', () => {
    it('is compressed as the client accepts it', async () => {
      const { url, api } = centre();
      for (let index = 0; index < 20; index++) await api('POST', '/api/v1/customers', { displayName: `Wide ${index}` });
      for (const path of [
        '/widget.js',
        '/api/openapi.json',
        '/api/v1/customers?limit=20',
        '/api/docs/swagger-ui.css',
      ]) {
        const [plain, packed] = await Promise.all(
          ['identity', 'gzip'].map((accepted) =>
            onTheWire(url + path, { 'accept-encoding': accepted, authorization: `Bearer ${apiKey}` }),
          ),
        );
        expect(plain, path).toMatchObject({ encoding: '', vary: expect.stringContaining('Accept-Encoding') });
        expect(packed, path).toMatchObject({ encoding: 'gzip', vary: expect.stringContaining('Accept-Encoding') });
        expect(packed?.bytes, path).toBeLessThan((plain?.bytes ?? 0) / 2);
      }
      expect((await onTheWire(`${url}/widget.js`, { 'accept-encoding': 'gzip' })).bytes).toBeLessThan(30_000);
    });

    it('sends files as they are, whole and in parts', async () => {
      const { url, api } = centre();
      const { ticketId } = await centre().ticketByText('+4915112350020');
      const upload = await api('POST', '/api/v1/files', Buffer.from('text '.repeat(2000)), {
        'content-type': 'text/plain',
      });
      const {
        attachments: [file],
      } = await centre().reply(ticketId, 'See', { visibility: 'internal', attachments: [upload.body.id] });
      const headers = { 'accept-encoding': 'gzip', authorization: `Bearer ${apiKey}` };
      expect(await onTheWire(url + file.url, headers)).toMatchObject({ bytes: 10_000, encoding: '' });
      expect(await onTheWire(url + file.url, { ...headers, range: 'bytes=0-4999' })).toMatchObject({
        bytes: 5000,
        encoding: '',
      });
      expect(await onTheWire(`${url}/widget.js`, { 'accept-encoding': 'gzip', range: 'bytes=0-4999' })).toMatchObject({
        bytes: 5000,
        encoding: '',
      });
    });
  });
});

describe('the API of a new centre', () => {
  const centre = shared(startNewCentre);

  it('is set up by the link, once', async () => {
    const { hub, url } = centre();
    const api = createClient(url, {});
    const token = new URL(hub.setupLink ?? '').searchParams.get('token');
    const request = { token, name: 'Ada', email: 'ada@patchbay.test', password: 'a long enough password' };
    expect((await api('GET', '/api/v1/setup')).body).toEqual({ needed: true });
    expectProblem(await api('POST', '/api/v1/setup', { ...request, token: 'guessed' }), 410, 'gone');
    const both = await Promise.all([
      api('POST', '/api/v1/setup', request),
      api('POST', '/api/v1/setup', { ...request, email: 'eve@patchbay.test' }),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 410]);
    const made = both.find(({ status }) => status === 201);
    expect(answers.Agent.parse(made?.body).role).toBe('admin');
    expect(made?.headers.getSetCookie().join()).toMatch(/HttpOnly/i);
    expectProblem(await api('POST', '/api/v1/setup', request), 410, 'gone');
    expect((await api('GET', '/api/v1/setup')).body).toEqual({ needed: false });
  });

  it("streams the simulator's events, which compression would hold back", async () => {
    const stop = new AbortController();
    const answer = await fetch(`${centre().url}/simulator/api/events`, {
      headers: { 'accept-encoding': 'gzip' },
      signal: stop.signal,
    });
    expect([answer.headers.get('content-type'), answer.headers.get('content-encoding')]).toEqual([
      expect.stringMatching('text/event-stream'),
      null,
    ]);
    const { value } = (await answer.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toMatch(/^(?:event|data|retry|id|:)/);
    stop.abort();
  });
});
