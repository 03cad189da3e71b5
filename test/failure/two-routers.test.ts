/** Two hubs on one database give out work together: nothing twice, nobody beyond their limits, also when one of them is killed. */
import { randomUUID } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { createClient, eventually, type ApiClient } from '../support/client.ts';
import { apiKey, createGround } from '../support/hub.ts';
import { spawnHub, startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';

const agentCount = 4;
const capacity = { sms: 2, whatsapp: 2 };
const capacityTotal = 3;
const contacts = 24;

async function startRouters(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(
    await createGround(backend, { ...carrierEnvironment('http://127.0.0.1:1'), OFFER_SECONDS: '1' }),
  );
  stack.use(await startHubProcess(ground.env, ['--roles=web']));
  const routers = [1, 2].map(() => stack.use(spawnHub(ground.env, ['--roles=worker,clock'])));
  const db = stack.use(openDatabase({ url: ground.databaseUrl, poolSize: 2 }));
  const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
  const owned = stack.move();
  return { ground, routers, api, db, url: ground.url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Held {
  seq: number;
  type: string;
  ticketId: string;
  agentId: string;
  channel: string;
}

/** Walks through the events and answers everything that must not be: two holders, somebody beyond a limit. */
function wrongs(events: readonly Held[]): string[] {
  const found: string[] = [];
  const holder = new Map<string, { agentId: string; channel: string }>();
  for (const { seq, type, ticketId, agentId, channel } of events) {
    const current = holder.get(ticketId);
    if (type === 'ticket.offered') {
      if (current) found.push(`${seq}: ${ticketId} offered to ${agentId} while ${current.agentId} has it`);
      holder.set(ticketId, { agentId, channel });
      const mine = [...holder.values()].filter((one) => one.agentId === agentId);
      if (mine.filter((one) => one.channel === channel).length > capacity[channel as keyof typeof capacity])
        found.push(`${seq}: ${agentId} has too much of ${channel}`);
      if (mine.length > capacityTotal) found.push(`${seq}: ${agentId} has too much`);
    } else if (type === 'ticket.assigned') {
      if (current?.agentId !== agentId) found.push(`${seq}: ${ticketId} taken by ${agentId} without an offer`);
    } else holder.delete(ticketId);
  }
  return found;
}

/** An agent who takes, declines or overlooks offers, and ends what was taken, until there is nothing left. */
async function work(api: ApiClient, agentId: string, over: AbortSignal): Promise<void> {
  for (let turn = agentId.codePointAt(agentId.length - 1) ?? 0; !over.aborted; turn += 1) {
    const { body } = await api('GET', '/api/v1/tickets?status=open&limit=200');
    for (const ticket of body.items ?? []) {
      if (ticket.assigneeId === agentId) await api('PATCH', `/api/v1/tickets/${ticket.id}`, { status: 'resolved' });
      else if (ticket.offer?.agentId === agentId && turn % 5 !== 0)
        await api('POST', `/api/v1/tickets/${ticket.id}/${turn % 7 === 0 ? 'decline' : 'accept'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

onBothBackends('two routers on one database', (backend) => {
  const centre = shared(() => startRouters(backend));

  it('give everything out once and within the limits, though one is killed', async () => {
    const { api, url, routers, db } = centre();
    const password = 'a long enough password';
    const agents = await Promise.all(
      Array.from({ length: agentCount }, async (_, index) => {
        const email = `router-${index}@patchbay.test`;
        const { body } = await api('POST', '/api/v1/agents', { name: `Agent ${index}`, email, password, capacity });
        await api('PATCH', `/api/v1/agents/${body.id}`, { capacityTotal });
        const { headers } = await createClient(url, {})('POST', '/api/v1/session', { email, password });
        const [cookie = ''] = headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
        const mine = createClient(url, { cookie });
        await mine('PUT', '/api/v1/agents/me/presence', { state: 'online' });
        return { id: body.id as string, api: mine };
      }),
    );
    const over = new AbortController();
    // However this ends, nobody goes on working.
    using _ = { [Symbol.dispose]: () => over.abort() };
    const working = agents.map((agent) => work(agent.api, agent.id, over.signal));
    for (let index = 0; index < contacts; index += 1) {
      const from = `+4915112390${String(index).padStart(3, '0')}`;
      const sid = `SM${randomUUID().replaceAll('-', '')}`;
      const fields = smsFields({ sid, from, body: `Text ${index}` });
      expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
      if (index === contacts / 2) await routers[0]?.kill('SIGKILL');
    }
    const { rows } = await eventually(
      () =>
        db.sql.query<{ done: number; held: number }>(
          `select count(*) filter (where status = 'resolved')::int as done, count(*) filter (where offer_agent_id is not null or waiting_since is not null)::int as held
           from ticket where contact_address like '+4915112390%'`,
        ),
      (answer) => answer.rows[0]?.done === contacts,
      60_000,
    );
    over.abort();
    await Promise.all(working);
    expect(rows).toEqual([{ done: contacts, held: 0 }]);
    // By the time at which they were written under the agent's lock, which is the order of their ids for one ticket and one agent.
    const { rows: events } = await db.sql.query<Held>(
      `select e.id as seq, e.type, e.ticket_id as "ticketId", e.agent_id as "agentId", t.channel from event e join ticket t on t.id = e.ticket_id
       where e.type in ('ticket.offered', 'ticket.assigned', 'ticket.offer-withdrawn', 'ticket.released')
         or (e.type = 'ticket.status-changed' and e.data ->> 'to' = 'resolved')
       order by e.id`,
    );
    expect(wrongs(events)).toEqual([]);
    const offers = new Map<string, number>();
    for (const { type } of events) offers.set(type, (offers.get(type) ?? 0) + 1);
    expect(offers.get('ticket.assigned')).toBe(contacts);
    expect(routers[0]?.child.signalCode).toBe('SIGKILL');
  }, 120_000);
});
