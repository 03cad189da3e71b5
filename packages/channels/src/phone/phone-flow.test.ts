/** Whole calls over loopback: the simulator's carrier, the adapter's webhooks, and REST back again. */
import type { CallStep, InboundContactDraft } from '@patchbay/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestHub, type TestHub } from '../simulator/test-hub.ts';

const caller = '+4915112345678';
const agentPhone = '+493012345678';
const waiting = { ticketNumber: 123, place: 2, state: 'waiting', open: true };
let hub: TestHub;
// Whole calls in simulated time; a busy machine may take long over them.
vi.setConfig({ testTimeout: 60_000 });
beforeEach(async () => {
  hub = await startTestHub({ speed: 20 });
  hub.situations.set('*', waiting);
});
afterEach(() => hub.close());

const steps = () => hub.contacts.map((contact) => contact.call?.step);
const contactOf = (step: CallStep['step']) =>
  hub.until(() => hub.contacts.find((contact) => contact.call?.step === step));
const heard = (callSid: string) =>
  (hub.simulator.snapshot().calls.find((call) => call.sid === callSid)?.transcript ?? []).map(
    (line) => `${line.kind} ${line.text}`,
  );
const hears = (callSid: string, words: string) => hub.until(() => heard(callSid).find((line) => line.includes(words)));
const activity = (callSid: string, wanted: string) =>
  hub.until(() => hub.simulator.snapshot().calls.find((call) => call.sid === callSid && call.activity === wanted));
const legOf = (to: string) => hub.until(() => hub.simulator.snapshot().calls.find((call) => call.to === to));
const dial = async (from = caller) => String((await hub.page('/call', { from })).body['callSid']);
const connect = (callSid: string) =>
  hub.phone.calls?.connect({ callSid, agentPhone, callerNumber: caller, ticketNumber: 123 });

function expectSameCaller(contacts: readonly InboundContactDraft[], callSid: string): void {
  for (const contact of contacts) {
    expect(contact.call?.callSid).toBe(callSid);
    expect(contact.channelAccount).toBe('+4930901820');
    expect(contact.identifiers).toEqual([{ kind: 'phone', value: caller, grade: 'known' }]);
  }
  expect(new Set(contacts.map((contact) => contact.externalId)).size).toBe(contacts.length);
}

test('greeting, wait with place, agent, hold, resume, end', async () => {
  const callSid = await dial();
  const first = await contactOf('ringing');
  expect(first).toMatchObject({
    externalId: callSid,
    kind: 'customer',
    automatic: false,
    subject: `Phone call from ${caller}`,
    text: '',
  });
  await hears(callSid, 'Your ticket number is 1 2 3.');
  await hears(callSid, 'You are number 2 in line.');
  await hears(callSid, '/hold-audio.wav');
  expect(heard(callSid)[0]).toBe('say Welcome to Patchbay. Please hold, we are connecting you.');

  const connected = await connect(callSid);
  expect(await connect(callSid)).toEqual(connected);
  hub.situations.set('*', { ...waiting, state: 'connecting', place: null });
  await hears(connected?.agentCallSid ?? '', 'Call for ticket 1 2 3.');
  const answered = await contactOf('answered');
  expect(answered.call).toMatchObject({
    callSid,
    agentCallSid: connected?.agentCallSid,
    conferenceSid: expect.stringMatching(/^CF/),
  });
  const conferenceSid = answered.call?.conferenceSid ?? '';
  hub.situations.set('*', { ...waiting, state: 'talking', place: null });
  await hears(connected?.agentCallSid ?? '', 'connected');

  await hub.phone.calls?.hold({ callSid, conferenceSid });
  await hub.phone.calls?.hold({ callSid, conferenceSid });
  await contactOf('held');
  await hub.phone.calls?.resume({ callSid, conferenceSid });
  await contactOf('resumed');
  await hub.phone.calls?.hangUp({ callSid });
  const ended = await contactOf('ended');
  await hub.phone.calls?.hangUp({ callSid });

  expect(ended.call?.durationSeconds).toBeGreaterThan(0);
  await activity(connected?.agentCallSid ?? '', 'over');
  expect(steps()).toEqual(['ringing', 'agent-ringing', 'answered', 'held', 'resumed', 'ended']);
  expect(hub.contacts.slice(1).every((contact) => contact.kind === 'system' && contact.automatic)).toBe(true);
  expectSameCaller(hub.contacts, callSid);
  expect(heard(callSid).filter((line) => line.includes('ticket number'))).toHaveLength(1);
  expect(hub.simulator.snapshot().wire.filter((entry) => entry.status !== 200)).toEqual([]);
});

