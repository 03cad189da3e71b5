import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { describe, expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { carrierEnvironment, postSigned, smsFields } from '../support/carrier.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';

async function startCentre() {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub('postgres', { env: carrierEnvironment('http://127.0.0.1:1') }));
  // The administrator watches; it is others who vanish.
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const owned = stack.move();
  return { ...hub, desk, sql: hub.hub.parts.db.sql, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe('an agent whose console is gone', () => {
  const centre = shared(startCentre);

  /** An agent of every queue who is online, set by the API. */
  async function onlineAgent() {
    const { api, url } = centre();
    const credentials = { email: `${randomUUID()}@patchbay.test`, password: 'a long enough password' };
    const { body: queues } = await api('GET', '/api/v1/queues');
    const queueIds = queues.items.map((queue: { id: string }) => queue.id);
    const { body } = await api('POST', '/api/v1/agents', { name: 'Vera', role: 'agent', queueIds, ...credentials });
    const { headers } = await createClient(url, {})('POST', '/api/v1/session', credentials);
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    const mine = createClient(url, { cookie });
    await present(mine, 'online');
    return { id: body.id as string, cookie, api: mine };
  }

  async function present(api: ReturnType<typeof createClient>, state: string): Promise<void> {
    expect((await api('PUT', '/api/v1/agents/me/presence', { state })).status).toBeLessThan(300);
  }

  async function openConsole(cookie: string) {
    const socket = io(`${centre().url}/agents`, {
      extraHeaders: { cookie },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  }

  async function lastSeen(id: string): Promise<Date | null> {
    const { rows } = await centre().sql.query<{ at: Date | null }>(
      'select last_seen_at as at from agent where id = $1',
      [id],
    );
    return rows[0]?.at ?? null;
  }

  async function wasSeen(id: string, secondsAgo: number): Promise<void> {
    await centre().sql.query('update agent set last_seen_at = now() - make_interval(secs => $2) where id = $1', [
      id,
      secondsAgo,
    ]);
  }

  const wentOffline = (id: string) =>
    centre().desk.event(
      'agent.presence-changed',
      ({ agentId, data }) => agentId === id && 'to' in data && data['to'] === 'offline',
    );
  const presenceOf = async (api: ReturnType<typeof createClient>) => (await api('GET', '/api/v1/me')).body.presence;

  it('goes offline after the grace, and the offer goes back to the queue', async () => {
    const { desk, url, sql } = centre();
    const agent = await onlineAgent();
    const fields = smsFields({
      sid: `SM${randomUUID().replaceAll('-', '')}`,
      from: '+4915112380001',
      body: 'Is anybody there?',
    });
    expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    const { ticketId } = await desk.event('ticket.offered', ({ agentId }) => agentId === agent.id);
    await wasSeen(agent.id, 76);
    const event = await wentOffline(agent.id);
    expect(event).toMatchObject({ actorId: null, data: { from: 'online', reason: 'The connection was lost' } });
    await desk.event('ticket.offer-withdrawn', (one) => one.ticketId === ticketId && one.agentId === agent.id);
    expect(await presenceOf(agent.api)).toBe('offline');
    const { rows } = await sql.query('select offer_agent_id from ticket where id = $1', [ticketId]);
    expect(rows).toEqual([{ offer_agent_id: null }]);
    expect(await lastSeen(agent.id)).toBeNull();
  });

  it('is told so when the console is back', async () => {
    const agent = await onlineAgent();
    await wasSeen(agent.id, 76);
    const { seq } = await wentOffline(agent.id);
    const socket = await openConsole(agent.cookie);
    const { value } = await socket.emitWithAck('resume', { after: Number(seq) - 1 });
    expect(value.events[0]).toMatchObject({ seq, type: 'agent.presence-changed', agentId: agent.id });
    socket.disconnect();
  });

  it('stays as they are within the grace, and so do those whom no console follows', async () => {
    const [gone, near, unfollowed] = [await onlineAgent(), await onlineAgent(), await onlineAgent()];
    await wasSeen(near.id, 45);
    await wasSeen(gone.id, 76);
    await wentOffline(gone.id);
    expect([await presenceOf(near.api), await presenceOf(unfollowed.api)]).toEqual(['online', 'online']);
    expect(await lastSeen(unfollowed.id)).toBeNull();
    for (const { api } of [near, unfollowed]) await present(api, 'offline');
  });

  it('is followed from the last console that closes, and seen again when it is back', async () => {
    const agent = await onlineAgent();
    const openSeen = async () => {
      await wasSeen(agent.id, 60);
      const before = await lastSeen(agent.id);
      const console = await openConsole(agent.cookie);
      await eventually(
        () => lastSeen(agent.id),
        (at) => at !== null && at > (before ?? new Date(0)),
      );
      return console;
    };
    const other = await openSeen();
    const { metrics } = centre().hub.parts;
    const open = async () =>
      (await metrics.sockets.get()).values.find(({ labels }) => labels['namespace'] === '/agents')?.value ?? 0;
    const closesUnseen = async () => {
      const one = await openSeen();
      await wasSeen(agent.id, 40);
      const before = await lastSeen(agent.id);
      const consoles = await open();
      one.disconnect();
      await eventually(open, (count) => count === consoles - 1);
      return before?.getTime() === (await lastSeen(agent.id))?.getTime();
    };
    // The hub looks at all of them twice a minute, once of two times at the most in between.
    expect((await closesUnseen()) || (await closesUnseen())).toBe(true);
    await wasSeen(agent.id, 40);
    const before = await lastSeen(agent.id);
    other.disconnect();
    const closed = await eventually(
      () => lastSeen(agent.id),
      (at) => at !== null && at > (before ?? at),
    );
    await wasSeen(agent.id, 60);
    const again = await openConsole(agent.cookie);
    await eventually(
      () => lastSeen(agent.id),
      (at) => at !== null && at >= (closed ?? at),
    );
    // The process that follows them may be killed before it sees them again: what it saw goes on to count.
    await present(agent.api, 'away');
    expect(await lastSeen(agent.id)).not.toBeNull();
    await present(agent.api, 'offline');
    expect(await lastSeen(agent.id)).toBeNull();
    again.disconnect();
  });

  it('is followed from the moment at which they come, when the console was open before', async () => {
    const agent = await onlineAgent();
    await present(agent.api, 'offline');
    const socket = await openConsole(agent.cookie);
    await eventually(
      () => lastSeen(agent.id),
      (at) => at !== null,
    );
    await present(agent.api, 'online');
    expect(await lastSeen(agent.id)).not.toBeNull();
    await present(agent.api, 'offline');
    socket.disconnect();
  });

  it('goes in one step with what they have not answered, so that a crash in between leaves nobody waiting for them', async () => {
    const { api, hub, sql, url } = centre();
    const agent = await onlineAgent();
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    const fields = smsFields({ sid, from: '+4915112380002', body: 'Hello?' });
    expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    const { ticketId } = await centre().desk.event('ticket.offered', ({ agentId }) => agentId === agent.id);
    const { waitingSince } = (await api('GET', `/api/v1/tickets/${ticketId}`)).body;
    expect((await agent.api('POST', `/api/v1/tickets/${ticketId}/accept`)).status).toBe(200);
    const gone = wentOffline(agent.id);
    await hub.parts.db.transaction(async (tx) => {
      // As if it were a chat, whose customer looks at the screen; and nobody can give it back just now.
      await sql.query(`update ticket set channel = 'chat' where id = $1`, [ticketId]);
      await tx.query('select 1 from ticket where id = $1 for update', [ticketId]);
      await wasSeen(agent.id, 76);
      await eventually(
        () =>
          sql.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
             and query like '%release_ticket%'`),
        ({ rowCount }) => rowCount === 1,
      );
      const { rows } = await sql.query('select presence from agent where id = $1', [agent.id]);
      expect(rows).toEqual([{ presence: 'online' }]);
    });
    await gone;
    expect((await api('GET', `/api/v1/tickets/${ticketId}`)).body).toMatchObject({ assigneeId: null, waitingSince });
    expect((await api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'resolved' })).status).toBe(200);
  });

  it('keeps what they have answered until its customer writes again, and then has it no longer', async () => {
    const { api, sql, url, desk } = centre();
    const agent = await onlineAgent();
    const sid = `SM${randomUUID().replaceAll('-', '')}`;
    const fields = smsFields({ sid, from: '+4915112380003', body: 'Hello?' });
    expect((await postSigned(url, '/webhooks/twilio/sms', fields)).status).toBe(200);
    const { ticketId } = await desk.event('ticket.offered', ({ agentId }) => agentId === agent.id);
    const path = `/api/v1/tickets/${ticketId}`;
    expect((await agent.api('POST', `${path}/accept`)).status).toBe(200);
    expect((await agent.api('POST', `${path}/messages`, { text: 'One moment', undoSeconds: 0 })).status).toBe(201);
    await sql.query(`update ticket set channel = 'chat' where id = $1`, [ticketId]);
    await present(agent.api, 'offline');
    expect((await api('GET', path)).body.assigneeId).toBe(agent.id);
    await sql.query(`update agent set presence_since = now() - interval '76 seconds' where id = $1`, [agent.id]);
    await sql.query(
      `insert into message (ticket_id, customer_id, direction, channel, channel_account, kind)
       select id, customer_id, 'in', channel, channel_account, 'customer' from ticket where id = $1`,
      [ticketId],
    );
    const { data } = await desk.event('ticket.released', (one) => one.ticketId === ticketId);
    expect(data['reason']).toBe('The agent is gone');
    expect((await api('GET', path)).body.assigneeId).toBeNull();
  });
});
