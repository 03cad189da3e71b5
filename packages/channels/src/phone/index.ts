/**
 * Phone calls through Twilio. A call is answered with a greeting and waits in a queue of its own; when an agent takes it,
 * the agent's phone is rung, and both legs meet in a conference named after the call. Every state lies with Twilio or in
 * the signed addresses, so that any process can answer any step.
 */
import { HubError, type InboundContactDraft } from '@patchbay/contracts';
import type { ChannelCapabilities, ChannelDeps, ChannelFactory, ChannelRequest } from '../channel.ts';
import { fetchMedia } from '../twilio/media.ts';
import { createTwilioRest } from '../twilio/rest.ts';
import { formFields, twimlReply, verifySignature } from '../twilio/webhook.ts';
import { createPhoneCalls, type PhoneCalls } from './calls.ts';
import * as schema from './schema.ts';
import * as twiml from './twiml.ts';
import { stepOf, voicePath, voiceSteps, voiceUrls } from './urls.ts';

export { holdAudio } from './hold-audio.ts';
export { holdAudioPath } from './urls.ts';

const capabilities: ChannelCapabilities = {
  intake: 'push',
  live: true,
  text: false,
  html: false,
  subject: false,
  attachments: false,
  copies: false,
  // The greeting does.
  acknowledges: false,
  continuationMs: 60 * 60 * 1000,
  reports: [],
};

async function agentStatusContacts(
  request: ChannelRequest,
  deps: ChannelDeps,
  calls: PhoneCalls,
): Promise<InboundContactDraft[]> {
  const leg = schema.parseLegStatus(formFields(request));
  const reference = schema.parseReference(request.query);
  const contact = (step: 'agent-ringing' | 'agent-no-answer') => [
    schema.agentContact(step, leg.CallSid, reference, deps.config.twilio.number, deps.now()),
  ];
  if (leg.CallStatus === 'ringing') return contact('agent-ringing');
  if (!schema.isOver(leg.CallStatus)) return [];
  calls.forget(leg.CallSid);
  if (leg.CallStatus !== 'completed') return contact('agent-no-answer');
  // Picked up and put down before the caller was there: the caller waits on.
  const situation = await deps.callSituation(reference.call);
  return situation?.state === 'connecting' ? contact('agent-no-answer') : [];
}

/** What the phone of an agent does who calls somebody: asking for its document is picking up. */
function outgoingAgentContacts(request: ChannelRequest, deps: ChannelDeps): InboundContactDraft[] {
  const leg = schema.parseLegStatus(formFields(request));
  const step = stepOf(request.path) === 'out-agent' ? 'agent-answered' : outgoingAgentStep(leg.CallStatus);
  if (step === null) return [];
  const reference = schema.parseReference(request.query);
  return [schema.agentContact(step, leg.CallSid, reference, deps.config.twilio.number, deps.now())];
}

function outgoingAgentStep(status: string): 'agent-ringing' | 'agent-left' | 'agent-no-answer' | null {
  if (status === 'ringing') return 'agent-ringing';
  if (status === 'completed') return 'agent-left';
  return schema.isOver(status) ? 'agent-no-answer' : null;
}

async function parseContacts(
  request: ChannelRequest,
  deps: ChannelDeps,
  calls: PhoneCalls,
): Promise<InboundContactDraft[]> {
  const fields = formFields(request);
  const number = deps.config.twilio.number;
  switch (stepOf(request.path)) {
    case null:
      return [schema.incomingContact(fields, deps.now())];
    case 'status':
      return schema.endedContact(fields, deps.now());
    case 'queued':
      return leftForVoicemail(schema.parseQueueResult(fields).QueueResult)
        ? [schema.voicemailContact(fields, deps.now())]
        : [];
    case 'call-back':
      return schema.callBackContact(fields, request.query, deps.now());
    case 'voicemail':
      return [schema.voicemailContact(fields, deps.now())];
    case 'recording':
      return schema.recordingContact(fields, request.query, number, deps.now());
    case 'conference':
      return schema.conferenceContact(fields, schema.parseReference(request.query), number, deps.now());
    case 'agent-status':
      return agentStatusContacts(request, deps, calls);
    case 'out-agent':
    case 'out-agent-status':
      return outgoingAgentContacts(request, deps);
    case 'out-status':
      return schema.customerContact(fields, schema.parseReference(request.query), deps.now());
    case 'agent':
      if (request.query['failed'] !== '1') return [];
      return [
        schema.agentContact(
          'agent-no-answer',
          schema.parseLeg(fields).CallSid,
          schema.parseReference(request.query),
          number,
          deps.now(),
        ),
      ];
    default:
      return [];
  }
}

