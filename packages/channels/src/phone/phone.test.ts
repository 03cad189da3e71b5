import type { OutboundMessage } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import type { CallSituation } from '../channel.ts';
import { conformanceDeps, describeConformance } from '../conformance.ts';
import { signedRequest } from '../twilio/signed-request.ts';
import { createPhoneChannel, holdAudio } from './index.ts';

const { config } = conformanceDeps();
const base = '/webhooks/twilio/voice';
const caller = '+4915112345678';
const number = '+4930901820';
const callSid = 'CA0123456789abcdef0123456789abcdef';
const leg = {
  AccountSid: config.twilio.accountSid,
  ApiVersion: '2010-04-01',
  CallSid: callSid,
  CallStatus: 'in-progress',
  CallToken: '%7B%7D',
  Called: number,
  Caller: caller,
  Direction: 'inbound',
  From: caller,
  FromCity: '',
  FromCountry: 'DE',
  FromState: '',
  FromZip: '',
  To: number,
  ToCity: '',
  ToCountry: 'DE',
  ToState: '',
  ToZip: '',
};
const agentLeg = {
  ...leg,
  CallSid: 'CAagent',
  Direction: 'outbound-api',
  From: number,
  To: '+493012345678',
  Called: '+493012345678',
  Caller: number,
};
const call = new URLSearchParams({ call: callSid, caller, account: number, agent: 'CAagent' }).toString();
const conferenceFields = {
  ConferenceSid: 'CF01',
  FriendlyName: `call-${callSid}`,
  AccountSid: config.twilio.accountSid,
  Timestamp: 'Fri, 02 Jan 2026 03:04:05 +0000',
  SequenceNumber: '3',
  CallSid: callSid,
  Muted: 'false',
  Hold: 'true',
  Coaching: 'false',
  EndConferenceOnExit: 'true',
  StartConferenceOnEnter: 'true',
};
const placed = new URLSearchParams({ call: 'out-1', account: number, out: '1' }).toString();
const joins = { ...conferenceFields, StatusCallbackEvent: 'participant-join' };
const recordingFields = {
  AccountSid: config.twilio.accountSid,
  CallSid: callSid,
  RecordingSid: 'RE01',
  RecordingUrl: 'https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE01',
  RecordingStatus: 'completed',
  RecordingDuration: '7',
  RecordingChannels: '1',
  RecordingSource: 'RecordVerb',
  RecordingTrack: 'both',
  ErrorCode: '0',
};
const outbound: OutboundMessage = {
  outboundId: 'o',
  idempotencyKey: 'k',
  ticketId: 't',
  ticketNumber: 1,
  channelAccount: number,
  to: caller,
  cc: [],
  subject: null,
  text: 'Hi',
  html: null,
  attachments: [],
  inReplyTo: null,
  references: [],
  automatic: false,
};
const request = (target: string, fields: Record<string, string>) => signedRequest(config, base + target, fields);
const channelWith = (situation: CallSituation | null = null) =>
  createPhoneChannel(conformanceDeps({ callSituation: () => situation, now: () => new Date('2026-01-02T03:04:05Z') }));
const waiting: CallSituation = { ticketNumber: 42, place: 3, state: 'waiting', open: true };
const idsOf = async (target: string, fields: Record<string, string>, situation: CallSituation | null = null) =>
  (await channelWith(situation).parse(request(target, fields))).map((contact) =>
    contact.externalId.replace(`${callSid}:`, ''),
  );
const answerTo = async (target: string, fields: Record<string, string>, situation: CallSituation | null = null) =>
  (await channelWith(situation).reply(request(target, fields))).body;

