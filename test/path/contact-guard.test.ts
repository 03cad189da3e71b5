import { randomUUID } from 'node:crypto';
import { loadEnvironment } from '@patchbay/config';
import { createHub } from '@patchbay/engine';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { expectProblem, logIn, openApiCentre } from '../support/api-centre.ts';
import { freePort, onBothBackends } from '../support/backends.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { shared } from '../support/shared.ts';

describe('the contact guard', () => {
  const centre = shared(openApiCentre);

  it('says who else has the customer open or writes, until their console is gone, and who wrote lately', async () => {
    const { api, url, sql } = centre();
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await api(method, `/api/v1${path}`, body);
      expect([path, answer.body, answer.status < 400]).toEqual([path, answer.body, true]);
      return answer.body;
    };
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const queues = (await call('GET', '/queues')).items;
    await call('POST', '/agents', { name: 'Wang Li', queueIds: [queues[0].id], ...credentials });
    const li = await logIn(url, credentials);
    const { id } = await call('POST', '/customers', { displayName: 'Li Wei' });
    const opened = async (queueId: string) =>
      (
        await sql.query<{ id: string; number: number }>(
          `insert into ticket (subject, channel, channel_account, customer_id, contact_address, queue_id) values ('Hi', 'email', 'email', $1, 'a@example.org', $2) returning id, number`,
          [id, queueId],
        )
      ).rows[0] ?? { id: '', number: 0 };
    const mine = await opened(queues[0].id);
    const hidden = await opened(queues[1].id);
    const guard = () => call('GET', `/customers/${id}/guard`);
    const attend = { customerId: id, ticketId: mine.id, state: 'open' };
    {
      await using desk = await openDesk(url, li);
      expect(await desk.request('attend', { ...attend, ticketId: hidden.id })).toMatchObject({ code: 'not_found' });
      expect(await desk.request('attend', { ...attend, customerId: randomUUID() })).toMatchObject({
        code: 'not_found',
      });
      expect((await guard()).present).toEqual([]);
      expect(await desk.request('attend', { ...attend, state: 'writing' })).toMatchObject({ ok: true });
      expect((await guard()).present).toMatchObject([
        { name: 'Wang Li', state: 'writing', ticketId: mine.id, ticketNumber: mine.number },
      ]);
      // Nobody is shown to themselves.
      expect((await li.api('GET', `/api/v1/customers/${id}/guard`)).body.present).toEqual([]);
      await desk.request('attend', attend);
      expect((await guard()).present).toMatchObject([{ state: 'open' }]);
      await desk.request('attend', { ...attend, state: 'gone' });
      expect((await guard()).present).toEqual([]);
      // Said without waiting in between, as by somebody who leafs through tickets: the last word counts.
      await Promise.all(
        ['open', 'writing', 'gone', 'open', 'gone'].map((state) => desk.request('attend', { ...attend, state })),
      );
      expect((await guard()).present).toEqual([]);
      await desk.request('attend', attend);
      expect((await guard()).present).toHaveLength(1);
    }
    await eventually(guard, ({ present }) => present.length === 0);

    // Who may not read a ticket is told of the person, not of the ticket.
    {
      await using other = await openDesk(url, apiKey);
      await other.request('attend', { ...attend, ticketId: hidden.id });
      expect((await li.api('GET', `/api/v1/customers/${id}/guard`)).body.present).toMatchObject([
        { state: 'open', ticketId: null, ticketNumber: null },
      ]);
    }

    // What stands for some seconds before it leaves is still being written.
    const origin = { origin: url };
    const held = await li.api('POST', `/api/v1/tickets/${mine.id}/held-replies`, { text: 'Wait' }, origin);
    expect((await guard()).present).toMatchObject([{ name: 'Wang Li', state: 'writing', ticketNumber: mine.number }]);
    expect((await li.api('DELETE', `/api/v1/held-replies/${held.body.id}`, undefined, origin)).status).toBeLessThan(
      300,
    );
    expect((await guard()).present).toEqual([]);

    const sent = await li.api(
      'POST',
      `/api/v1/tickets/${mine.id}/messages`,
      { text: 'We look into it' },
      { origin: url },
    );
    expect(sent.status).toBe(201);
    expect((await guard()).recent).toMatchObject([{ name: 'Wang Li', channel: 'email', ticketNumber: mine.number }]);
    expect((await call('PUT', '/settings/contact-guard', { hours: 2 })).hours).toBe(2);
    await sql.query(`update message set received_at = now() - interval '3 hours' where ticket_id = $1`, [mine.id]);
    expect(await guard()).toEqual({ hours: 2, present: [], recent: [] });
    expectProblem(await api('GET', `/api/v1/customers/${randomUUID()}/guard`), 404, 'not_found');
  });
});

onBothBackends('the contact guard of two web processes', (backend) => {
  it('is one, and forgets the consoles of a process that was killed', async () => {
    await using stack = new AsyncDisposableStack();
    const ground = stack.use(await createGround(backend));
    const port = String(await freePort());
    const second = {
      ...ground.env,
      PORT: port,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      SMTP_INLET_PORT: '0',
      ROLES: 'web',
    };
    const hubs = [
      stack.use(await createHub(loadEnvironment(ground.env))),
      stack.use(await createHub(loadEnvironment(second))),
    ];
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const credentials = { email: 'li@patchbay.test', password: 'a long enough password' };
    await api('POST', '/api/v1/agents', { name: 'Wang Li', ...credentials });
    const { body: customer } = await api('POST', '/api/v1/customers', { displayName: 'Li Wei' });
    const guard = async () => (await api('GET', `/api/v1/customers/${customer.id}/guard`)).body.present;
    {
      await using here = await openDesk(ground.url, apiKey);
      await here.request('attend', { customerId: customer.id, ticketId: null, state: 'open' });
      await using there = await openDesk(second.PUBLIC_URL, await logIn(second.PUBLIC_URL, credentials));
      const told = here.notice('guard');
      await there.request('attend', { customerId: customer.id, ticketId: null, state: 'writing' });
      expect(await told).toEqual({ customerId: customer.id });
      expect(await eventually(guard, (present) => present.length === 1)).toMatchObject([
        { name: 'Wang Li', state: 'writing', ticketNumber: null },
      ]);
    }
    await eventually(guard, (present) => present.length === 0);
    const { sql } = hubs[0]?.parts.db ?? expect.fail();
    const me = (await api('GET', '/api/v1/agents')).body.items.find(({ name }: { name: string }) => name === 'Wang Li');
    const left = `insert into attendance (socket_id, customer_id, agent_id, state, since, seen_at) values ($1, $2, $3, 'open', now(), now() - $4::interval)`;
    await sql.query(left, ['left', customer.id, me.id, '1 minute']);
    expect(await guard()).toEqual([]);
    await sql.query(left, ['lives', customer.id, me.id, '20 seconds']);
    expect(await guard()).toMatchObject([{ name: 'Wang Li', state: 'open' }]);
  });
});
