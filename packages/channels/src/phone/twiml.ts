/** What callers and agents hear, as TwiML (twilio.com/docs/voice/twiml). Lengths are seconds. */
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { CallSituation } from '../channel.ts';
import { type CallReference, holdAudioPath, type VoiceUrl } from './urls.ts';

/** How long a caller waits for an agent in a queue that says nothing else, and for how much longer while an agent's phone already rings. */
export const waitLimitSeconds = 60;
export const connectingGraceSeconds = 30;
const holdAudioSeconds = 8;
const voicemailLimitSeconds = 120;

export interface PhoneVoice {
  readonly url: VoiceUrl;
  readonly publicUrl: string;
  readonly centreName: string;
}
export interface Caller {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
}

function document(build: (response: VoiceResponse) => void): string {
  const response = new VoiceResponse();
  build(response);
  return response.toString();
}

/** The caller's queue and conference. Named by the call, so that neither says anything about a person. */
export const roomOf = (callSid: string): string => `call-${callSid}`;

export function greeting(voice: PhoneVoice, caller: Caller): string {
  return document((response) => {
    response.say(`Welcome to ${voice.centreName}. Please hold, we are connecting you.`);
    response.enqueue({ waitUrl: voice.url('wait'), action: voice.url('queued') }, roomOf(caller.callSid));
  });
}

export function voicemail(voice: PhoneVoice, caller: Caller, reason: 'closed' | 'nobody'): string {
  const why =
    reason === 'closed'
      ? `Thank you for calling ${voice.centreName}. We are closed at the moment.`
      : 'We are sorry, nobody can take your call at the moment.';
  return document((response) => {
    response.say(`${why} Please leave a message after the tone, and press the hash key when you are done.`);
    response.record({
      maxLength: voicemailLimitSeconds,
      finishOnKey: '#',
      playBeep: true,
      action: voice.url('voicemail'),
      recordingStatusCallback: voice.url('recording', { caller: caller.from, account: caller.to }),
      recordingStatusCallbackEvent: ['completed'],
    });
    // Reached when the caller said nothing.
    response.say('We did not hear anything. Goodbye.');
    response.hangup();
  });
}

export function voicemailThanks(): string {
  return document((response) => {
    response.say('Thank you. We will get back to you. Goodbye.');
    response.hangup();
  });
}

/** Digits one by one: a ticket number is read out, not counted. */
const spelled = (number: number): string => String(number).split('').join(' ');

type Language = NonNullable<CallSituation['language']>;

