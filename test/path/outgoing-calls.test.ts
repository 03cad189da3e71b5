import { randomUUID } from 'node:crypto';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { carrierEnvironment, centreNumber, postSigned, smsFields } from '../support/carrier.ts';
import { hangUp, startCarrierRest } from '../support/carrier-rest.ts';
import type { RestCall } from '../support/carrier-rest.ts';
import { createClient, eventually } from '../support/client.ts';
import { apiKey, createGround, startHub } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { shared } from '../support/shared.ts';
import { ticketClient } from '../support/ticket-client.ts';

const agentPhone = '+4930901820';
const voice = '/webhooks/twilio/voice';
const sid = (kind: 'CA' | 'SM' | 'CF') => `${kind}${randomUUID().replaceAll('-', '')}`;

async function startCentre(backend: Backend) {
  await using stack = new AsyncDisposableStack();
  const carrier = stack.use(await startCarrierRest());
  const hub = stack.use(await startHub(backend, { env: carrierEnvironment(carrier.url) }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  expect((await hub.api('PATCH', '/api/v1/agents/me', { phone: agentPhone })).status).toBe(200);
  const owned = stack.move();
  return { ...hub, carrier, desk, ...ticketClient(hub.api, desk), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Posts to an address that the hub gave the carrier. */
async function tell(url: string, address: string, fields: Record<string, string>): Promise<string> {
  const { pathname, search } = new URL(address);
  const answer = await postSigned(url, pathname + search, fields);
  expect(answer.status).toBe(200);
  return answer.text();
}

const legFields = (call: RestCall, status: string, more: Record<string, string> = {}) => ({
  CallSid: call.sid,
  CallStatus: status,
  From: call.form['From'] ?? '',
  To: call.form['To'] ?? '',
  Direction: 'outbound-api',
  ...more,
});

const dialled = (calls: readonly RestCall[], to: string) =>
  calls.filter(({ path, form }) => path.endsWith('/Calls.json') && form['To'] === to);

onBothBackends('a call that an agent places', (backend) => {
  const centre = shared(() => startCentre(backend));

  async function texted(from: string): Promise<string> {
    const message = smsFields({ sid: sid('SM'), from, body: 'Call me, please' });
    await postSigned(centre().url, '/webhooks/twilio/sms', message);
    return (await centre().received(message['MessageSid'] ?? '')).ticketId;
  }
  const online = async (state = 'online') =>
    expect((await centre().api('PUT', '/api/v1/agents/me/presence', { state })).status).toBe(200);
  const place = (ticketId: string, body: object = {}, key: string = randomUUID()) =>
    createClient(centre().url, { authorization: `Bearer ${apiKey}`, 'idempotency-key': key })(
      'POST',
      `/api/v1/tickets/${ticketId}/calls`,
      body,
    );
  /** The newest order to dial a number. */
  const order = async (to: string, before = 0) => {
    await centre().carrier.calls.until(
      () => dialled(centre().carrier.calls.items, to).length > before,
      `a call to ${to}`,
    );
    const found = dialled(centre().carrier.calls.items, to).at(-1);
    if (!found) throw new Error(`no call to ${to}`);
    return found;
  };
  const state = (ticketId: string, wanted: string) =>
    centre().desk.event('call.changed', (event) => event.ticketId === ticketId && event.data['step'] === wanted);
  const countTo = (to: string) => dialled(centre().carrier.calls.items, to).length;

  /** Until the customer's phone is dialled; answers both orders. */
  async function connect(ticketId: string, customer: string, body: object = {}) {
    const [rung, before] = [countTo(agentPhone), countTo(customer)];
    expect(await place(ticketId, body)).toMatchObject({
      status: 201,
      body: { call: { direction: 'out', state: 'connecting', from: customer } },
    });
    const agent = await order(agentPhone, rung);
    expect(agent.form).toMatchObject({ From: centreNumber, To: agentPhone });
    await tell(centre().url, agent.form['StatusCallback'] ?? '', legFields(agent, 'ringing'));
    expect(countTo(customer)).toBe(before);
    const said = await tell(centre().url, agent.form['Url'] ?? '', legFields(agent, 'in-progress'));
    const [, conference = ''] = /<Conference[^>]* statusCallback="([^"]+)"/.exec(said) ?? [];
    const called = await order(customer, before);
    expect(called.form).toMatchObject({ From: centreNumber, To: customer });
    await tell(centre().url, called.form['StatusCallback'] ?? '', legFields(called, 'ringing'));
    return { agent, called, conference: conference.replaceAll('&amp;', '&'), room: />(call-[^<]+)</.exec(said)?.[1] };
  }
  const join = (conference: string, callSid: string, event = 'participant-join', sequence = '1') =>
    tell(centre().url, conference, {
      ConferenceSid: 'CF0123456789abcdef0123456789abcdef',
      StatusCallbackEvent: event,
      CallSid: callSid,
      SequenceNumber: sequence,
    });

  it('rings her first, then the customer with the number of the centre, and both talk, hold and end', async () => {
    await online();
    const ticketId = await texted('+4915112360001');
    const { agent, called, conference, room } = await connect(ticketId, '+4915112360001');
    await join(conference, agent.sid);
    expect(await tell(centre().url, called.form['Url'] ?? '', legFields(called, 'in-progress'))).toContain(`>${room}<`);
    await join(conference, called.sid, 'participant-join', '2');
    await state(ticketId, 'answered');
    expect((await centre().ticket(ticketId)).call).toMatchObject({ state: 'talking', outcome: 'reached' });
    const me = (await centre().api('GET', '/api/v1/me')).body;
    expect(me).toMatchObject({ presence: 'online', load: { phone: 1 } });
    const other = await texted('+4915112360002');
    expect(await place(other)).toMatchObject({ status: 409 });

    expect((await centre().api('POST', `/api/v1/tickets/${ticketId}/call`, { action: 'hold' })).status).toBe(200);
    await centre().carrier.calls.until(
      ({ path, form }) => path.endsWith(`/Participants/${called.sid}.json`) && form['Hold'] === 'true',
      'the hold',
    );
    await join(conference, called.sid, 'participant-hold', '3');
    await state(ticketId, 'held');
    expect((await centre().api('POST', `/api/v1/tickets/${ticketId}/call`, { action: 'hang-up' })).status).toBe(200);
    await centre().carrier.calls.until(
      ({ path, form }) => path.endsWith(`/Calls/${called.sid}.json`) && form['Status'] === 'completed',
      'the end',
    );
    const ended = legFields(called, 'completed', { CallDuration: '12' });
    for (const _again of [1, 2]) await tell(centre().url, called.form['StatusCallback'] ?? '', ended);
    await tell(centre().url, agent.form['StatusCallback'] ?? '', legFields(agent, 'completed'));
    const over = await state(ticketId, 'ended');
    expect(over.data).toMatchObject({ direction: 'out', outcome: 'reached', state: 'ended', durationSeconds: 12 });
    expect((await centre().api('GET', '/api/v1/me')).body.load.phone ?? 0).toBe(0);
  });

  it('is begun once for one key, never for who is away, has no phone, or must not be called', async () => {
    const ticketId = await texted('+4915112360003');
    await online('away');
    expect(await place(ticketId)).toMatchObject({ status: 409 });
    await online();
    const address = '+4915112360003';
    const consent = { channel: 'phone', account: centreNumber, address, state: 'withdrawn', reason: 'Said so' };
    expect((await centre().api('PUT', '/api/v1/consents', consent)).status).toBe(200);
    expect(await place(ticketId)).toMatchObject({ status: 422 });
    expect((await centre().ticket(ticketId)).callObstacle).toBe('do-not-call');
    expect((await centre().api('PUT', '/api/v1/consents', { ...consent, state: 'granted' })).status).toBe(200);
    expect(await place(ticketId, { to: '030 901820' })).toMatchObject({ status: 400 });
    const key = randomUUID();
    const before = countTo(agentPhone);
    const both = [await place(ticketId, {}, key), await place(ticketId, {}, key)];
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    expect(both[1]?.body.call.callSid).toBe(both[0]?.body.call.callSid);
    const agent = await order(agentPhone, before);
    await tell(centre().url, agent.form['StatusCallback'] ?? '', legFields(agent, 'no-answer'));
    expect((await state(ticketId, 'agent-no-answer')).data).toMatchObject({
      state: 'missed',
      outcome: 'agent-no-answer',
    });
    expect(countTo(address)).toBe(0);
    expect(countTo(agentPhone)).toBe(before + 1);
    const forged = await postSigned(centre().url, `${voice}/out-status?call=x`, legFields(agent, 'busy'), {
      accountSid: 'AC',
      authToken: 'wrong',
    });
    expect(forged.status).toBe(403);
  });

  it('back to who asked for it counts its tries and is done once the customer was reached', async () => {
    await online('offline');
    const from = '+4915112360004';
    const caller = { CallSid: sid('CA'), From: from, To: centreNumber, Direction: 'inbound' };
    await tell(centre().url, `${centre().url}${voice}`, { ...caller, CallStatus: 'ringing' });
    const { ticketId } = await centre().desk.event('message.received', ({ data }) => data['channel'] === 'phone');
    await tell(centre().url, `${centre().url}${voice}/call-back`, {
      ...caller,
      Digits: '1',
      CallStatus: 'in-progress',
    });
    await tell(centre().url, `${centre().url}${voice}/status`, { ...caller, CallStatus: 'completed' });
    await centre().desk.event(
      'call.changed',
      (event) => event.ticketId === ticketId && event.data['state'] === 'missed',
    );
    const id = ticketId ?? '';
    await online();
    expect((await centre().api('POST', `/api/v1/tickets/${id}/claim`)).status).toBe(200);
    // Consent that is withdrawn while the agent's phone rings: nobody is dialled, and nobody was tried.
    const consent = { channel: 'phone', account: centreNumber, address: from, reason: 'Said so' };
    const rung = countTo(agentPhone);
    expect((await place(id)).status).toBe(201);
    const waiting = await order(agentPhone, rung);
    await centre().api('PUT', '/api/v1/consents', { ...consent, state: 'withdrawn' });
    await tell(centre().url, waiting.form['Url'] ?? '', legFields(waiting, 'in-progress'));
    await state(id, 'failed');
    expect(countTo(from)).toBe(0);
    expect(await centre().ticket(id)).toMatchObject({ callBack: { tries: 0, lastOutcome: null } });
    await centre().api('PUT', '/api/v1/consents', { ...consent, state: 'granted' });
    for (const [tries, status] of [
      [1, 'busy'],
      [2, 'no-answer'],
    ] as const) {
      const { agent, called } = await connect(id, from);
      await tell(centre().url, called.form['StatusCallback'] ?? '', legFields(called, status));
      await state(id, status);
      expect(await centre().ticket(id)).toMatchObject({
        callBack: { phone: from, tries, lastOutcome: status },
        call: { state: 'missed', outcome: status },
      });
      await centre().carrier.calls.until(({ path }) => path.endsWith(`/Calls/${agent.sid}.json`), "the agent's end");
    }
    const { items } = (await centre().api('GET', '/api/v1/queue-settings')).body;
    const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('phone'));
    expect((await centre().api('PUT', `/api/v1/queues/${queue.id}`, { ...queue, wrapUpSeconds: 60 })).status).toBe(200);
    const { called, conference } = await connect(id, from);
    await join(conference, called.sid);
    await state(id, 'answered');
    await tell(
      centre().url,
      called.form['StatusCallback'] ?? '',
      legFields(called, 'completed', { CallDuration: '5' }),
    );
    await centre().desk.event(
      'call.changed',
      ({ ticketId: of, data }) => of === id && data['outcome'] === 'reached' && data['state'] === 'ended',
    );
    expect((await centre().ticket(id)).callBack).toBeNull();
    const me = (await centre().api('GET', '/api/v1/me')).body;
    expect([me.presence, me.load.phone ?? 0]).toEqual(['wrap-up', 0]);
    await online();
  });

  it('whose agent picked up just before the hub stopped is dialled by the sweep, once', async () => {
    const customer = '+4915112360007';
    const ticketId = await texted(customer);
    const before = countTo(agentPhone);
    expect((await place(ticketId)).status).toBe(201);
    const agent = await order(agentPhone, before);
    await state(ticketId, 'agent-dialled');
    // What is committed when she picks up, without the job that follows it.
    await centre().hub.parts.db.sql.query(
      `update call set agent_answered_at = now() - interval '10 seconds' where ticket_id = $1`,
      [ticketId],
    );
    const called = await order(customer);
    await state(ticketId, 'customer-dialled');
    await tell(centre().url, agent.form['Url'] ?? '', legFields(agent, 'in-progress'));
    await state(ticketId, 'agent-answered');
    await tell(centre().url, called.form['StatusCallback'] ?? '', legFields(called, 'busy'));
    await state(ticketId, 'busy');
    expect(countTo(customer)).toBe(1);
  });

  it('that the carrier did not answer is unknown, and not dialled again', async () => {
    const customer = '+4915112360005';
    const ticketId = await texted(customer);
    centre().carrier.answerCallOnce(customer, hangUp);
    const { called } = await connect(ticketId, customer);
    await state(ticketId, 'dial-unknown');
    const sql = centre().hub.parts.db.sql;
    await sql.query(`update call set changed_at = now() - interval '2 minutes' where ticket_id = $1`, [ticketId]);
    const lost = await state(ticketId, 'lost');
    expect(lost.data).toMatchObject({ state: 'missed', outcome: 'unknown' });
    expect(countTo(customer)).toBe(1);
    expect(called.sid).toMatch(/^CA/);
  });
});

onBothBackends('a hub that is killed while it dials', (backend) => {
  it('has dialled once, and dials nobody again after it came back', async () => {
    await using carrier = await startCarrierRest();
    await using ground = await createGround(backend, carrierEnvironment(carrier.url));
    const api = createClient(ground.url, { authorization: `Bearer ${apiKey}` });
    const customer = '+4915112360006';
    let ticketId = '';
    {
      await using hub = await startHubProcess(ground.env);
      expect((await api('PATCH', '/api/v1/agents/me', { phone: agentPhone })).status).toBe(200);
      expect((await api('PUT', '/api/v1/agents/me/presence', { state: 'online' })).status).toBe(200);
      const text = smsFields({ sid: sid('SM'), from: customer, body: 'Hello' });
      await postSigned(ground.url, '/webhooks/twilio/sms', text);
      const { body } = await eventually(
        () => api('GET', '/api/v1/tickets'),
        (found) => found.body.items.length === 1,
      );
      ticketId = body.items[0].id;
      expect((await api('POST', `/api/v1/tickets/${ticketId}/calls`, {})).status).toBe(201);
      const agent = await carrier.calls.until(({ form }) => form['To'] === agentPhone, 'the agent is rung');
      // It dies while it waits for the carrier to take the customer's number.
      const killed = Promise.withResolvers<void>();
      carrier.answerCallOnce(customer, async (_call, _response, request) => {
        await hub.kill('SIGKILL');
        request.socket.destroy();
        killed.resolve();
      });
      await tell(ground.url, agent.form['Url'] ?? '', legFields(agent, 'in-progress')).catch(() => undefined);
      await killed.promise;
    }
    await using _hub = await startHubProcess(ground.env);
    await using database = openDatabase({ url: ground.databaseUrl, poolSize: 1 });
    await database.sql.query(`update call set changed_at = now() - interval '2 minutes'`);
    const { body } = await eventually(
      () => api('GET', `/api/v1/tickets/${ticketId}`),
      (found) => found.body.call.state === 'missed',
      20_000,
    );
    expect(body.call).toMatchObject({ direction: 'out', outcome: 'unknown' });
    expect(dialled(carrier.calls.items, customer)).toHaveLength(1);
    expect(dialled(carrier.calls.items, agentPhone)).toHaveLength(1);
  });
});
