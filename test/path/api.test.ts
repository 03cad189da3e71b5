import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import { loadEnvironment } from '@patchbay/config';
import { problem } from '@patchbay/contracts';
import { createHub } from '@patchbay/engine';
import { routes } from '@patchbay/engine/http/routes';
import { answers } from '@patchbay/engine/http/schemas';
import { sweep } from '@patchbay/engine/pipeline/sweep';
import { claimKey, finishKey, freeKey } from '@patchbay/store/queries/idempotency';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { createClient, type ApiAnswer, type ApiClient } from '../support/client.ts';
import { admin, apiKey, createGround, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const hub = stack.use(await startHub('postgres', { env: carrierEnvironment(carrier.url) }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return {
    ...hub,
    sql: hub.hub.parts.db.sql,
    desk,
    ...ticketClient(hub.api, desk),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A centre in which nobody can log in yet, with the carrier that is played. */
async function startNewCentre() {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await createGround('postgres'));
  const { PATCHBAY_ADMIN_EMAIL: _email, PATCHBAY_ADMIN_PASSWORD: _password, ...env } = ground.env;
  const hub = stack.use(await createHub(loadEnvironment(env)));
  const owned = stack.move();
  return { hub, url: ground.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const newSid = () => `SM${randomUUID().replaceAll('-', '')}`;
const inUnicodeOrder = (texts: Iterable<string>) => [...texts].toSorted();

/** The answer is a problem of this code, told as one. */
function expectProblem(answer: ApiAnswer, status: number, code: string): void {
  expect([answer.status, answer.body.code, answer.headers.get('content-type')]).toEqual([
    status,
    code,
    expect.stringMatching(/^application\/problem\+json/),
  ]);
  expect(problem.parse(answer.body)).toEqual(answer.body);
}

/** Logs in as a browser does. */
async function logIn(
  url: string,
  credentials: { email: string; password: string },
): Promise<{ api: ApiClient; answer: ApiAnswer }> {
  const answer = await createClient(url, {})('POST', '/api/v1/session', credentials);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return { api: createClient(url, { cookie }), answer };
}

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
  const centre = shared(startCentre);

  const create = (body: unknown, key: string, api = centre().api) =>
    api('POST', '/api/v1/customers', body, { 'idempotency-key': key });
  const named = async (name: string) =>
    (await centre().api('GET', `/api/v1/customers?q=${encodeURIComponent(name)}`)).body.items;
  const someone = async () => (await centre().api('POST', '/api/v1/customers', { displayName: randomUUID() })).body;

  /** A ticket that a text message opened. */
  async function ticketByText(from: string, body = 'Hello') {
    const sid = newSid();
    expect((await postSigned(centre().url, '/webhooks/twilio/sms', smsFields({ sid, from, body }))).status).toBe(200);
    return centre().received(sid);
  }

  /** An agent without further rights, logged in. */
  async function plainAgent() {
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { status, body } = await centre().api('POST', '/api/v1/agents', { name: 'Ann Agent', ...credentials });
    expect(status).toBe(201);
    return { id: body.id as string, credentials, ...(await logIn(centre().url, credentials)) };
  }

  describe('with an Idempotency-Key', () => {
    it('makes one customer of ten requests at once, and answers it again', async () => {
      const key = randomUUID();
      const body = { displayName: `Once ${key}`, identifiers: [{ kind: 'external', value: key }] };
      const all = await Promise.all(Array.from({ length: 10 }, () => create(body, key)));
      for (const answer of all) {
        if (answer.status !== 201) expectProblem(answer, 409, 'conflict');
        if (answer.status === 409) expect(answer.headers.get('retry-after')).toBe('1');
      }
      const first = all.find(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'));
      const again = await create({ identifiers: body.identifiers, displayName: body.displayName }, key);
      expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first?.body]);
      expect(await named(`Once ${key}`)).toHaveLength(1);
    });

    it('refuses the key of another request, and knows keys of others as other keys', async () => {
      const key = randomUUID();
      const name = `Mine ${key}`;
      const { body: customer } = await create({ displayName: name }, key);
      const other = await someone();
      expectProblem(await create({ displayName: `Not ${name}` }, key), 409, 'conflict');
      const merge = await centre().api(
        'POST',
        `/api/v1/customers/${customer.id}/merge`,
        { otherId: other.id },
        { 'idempotency-key': key },
      );
      expectProblem(merge, 409, 'conflict');
      expect(merge.headers.has('retry-after')).toBe(false);
      const { api } = await plainAgent();
      const theirs = await create({ displayName: name }, key, api);
      expect([theirs.status, theirs.headers.has('idempotency-replayed')]).toEqual([201, false]);
      expect(theirs.body.id).not.toBe(customer.id);
      expect(await named(name)).toHaveLength(2);
    });

    it('merges once, which without a key is a conflict the second time', async () => {
      const [one, other] = [await someone(), await someone()];
      const merge = (headers: Record<string, string>) =>
        centre().api('POST', `/api/v1/customers/${one.id}/merge`, { otherId: other.id }, headers);
      const key = { 'idempotency-key': randomUUID() };
      const [first, again] = [await merge(key), await merge(key)];
      expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
      expectProblem(await merge({}), 409, 'conflict');
    });

    it('takes a file once: by its bytes, its type and its name', async () => {
      const key = randomUUID();
      const upload = (text: string, name: string) =>
        centre().api('POST', '/api/v1/files', Buffer.from(text), {
          'idempotency-key': key,
          'content-type': 'text/plain',
          'x-filename': name,
        });
      const first = await upload('bytes', 'a.txt');
      expect([first.status, (await upload('bytes', 'a.txt')).body]).toEqual([201, first.body]);
      expectProblem(await upload('others', 'a.txt'), 409, 'conflict');
      expectProblem(await upload('bytes', 'b.txt'), 409, 'conflict');
    });

    it('adds an agent once, and tells one password from another', async () => {
      const key = randomUUID();
      const add = (password: string) =>
        centre().api(
          'POST',
          '/api/v1/agents',
          { name: 'Bo', email: `${key}@patchbay.test`, password },
          { 'idempotency-key': key },
        );
      const first = await add('the first password');
      expect([first.status, (await add('the first password')).body]).toEqual([201, first.body]);
      expectProblem(await add('the other password'), 409, 'conflict');
    });

    it('leaves the key free when the work failed', async () => {
      const key = randomUUID();
      expectProblem(
        await create({ displayName: 'Lee', identifiers: [{ kind: 'email', value: 'no address' }] }, key),
        400,
        'invalid_input',
      );
      const mended = await create(
        { displayName: 'Lee', identifiers: [{ kind: 'email', value: `${key}@example.org` }] },
        key,
      );
      expect([mended.status, mended.headers.has('idempotency-replayed')]).toEqual([201, false]);
    });

    it('waits for work under way, and does again what a crash cut short', async () => {
      const { sql } = centre();
      const key = randomUUID();
      const body = { displayName: `Cut short ${key}` };
      await create(body, key);
      await sql.query(`update idempotency set status = null, answer = null where key = $1`, [key]);
      const busy = await create(body, key);
      expectProblem(busy, 409, 'conflict');
      expect(busy.headers.get('retry-after')).toBe('1');
      await sql.query(`update idempotency set created_at = now() - interval '61 seconds' where key = $1`, [key]);
      expectProblem(await create({ displayName: 'Another' }, key), 409, 'conflict');
      const taken = await Promise.all([create(body, key), create(body, key), create(body, key)]);
      expect(
        taken.filter(({ status, headers }) => status === 201 && !headers.has('idempotency-replayed')),
      ).toHaveLength(1);
      expect(await named(body.displayName)).toHaveLength(2);
    });

    it('remembers for a day', async () => {
      const { sql, hub } = centre();
      const [old, young] = [randomUUID(), randomUUID()];
      for (const key of [old, young]) await create({ displayName: 'Day' }, key);
      const age = (key: string, hours: number) =>
        sql.query('update idempotency set created_at = now() - make_interval(hours => $2) where key = $1', [
          key,
          hours,
        ]);
      await Promise.all([age(old, 25), age(young, 23)]);
      await sweep(hub.parts);
      const again = await Promise.all([old, young].map((key) => create({ displayName: 'Day' }, key)));
      expect(again.map(({ status, headers }) => [status, headers.has('idempotency-replayed')])).toEqual([
        [201, false],
        [201, true],
      ]);
    });

    it('hears nothing more of a holder that was given up', async () => {
      const { sql } = centre();
      const wanted = { principalId: 'a', key: randomUUID(), request: 'POST /', requestHash: '' };
      const [slow, second] = [randomUUID(), randomUUID()];
      expect(await claimKey(sql, wanted, slow, 60_000)).toEqual({ outcome: 'claimed' });
      expect(await claimKey(sql, wanted, second, 60_000)).toEqual({ outcome: 'busy' });
      expect(await claimKey(sql, wanted, second, 0)).toEqual({ outcome: 'claimed' });
      await finishKey(sql, { ...wanted, claim: slow }, 201, 'of the slow one');
      await freeKey(sql, { ...wanted, claim: slow });
      expect(await claimKey(sql, wanted, randomUUID(), 60_000)).toEqual({ outcome: 'busy' });
      await finishKey(sql, { ...wanted, claim: second }, 201, 'of the second');
      expect(await claimKey(sql, wanted, slow, 0)).toEqual({ outcome: 'done', status: 201, answer: 'of the second' });
    });

    it('refuses one that is too long, and takes an empty one for none', async () => {
      expectProblem(await create({ displayName: 'Long' }, 'k'.repeat(201)), 400, 'invalid_input');
      const [one, other] = [await create({ displayName: 'None' }, ''), await create({ displayName: 'None' }, '')];
      expect([one.status, other.status, one.body.id === other.body.id]).toEqual([201, 201, false]);
    });
  });

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

    it('shows every message once, in order, while more are written', async () => {
      const { ticketId } = await ticketByText('+4915112350001');
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
      const message = await ticketByText('+4915112350004', 'before\0after \ud83d\udce6');
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
      const { api, id } = await plainAgent();
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

    it('lets an agent merge and undo only when they may read a ticket of each of the two', async () => {
      const { sql, api: boss } = centre();
      const agent = await plainAgent();
      expect((await boss('PATCH', `/api/v1/agents/${agent.id}`, { queueIds: [] })).status).toBe(200);
      const sides = await Promise.all(['+4915112350030', '+4915112350031'].map((from) => ticketByText(from)));
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

  describe('as its document describes it', () => {
    it('has every call of the contract', async () => {
      const { body: document } = await createClient(centre().url, {})('GET', '/api/openapi.json');
      const documented = Object.entries(document.paths as Record<string, object>).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method} ${path}`),
      );
      expect(inUnicodeOrder(documented)).toEqual(
        expect.arrayContaining([
          'post /api/v1/session',
          'get /api/v1/tickets',
          'get /api/v1/tickets/{id}',
          'get /api/v1/tickets/{id}/messages',
          'get /api/v1/tickets/{id}/events',
          'post /api/v1/tickets/{id}/messages',
          'get /api/v1/messages',
          'get /api/v1/customers',
          'get /api/v1/customers/{id}',
          'get /api/v1/inbox',
          'post /api/v1/inbox/{id}/replay',
          'post /api/v1/customers/{id}/merge',
          'post /api/v1/merges/{id}/undo',
          'get /api/v1/agents',
          'put /api/v1/agents/{id}/presence',
          'get /api/v1/metrics/wallboard',
        ]),
      );
      const keyed = Object.entries(document.paths as Record<string, Record<string, { parameters: { name: string }[] }>>)
        .filter(([, operations]) => operations['post']?.parameters.some(({ name }) => name === 'Idempotency-Key'))
        .map(([path]) => path);
      expect(inUnicodeOrder(keyed)).toEqual([
        '/api/v1/agents',
        '/api/v1/customers',
        '/api/v1/customers/{id}/merge',
        '/api/v1/files',
        '/api/v1/templates',
        '/api/v1/mail-identities',
        '/api/v1/tickets/{id}/held-replies',
        '/api/v1/tickets/{id}/messages',
      ]);
    });

    it('answers each call in the shape that is written down, with nothing more and nothing less', async () => {
      const { api, desk, sql } = centre();
      const called = new Set<string>();
      /** Makes the call of the table and holds its answer to its schema. */
      async function call(
        method: string,
        template: string,
        ids: Record<string, string> = {},
        body?: unknown,
        by = api,
      ) {
        const route = routes.find((one) => one.method === method.toLowerCase() && one.path === template);
        called.add(`${method} ${template}`);
        const answer = await by(
          method,
          `/api/v1${template.replaceAll(/:(\w+)/g, (_whole, name: string) => ids[name] ?? '')}`,
          body,
        );
        expect(
          `${method} ${template} ${answer.status} ${answer.status >= 400 ? JSON.stringify(answer.body) : ''}`.trim(),
        ).toBe(`${method} ${template} ${route?.status}`);
        if (route?.answer && route.answer !== 'bytes')
          expect(answers[route.answer].parse(answer.body)).toEqual(answer.body);
        return answer.body;
      }

      const me = await call('GET', '/me');
      await call('PUT', '/agents/:id/presence', { id: 'me' }, { state: 'online', reason: 'Here' });
      const first = await ticketByText('+4915112350010', 'One');
      const ids = { id: first.ticketId as string };
      await desk.event('ticket.offered', ({ ticketId }) => ticketId === ids.id);
      await call('POST', '/tickets/:id/decline', ids);
      const second = await ticketByText('+4915112350011', 'Two');
      await desk.event('ticket.offered', ({ ticketId }) => ticketId === second.ticketId);
      await call('POST', '/tickets/:id/accept', { id: second.ticketId });
      await call('POST', '/tickets/:id/claim', ids);
      expectProblem(await api('POST', `/api/v1/tickets/${ids.id}/call`, { action: 'hold' }), 404, 'not_found');
      const file = await call('POST', '/files', {}, Buffer.from('a file'));
      const note = await call('POST', '/tickets/:id/messages', ids, {
        text: 'See the file',
        visibility: 'internal',
        attachments: [file.id],
      });
      await call('POST', '/tickets/:id/messages', ids, { text: 'We look into it' });
      const sender = await call('POST', '/mail-identities', {}, { address: 'sales@patchbay.test', name: 'Sales' });
      await call('GET', '/mail-identities');
      await call('PATCH', '/mail-identities/:id', { id: sender.id }, { signatureText: '{{agent}}' });
      await call('DELETE', '/mail-identities/:id', { id: sender.id });
      await call('PATCH', '/me', {}, { undoSeconds: 60 });
      for (const text of ['Taken back', 'Sent at once']) await call('POST', '/tickets/:id/held-replies', ids, { text });
      const [back, now] = (await call('GET', '/tickets/:id/held-replies', ids)).items;
      await call('DELETE', '/held-replies/:id', { id: back.id });
      await call('POST', '/held-replies/:id/send-now', { id: now.id });
      await call('GET', '/attachments/:id', { id: note.attachments[0].id });
      await call('PATCH', '/tickets/:id', ids, { status: 'pending', subject: 'Renamed' });
      await call('POST', '/tickets/:id/release', ids);
      for (const path of [
        '/tickets',
        '/messages',
        '/customers',
        '/outbox',
        '/inbox',
        '/queues',
        '/agents',
        '/metrics/wallboard',
        '/setup',
      ])
        await call('GET', path);
      for (const path of ['/tickets/:id', '/tickets/:id/messages', '/tickets/:id/events']) await call('GET', path, ids);

      const [one, other] = [
        first.customerId as string,
        (await call('POST', '/customers', {}, { displayName: 'Other' })).id as string,
      ];
      const merge = await call('POST', '/customers/:id/merge', { id: one }, { otherId: other });
      for (const path of ['/customers/:id', '/customers/:id/suggestions', '/customers/:id/merges'])
        await call('GET', path, { id: one });
      await call('POST', '/merges/:id/undo', { id: merge.id });

      const [item] = (await call('GET', '/inbox')).items;
      await call('GET', '/inbox/:id', { id: item.id });
      await call('GET', '/inbox/:id/raw', { id: item.id });
      await sql.query(
        `update inbox set state = 'quarantined', reason = 'Put aside by hand', message_id = null, ticket_id = null where id = $1`,
        [item.id],
      );
      await call('POST', '/inbox/:id/replay', { id: item.id });

      const address = '+4915112350010';
      const consent = { channel: 'sms', account: '+15005550006', address, state: 'withdrawn', reason: 'By phone' };
      await call('PUT', '/consents', {}, consent);
      for (const path of ['/consents', '/consents/log'])
        expect((await api('GET', `/api/v1${path}?address=${encodeURIComponent(address)}`)).body.items).toHaveLength(1);
      called.add('GET /consents').add('GET /consents/log');
      await call('PUT', '/settings/messaging', {}, await call('GET', '/settings/messaging'));
      const template = await call(
        'POST',
        '/templates',
        {},
        {
          channel: 'whatsapp',
          name: 'hello',
          language: 'en',
          contentSid: `HX${'0'.repeat(32)}`,
          body: 'Hello {{1}}',
          labels: ['Name'],
        },
      );
      await call('GET', '/templates');
      await call('PATCH', '/templates/:id', { id: template.id }, { state: 'retired' });
      await call('DELETE', '/templates/:id', { id: template.id });

      const credentials = { email: 'newcomer@patchbay.test', password: 'a long enough password' };
      const agent = await call('POST', '/agents', {}, { name: 'New Comer', phone: '+49 30 1234567', ...credentials });
      await call('PATCH', '/agents/:id', { id: agent.id }, { name: 'Newer Comer', capacity: { chat: 1 } });
      await call('POST', '/session', {}, credentials);
      await call('DELETE', '/session', {}, undefined, (await logIn(centre().url, credentials)).api);
      expect(me.role).toBe('admin');

      const notHere = [
        'POST /setup',
        'POST /tickets/:id/call',
        'GET /outbox/:id/raw',
        'GET /tickets/:id/reply-recipients',
      ];
      expect(inUnicodeOrder([...called, ...notHere])).toEqual(
        inUnicodeOrder(routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)),
      );
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
      const { ticketId } = await ticketByText('+4915112350020');
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
