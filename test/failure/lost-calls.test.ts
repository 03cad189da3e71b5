import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import { apiKey, startHub } from '../support/hub.ts';
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

  it('whose end the carrier never told is over when it has waited longer than anyone can', async () => {
    await using centre = await ringingCentre(backend);
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