describeConformance('phone', createPhoneChannel, {
  deps: () => conformanceDeps(),
  outbound,
  requests: [
    {
      name: 'an incoming call',
      request: request('', { ...leg, CallStatus: 'ringing', CallerName: 'A. Caller' }),
      contacts: 1,
    },
    {
      name: 'a call that is over',
      request: request('/status', { ...leg, CallStatus: 'completed', CallDuration: '61', Duration: '2' }),
      contacts: 1,
    },
    {
      name: 'a round of waiting',
      request: request('/wait', {
        ...leg,
        QueueTime: '12',
        QueuePosition: '1',
        QueueSid: 'QU01',
        AvgQueueTime: '0',
        CurrentQueueSize: '1',
      }),
      contacts: 0,
    },
    {
      name: 'out of the queue',
      request: request('/queued', { ...leg, QueueResult: 'leave', QueueTime: '60' }),
      contacts: 1,
    },
    { name: 'the agent answers', request: request(`/agent?${call}`, agentLeg), contacts: 0 },
    { name: 'the agent could not be connected', request: request(`/agent?${call}&failed=1`, agentLeg), contacts: 1 },
    {
      name: "the agent's phone rings",
      request: request(`/agent-status?${call}`, { ...agentLeg, CallStatus: 'ringing' }),
      contacts: 1,
    },
    { name: 'the caller is moved', request: request(`/join?${call}`, leg), contacts: 0 },
    {
      name: 'the caller joins',
      request: request(`/conference?${call}`, { ...conferenceFields, StatusCallbackEvent: 'participant-join' }),
      contacts: 1,
    },
    {
      name: 'the voicemail is done',
      request: request('/voicemail', { ...leg, ...recordingFields, Digits: '#' }),
      contacts: 1,
    },
    {
      name: 'the recording is ready',
      request: request(`/recording?${new URLSearchParams({ caller, account: number }).toString()}`, recordingFields),
      contacts: 1,
    },
  ],
  foreign: [
    {
      name: 'no signature',
      request: signedRequest(config, base, leg, { headers: {} as Record<string, string>, body: Buffer.alloc(0) }),
    },
    {
      name: 'another call in the query',
      request: signedRequest(config, `${base}/join?${call}`, leg, {
        url: `${config.publicUrl}${base}/join?call=CAother`,
      }),
    },
  ],
  malformed: [
    {
      name: 'JSON',
      request: signedRequest(config, base, leg, {
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{}'),
      }),
    },
    { name: 'no CallSid', request: request('', { ...leg, CallSid: '' }) },
    { name: 'no number that was called', request: request('', { ...leg, To: '' }) },
    { name: 'an unknown status', request: request('/status', { ...leg, CallStatus: 'lost' }) },
    {
      name: 'a conference of no call',
      request: request('/conference', { ...conferenceFields, StatusCallbackEvent: 'participant-join' }),
    },
    {
      name: 'a recording without an address',
      request: request('/recording', { ...recordingFields, RecordingUrl: '' }),
    },
  ],
});

