/** What callers and agents hear, as TwiML (twilio.com/docs/voice/twiml). Lengths are seconds. */
import twilio from 'twilio';
import type { CallSituation } from '../channel.ts';
import { type CallReference, holdAudioPath, type VoiceUrl } from './urls.ts';

type Response = InstanceType<typeof twilio.twiml.VoiceResponse>;

/** How long a caller waits for an agent, and for how much longer while an agent's phone already rings. */
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

function document(build: (response: Response) => void): string {
  const response = new twilio.twiml.VoiceResponse();
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

/** One round of waiting, or the way to the voicemail. Rounds end so that the wait is as long as it is meant to be. */
export function waiting(voice: PhoneVoice, queueTime: number, told: boolean, situation: CallSituation | null): string {
  const connecting = situation?.state === 'connecting';
  const limit = waitLimitSeconds + (connecting ? connectingGraceSeconds : 0);
  const left = Math.ceil(limit - queueTime);
  return document((response) => {
    if (left <= 0 || (situation?.open === false && !connecting)) {
      response.leave();
      return;
    }
    if (!told && situation?.ticketNumber != null)
      response.say(`Your ticket number is ${spelled(situation.ticketNumber)}.`);
    if (situation?.place != null) response.say(`You are number ${situation.place} in line.`);
    if (situation === null || left <= holdAudioSeconds + 4)
      response.pause({ length: situation === null ? Math.min(2, left) : Math.min(4, left) });
    else response.play(voice.publicUrl.replace(/\/+$/, '') + holdAudioPath);
    if (left > 30 && situation !== null) response.pause({ length: 10 });
    response.redirect(voice.url('wait', told || situation?.ticketNumber != null ? { told: '1' } : {}));
  });
}

/** Said to the agent alone, before the caller is there. */
export function whisper(voice: PhoneVoice, reference: CallReference): string {
  return document((response) => {
    response.say(reference.ticket ? `Call for ticket ${spelled(Number(reference.ticket))}.` : 'Incoming call.');
    response.redirect(voice.url('agent-join', reference));
  });
}

/** A leg's way into the call's conference. Either one leaving ends it for both. */
export function conference(voice: PhoneVoice, reference: CallReference): string {
  return document((response) => {
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
        }),
        statusCallbackEvent: ['start', 'end', 'join', 'leave', 'hold'],
      },
      roomOf(reference.call ?? ''),
    );
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
