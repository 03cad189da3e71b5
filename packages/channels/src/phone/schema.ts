/**
 * Twilio's voice webhooks (twilio.com/docs/voice/twiml#request-parameters, …/twiml/conference#statuscallback,
 * …/twiml/record#recordingstatuscallback) as steps of the caller's call. Fields that are not named here are ignored.
 */
import {
  type CallStep,
  type ContactIdentifier,
  HubError,
  type InboundContactDraft,
  parseInput,
} from '@patchbay/contracts';
import { z } from 'zod';
import { accountOf, isWithheld, senderIdentifier } from '../twilio/phone-number.ts';
import type { CallReference } from './urls.ts';

export type Fields = Record<string, string | string[]>;

const sid = z.string().trim().min(1).max(64);
const address = z.string().trim().max(320).default('');
const callStatus = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
]);
const seconds = z.coerce.number().min(0).optional();
const option = z.string().max(320).optional();

/** What any request about a leg carries. `CallSid` is that leg's own. */
const legFields = z.looseObject({ CallSid: sid, From: address, To: address });
const incomingCall = legFields.extend({
  To: z.string().trim().min(1).max(320),
  CallerName: z.string().max(200).optional(),
  /** The network's check of the caller's number (STIR/SHAKEN). */
  StirVerstat: z.string().max(100).optional(),
});
const legStatus = legFields.extend({ CallStatus: callStatus, CallDuration: seconds });
const queueWait = legFields.extend({ QueueTime: z.coerce.number().min(0).default(0) });
const gathered = legFields.extend({ Digits: z.string().max(10).default('') });
const queueResult = legFields.extend({ QueueResult: z.string().max(40) });
const conferenceEvent = z.looseObject({
  ConferenceSid: sid,
  StatusCallbackEvent: z.string().max(60),
  CallSid: sid.optional(),
  SequenceNumber: z.coerce.number().int().min(0).default(0),
});
const recording = z.looseObject({
  CallSid: sid,
  RecordingSid: sid,
  RecordingUrl: z.url().max(2000).optional(),
  RecordingStatus: z.string().max(40),
  RecordingDuration: seconds,
});
const callReference = z.object({
  call: sid,
  caller: option,
  account: option,
  agent: option,
  customer: option,
  ticket: option,
  out: z.literal('1').optional(),
});

export const parseLeg = (fields: Fields) => parseInput(legFields, fields);
export const parseLegStatus = (fields: Fields) => parseInput(legStatus, fields);
export const parseQueueWait = (fields: Fields) => parseInput(queueWait, fields);
export const parseQueueResult = (fields: Fields) => parseInput(queueResult, fields);
/** The query that this adapter put into the address itself. Throws `invalid_input` when it names no call. */
export const parseReference = (query: Readonly<Record<string, string>>) => parseInput(callReference, query);

/**
 * Nothing ties a call with a withheld number to another: it is identified by itself. The same holds for a number that
 * cannot be one; the call is answered all the same.
 */
function callerIdentifiers(caller: string, callSid: string): ContactIdentifier[] {
  const itself: ContactIdentifier = { kind: 'external', value: `call:${callSid}`, grade: 'known' };
  if (isWithheld(caller)) return [itself];
  try {
    return [senderIdentifier(caller)];
  } catch (error) {
    if (error instanceof HubError) return [itself];
    throw error;
  }
}

function shownCaller(caller: string | undefined): string {
  return caller === undefined || isWithheld(caller) ? 'withheld' : accountOf(caller);
}

interface StepSource {
  readonly call: CallStep;
  /** Tells repetitions of one step apart. */
  readonly occasion?: string | number | undefined;
  readonly caller: string | undefined;
  readonly account: string;
  readonly now: Date;
}

/** A step of the call as a contact of the same caller. */
function stepContact({ call, occasion, caller, account, now }: StepSource): InboundContactDraft {
  const identifiers = caller === undefined ? [] : callerIdentifiers(caller, call.callSid);
  return {
    channel: 'phone',
    channelAccount: accountOf(account),
    externalId: [call.callSid, call.step, ...(occasion === undefined ? [] : [occasion])].join(':'),
    kind: 'system',
    automatic: true,
    identifiers,
    from: shownCaller(caller),
    to: [accountOf(account)],
    receivedAt: now.toISOString(),
    call,
  };
}

/** A call that comes in. */
export function incomingContact(fields: Fields, now: Date): InboundContactDraft {
  const leg = parseInput(incomingCall, fields);
  const contact = stepContact({
    call: { callSid: leg.CallSid, step: 'ringing' },
    caller: leg.From,
    account: leg.To,
    now,
  });
  // A number that failed the network's own check is only claimed.
  const doubtful = leg.StirVerstat?.startsWith('TN-Validation-Failed') ?? false;
  return {
    ...contact,
    externalId: leg.CallSid,
    kind: 'customer',
    automatic: false,
    identifiers: contact.identifiers.map((identifier) => (doubtful ? { ...identifier, grade: 'claimed' } : identifier)),
    subject: `Phone call from ${contact.from}`,
    text: '',
    ...(leg.CallerName ? { senderName: leg.CallerName } : {}),
  };
}

const over = new Set<string>(['completed', 'busy', 'failed', 'no-answer', 'canceled']);
/** True when this status is a leg's last. */
export const isOver = (status: string): boolean => over.has(status);