describe('steps', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['/status', { ...leg, CallStatus: 'completed', CallDuration: '61' }, ['ended']],
    ['/status', { ...leg, CallStatus: 'no-answer' }, ['ended']],
    ['/status', { ...leg, CallStatus: 'ringing' }, []],
    ['/queued', { ...leg, QueueResult: 'hangup' }, []],
    ['/queued', { ...leg, QueueResult: 'redirected' }, []],
    ['/queued', { ...leg, QueueResult: 'leave' }, ['voicemail']],
    [`/agent-status?${call}`, { ...agentLeg, CallStatus: 'ringing' }, ['agent-ringing:CAagent']],
    [`/agent-status?${call}`, { ...agentLeg, CallStatus: 'in-progress' }, []],
    [`/agent-status?${call}`, { ...agentLeg, CallStatus: 'busy' }, ['agent-no-answer:CAagent']],
    [`/agent-status?${call}`, { ...agentLeg, CallStatus: 'no-answer' }, ['agent-no-answer:CAagent']],
    [`/agent-status?${call}`, { ...agentLeg, CallStatus: 'failed' }, ['agent-no-answer:CAagent']],
    [`/agent-status?${call}`, { ...agentLeg, CallStatus: 'canceled' }, ['agent-no-answer:CAagent']],
    [`/conference?${call}`, { ...conferenceFields, StatusCallbackEvent: 'participant-join' }, ['answered']],
    [`/conference?${call}`, { ...conferenceFields, StatusCallbackEvent: 'participant-join', CallSid: 'CAagent' }, []],
    // A customer who is called may pick up while the agent is still told who it is, and so come first.
    [`/conference?${placed}&agent=CAagent`, { ...joins, CallSid: 'CAcustomer' }, ['out-1:answered']],
    [`/conference?${placed}&agent=CAagent`, { ...joins, CallSid: 'CAagent' }, []],
    [`/conference?${placed}&customer=CAcustomer`, { ...joins, CallSid: 'CAcustomer' }, ['out-1:answered']],
    [`/conference?${placed}&customer=CAcustomer`, { ...joins, CallSid: 'CAagent' }, []],
    [`/conference?${call}`, { ...conferenceFields, StatusCallbackEvent: 'participant-hold' }, ['held:CF01:3']],
    [`/conference?${call}`, { ...conferenceFields, StatusCallbackEvent: 'participant-unhold' }, ['resumed:CF01:3']],
    [`/conference?${call}`, { ...conferenceFields, StatusCallbackEvent: 'conference-start' }, []],
    ['/recording', recordingFields, ['recording:RE01']],
    ['/recording', { ...recordingFields, RecordingStatus: 'absent' }, []],
  ])('%s %o is %o', async (target, fields, expected) => {
    expect(await idsOf(target, fields)).toEqual(expected);
  });

  test('an agent leg that completes is no answer only while the caller still waits for it', async () => {
    const fields = { ...agentLeg, CallStatus: 'completed' };
    expect(await idsOf(`/agent-status?${call}`, fields, { ...waiting, state: 'connecting' })).toEqual([
      'agent-no-answer:CAagent',
    ]);
    expect(await idsOf(`/agent-status?${call}`, fields, { ...waiting, state: 'talking' })).toEqual([]);
  });

  test('a caller whose number fails the network check is only claimed', async () => {
    const [contact] = await channelWith().parse(request('', { ...leg, StirVerstat: 'TN-Validation-Failed-C' }));
    expect(contact?.identifiers).toEqual([{ kind: 'phone', value: caller, grade: 'claimed' }]);
  });

  test('a call from what cannot be a number is taken all the same', async () => {
    const [contact] = await channelWith().parse(request('', { ...leg, From: '+1' }));
    expect(contact).toMatchObject({ from: '+1', identifiers: [{ kind: 'external', value: `call:${callSid}` }] });
  });
});

