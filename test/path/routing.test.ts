import { randomUUID } from 'node:crypto';
import type { HubEvent } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { carrierEnvironment, postSigned, smsFields, whatsappFields } from '../support/carrier.ts';
import { createClient, eventually, type ApiClient } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub('postgres', { env: carrierEnvironment('http://127.0.0.1:1') }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { ...hub, desk, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Agent {
  id: string;
  api: ApiClient;
  present(state: string, reason?: string): Promise<void>;
}

describe('routing', () => {
  const centre = shared(startCentre);
  let callers = 0;

  async function ok(method: string, path: string, body?: unknown, api = centre().api) {
    const answer = await api(method, `/api/v1${path}`, body);
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  }

  /** A queue that takes text messages before all others. */
  async function queue(over: object = {}): Promise<{ id: string }> {
    const made = await ok('POST', '/queues', { name: `Queue ${randomUUID()}`, channels: ['sms'], ...over });
    await ok('PUT', '/queues/order', { ids: [made.id] });
    return made;
  }

  async function agent(name: string, over: object = {}): Promise<Agent> {
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { id } = await ok('POST', '/agents', { name, queueIds: [], capacity: { sms: 1 }, ...credentials });
    await ok('PATCH', `/agents/${id}`, over);
    const { headers } = await createClient(centre().url, {})('POST', '/api/v1/session', credentials);
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const api = createClient(centre().url, { cookie });
    // What waits is offered to who comes; only after that is it certain that the next is offered to the best of all.
    const present = async (state: string, reason?: string) => {
      const before = await looks();
      await ok('PUT', '/agents/me/presence', { state, ...(reason && { reason }) }, api);
      if (state === 'online') await eventually(looks, (after) => after > before);
    };
    return { id, api, present };
  }

  /** How often an agent who had become free was served. */
  async function looks(): Promise<number> {
    const { values } = await centre().hub.parts.metrics.jobs.get();
    return values.find(({ labels }) => labels['job'] === 'serve-agent' && labels['result'] === 'done')?.value ?? 0;
  }

  async function text(): Promise<string> {
    callers += 1;
    const from = `+49151124${String(callers).padStart(5, '0')}`;
    const fields = smsFields({ sid: `SM${randomUUID().replaceAll('-', '')}`, from, body: 'Parcel?' });
    expect((await postSigned(centre().url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    return (await centre().received(fields['MessageSid'] ?? '')).ticketId;
  }

  const event = (type: HubEvent['type'], ticketId: string, holds: (data: HubEvent['data']) => boolean = () => true) =>
    centre().desk.event(type, (one) => one.ticketId === ticketId && holds(one.data));
  const offered = (ticketId: string, to: Agent) =>
    event('ticket.offered', ticketId, (data) => data['agentId'] === to.id);

  it('offers to the best skilled, and after its time to who is less so', async () => {
    const french = await ok('POST', '/skills', { name: `French ${randomUUID()}` });
    const { id } = await queue({
      skills: [{ skillId: french.id, level: 3 }],
      rings: [{ kind: 'wider', afterSeconds: 1, lower: 2 }],
    });
    const [good, best, basic] = [
      await agent('Good', { queueIds: [id], skills: [{ skillId: french.id, level: 3 }] }),
      await agent('Best', { queueIds: [id], skills: [{ skillId: french.id, level: 5 }] }),
      await agent('Basic', { queueIds: [id], skills: [{ skillId: french.id, level: 1 }] }),
    ];
    for (const one of [good, best, basic]) await one.present('online');
    const first = await text();
    expect((await offered(first, best)).data['why']).toMatchObject({ code: 'best-skilled', skillPoints: 5, agents: 3 });
    const next = await text();
    await offered(next, good);
    const third = await text();
    expect((await offered(third, basic)).data['why']).toMatchObject({ lowered: 2, skillPoints: 1 });
    expect((await centre().api('DELETE', `/api/v1/skills/${french.id}`)).status).toBe(409);
    for (const one of [good, best, basic]) await one.present('offline');
  });

  it('overflows to another queue with its place, and says so', async () => {
    const target = await ok('POST', '/queues', { name: `Target ${randomUUID()}`, channels: [] });
    const first = await queue({ rings: [{ kind: 'queue', afterSeconds: 1, queueId: target.id }] });
    const there = await agent('There', { queueIds: [target.id] });
    await there.present('online');
    const ticketId = await text();
    const { waitingSince } = await centre().ticket(ticketId);
    const moved = await event('ticket.queued', ticketId, (data) => data['queueId'] === target.id);
    expect(moved.data).toMatchObject({ fromQueueId: first.id, why: { code: 'overflow' } });
    await offered(ticketId, there);
    expect((await centre().ticket(ticketId)).waitingSince).toBe(waitingSince);
    expect((await centre().api('DELETE', `/api/v1/queues/${target.id}`)).status).toBe(409);
    await there.present('offline');
  });

  it('overflows to no queue that is closed while its own is open', async () => {
    const { version, plan } = await ok('GET', '/service-plan');
    const weekday = ((new Date().getUTCDay() + 2) % 7) + 1;
    const shut = { ...plan.calendars[0], key: 'shut', nameEn: 'Shut', nameZh: '关' };
    const calendar = { ...shut, intervals: [{ weekday, from: '09:00', to: '09:30' }] };
    const draft = { basedOn: version, note: 'Shut', calendar, isDefault: false };
    await ok('PUT', '/service-plan/calendars/shut', draft);
    const closed = await ok('POST', '/queues', { name: `Closed ${randomUUID()}`, channels: [], calendar: 'shut' });
    const open = await ok('POST', '/queues', { name: `Open ${randomUUID()}`, channels: [] });
    await queue({
      rings: [
        { kind: 'queue', afterSeconds: 1, queueId: closed.id },
        { kind: 'queue', afterSeconds: 2, queueId: open.id },
      ],
    });
    const ticketId = await text();
    const moved = await event('ticket.queued', ticketId);
    expect(moved.data['queueId']).toBe(open.id);
  });

  it('keeps a new ticket for the agent who wrote to its customer last', async () => {
    const { id } = await queue({ stickySeconds: 60 });
    const [last, idle] = [await agent('Last', { queueIds: [id] }), await agent('Idle', { queueIds: [id] })];
    await last.present('online');
    const first = await text();
    await offered(first, last);
    await ok('POST', `/tickets/${first}/accept`, undefined, last.api);
    await ok('POST', `/tickets/${first}/messages`, { text: 'It is on its way', undoSeconds: 0 }, last.api);
    await ok('PATCH', `/tickets/${first}`, { status: 'closed' }, last.api);
    await last.present('away', 'break');
    await idle.present('online');
    await last.present('online');
    callers -= 1;
    const next = await text();
    expect(next).not.toBe(first);
    expect((await offered(next, last)).data['why']).toMatchObject({ code: 'last-agent' });
    for (const one of [last, idle]) await one.present('offline');
  });

  it('does not give out what waits for its customer', async () => {
    const { id } = await queue();
    const one = await agent('One', { queueIds: [id] });
    const [pending, next] = [await text(), await text()];
    await ok('PATCH', `/tickets/${pending}`, { status: 'pending' });
    expect((await centre().ticket(pending)).waitingSince).toBeNull();
    await one.present('online');
    await offered(next, one);
    await one.present('offline');
    await ok('PATCH', `/tickets/${pending}`, { status: 'open' });
    expect((await centre().ticket(pending)).waitingSince).not.toBeNull();
  });

  it('hands on to exactly one agent, who declines, and it is back at its old place with the note', async () => {
    const { id } = await queue();
    const [from, to] = [await agent('From', { queueIds: [id] }), await agent('To', { queueIds: [id] })];
    await from.present('online');
    const ticketId = await text();
    await offered(ticketId, from);
    const { waitingSince } = await centre().ticket(ticketId);
    await ok('POST', `/tickets/${ticketId}/accept`, undefined, from.api);
    const hand = (body: object, api = from.api) => api('POST', `/api/v1/tickets/${ticketId}/transfer`, body);
    expect((await hand({ agentId: to.id })).status).toBe(409);
    expect((await hand({ agentId: to.id }, to.api)).status).toBe(403);
    expect((await hand({})).status).toBe(400);
    await to.present('online');
    const { items } = await ok('GET', `/tickets/${ticketId}/transfer-targets`, undefined, from.api);
    expect(items).toContainEqual(expect.objectContaining({ agentId: to.id, free: true, inQueue: true }));
    expect((await hand({ agentId: to.id, note: 'She wants a refund' })).status).toBe(200);
    expect((await offered(ticketId, to)).data['why']).toMatchObject({ code: 'transfer' });
    expect((await centre().messages(ticketId)).at(-1)).toMatchObject({
      text: 'She wants a refund',
      visibility: 'internal',
    });
    await from.present('away', 'break');
    await ok('POST', `/tickets/${ticketId}/decline`, undefined, to.api);
    const declined = await centre().ticket(ticketId);
    expect(declined).toMatchObject({ assigneeId: null, offer: null, waitingSince });
    await to.present('offline');
  });

  it('is taken over by a supervisor, and whoever had it gets the next at once', async () => {
    const { id } = await queue();
    const holder = await agent('Holder', { queueIds: [id] });
    await holder.present('online');
    const ticketId = await text();
    await offered(ticketId, holder);
    await ok('POST', `/tickets/${ticketId}/accept`, undefined, holder.api);
    const next = await text();
    expect((await holder.api('POST', `/api/v1/tickets/${ticketId}/take-over`, { reason: 'Mine' })).status).toBe(403);
    const taken = await ok('POST', `/tickets/${ticketId}/take-over`, { reason: 'Complaint' });
    expect(taken.assigneeId).not.toBe(holder.id);
    expect(
      (await event('ticket.assigned', ticketId, (data) => data['fromAgentId'] === holder.id)).data['reason'],
    ).toContain('Complaint');
    // She became free; or what waits was just being looked at, and she was.
    expect((await offered(next, holder)).data['why']).toMatchObject({
      code: expect.stringMatching(/^(became-free|idle-longest)$/),
    });
    await holder.present('offline');
  });

  it('gives nothing beyond the total, nor by hand where the queue does not allow it, and makes room at once', async () => {
    const { id } = await queue({ pull: false });
    const busy = await agent('Busy', { queueIds: [id], capacity: { sms: 5 }, capacityTotal: 1 });
    await busy.present('online');
    const [first, second] = [await text(), await text()];
    await offered(first, busy);
    await ok('POST', `/tickets/${first}/accept`, undefined, busy.api);
    expect((await busy.api('POST', `/api/v1/tickets/${second}/claim`)).status).toBe(403);
    const place = await ok('GET', `/tickets/${second}/place`, undefined, busy.api);
    expect(place).toMatchObject({ place: 1, expectedSeconds: null });
    await ok('PATCH', `/agents/${busy.id}`, { capacityTotal: 2 });
    await offered(second, busy);
    await busy.present('offline');
  });

  it('gives what comes on one channel, however much waits on another for which nobody has room', async () => {
    const { hub, url } = centre();
    const { id } = await queue({ channels: ['sms', 'whatsapp'] });
    const one = await agent('One', { queueIds: [id], capacity: { sms: 0, whatsapp: 1 } });
    await one.present('online');
    const waiting = await text();
    // More than is looked at in one round, all of it before what comes next.
    const same = 'subject, channel, channel_account, contact_address, customer_id, queue_id, waiting_since, status';
    const { rows } = await hub.parts.db.sql.query<{ id: string }>(
      `insert into ticket (${same})
       select ${same} from ticket cross join generate_series(1, 60) where id = $1 returning id`,
      [waiting],
    );
    const fields = whatsappFields({ sid: `SM${randomUUID().replaceAll('-', '')}`, from: '+4915112480001', body: 'Hi' });
    expect((await postSigned(url, '/webhooks/twilio/whatsapp', fields)).status).toBe(200);
    const { ticketId } = await centre().received(fields['MessageSid'] ?? '');
    await offered(ticketId, one);
    await one.present('offline');
    await hub.parts.db.sql.query(`update ticket set waiting_since = null, status = 'closed' where id = any ($1)`, [
      rows.map((row) => row.id),
    ]);
  });

  it('gives a team its queues, and takes them away with it', async () => {
    const member = await agent('Member');
    const team = await ok('POST', '/teams', { name: `Team ${randomUUID()}`, agentIds: [member.id] });
    const { id } = await queue({ teamIds: [team.id] });
    const me = () => ok('GET', '/me', undefined, member.api);
    expect(await me()).toMatchObject({ queueIds: [id], ownQueueIds: [], teamIds: [team.id] });
    await ok('PATCH', `/agents/${member.id}`, { queueIds: [] });
    expect(await me()).toMatchObject({ queueIds: [id] });
    await ok('DELETE', `/teams/${team.id}`);
    expect(await me()).toMatchObject({ queueIds: [], teamIds: [] });
    await ok('DELETE', `/queues/${id}`);
  });

  it('asks why somebody is away, if the centre wants to know, and never changes the log', async () => {
    const { api, hub } = centre();
    const reasons = await ok('GET', '/settings/presence-reasons');
    await ok('PUT', '/settings/presence-reasons', { ...reasons, required: true });
    const one = await agent('One');
    expect((await one.api('PUT', '/api/v1/agents/me/presence', { state: 'away' })).status).toBe(422);
    await one.present('away', 'break');
    await one.present('away', 'meal');
    expect(await ok('GET', '/me', undefined, one.api)).toMatchObject({ presence: 'away', presenceReason: 'meal' });
    await ok('PUT', '/settings/presence-reasons', reasons);
    expect((await api('PUT', '/api/v1/settings/presence-reasons', { items: [], required: false }, {})).status).toBe(
      200,
    );
    await ok('PUT', '/settings/presence-reasons', reasons);
    await expect(hub.parts.db.sql.query('update presence_log set state = $1', ['online'])).rejects.toThrow(
      /never changed/,
    );
    await one.present('offline');
  });

  it('ends a wrap-up by itself, and the next comes at once', async () => {
    const { hub } = centre();
    const { id } = await queue({ wrapUpSeconds: 60 });
    const one = await agent('Wrapping', { queueIds: [id] });
    await one.present('online');
    const ticketId = await text();
    await offered(ticketId, one);
    await ok('POST', `/tickets/${ticketId}/accept`, undefined, one.api);
    await hub.parts.db.sql.query('select begin_wrap_up($1, $2)', [ticketId, one.id]);
    expect((await ok('GET', '/me', undefined, one.api)).wrapUpUntil).not.toBeNull();
    await hub.parts.db.sql.query(`update agent set wrap_up_until = now() + interval '1 second' where id = $1`, [
      one.id,
    ]);
    await ok('PATCH', `/tickets/${ticketId}`, { status: 'resolved' }, one.api);
    const next = await text();
    await offered(next, one);
    expect(await ok('GET', '/me', undefined, one.api)).toMatchObject({ presence: 'online', wrapUpUntil: null });
    await one.present('offline');
  });
});