/** The caller's leg is over. */
export function endedContact(fields: Fields, now: Date): InboundContactDraft[] {
  const leg = parseLegStatus(fields);
  if (!isOver(leg.CallStatus)) return [];
  const call: CallStep = { callSid: leg.CallSid, step: 'ended', durationSeconds: leg.CallDuration ?? 0 };
  return [stepContact({ call, caller: leg.From, account: leg.To, now })];
}

/** The caller is being recorded instead of being connected. */
export function voicemailContact(fields: Fields, now: Date): InboundContactDraft {
  const leg = parseLeg(fields);
  return stepContact({ call: { callSid: leg.CallSid, step: 'voicemail' }, caller: leg.From, account: leg.To, now });
}

/** The caller gives up the line and keeps the place: by pressing 1, or because the wait ends so. */
export function callBackContact(
  fields: Fields,
  query: Readonly<Record<string, string>>,
  now: Date,
): InboundContactDraft[] {
  const leg = parseInput(gathered, fields);
  if (leg.Digits !== '1' && query['auto'] !== '1') return [];
  const call: CallStep = { callSid: leg.CallSid, step: 'call-back' };
  return [stepContact({ call, caller: leg.From, account: leg.To, now })];
}

/** What the caller left: a contact of the customer, with the recording to be fetched. */
export function recordingContact(
  fields: Fields,
  reference: CallReference,
  fallbackAccount: string,
  now: Date,
): InboundContactDraft[] {
  const record = parseInput(recording, fields);
  if (record.RecordingStatus !== 'completed') return [];
  if (record.RecordingUrl === undefined)
    throw new HubError('invalid_input', 'RecordingUrl: a completed recording has an address');
  const call: CallStep = { callSid: record.CallSid, step: 'recording', durationSeconds: record.RecordingDuration ?? 0 };
  const account = reference.account ?? fallbackAccount;
  const contact = stepContact({ call, occasion: record.RecordingSid, caller: reference.caller, account, now });
  const file = {
    filename: `voicemail-${record.RecordingSid}.wav`,
    contentType: 'audio/x-wav',
    url: `${record.RecordingUrl}.wav`,
  };
  return [{ ...contact, kind: 'customer', automatic: false, text: '', remoteFiles: [file] }];
}

/** A step that the agent's leg makes in the caller's call. */
export function agentContact(
  step: 'agent-ringing' | 'agent-no-answer' | 'agent-answered' | 'agent-left',
  agentCallSid: string,
  reference: CallReference,
  fallbackAccount: string,
  now: Date,
): InboundContactDraft {
  const call: CallStep = { callSid: reference.call ?? '', step, agentCallSid };
  return stepContact({
    call,
    occasion: agentCallSid,
    caller: reference.caller,
    account: reference.account ?? fallbackAccount,
    now,
  });
}

const unreached: Partial<Record<string, CallStep['step']>> = {
  busy: 'busy',
  'no-answer': 'no-answer',
  failed: 'failed',
};

/** How it goes with the leg of a customer whom an agent calls. That it was answered is told by the conference. */
export function customerContact(fields: Fields, reference: CallReference, now: Date): InboundContactDraft[] {
  const leg = parseLegStatus(fields);
  const step: CallStep['step'] | null =
    leg.CallStatus === 'ringing'
      ? 'customer-ringing'
      : (unreached[leg.CallStatus] ?? (isOver(leg.CallStatus) ? 'ended' : null));
  if (step === null || reference.call === undefined) return [];
  const call: CallStep = {
    callSid: reference.call,
    step,
    customerCallSid: leg.CallSid,
    ...(step === 'ended' && { durationSeconds: leg.CallDuration ?? 0 }),
  };
  return [stepContact({ call, caller: undefined, account: reference.account ?? leg.From, now })];
}

const conferenceSteps = {
  'participant-join': 'answered',
  'participant-hold': 'held',
  'participant-unhold': 'resumed',
} as const;

/** The conference tells the address of whoever came first, and of a placed call that may be either: it knows one of the two. */
function isOfCustomer(callSid: string | undefined, { call, agent, customer, out }: CallReference): boolean {
  if (!out) return callSid === call;
  if (customer !== undefined) return callSid === customer;
  return callSid !== undefined && agent !== undefined && callSid !== agent;
}

/** What a conference event means for the caller. The caller joins only once the agent is there: joining is the answer. */
export function conferenceContact(
  fields: Fields,
  reference: CallReference,
  fallbackAccount: string,
  now: Date,
): InboundContactDraft[] {
  const event = parseInput(conferenceEvent, fields);
  const step = conferenceSteps[event.StatusCallbackEvent as keyof typeof conferenceSteps];
  if (step === undefined || reference.call === undefined || !isOfCustomer(event.CallSid, reference)) return [];
  const legs = {
    ...(reference.agent !== undefined && { agentCallSid: reference.agent }),
    ...(reference.out && event.CallSid !== undefined && { customerCallSid: event.CallSid }),
  };
  const call: CallStep = { callSid: reference.call, step, conferenceSid: event.ConferenceSid, ...legs };
  const occasion = step === 'answered' ? undefined : `${event.ConferenceSid}:${event.SequenceNumber}`;
  return [
    stepContact({ call, occasion, caller: reference.caller, account: reference.account ?? fallbackAccount, now }),
  ];
}
