/** The supervisors' floor by the API and the sockets: what is shown to whom, and who is told of what. */
import { randomUUID } from 'node:crypto';
import { floorAgent, floorWaiting, staffing, staffingQuery, type HubEvent } from '@patchbay/contracts';
import { addDays, mondayBefore } from '@patchbay/domain';
import { planWeek } from '@patchbay/engine/staffing/plan-week';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { expectProblem, logIn } from '../support/api-centre.ts';
import { shared } from '../support/shared.ts';
import { startTextCentre } from '../support/text-centre.ts';

async function openFloor() {
  await using stack = new AsyncDisposableStack();
  const centre = stack.use(await startTextCentre('postgres'));
  const { body: queues } = await centre.api('GET', '/api/v1/queues');
  const queueIds = queues.items.map(({ id }: { id: string }) => id);
  const credentials = { email: 'grace@patchbay.test', password: 'nanoseconds-of-wire' };
  const { body: made } = await centre.api('POST', '/api/v1/agents', {
    name: 'Grace',
    queueIds,
    capacity: { sms: 50 },
    ...credentials,
  });
  const agent = await logIn(centre.url, credentials);
  const agentDesk = stack.use(await openDesk(centre.url, { cookie: agent.cookie }));
  const owned = stack.move();
  return {
    ...centre,
    sql: centre.hub.parts.db.sql,
    graceId: made.id as string,
    grace: agent.api,
    agentDesk,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe('the floor', () => {
  const centre = shared(openFloor);
  const items = async (path: string) => {
    const { status, body } = await centre().api('GET', `/api/v1${path}`);
    expect([status, body.code]).toEqual([200, undefined]);
    return body.items;
  };
  const agents = async (query = '') => floorAgent.array().parse(await items(`/floor/agents${query}`));
  const waiting = async (query = '') => floorWaiting.array().parse(await items(`/floor/waiting${query}`));
  const of = (ticketId: string) => (event: HubEvent) => event.data['ticketId'] === ticketId;

  async function held(): Promise<string> {
    const { api, desk, grace, textFrom } = centre();
    const { ticketId } = await textFrom(`+49151${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`, 'Parcel?');
    expect((await grace('PUT', '/api/v1/agents/me/presence', { state: 'online' })).status).toBe(200);
    await desk.event('ticket.offered', (event) => event.ticketId === ticketId);
    expect((await grace('POST', `/api/v1/tickets/${ticketId}/accept`)).status).toBe(200);
    expect((await api('GET', `/api/v1/tickets/${ticketId}`)).body.assigneeName).toBe('Grace');
    return ticketId;
  }

  it('shows what waits with what its place is made of, and who holds what', async () => {
    const { graceId, textFrom } = centre();
    const { ticketId } = await textFrom('+4915112000001', 'Where is it?');
    expect(await waiting(`?ids=${ticketId},${randomUUID()}`)).toMatchObject([
      { ticketId, channel: 'sms', offeredTo: null, priority: { queue: 0, ticket: 0, ageing: 1 } },
    ]);
    const first = await centre().api('GET', '/api/v1/floor/agents?limit=1');
    expect(first.body.items).toHaveLength(1);
    const next = await centre().api('GET', `/api/v1/floor/agents?limit=1&cursor=${first.body.nextCursor}`);
    expect(next.body.items[0].id).not.toBe(first.body.items[0].id);
    const mine = await held();
    const [grace] = await agents(`?ids=${graceId}`);
    expect(grace).toMatchObject({ presence: 'online', totalLoad: grace?.holds.length });
    expect(grace?.holds.map((hold) => hold.ticketId)).toContain(mine);
    expect(await waiting(`?ids=${mine}`)).toEqual([]);
  });

  it('is for managers alone', async () => {
    const { grace } = centre();
    const id = await held();
    for (const path of ['/floor/agents', '/floor/waiting', '/settings/floor', '/staffing?week=2026-06-01'])
      expectProblem(await grace('GET', `/api/v1${path}`), 403, 'forbidden');
    expectProblem(await grace('PUT', '/api/v1/settings/floor', { showListening: false }), 403, 'forbidden');
    expectProblem(await grace('POST', `/api/v1/tickets/${id}/listen`), 403, 'forbidden');
    expectProblem(await grace('POST', `/api/v1/tickets/${id}/whispers`, { text: 'No' }), 403, 'forbidden');
    expectProblem(await centre().api('GET', '/api/v1/floor/waiting?ids=x'), 400, 'invalid_input');
  });

  it('reading along is written down once in ten minutes, and shown to the agent only where the centre says so', async () => {
    const { agentDesk, api, desk, grace, sql } = centre();
    const audits = async (ticketId: string) =>
      (
        await sql.query(`select actor_id from audit_entry where action = 'ticket.listened' and ticket_id = $1`, [
          ticketId,
        ])
      ).rows.length;
    const listenTwice = async (ticketId: string) => {
      for (const _ of [1, 2]) expect((await api('POST', `/api/v1/tickets/${ticketId}/listen`)).status).toBe(204);
      return ticketId;
    };
    const tenMinutes = async () =>
      (await sql.query<{ n: number }>('select floor(extract(epoch from now()) / 600)::int as n', [])).rows[0]?.n;
    const at = await tenMinutes();
    let shown = await listenTwice(await held());
    // The ten minutes ended in between, and the next are long.
    if ((await tenMinutes()) !== at) shown = await listenTwice(await held());
    const hidden = await held();
    expect(await agentDesk.event('ticket.listened', of(shown))).toMatchObject({ ticketId: shown });
    expect(await audits(shown)).toBe(1);
    expect((await api('PUT', '/api/v1/settings/floor', { showListening: false })).status).toBe(200);
    await desk.event('setting.changed', ({ data }) => data['setting'] === 'floor');
    expect((await api('POST', `/api/v1/tickets/${hidden}/listen`)).status).toBe(204);
    expect(await desk.event('ticket.listened', of(hidden))).toMatchObject({ ticketId: null });
    expect(await audits(hidden)).toBe(1);
    const { body } = await grace('GET', `/api/v1/tickets/${hidden}/events`);
    expect(body.items.map(({ type }: HubEvent) => type)).not.toContain('ticket.listened');
    // Whatever comes later has come, and the other has not.
    await api('POST', `/api/v1/tickets/${hidden}/whispers`, { text: 'Ask for the number' });
    await agentDesk.event('agent.whispered', of(hidden));
    expect(agentDesk.events.items.filter(({ type }) => type === 'ticket.listened').filter(of(hidden))).toEqual([]);
  });

  it('a whisper is for the agent who has the ticket and for nobody else', async () => {
    const { agentDesk, api, grace, textFrom } = centre();
    const id = await held();
    const sent = await api('POST', `/api/v1/tickets/${id}/whispers`, { text: 'Offer a refund' });
    expect([sent.status, sent.body.text]).toEqual([201, 'Offer a refund']);
    const { data } = await agentDesk.event('agent.whispered', of(id));
    expect(JSON.stringify(data)).not.toContain('refund');
    expect((await grace('GET', `/api/v1/tickets/${id}/whispers`)).body.items).toMatchObject([
      { text: 'Offer a refund' },
    ]);
    const { body } = await grace('GET', `/api/v1/tickets/${id}/messages`);
    expect(JSON.stringify(body)).not.toContain('refund');
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    await api('POST', '/api/v1/agents', { name: 'Other', role: 'manager', ...credentials });
    const other = await logIn(centre().url, credentials);
    expect((await other.api('GET', `/api/v1/tickets/${id}/whispers`)).body.items).toEqual([]);
    await grace('PUT', '/api/v1/agents/me/presence', { state: 'offline' });
    const nobody = await textFrom('+4915112000009', 'Hello?');
    const refused = await api('POST', `/api/v1/tickets/${nobody.ticketId}/whispers`, { text: 'Hm' });
    expectProblem(refused, 409, 'conflict');
  });

  it('forecasts a week from the running figures and says how many agents it needs', async () => {
    const { api, sql } = centre();
    const monday = mondayBefore(new Date().toISOString().slice(0, 10));
    const queueId = randomUUID();
    await sql.query(`insert into queue (id, name) values ($1, 'Staffed')`, [queueId]);
    // At ten on each day of eight weeks a hundred calls of three minutes.
    await sql.query(
      `insert into figure_sum (grain, slice, day, quarter, queue_id, channel, agent_id, team_id, type, grade, offered, handled, talk_ms, hold_ms, wrap_ms)
       select 0, 0, d::date, 40, $1, 'phone', '', '', '', '', 100, 100, 15000000, 0, 3000000 from generate_series($2::date, $3::date, '1 day') d`,
      [queueId, addDays(monday, -56), addDays(monday, -1)],
    );
    const asked = `queueId=${queueId}&week=${addDays(monday, 3)}&serviceLevel=0.8&targetSeconds=20&shrinkage=0.3`;
    const { body } = await api('GET', `/api/v1/staffing?${asked}`);
    const plan = staffing.parse(body);
    expect(plan).toMatchObject({ from: monday, history: 'enough', weeks: 8, backTest: { weeks: 4 } });
    expect(plan.backTest.wape).toBeCloseTo(0, 6);
    const ten = plan.rows.find(({ start }) => start.startsWith(`${monday}T10:00`));
    expect(ten).toMatchObject({ handleSeconds: 180, agents: 14, rostered: 20 });
    expect(ten?.serviceLevel).toBeCloseTo(0.8884, 3);
    const file = await api('GET', `/api/v1/staffing?${asked}&format=csv&language=zh`);
    expect(file.headers.get('content-type')).toContain('text/csv');
    const unknown = await api('GET', `/api/v1/staffing?week=${monday}&queueId=${randomUUID()}`);
    expectProblem(unknown, 404, 'not_found');
    const never = staffing.parse((await api('GET', `/api/v1/staffing?week=${monday}&channel=whatsapp`)).body);
    expect(never).toMatchObject({ history: 'none', weeks: 0, backTest: { wape: null, weeks: 0 } });
  });

  it('forecasts by what the clock shows, also where it changes', async () => {
    const { hub, sql } = centre();
    const queueId = randomUUID();
    await sql.query(`insert into queue (id, name) values ($1, 'In Berlin')`, [queueId]);
    // A hundred calls each day when the clock shows ten, which is an hour later on the day that has 25 of them.
    await sql.query(
      `insert into figure_sum (grain, slice, day, quarter, queue_id, channel, agent_id, team_id, type, grade, offered)
       select 0, 0, d::date, case d::date when '2026-10-25' then 44 else 40 end, $1, 'phone', '', '', '', '', 100
       from generate_series('2026-08-10'::date, '2026-10-25'::date, '1 day') d`,
      [queueId],
    );
    const planned = async (week: string) => {
      const parts = {
        ...hub.parts,
        config: { ...hub.parts.config, timeZone: 'Europe/Berlin' },
        now: () => new Date(`${week}T12:00:00Z`),
      };
      return planWeek(parts, staffingQuery.parse({ week, queueId, interval: '1h', handleSeconds: 180 }));
    };
    const change = await planned('2026-10-19');
    expect(change.rows.filter(({ day }) => day === '2026-10-25')).toHaveLength(25);
    const after = await planned('2026-10-26');
    for (const { backTest, rows } of [change, after]) {
      expect(backTest.wape).toBeCloseTo(0, 6);
      expect(rows.filter(({ forecast }) => forecast > 0)).toHaveLength(7);
    }
    expect(change.rows.find(({ start }) => start === '2026-10-25T09:00:00.000Z')?.forecast).toBeCloseTo(100, 6);
    expect(after.rows.find(({ start }) => start === '2026-11-01T09:00:00.000Z')?.forecast).toBeCloseTo(100, 6);
  });
});
