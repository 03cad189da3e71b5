import { sweep } from '@patchbay/engine/pipeline/sweep';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import { carrierEnvironment } from '../support/carrier.ts';
import { startCarrierRest } from '../support/carrier-rest.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { playedCaller } from '../support/played-caller.ts';
import { openSimulator } from '../support/simulated-carrier.ts';

async function ringingCentre(backend: 'postgres' | 'redis') {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub(backend));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const carrier = stack.use(await openSimulator(hub.url));
  expect((await hub.api('PATCH', '/api/v1/agents/me', { phone: '+4930901820' })).status).toBe(200);
  const callSid = await carrier.call('+4915112350009');
  const { ticketId } = await desk.event('message.received', ({ data }) => data['channel'] === 'phone');
  const { body: me } = await hub.api('GET', '/api/v1/me');
  const owned = stack.move();
  return {
    ...hub,
    desk,
    callSid,
    ticketId,
    agentId: me.id as string,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Where the carrier says nothing of a call but what the test has it say. */
async function playedCentre(backend: 'postgres' | 'redis') {
  await using stack = new AsyncDisposableStack();
  const rest = stack.use(await startCarrierRest());
  const hub = stack.use(await startHub(backend, { env: carrierEnvironment(rest.url) }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const { callSid, ring, round } = playedCaller(hub.url, '+4915112350009');
  await ring();
  const { ticketId } = await desk.event('call.changed', ({ data }) => data['callSid'] === callSid);
  const owned = stack.move();
  return { ...hub, desk, callSid, round, ticketId, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

onBothBackends('a phone call', (backend) => {
  it('is rung by the sweep when the hub stopped between taking it and ringing the agent', async () => {
    await using centre = await ringingCentre(backend);
    const { sql } = centre.hub.parts.db;
    // What is committed when an agent takes the call, without the job that follows it.
    await sql.query(`select take_ticket($1, $2, true, 'Taken')`, [centre.ticketId, centre.agentId]);
    await sql.query(
      `update call set state = 'connecting', agent_id = $2, changed_at = now() - interval '10 seconds' where call_sid = $1`,
      [centre.callSid, centre.agentId],
    );
    await centre.desk.event('call.changed', ({ data }) => data['state'] === 'talking');
  });

  it('waits on while the carrier asks about it, however long the queue lets it, and is over once it asks no more', async () => {
    await using centre = await playedCentre(backend);
    const { sql } = centre.hub.parts.db;
    const { items } = (await centre.api('GET', '/api/v1/queue-settings')).body;
    const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('phone'));
    const rings = [{ kind: 'voicemail', afterSeconds: 3600 }];
    expect((await centre.api('PUT', `/api/v1/queues/${queue.id}`, { ...queue, rings })).status).toBe(200);
    const minutesPass = (minutes: number) =>
      sql.query(
        'update call set changed_at = changed_at - make_interval(mins => $2), started_at = started_at - make_interval(mins => $2) where call_sid = $1',
        [centre.callSid, minutes],
      );
    for (const minutes of [4, 8, 12]) {
      await minutesPass(4);
      expect(await centre.round(minutes * 60)).toContain('<Play>');
    }
    await sweep(centre.hub.parts);
    expect((await centre.api('GET', `/api/v1/tickets/${centre.ticketId}`)).body.call.state).toBe('waiting');
    await minutesPass(6);
    await centre.desk.event('call.changed', ({ data }) => data['state'] === 'missed');
  });

  it('whose end the carrier never told is over when it was not heard of for longer than anyone can wait', async () => {
    await using centre = await playedCentre(backend);
    await centre.hub.parts.db.sql.query(
      `update call set changed_at = now() - interval '10 minutes' where call_sid = $1`,
      [centre.callSid],
    );
    await centre.desk.event('call.changed', ({ data }) => data['state'] === 'missed');
    const { body } = await centre.api('GET', `/api/v1/tickets/${centre.ticketId}`);
    expect(body).toMatchObject({ subject: 'Missed call from +4915112350009', status: 'open', assigneeId: null });
    expect(body.waitingSince).not.toBeNull();
  });
});