describe('answers', () => {
  test.each([
    [
      'a call',
      '',
      {},
      waiting,
      [
        /<Say>Welcome to Patchbay\./,
        `<Enqueue waitUrl="${config.publicUrl}${base}/wait" action="${config.publicUrl}${base}/queued">call-${callSid}</Enqueue>`,
      ],
    ],
    ['a call not yet known', '', {}, null, ['<Enqueue ']],
    [
      'a call out of hours',
      '',
      {},
      { ...waiting, open: false },
      ['We are closed', '<Record maxLength="120" finishOnKey="#" playBeep="true"', 'caller=%2B4915112345678'],
    ],
    [
      'the first round',
      '/wait',
      { QueueTime: '3' },
      waiting,
      [
        'Your ticket number is 4 2.',
        'You are number 3 in line.',
        `<Play>${config.publicUrl}/hold-audio.wav</Play>`,
        '/wait?told=1</Redirect>',
      ],
    ],
    ['a round with little left', '/wait?told=1', { QueueTime: '57' }, waiting, ['<Pause length="3"/>']],
    [
      'how long it will take, and that one may be called back',
      '/wait',
      { QueueTime: '3' },
      { ...waiting, expectedMinutes: 4, callBack: true },
      [
        'It will take about 4 minutes.',
        `<Gather numDigits="1" timeout="2" action="${config.publicUrl}${base}/call-back"><Say>Press 1 to hang up`,
      ],
    ],
    [
      'in Chinese',
      '/wait',
      { QueueTime: '3' },
      { ...waiting, expectedMinutes: 4, callBack: true, language: 'zh' },
      ['<Say language="cmn-CN" voice="Polly.Zhiyu">您排在第 3 位。</Say>', '预计等待约 4 分钟。', '请按 1'],
    ],
    [
      'time of the queue is not up',
      '/wait',
      { QueueTime: '60' },
      { ...waiting, lineEnd: { how: 'voicemail', afterSeconds: 300 } },
      ['<Play>'],
    ],
    [
      'time is up, and the caller is called back',
      '/wait',
      { QueueTime: '60' },
      { ...waiting, lineEnd: { how: 'call-back', afterSeconds: 60 } },
      ['/call-back?auto=1</Redirect>'],
    ],
    ['pressed 1', '/call-back', { Digits: '1' }, waiting, ['we will call you back', '<Hangup/>']],
    ['pressed something else', '/call-back', { Digits: '5' }, waiting, ['/wait?told=1</Redirect>']],
    ['time is up', '/wait', { QueueTime: '60' }, waiting, ['<Leave/>']],
    [
      'time is up, but an agent is being rung',
      '/wait',
      { QueueTime: '60' },
      { ...waiting, state: 'connecting', place: null },
      ['<Play>'],
    ],
    ['an agent was rung for too long', '/wait', { QueueTime: '90' }, { ...waiting, state: 'connecting' }, ['<Leave/>']],
    [
      'an agent was rung for too long, where callers are called back',
      '/wait',
      { QueueTime: '90' },
      { ...waiting, state: 'connecting', place: null, lineEnd: { how: 'call-back', afterSeconds: 60 } },
      ['<Leave/>'],
    ],
    ['the centre closed meanwhile', '/wait', { QueueTime: '3' }, { ...waiting, open: false }, ['<Leave/>']],
    ['left the queue', '/queued', { QueueResult: 'leave' }, waiting, ['nobody can take your call', '<Record ']],
    ['hung up in the queue', '/queued', { QueueResult: 'hangup' }, waiting, [/<Response\/>$/]],
    ['voicemail done', '/voicemail', {}, waiting, ['<Hangup/>']],
  ] as const)('%s', async (_name, target, fields, situation, expected) => {
    const body = await answerTo(target, { ...leg, ...fields }, situation);
    for (const part of expected)
      expect(body).toMatch(part instanceof RegExp ? part : new RegExp(part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  });

  const voicemailAfterAMinute = { how: 'voicemail', afterSeconds: 60 } as const;
  test.each([
    ['is not up', '170', { lineEnd: voicemailAfterAMinute }, '<Pause length="4"/>'],
    ['is up', '181', { lineEnd: voicemailAfterAMinute }, '<Leave/>'],
    [
      'is up, but an agent is rung',
      '205',
      { lineEnd: voicemailAfterAMinute, state: 'connecting' },
      '<Pause length="4"/>',
    ],
    ['is up, and an agent was rung', '211', { lineEnd: voicemailAfterAMinute, state: 'connecting' }, '<Leave/>'],
    ['is not up where it says nothing of it', '170', {}, '<Pause length="4"/>'],
    ['is up where it says nothing of it', '181', {}, '<Leave/>'],
  ])('the time of a queue that the ticket came into after 121 seconds %s', async (_name, QueueTime, more, expected) => {
    expect(await answerTo('/wait', { ...leg, QueueTime }, { ...waiting, waitedBefore: 121, ...more })).toContain(
      expected,
    );
  });

  test('the number is told once', async () => {
    expect(await answerTo('/wait?told=1', { ...leg, QueueTime: '3' }, waiting)).not.toContain('ticket number');
  });
});

test('the hold audio is eight quiet seconds that begin and end in silence', () => {
  const audio = Buffer.from(holdAudio());
  expect(audio.toString('latin1', 0, 16)).toMatch(/^RIFF....WAVEfmt $/s);
  expect(audio.readUInt32LE(40) / audio.readUInt32LE(28)).toBe(8);
  const samples = new Int16Array(audio.buffer.slice(audio.byteOffset + 44, audio.byteOffset + audio.length));
  expect(Math.max(...samples.subarray(0, 4000))).toBeLessThan(32767 / 6);
  expect(Math.max(...samples.subarray(0, 4000))).toBeGreaterThan(500);
  expect([samples[0], Math.abs(samples.at(-1) ?? 99) < 50]).toEqual([0, true]);
});