test('nobody in 60 s: voicemail, and its recording', async () => {
  const callSid = await dial();
  await hears(callSid, 'nobody can take your call');
  await activity(callSid, 'recording');
  expect((await hub.page('/record-finish', { callSid })).status).toBe(204);
  const recording = await contactOf('recording');
  expect(recording).toMatchObject({
    kind: 'customer',
    automatic: false,
    remoteFiles: [{ contentType: 'audio/x-wav' }],
  });
  await hears(callSid, 'We will get back to you');
  await contactOf('ended');
  expectSameCaller(hub.contacts, callSid);
  expect(new Set(steps())).toEqual(new Set(['ringing', 'voicemail', 'recording', 'ended']));
  const file = await hub.phone.fetchFile?.(recording.remoteFiles?.[0]?.url ?? '', new AbortController().signal);
  expect(Buffer.from(file?.bytes ?? []).toString('latin1', 0, 4)).toBe('RIFF');
});

test('closed: voicemail at once, also when the caller hangs up at its end', async () => {
  hub.situations.set('*', { ...waiting, open: false });
  const callSid = await dial();
  await activity(callSid, 'recording');
  expect(heard(callSid)[0]).toContain('We are closed at the moment.');
  await hub.page('/hangup', { callSid });
  await contactOf('ended');
  expect(steps()).toEqual(['ringing', 'voicemail', 'recording', 'ended']);
});

test('hang-up while waiting', async () => {
  const callSid = await dial();
  await activity(callSid, 'queued');
  await hub.page('/hangup', { callSid });
  await contactOf('ended');
  expect(steps()).toEqual(['ringing', 'ended']);
});

test('the ticket is not known yet: the caller waits and is told later', async () => {
  hub.situations.clear();
  const callSid = await dial();
  await hub.until(
    () => hub.simulator.snapshot().wire.filter((entry) => entry.path.endsWith('/wait')).length >= 2 || undefined,
  );
  hub.situations.set('*', waiting);
  await hears(callSid, 'Your ticket number is 1 2 3.');
});

test.each([
  ['declined', 'decline'],
  ['not answered', null],
])('an agent who has %s is no answer, and may be rung again', async (_name, action) => {
  await hub.page('/settings', { autoAnswer: false });
  const callSid = await dial();
  await activity(callSid, 'queued');
  const first = await connect(callSid);
  await contactOf('agent-ringing');
  if (action) await hub.page('/agent-leg', { callSid: first?.agentCallSid, action });
  await contactOf('agent-no-answer');
  const again = await connect(callSid);
  expect(again?.agentCallSid).not.toBe(first?.agentCallSid);
});

test('an agent who hangs up before the caller is there is no answer, and the caller waits on', async () => {
  await hub.close();
  // Slower, so that there is time to hang up while the whisper is heard.
  hub = await startTestHub({ speed: 3 });
  hub.situations.set('*', waiting);
  const callSid = await dial();
  await activity(callSid, 'queued');
  hub.situations.set('*', { ...waiting, state: 'connecting' });
  const leg = await connect(callSid);
  await hears(leg?.agentCallSid ?? '', 'Call for ticket');
  await hub.page('/hangup', { callSid: leg?.agentCallSid });
  await contactOf('agent-no-answer');
  expect((await activity(callSid, 'queued')).endedAt).toBeNull();
});

test('an agent who answers after the caller has gone is told so', async () => {
  await hub.page('/settings', { autoAnswer: false });
  const callSid = await dial();
  await activity(callSid, 'queued');
  const leg = await connect(callSid);
  await legOf(agentPhone);
  await hub.page('/hangup', { callSid });
  await contactOf('ended');
  await hub.page('/agent-leg', { callSid: leg?.agentCallSid, action: 'answer' });
  await hears(leg?.agentCallSid ?? '', 'The caller has hung up.');
});

test('two callers who hide their number are two customers', async () => {
  const [one, two] = [await dial('+266696687'), await dial('anonymous')];
  const contacts = await hub.until(() => (hub.contacts.length >= 2 ? hub.contacts : undefined));
  expect(new Set(contacts.map((contact) => contact.identifiers[0]?.value))).toEqual(
    new Set([`call:${one}`, `call:${two}`]),
  );
  expect(contacts.every((contact) => contact.from === 'withheld')).toBe(true);
});