const words = {
  en: {
    ticket: (number: string) => `Your ticket number is ${number}.`,
    place: (place: number) => `You are number ${place} in line.`,
    wait: (minutes: number) => `It will take about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    offer: 'Press 1 to hang up and be called back. You keep your place in line.',
    promise: 'Thank you. You keep your place in line, and we will call you back. Goodbye.',
  },
  zh: {
    ticket: (number: string) => `您的工单号是 ${number}。`,
    place: (place: number) => `您排在第 ${place} 位。`,
    wait: (minutes: number) => `预计等待约 ${minutes} 分钟。`,
    offer: '如需挂断并由我们回电，请按 1。您的排队位置会保留。',
    promise: '谢谢。您的排队位置会保留，我们会给您回电。再见。',
  },
} as const;

interface Speaker {
  say(attributes: { language?: 'cmn-CN'; voice?: 'Polly.Zhiyu' }, text: string): unknown;
}

function speak(speaker: Speaker, language: Language, text: string): void {
  speaker.say(language === 'zh' ? { language: 'cmn-CN', voice: 'Polly.Zhiyu' } : {}, text);
}

/** What a caller is told while they wait: their number once, their place, about how long, and that they can be called back. */
function tell(response: VoiceResponse, told: boolean, situation: CallSituation | null): void {
  if (!situation) return;
  const { language = 'en', ticketNumber, place, expectedMinutes } = situation;
  const say = words[language];
  if (!told && ticketNumber !== null) speak(response, language, say.ticket(spelled(ticketNumber)));
  if (place === null) return;
  speak(response, language, say.place(place));
  if (expectedMinutes != null) speak(response, language, say.wait(expectedMinutes));
}

/**
 * One round of waiting, or its end. Rounds end so that the wait is as long as it is meant to be, counted from when the ticket came into its
 * queue; `queueTime` is the whole wait, whatever queues the ticket was in.
 */
export function waiting(voice: PhoneVoice, queueTime: number, told: boolean, situation: CallSituation | null): string {
  const connecting = situation?.state === 'connecting';
  const limit = (situation?.lineEnd?.afterSeconds ?? waitLimitSeconds) + (connecting ? connectingGraceSeconds : 0);
  const left = Math.ceil((situation?.waitedBefore ?? 0) + limit - queueTime);
  return document((response) => {
    if (left <= 0 || (situation?.open === false && !connecting)) {
      // Nobody has a place whose ticket an agent has.
      if (!connecting && situation?.lineEnd?.how === 'call-back' && situation.open)
        response.redirect(voice.url('call-back', { auto: '1' }));
      else response.leave();
      return;
    }
    tell(response, told, situation);
    if (situation?.callBack && situation.place !== null) {
      const gather = response.gather({ numDigits: 1, timeout: 2, action: voice.url('call-back') });
      speak(gather, situation.language ?? 'en', words[situation.language ?? 'en'].offer);
    }
    if (situation === null || left <= holdAudioSeconds + 4)
      response.pause({ length: situation === null ? Math.min(2, left) : Math.min(4, left) });
    else response.play(voice.publicUrl.replace(/\/+$/, '') + holdAudioPath);
    if (left > 30 && situation !== null) response.pause({ length: 10 });
    response.redirect(voice.url('wait', told || situation?.ticketNumber != null ? { told: '1' } : {}));
  });
}

export function callBackPromised(language: Language = 'en'): string {
  return document((response) => {
    speak(response, language, words[language].promise);
    response.hangup();
  });
}

/** Said to the agent alone, before the caller is there. */
export function whisper(voice: PhoneVoice, reference: CallReference): string {
  return document((response) => {
    response.say(reference.ticket ? `Call for ticket ${spelled(Number(reference.ticket))}.` : 'Incoming call.');
    response.redirect(voice.url('agent-join', reference));
  });
}

/** Said to an agent who calls somebody, who then waits for the customer in the call's conference. */
export function outgoing(voice: PhoneVoice, reference: CallReference): string {
  return document((response) => {
    response.say(`Calling the customer of ticket ${spelled(Number(reference.ticket ?? 0))}.`);
    joinConference(response, voice, reference);
  });
}

/** A leg's way into the call's conference. Either one leaving ends it for both. */
function joinConference(response: VoiceResponse, voice: PhoneVoice, reference: CallReference): void {
  response.dial().conference(
    {
      startConferenceOnEnter: true,
      endConferenceOnExit: true,
      beep: 'false',
      statusCallback: voice.url('conference', {
        call: reference.call,
        caller: reference.caller,
        account: reference.account,
        agent: reference.agent,
        customer: reference.customer,
        out: reference.out,
      }),
      statusCallbackEvent: ['start', 'end', 'join', 'leave', 'hold'],
    },
    roomOf(reference.call ?? ''),
  );
}

export function conference(voice: PhoneVoice, reference: CallReference): string {
  return document((response) => joinConference(response, voice, reference));
}

/** Said to a customer who picks up after the agent has gone. */
export function agentGone(voice: PhoneVoice): string {
  return document((response) => {
    response.say(`This was a call from ${voice.centreName}. We will try again. Goodbye.`);
    response.hangup();
  });
}

export function callerGone(): string {
  return document((response) => {
    response.say('The caller has hung up.');
    response.hangup();
  });
}

export function connectFailed(): string {
  return document((response) => {
    response.say('The caller could not be connected.');
    response.hangup();
  });
}

export function redirectTo(url: string): string {
  return document((response) => {
    response.redirect(url);
  });
}
