import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { verifySignature } from '@patchbay/channels/http/signature';
import { keepWebhooks } from '@patchbay/engine/outgoing-webhooks/keep';
import { describe, expect, it } from 'vitest';
import { expectProblem, openApiCentre } from '../support/api-centre.ts';
import { freePort } from '../support/backends.ts';
import { eventually } from '../support/client.ts';
import { Feed } from '../support/feed.ts';
import { startReceiver, type Delivered } from '../support/http-source.ts';
import { shared } from '../support/shared.ts';

/** Receivers are on loopback, which only the allow-list opens. */
const open = async () => {
  await using stack = new AsyncDisposableStack();
  const receiver = stack.use(await startReceiver());
  const slow = stack.use(await startReceiver());
  const port = await freePort();
  const hosts = [...[receiver, slow].map(({ url }) => new URL(url).host), `127.0.0.1:${port}`].join(',');
  const centre = stack.use(await openApiCentre({ OUTGOING_ALLOWED_HOSTS: hosts }));
  const owned = stack.move();
  return { ...centre, receiver, slow, port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

describe('outgoing webhooks', () => {
  const centre = shared(open);
  const call = async (method: string, path: string, body?: unknown, status = 200) => {
    const answer = await centre().api(method, `/api/v1${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body]);
    return answer.body;
  };
  let caller = 0;
  const phone = () => `+49152000001${String((caller += 1)).padStart(2, '0')}`;
  const endpoint = (events: string[], url = centre().receiver.url) =>
    call('POST', '/webhook-endpoints', { name: 'CRM', url, events }, 201);
  const tags = (ticketId: string, ...add: string[]) => call('PATCH', `/tickets/${ticketId}/tags`, { add });
  const came = (holds: (one: Delivered) => boolean) => centre().receiver.delivered.until(holds, 'a delivery');
  interface Shown {
    readonly state: string;
    readonly attempts: readonly object[];
  }
  const deliveries = async (id: string, holds: (items: Shown[]) => boolean) =>
    (
      await eventually(
        () => centre().api('GET', `/api/v1/webhook-endpoints/${id}/deliveries`),
        ({ body }) => holds(body.items),
      )
    ).body.items;
  const over = (items: Shown[]) => items.length > 0 && items.every(({ state }) => state === 'delivered');
  const wasTried = ([first]: Shown[]) => first !== undefined && first.attempts.length > 0;

  it('carry the event as the API shows it, signed, without what was written', async () => {
    const made = await endpoint(['message.received', 'ticket.tagged']);
    expect(made.secret).toMatch(/^whsec_/);
    const { ticketId } = await centre().ticketByText(phone(), 'A body that stays here');
    const got = await came(({ body }) => body.type === 'message.received' && body.ticketId === ticketId);
    const [event] = (await centre().timeline(ticketId)).filter(({ type }) => type === 'message.received');
    expect(got.body).toEqual(event);
    expect(got.bytes.toString()).not.toContain('stays here');
    verifySignature([made.secret], got.headers, got.bytes, new Date());
    expect(() => verifySignature([made.secret], got.headers, Buffer.from('{}'), new Date())).toThrow(/secret/);

    const rotated = await call('POST', `/webhook-endpoints/${made.id}/secret`);
    expect(rotated.previousUntil).not.toBeNull();
    await tags(ticketId, 'one');
    const both = await came(({ body }) => body.type === 'ticket.tagged' && body.ticketId === ticketId);
    for (const secret of [made.secret, rotated.secret]) verifySignature([secret], both.headers, both.bytes, new Date());
    const [log] = await deliveries(made.id, over);
    expect(log).toMatchObject({
      eventType: 'ticket.tagged',
      attemptCount: 1,
      attempts: [{ status: 200, error: null }],
    });
    const detail = await call('GET', `/webhook-deliveries/${log.id}`);
    expect(detail.request).toMatchObject({
      url: centre().receiver.url,
      headers: { 'webhook-id': log.id },
      body: both.body,
    });
    const all =
      JSON.stringify(await call('GET', '/webhook-endpoints')) +
      JSON.stringify(await call('GET', '/settings/changes?setting=webhook'));
    for (const secret of [made.secret, rotated.secret]) expect(all).not.toContain(secret);
    await call('DELETE', `/webhook-endpoints/${made.id}`, undefined, 204);
  });

  it('are tried again under the same id, and keep the order of their ticket while others go on', async () => {
    const { slow, ticketByText, sql, hub } = centre();
    const [one, other] = [(await ticketByText(phone())).ticketId, (await ticketByText(phone())).ticketId];
    const made = await endpoint(['ticket.tagged'], slow.url);
    slow.answers.push({ status: 503, headers: { 'retry-after': '60' } });
    const said = ({ body }: Delivered) => `${body.ticketId === one ? 'one' : 'other'} ${body.data.tags[0]}`;
    await tags(one, 'a');
    await slow.delivered.until((delivery) => said(delivery) === 'one a', 'the first try');
    await tags(one, 'b');
    await tags(other, 'c');
    await slow.delivered.until((delivery) => said(delivery) === 'other c', 'the other ticket');
    const waiting = await deliveries(made.id, (items) => items.filter(({ state }) => state === 'waiting').length === 2);
    expect(Date.parse(waiting.at(-1).nextAttemptAt)).toBeGreaterThan(Date.now() + 50_000);
    await sql.query(`update webhook_delivery set next_attempt_at = now() where state = 'waiting'`, []);
    await keepWebhooks(hub.parts);
    await slow.delivered.until((delivery) => said(delivery) === 'one b', 'what waited');
    expect(slow.delivered.items.map(said)).toEqual(['one a', 'other c', 'one a', 'one b']);
    const ids = slow.delivered.items.map(({ headers }) => headers['webhook-id']);
    expect(ids[2]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
    const log = await deliveries(made.id, over);
    expect(log.at(-1)).toMatchObject({
      attemptCount: 2,
      attempts: [{ status: 503, error: 'HTTP 503' }, { status: 200 }],
    });

    const before = slow.delivered.items.length;
    await call('POST', `/webhook-endpoints/${made.id}/replay`, { ids: [log.at(-1).id] });
    await eventually(
      async () => slow.delivered.items.length,
      (count) => count === before + 1,
    );
    expect(slow.delivered.items.at(-1)?.headers['webhook-id']).toBe(ids[0]);
    const test = await call('POST', `/webhook-endpoints/${made.id}/test`, undefined, 201);
    const got = await slow.delivered.until(({ headers }) => headers['webhook-id'] === test.id, 'the test');
    expect(got.body).toMatchObject({ type: 'webhook.test', ticketId: null, data: {} });
    await call('DELETE', `/webhook-endpoints/${made.id}`, undefined, 204);
  });

  it('that fail for days are switched off with an alert, and what is gone at once; they can be sent again', async () => {
    const { slow, sql, desk, hub, ticketByText } = centre();
    const { ticketId } = await ticketByText(phone());
    const made = await endpoint(['ticket.tagged'], slow.url);
    // It is not tried again by itself before it is switched off.
    slow.answers.push({ status: 500, headers: { 'retry-after': '600' } });
    await tags(ticketId, 'x');
    await deliveries(made.id, wasTried);
    await sql.query(`update webhook_endpoint set failing_since = now() - interval '4 days' where id = $1`, [made.id]);
    await keepWebhooks(hub.parts);
    const told = await desk.event('webhook.disabled', ({ data }) => data['endpointId'] === made.id);
    expect(told.data['reason']).toMatch(/3 days/);
    await desk.event('system.alert', ({ data }) => data['key'] === 'webhooks');
    const [off] = (await call('GET', '/webhook-endpoints')).items;
    expect(off).toMatchObject({ enabled: false, open: 1, disabledReason: told.data['reason'] });
    await tags(ticketId, 'not told');
    await eventually(
      () =>
        sql.query(
          `select 1 from event_reader r where r.name = 'webhooks' and not exists (
             select 1 from event e where e.type = 'ticket.tagged' and (e.seq is null or e.seq > r.seq))`,
          [],
        ),
      ({ rowCount }) => rowCount === 1,
    );
    const { name, url, events } = off;
    await call('PUT', `/webhook-endpoints/${made.id}`, { name, url, events, enabled: true });
    await sql.query('update webhook_delivery set next_attempt_at = now() where endpoint_id = $1', [made.id]);
    await keepWebhooks(hub.parts);
    expect(await deliveries(made.id, over)).toHaveLength(1);
    await desk.event('system.alert-cleared', ({ data }) => data['key'] === 'webhooks');

    slow.answers.push({ status: 410 });
    await tags(ticketId, 'y');
    await desk.event('webhook.disabled', ({ data }) => /410/.test(String(data['reason'])));
    await call('PUT', `/webhook-endpoints/${made.id}`, { name, url, events, enabled: true });
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await call('POST', `/webhook-endpoints/${made.id}/replay`, { failedSince: since })).toEqual({ replayed: 1 });
    await deliveries(made.id, over);
    await call('DELETE', `/webhook-endpoints/${made.id}`, undefined, 204);
  });

  it('a rule sends the event that woke it', async () => {
    const made = await endpoint([]);
    const rule = {
      name: 'Tell',
      events: ['ticket.tagged'],
      condition: { join: 'all', tests: [{ fact: { name: 'tags' }, operator: 'is', words: ['tell'] }] },
      actions: [{ do: 'webhook', endpointId: made.id }],
    };
    const { id } = await call('POST', '/automation/rules', rule, 201);
    const { ticketId } = await centre().ticketByText(phone());
    await tags(ticketId, 'tell');
    const got = await came(({ body }) => body.type === 'ticket.tagged' && body.data.tags[0] === 'tell');
    expect(got.body.ticketId).toBe(ticketId);
    expect(await deliveries(made.id, over)).toMatchObject([{ cause: 'rule' }]);
    await call('DELETE', `/automation/rules/${id}`, undefined, 204);
    await call('DELETE', `/webhook-endpoints/${made.id}`, undefined, 204);
  });

  it('lead nowhere inside, however the address is written, and follow no redirect', async () => {
    const { api, receiver, slow } = centre();
    for (const url of [
      'http://127.0.0.1/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://10.1.2.3/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[fe80::1]/',
      'https://[fd00::1]/',
      'http://example.com/',
      `https://${new URL(receiver.url).hostname}:1/`,
    ])
      expectProblem(
        await api('POST', '/api/v1/webhook-endpoints', { name: 'x', url, events: [] }),
        422,
        'unprocessable',
      );
    for (const url of ['ftp://example.com/', 'x'])
      expectProblem(
        await api('POST', '/api/v1/webhook-endpoints', { name: 'x', url, events: [] }),
        400,
        'invalid_input',
      );

    // A name is looked at when it is connected to.
    const named = await endpoint([], 'https://localhost/hook');
    await call('POST', `/webhook-endpoints/${named.id}/test`, undefined, 201);
    const [inside] = await deliveries(named.id, wasTried);
    expect(inside.attempts[0]).toMatchObject({ status: null, error: expect.stringMatching(/private network/) });

    const gone = await endpoint([], `http://127.0.0.1:${centre().port}/hook`);
    await call('POST', `/webhook-endpoints/${gone.id}/test`, undefined, 201);
    const [unreached] = await deliveries(gone.id, wasTried);
    expect(unreached.attempts[0]).toMatchObject({ status: null, error: 'ECONNREFUSED' });

    const made = await endpoint([], slow.url);
    const before = receiver.delivered.items.length;
    slow.answers.push({ status: 307, headers: { location: receiver.url } });
    await call('POST', `/webhook-endpoints/${made.id}/test`, undefined, 201);
    const [sent] = await deliveries(made.id, wasTried);
    expect(sent.attempts[0]).toMatchObject({ status: 307, error: 'HTTP 307' });
    expect(receiver.delivered.items).toHaveLength(before);
    for (const { id } of [named, gone, made]) await call('DELETE', `/webhook-endpoints/${id}`, undefined, 204);
    const agent = await centre().plainAgent();
    expect((await agent.api('GET', '/api/v1/webhook-endpoints')).status).toBe(403);
  });

  it('are verified by the example of the documentation', async () => {
    const page = await readFile(new URL('../../docs/webhooks-out.md', import.meta.url), 'utf8');
    const example = /```js\n(.*?)```/s.exec(page)?.[1] ?? '';
    const { port } = centre();
    const made = await endpoint([], `http://127.0.0.1:${port}/`);
    const env = { ...process.env, HUB_WEBHOOK_SECRET: made.secret, PORT: String(port) };
    const program = spawn(process.execPath, ['--input-type=module', '-e', example], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = new Feed<string>();
    createInterface({ input: program.stdout }).on('line', (line) => lines.push(line));
    try {
      await lines.until((line) => line === 'listening', 'the example to listen');
      expect(
        (
          await fetch(`http://127.0.0.1:${port}/`, {
            method: 'POST',
            body: '{}',
            headers: { 'webhook-signature': 'v1,x' },
          })
        ).status,
      ).toBe(401);
      await call('POST', `/webhook-endpoints/${made.id}/test`, undefined, 201);
      await lines.until((line) => line === 'genuine webhook.test', 'the test to be verified');
      await deliveries(made.id, over);
    } finally {
      program.kill();
      await call('DELETE', `/webhook-endpoints/${made.id}`, undefined, 204);
    }
  });

  it('hide addresses where managers do not see them', async () => {
    const settings = await call('GET', '/settings/privacy');
    const made = await endpoint(['ticket.tagged', 'message.received', 'ticket.opened']);
    const strict = { ...settings.masking.manager, email: 'masked', phone: 'masked' };
    await call('PUT', '/settings/privacy', { ...settings, masking: { ...settings.masking, manager: strict } });
    const number = phone();
    const { ticketId } = await centre().ticketByText(number, 'Hello');
    await tags(ticketId, 'secret-ada@example.com'.replace('@', ' at '), 'plain');
    await came(({ body }) => body.type === 'ticket.tagged' && body.ticketId === ticketId);
    const sent = centre().receiver.delivered.items.filter(({ body }) => body.ticketId === ticketId);
    expect(sent.length).toBeGreaterThan(2);
    for (const { bytes } of sent) expect(bytes.toString()).not.toContain(number);
    await call('PUT', '/settings/privacy', settings);
    await call('DELETE', `/webhook-endpoints/${made.id}`, undefined, 204);
  });
});
