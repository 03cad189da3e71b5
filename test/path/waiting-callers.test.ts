/** How a caller's wait on the line goes on, by what the carrier is answered at each round of it. */
import type { QueueRing } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { openApiCentre } from '../support/api-centre.ts';
import { playedCaller } from '../support/played-caller.ts';
import { shared } from '../support/shared.ts';

const centre = shared(openApiCentre);

/** How the queue of calls goes on with who waits in it. */
async function setRings(rings: readonly QueueRing[]): Promise<void> {
  const { api } = centre();
  const { items } = (await api('GET', '/api/v1/queue-settings')).body;
  const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('phone'));
  expect((await api('PUT', `/api/v1/queues/${queue.id}`, { ...queue, rings })).status).toBe(200);
}

/** A queue into which nothing comes by itself. */
async function addQueue(name: string, rings: readonly QueueRing[]): Promise<string> {
  const { status, body } = await centre().api('POST', '/api/v1/queues', { name, channels: [], rings });
  expect(status).toBe(201);
  return body.id;
}

/** A caller who rings, and the ticket that this opens. */
async function callerOnTheLine(from: string) {
  const { desk, url } = centre();
  const caller = playedCaller(url, from);
  await caller.ring();
  const { ticketId } = await desk.event('call.changed', ({ data }) => data['callSid'] === caller.callSid);
  return { ...caller, ticketId: String(ticketId) };
}

/** So many seconds pass for the call and for its ticket, as far as the clock of the test is not the carrier's. */
async function pass(ticketId: string, seconds: number): Promise<void> {
  const { sql } = centre();
  await sql.query(`update call set started_at = started_at - make_interval(secs => $2) where ticket_id = $1`, [
    ticketId,
    seconds,
  ]);
  await sql.query(
    `update ticket set waiting_since = waiting_since - make_interval(secs => $2), queued_at = queued_at - make_interval(secs => $2) where id = $1`,
    [ticketId, seconds],
  );
}

const setPhone = async (phone: string | null) =>
  expect((await centre().api('PATCH', '/api/v1/agents/me', { phone })).status).toBe(200);
const queued = (ticketId: string, queueId: string) =>
  centre().desk.event('ticket.queued', (event) => event.ticketId === ticketId && event.data['queueId'] === queueId);

it('waits as long as the queue says also while the phone of the agent who took the call rings, and after it rang in vain', async () => {
  const { api, desk, sql } = centre();
  await setRings([{ kind: 'voicemail', afterSeconds: 600 }]);
  await setPhone('+4930901820');
  const { ticketId, round } = await callerOnTheLine('+4915112350041');
  expect(await round(300)).not.toContain('<Leave');
  expect((await api('POST', `/api/v1/tickets/${ticketId}/claim`)).status).toBe(200);
  expect((await api('GET', `/api/v1/tickets/${ticketId}`)).body.call.state).toBe('connecting');
  expect(await round(300)).not.toContain('<Leave');
  expect(await round(615)).not.toContain('<Leave');
  expect(await round(640)).toContain('<Leave');
  await pass(ticketId, 500);
  await sql.query(`update call set changed_at = now() - interval '2 minutes' where ticket_id = $1`, [ticketId]);
  await desk.event('ticket.released', (event) => event.ticketId === ticketId);
  expect(await round(590)).not.toContain('<Leave');
  expect(await round(610)).toContain('<Leave');
});

it('waits in the queue that a ticket overflowed to for as long as that queue says, also while an agent is rung', async () => {
  const { api } = centre();
  // Nobody can be asked, so that it overflows.
  await setPhone(null);
  const second = await addQueue('Second line', [{ kind: 'voicemail', afterSeconds: 60 }]);
  await setRings([
    { kind: 'queue', queueId: second, afterSeconds: 120 },
    { kind: 'voicemail', afterSeconds: 300 },
  ]);
  const { ticketId, round } = await callerOnTheLine('+4915112350042');
  await pass(ticketId, 121);
  await queued(ticketId, second);
  expect(await round(122)).not.toContain('<Leave');
  expect(await round(175)).not.toContain('<Leave');
  // Later than that, for what the overflow itself takes comes on top.
  expect(await round(240)).toContain('<Leave');
  await setPhone('+4930901820');
  expect((await api('POST', `/api/v1/tickets/${ticketId}/claim`)).status).toBe(200);
  expect(await round(175)).not.toContain('<Leave');
  expect(await round(205)).not.toContain('<Leave');
  expect(await round(280)).toContain('<Leave');
});

it('waits as long as usual in a queue to which a ticket is handed on that says nothing of it', async () => {
  const { api } = centre();
  await setPhone(null);
  await setRings([{ kind: 'voicemail', afterSeconds: 300 }]);
  const other = await addQueue('Silent line', []);
  const { ticketId, round } = await callerOnTheLine('+4915112350043');
  await pass(ticketId, 100);
  expect((await api('POST', `/api/v1/tickets/${ticketId}/transfer`, { queueId: other })).status).toBeLessThan(300);
  await queued(ticketId, other);
  expect(await round(101)).not.toContain('<Leave');
  expect(await round(155)).not.toContain('<Leave');
  expect(await round(200)).toContain('<Leave');
});