/** The caller is still on the line, and the queue has nothing more for them. */
const leftForVoicemail = (queueResult: string): boolean =>
  ['leave', 'error', 'system-error', 'queue-full'].includes(queueResult);

async function joinAgent(
  request: ChannelRequest,
  deps: ChannelDeps,
  calls: PhoneCalls,
  voice: twiml.PhoneVoice,
): Promise<string> {
  const agent = schema.parseLeg(formFields(request)).CallSid;
  const reference = { ...schema.parseReference(request.query), agent };
  try {
    const there = await calls.move(reference.call, voice.url('join', reference));
    return there ? twiml.conference(voice, reference) : twiml.callerGone();
  } catch (error) {
    deps.log.warn(
      { err: error, callSid: reference.call, agentCallSid: agent },
      'caller could not be moved to the agent',
    );
    return twiml.redirectTo(voice.url('agent', { ...reference, failed: '1' }));
  }
}

async function answer(
  request: ChannelRequest,
  deps: ChannelDeps,
  calls: PhoneCalls,
  voice: twiml.PhoneVoice,
): Promise<string | undefined> {
  const fields = formFields(request);
  const caller = () => {
    const leg = schema.parseLeg(fields);
    return { callSid: leg.CallSid, from: leg.From, to: leg.To };
  };
  switch (stepOf(request.path)) {
    case null: {
      // Before the call is ingested there is no situation; the wait asks again.
      const situation = await deps.callSituation(caller().callSid);
      return situation?.open === false ? twiml.voicemail(voice, caller(), 'closed') : twiml.greeting(voice, caller());
    }
    case 'wait': {
      const wait = schema.parseQueueWait(fields);
      return twiml.waiting(
        voice,
        wait.QueueTime,
        request.query['told'] === '1',
        await deps.callSituation(wait.CallSid),
      );
    }
    case 'call-back':
      return schema.callBackContact(fields, request.query, deps.now()).length > 0
        ? twiml.callBackPromised((await deps.callSituation(caller().callSid))?.language)
        : twiml.redirectTo(voice.url('wait', { told: '1' }));
    case 'queued': {
      if (!leftForVoicemail(schema.parseQueueResult(fields).QueueResult)) return undefined;
      const situation = await deps.callSituation(caller().callSid);
      return twiml.voicemail(voice, caller(), situation?.open === false ? 'closed' : 'nobody');
    }
    case 'agent':
      return request.query['failed'] === '1'
        ? twiml.connectFailed()
        : twiml.whisper(voice, schema.parseReference(request.query));
    case 'agent-join':
      return joinAgent(request, deps, calls, voice);
    case 'out-agent': {
      const reference = schema.parseReference(request.query);
      return twiml.outgoing(voice, { ...reference, agent: schema.parseLeg(fields).CallSid, out: '1' });
    }
    case 'out-join': {
      const reference = schema.parseReference(request.query);
      const situation = await deps.callSituation(reference.call);
      return situation && (situation.state === 'ended' || situation.state === 'missed')
        ? twiml.agentGone(voice)
        : twiml.conference(voice, { ...reference, customer: schema.parseLeg(fields).CallSid, out: '1' });
    }
    case 'join':
      return twiml.conference(voice, schema.parseReference(request.query));
    case 'voicemail':
      return twiml.voicemailThanks();
    default:
      return undefined;
  }
}

export const createPhoneChannel: ChannelFactory = (deps) => {
  const { config } = deps;
  const url = voiceUrls(config.publicUrl);
  const calls = createPhoneCalls(createTwilioRest(config.twilio), config, url, deps.now);
  const voice: twiml.PhoneVoice = { url, publicUrl: config.publicUrl, centreName: config.centreName };
  return {
    name: 'phone',
    capabilities,
    webhookPaths: [voicePath, ...voiceSteps.map((step) => `${voicePath}/${step}`)],
    readsQuery: true,
    verify: (request) => verifySignature(request, config.twilio.authToken),
    parse: (request) => parseContacts(request, deps, calls),
    parseStatus: () => [],
    reply: async (request) => twimlReply(await answer(request, deps, calls, voice)),
    send: () => Promise.reject(new HubError('provider_refused', 'A phone call carries no text')),
    fetchFile: (address, signal) => fetchMedia(address, config.twilio, signal),
    calls,
  };
};
