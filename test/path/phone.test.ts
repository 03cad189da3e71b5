import type { CallView } from '@patchbay/channels/simulator/index';
import { expect, it } from 'vitest';
import { openDesk } from '../support/agent-desk.ts';
import { onBothBackends } from '../support/backends.ts';
import type { Backend } from '../support/backends.ts';
import { apiKey, startHub } from '../support/hub.ts';
import { shared } from '../support/shared.ts';
import { heard, openSimulator } from '../support/simulated-carrier.ts';
import { ticketClient } from '../support/ticket-client.ts';

/** So many seconds of the caller pass in one of ours. */
const speed = 25;
const agentPhone = '+4930901820';

async function startPhoneCentre(backend: Backend, env: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const hub = stack.use(await startHub(backend, { env, overrides: { simulatorSpeed: speed } }));
  const desk = stack.use(await openDesk(hub.url, apiKey));
  const carrier = stack.use(await openSimulator(hub.url));
  const owned = stack.move();
  const { sql } = hub.hub.parts.db;
  const client = ticketClient(hub.api, desk);
  return { ...hub, sql, carrier, desk, ...client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

type Centre = Awaited<ReturnType<typeof startPhoneCentre>>;

/** Rings the centre; answers when the call is a ticket. */
async function ring({ carrier, desk }: Centre, from: string): Promise<{ callSid: string; ticketId: string }> {
  const before = new Set(desk.events.items.map(({ id }) => id));
  const callSid = await carrier.call(from);
  const { ticketId } = await desk.event(
    'message.received',
    ({ id, data }) => !before.has(id) && data['channel'] === 'phone',
  );
  return { callSid, ticketId: ticketId ?? '' };
}

const callStep = ({ desk }: Centre, callSid: string, step: string) =>
  desk.event('call.changed', ({ data }) => data['callSid'] === callSid && data['step'] === step);

async function presence({ api }: Centre, state: 'online' | 'offline') {
  expect((await api('PATCH', '/api/v1/agents/me', { phone: agentPhone })).status).toBe(200);
  expect((await api('PUT', '/api/v1/agents/me/presence', { state })).status).toBe(200);
}

/** Answers how to change the queue that calls come to. */
async function phoneQueue({ api }: Centre) {
  const { items } = (await api('GET', '/api/v1/queue-settings')).body;
  const queue = items.find(({ channels }: { channels: string[] }) => channels.includes('phone'));
  return (more: object) => api('PUT', `/api/v1/queues/${queue.id}`, { ...queue, ...more });
}

/** For a queue whose callers are not sent to the voicemail while the test is about them, however slow the machine. */
const noVoicemail = { rings: [{ kind: 'voicemail', afterSeconds: 3600 }] };

const accept = async ({ api, desk }: Centre, ticketId: string) => {
  await desk.event('ticket.offered', (event) => event.ticketId === ticketId);
  expect((await api('POST', `/api/v1/tickets/${ticketId}/accept`)).status).toBe(200);
};

const toldSince = (leg: CallView, moment: string, words: string) =>
  leg.transcript.some(({ at, text }) => at > moment && text.includes(words));

onBothBackends('a phone call', (backend) => {
  const centre = shared(() => startPhoneCentre(backend));

  it('is a ticket at once, reaches the agent who takes it, is held and resumed, and ends', async () => {
    const { carrier, ticket, api, timeline } = centre();
    const change = await phoneQueue(centre());
    expect((await change(noVoicemail)).status).toBe(200);
    await presence(centre(), 'offline');
    const { callSid, ticketId } = await ring(centre(), '+4915112350001');
    const opened = await ticket(ticketId);
    expect(opened).toMatchObject({
      channel: 'phone',
      status: 'open',
      subject: 'Phone call from +4915112350001',
      call: { callSid, state: 'waiting' },
    });
    await carrier.leg('the place in the queue', (leg) => leg.sid === callSid && heard(leg, 'You are number 1 in line'));
    await carrier.leg(
      'the ticket number',
      (leg) => leg.sid === callSid && heard(leg, String(opened.number).split('').join(' ')),
    );

    await presence(centre(), 'online');
    await accept(centre(), ticketId);
    const agentLeg = await carrier.leg(
      "the agent's phone",
      (leg) => leg.direction === 'outbound-api' && leg.to === agentPhone && leg.status === 'ringing',
    );
    await callStep(centre(), callSid, 'answered');
    expect((await ticket(ticketId)).call).toMatchObject({
      state: 'talking',
      agentId: expect.any(String),
      answeredAt: expect.any(String),
    });

    expect((await api('POST', `/api/v1/tickets/${ticketId}/call`, { action: 'resume' })).status).toBe(409);
    for (const [action, step, state, activity] of [
      ['hold', 'held', 'held', 'held'],
      ['resume', 'resumed', 'talking', 'conference'],
    ] as const) {
      expect((await api('POST', `/api/v1/tickets/${ticketId}/call`, { action })).status).toBe(200);
      await callStep(centre(), callSid, step);
      expect((await ticket(ticketId)).call.state).toBe(state);
      await carrier.leg(`${activity} on the caller's phone`, (leg) => leg.sid === callSid && leg.activity === activity);
    }
    expect((await api('POST', `/api/v1/tickets/${ticketId}/call`, { action: 'hang-up' })).status).toBe(200);
    await callStep(centre(), callSid, 'ended');
    await carrier.leg('the end of both legs', (leg) => leg.sid === agentLeg.sid && leg.activity === 'over');

    const steps = (await timeline(ticketId)).filter(({ type }) => type === 'call.changed').map(({ data }) => data);
    // The carrier's word that the agent's phone rings and our own note that it was dialled may come in either order.
    expect(
      steps.map(({ step }) => step).filter((step) => step !== 'agent-ringing' && step !== 'agent-dialled'),
    ).toEqual(['ringing', 'taken', 'answered', 'held', 'resumed', 'ended']);
    expect(steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['agent-ringing', 'agent-dialled']));
    expect(steps.at(-1)).toMatchObject({ state: 'ended', durationSeconds: expect.any(Number) });
    expect(steps.at(-1)?.['durationSeconds']).toBeGreaterThan(0);
    expect((await ticket(ticketId)).call).toMatchObject({
      state: 'ended',
      endedAt: expect.any(String),
      talkSeconds: expect.any(Number),
    });
    expect((await change({})).status).toBe(200);
  });

  it('that nobody takes in a minute is sent to the voicemail, whose recording is on the ticket', async () => {
    const { carrier, received, ticket, desk, messages, url } = centre();
    await presence(centre(), 'offline');
    const { callSid, ticketId } = await ring(centre(), '+4915112350002');
    await carrier.leg('the voicemail', (leg) => leg.sid === callSid && leg.activity === 'recording');
    await callStep(centre(), callSid, 'voicemail');
    await carrier.finishRecording(callSid);
    const recorded = await desk.event(
      'message.received',
      (event) => event.ticketId === ticketId && event.data['reason'] === 'Recording of the call',
    );
    const message = (await messages(ticketId)).find(({ id }: { id: string }) => id === recorded.data['messageId']);
    expect(message.attachments).toEqual([
      expect.objectContaining({
        contentType: expect.stringMatching(/^audio\//),
        filename: expect.stringMatching(/\.wav$/),
      }),
    ]);
    const sound = await fetch(new URL(message.attachments[0].url, url), {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(Buffer.from(await sound.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
    await callStep(centre(), callSid, 'ended');
    const after = await ticket(ticketId);
    expect(after).toMatchObject({
      status: 'open',
      call: { state: 'ended' },
      assigneeId: null,
      waitingSince: expect.any(String),
    });
    // The call and its recording are one contact's two messages.
    expect((await received(callSid)).ticketId).toBe(ticketId);
  });

  it('that is given up while waiting is a missed call, which still waits to be called back', async () => {
    const { carrier, ticket } = centre();
    await presence(centre(), 'offline');
    const change = await phoneQueue(centre());
    expect((await change(noVoicemail)).status).toBe(200);
    const { callSid, ticketId } = await ring(centre(), '+4915112350003');
    const { waitingSince } = await ticket(ticketId);
    await carrier.leg('the queue', (leg) => leg.sid === callSid && leg.activity === 'queued');
    await carrier.hangUp(callSid);
    await callStep(centre(), callSid, 'ended');
    expect(await ticket(ticketId)).toMatchObject({
      subject: 'Missed call from +4915112350003',
      status: 'open',
      assigneeId: null,
      waitingSince,
      call: { state: 'missed', answeredAt: null },
    });
    expect((await change({})).status).toBe(200);
  });

  it('is called back with its place when the queue ends the wait so', async () => {
    const { carrier, ticket, api, desk } = centre();
    await presence(centre(), 'offline');
    const change = await phoneQueue(centre());
    const rings = [{ kind: 'call-back', afterSeconds: 75 }];
    expect((await change({ callBack: true, rings })).status).toBe(200);
    const { callSid, ticketId } = await ring(centre(), '+4915112350009');
    const { waitingSince } = await ticket(ticketId);
    await carrier.leg('the offer', (leg) => leg.sid === callSid && heard(leg, 'Press 1 to hang up and be called back'));
    await carrier.leg('the promise', (leg) => leg.sid === callSid && heard(leg, 'we will call you back'));
    const asked = await desk.event('ticket.call-back-asked', (event) => event.ticketId === ticketId);
    expect(asked.data).toMatchObject({ source: 'voice' });
    await callStep(centre(), callSid, 'ended');
    expect(await ticket(ticketId)).toMatchObject({
      waitingSince,
      callBack: { phone: '+4915112350009' },
      call: { state: 'missed' },
    });
    expect((await change({})).status).toBe(200);
    expect((await api('POST', `/api/v1/tickets/${ticketId}/claim`)).status).toBe(200);
    expect((await api('PATCH', `/api/v1/tickets/${ticketId}`, { status: 'resolved' })).status).toBe(200);
  });

  it('rings the supervisor who takes it over while it waits, and nothing takes the ticket away while they talk', async () => {
    const { carrier, ticket, api, sql } = centre();
    const change = await phoneQueue(centre());
    expect((await change(noVoicemail)).status).toBe(200);
    await presence(centre(), 'offline');
    const { callSid, ticketId } = await ring(centre(), '+4915112350010');
    const path = `/api/v1/tickets/${ticketId}`;
    expect((await api('POST', `${path}/take-over`, { reason: 'Complaint' })).status).toBe(200);
    await callStep(centre(), callSid, 'answered');
    const { body: elsewhere } = await api('POST', '/api/v1/queues', { name: `Elsewhere ${backend}`, channels: [] });
    for (const status of ['resolved', 'pending'])
      expect((await api('PATCH', path, { status })).status, status).toBe(409);
    expect((await api('POST', `${path}/escalate`, { reason: 'Angry', queueId: elsewhere.id })).status).toBe(409);
    const { rows } = await sql.query('select move_ticket($1, $2, null, $3) as moved', [ticketId, elsewhere.id, 'Rule']);
    expect(rows).toEqual([{ moved: false }]);
    expect(await ticket(ticketId)).toMatchObject({ assigneeId: expect.any(String), call: { state: 'talking' } });
    expect((await api('POST', `${path}/call`, { action: 'hang-up' })).status).toBe(200);
    await callStep(centre(), callSid, 'ended');
    expect((await api('PATCH', path, { status: 'resolved' })).status).toBe(200);
    await carrier.leg('the end', (leg) => leg.sid === callSid && leg.activity === 'over');
    expect((await change({})).status).toBe(200);
  });

  it("goes back to its old place when the agent's phone is not answered", async () => {
    const { carrier, ticket, desk } = centre();
    await presence(centre(), 'offline');
    const change = await phoneQueue(centre());
    expect((await change(noVoicemail)).status).toBe(200);
    const first = await ring(centre(), '+4915112350004');
    const second = await ring(centre(), '+4915112350005');
    const { waitingSince } = await ticket(first.ticketId);
    // What was missed above waits to be called back, and comes before.
    const placeOf = async (id: string) => (await centre().api('GET', `/api/v1/tickets/${id}/place`)).body.place;
    const place = await placeOf(first.ticketId);
    expect(await placeOf(second.ticketId)).toBe(place + 1);
    await carrier.leg(
      'the second place',
      (leg) => leg.sid === second.callSid && heard(leg, `You are number ${place + 1} in line`),
    );
    await carrier.autoAnswer(false);
    const known = new Set(carrier.legs.items.map(({ sid }) => sid));
    const releases = new Set<string>();
    let [declined, releasedAt] = [false, ''];
    // On a slow machine it may have rung out before it is declined, and is given back likewise.
    for (let times = 0; times < 4 && !declined; times += 1) {
      // What was missed above also waits, and an agent has room for one call: only the first caller is taken, by hand.
      expect((await centre().api('POST', `/api/v1/tickets/${first.ticketId}/claim`)).status).toBe(200);
      const agentLeg = await carrier.leg(
        "the agent's phone",
        (leg) => !known.has(leg.sid) && leg.to === agentPhone && leg.status === 'ringing',
      );
      known.add(agentLeg.sid);
      declined = await carrier.agentLeg(agentLeg.sid, 'decline');
      const released = await desk.event(
        'ticket.released',
        (event) => event.ticketId === first.ticketId && !releases.has(event.id),
      );
      releases.add(released.id);
      releasedAt = released.at;
      expect(released.data['reason']).toBe("The agent's phone was not answered");
    }
    expect(declined).toBe(true);
    await carrier.autoAnswer(true);
    expect(await ticket(first.ticketId)).toMatchObject({
      assigneeId: null,
      status: 'open',
      waitingSince,
      call: { state: 'waiting' },
    });
    await carrier.leg(
      'the first place again',
      (leg) => leg.sid === first.callSid && toldSince(leg, releasedAt, `You are number ${place} in line`),
    );
    // Whoever takes the call next is rung like the first one was.
    expect((await centre().api('POST', `/api/v1/tickets/${first.ticketId}/claim`)).status).toBe(200);
    await desk.event('call.changed', (event) => event.ticketId === first.ticketId && event.data['state'] === 'talking');
    expect((await centre().api('POST', `/api/v1/tickets/${first.ticketId}/release`)).status).toBe(409);
    for (const { callSid } of [first, second]) await carrier.hangUp(callSid);
  });
});

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

onBothBackends('out of hours', (backend) => {
  // Open on one day of the week, which is neither today nor tomorrow.
  const openDay = weekdays[(new Date().getUTCDay() + 3) % 7] ?? 'mon';
  const centre = shared(() =>
    startPhoneCentre(backend, { OPENING_HOURS: JSON.stringify({ [openDay]: ['09:00-17:00'] }) }),
  );

  it('a caller is told that the centre is closed and leaves a message', async () => {
    const { carrier, ticket, desk } = centre();
    await presence(centre(), 'online');
    const { callSid, ticketId } = await ring(centre(), '+4915112350006');
    await carrier.leg('the greeting', (leg) => leg.sid === callSid && heard(leg, 'We are closed at the moment'));
    await carrier.leg('the tone', (leg) => leg.sid === callSid && leg.activity === 'recording');
    await carrier.hangUp(callSid);
    await desk.event(
      'message.received',
      (event) => event.ticketId === ticketId && event.data['reason'] === 'Recording of the call',
    );
    await callStep(centre(), callSid, 'ended');
    expect(await ticket(ticketId)).toMatchObject({ status: 'open', call: { state: 'ended' } });
  });

  it('a queue with hours of its own takes calls by them', async () => {
    const { carrier, ticket, api } = centre();
    const { body: plan } = await api('GET', '/api/v1/service-plan');
    const always = { ...plan.plan.calendars[0], key: 'always', nameEn: 'Always', nameZh: '全天', intervals: [] };
    const publish = { basedOn: plan.version, note: 'Calls', calendar: always, isDefault: false };
    expect((await api('PUT', '/api/v1/service-plan/calendars/always', publish)).status).toBe(200);
    const change = await phoneQueue(centre());
    expect((await change({ calendar: 'never-heard-of' })).status).toBe(422);
    expect((await change({ ...noVoicemail, calendar: 'always' })).body).toMatchObject({ calendar: 'always' });
    await presence(centre(), 'offline');
    const { callSid, ticketId } = await ring(centre(), '+4915112350007');
    await carrier.leg('the place', (leg) => leg.sid === callSid && heard(leg, 'You are number'));
    await carrier.hangUp(callSid);
    await callStep(centre(), callSid, 'ended');
    expect((await ticket(ticketId)).call.state).toBe('missed');
    const removed = await api('DELETE', `/api/v1/service-plan/calendars/always?basedOn=${plan.version + 1}`);
    expect(removed).toMatchObject({ status: 409, body: { detail: expect.stringContaining('Queues') } });
  });
});
