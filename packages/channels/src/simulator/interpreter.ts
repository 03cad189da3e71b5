/** Runs TwiML for a leg, verb by verb, in simulated time (twilio.com/docs/voice/twiml). */
import type { SimulatedClock } from './clock.ts';
import type { Conference } from './conference.ts';
import type { Leg, Target } from './leg.ts';
import { parseTwiml, type XmlElement } from './twiml-document.ts';
import { type FormFields, newSid, type Wire } from './wire.ts';

/** How a document, or one of its verbs, came out. */
type Flow = { readonly kind: 'next' | 'hangup' | 'leave' } | { readonly kind: 'goto'; readonly target: Target };
const next: Flow = { kind: 'next' };
const hangup: Flow = { kind: 'hangup' };

/** The carrier's answer to a document that it cannot read or fetch. */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError';
}

export interface Exchange {
  readonly accountSid: string;
  readonly clock: SimulatedClock;
  readonly wire: Wire;
  readonly changed: () => void;
  /** Fields that every request about a leg carries. */
  readonly fieldsOf: (leg: Leg) => FormFields;
  readonly conferenceNamed: (name: string) => Conference;
  readonly addRecording: (sid: string, seconds: number) => void;
  /** Seconds that an audio file lasts. */
  readonly audioSeconds: (url: string, signal: AbortSignal) => Promise<number>;
}

interface Queue {
  readonly sid: string;
  readonly waiting: Leg[];
}

/** About 15 characters a second, as a voice reads. */
const speechSeconds = (text: string): number => Math.max(0.5, text.length / 15);
const wordsOf = (attribute: string | undefined, fallback: string): ReadonlySet<string> =>
  new Set((attribute ?? fallback).split(/\s+/));

export class Interpreter {
  readonly #exchange: Exchange;
  readonly #queues = new Map<string, Queue>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Runs the document at `target` and those it leads to. `extra` is asked anew for each request. */
  async follow(leg: Leg, target: Target, signal: AbortSignal, extra: () => FormFields = () => ({})): Promise<Flow> {
    for (let current = target; ;) {
      const fields = { ...this.#exchange.fieldsOf(leg), ...extra(), ...current.fields };
      const answer = await this.#exchange.wire.post(current.url, fields, signal);
      signal.throwIfAborted();
      if (answer.status < 200 || answer.status >= 300) throw new ApplicationError(`HTTP ${answer.status}`);
      const flow = await this.#run(leg, this.#read(answer.body), current.url, signal);
      if (flow.kind !== 'goto') return flow;
      current = flow.target;
    }
  }

  #read(body: string): readonly XmlElement[] {
    try {
      return parseTwiml(body);
    } catch (cause) {
      throw new ApplicationError('Document parse failure', { cause });
    }
  }

  async #run(leg: Leg, verbs: readonly XmlElement[], base: string, signal: AbortSignal): Promise<Flow> {
    for (const verb of verbs) {
      signal.throwIfAborted();
      const flow = await this.#verb(leg, verb, base, signal);
      this.#exchange.changed();
      if (flow.kind !== 'next') return flow;
    }
    return next;
  }

  async #verb(leg: Leg, verb: XmlElement, base: string, signal: AbortSignal): Promise<Flow> {
    const text = verb.text.trim();
    const absolute = (url: string) => new URL(url, base).href;
    switch (verb.name) {
      case 'Say':
        return this.#sound(leg, 'say', text, speechSeconds(text), signal);
      case 'Play':
        return this.#sound(
          leg,
          'play',
          absolute(text),
          await this.#exchange.audioSeconds(absolute(text), signal),
          signal,
        );
      case 'Gather':
        // Nobody presses a key here; what is said meanwhile is heard.
        return this.#run(leg, verb.children, base, signal);
      case 'Pause':
        await this.#exchange.clock.sleep(Number(verb.attributes['length'] ?? 1), signal);
        return next;
      case 'Redirect':
        return { kind: 'goto', target: { url: absolute(text), fields: {} } };
      case 'Enqueue':
        return this.#enqueue(leg, verb, absolute, signal);
      case 'Dial':
        return this.#dial(leg, verb, absolute, signal);
      case 'Record':
        return this.#record(leg, verb, absolute, signal);
      case 'Leave':
        return { kind: 'leave' };
      case 'Hangup':
      case 'Reject':
        return hangup;
      default:
        leg.hear('note', `<${verb.name}> is not simulated`);
        return next;
    }
  }

  async #sound(leg: Leg, kind: 'say' | 'play', text: string, seconds: number, signal: AbortSignal): Promise<Flow> {
    leg.hear(kind, text);
    this.#exchange.changed();
    await this.#exchange.clock.sleep(seconds, signal);
    return next;
  }

  async #enqueue(leg: Leg, verb: XmlElement, absolute: (url: string) => string, signal: AbortSignal): Promise<Flow> {
    const { clock, wire, fieldsOf } = this.#exchange;
    const name = verb.text.trim();
    const queue = this.#queues.get(name) ?? { sid: newSid('QU'), waiting: [] };
    this.#queues.set(name, queue);
    queue.waiting.push(leg);
    const since = clock.seconds();
    const place = () => ({
      QueueSid: queue.sid,
      QueueTime: String(Math.floor(clock.seconds() - since)),
      QueuePosition: String(queue.waiting.indexOf(leg) + 1),
      AvgQueueTime: '0',
      CurrentQueueSize: String(queue.waiting.length),
    });
    const action = verb.attributes['action'];
    leg.activity = 'queued';
    const result = await this.#waitInQueue(leg, verb.attributes['waitUrl'], absolute, place, signal).catch(
      (error: unknown) => {
        if (signal.aborted) return leg.jump ? 'redirected' : 'hangup';
        if (error instanceof ApplicationError) return 'error';
        throw error;
      },
    );
    const outcome = { QueueSid: queue.sid, QueueTime: place().QueueTime, QueueResult: result };
    queue.waiting.splice(queue.waiting.indexOf(leg), 1);
    if (queue.waiting.length === 0) this.#queues.delete(name);
    leg.activity = 'listening';
    // Whoever hung up, or was called away, does not hear the answer.
    if (action && (result === 'hangup' || result === 'redirected')) {
      leg.notices = leg.notices.then(() => wire.post(absolute(action), { ...fieldsOf(leg), ...outcome }));
    }
    signal.throwIfAborted();
    if (result === 'hangup') return hangup;
    return action ? { kind: 'goto', target: { url: absolute(action), fields: outcome } } : next;
  }

  /** Runs the wait document round after round, until it leaves the queue or hangs up. */
  async #waitInQueue(
    leg: Leg,
    waitUrl: string | undefined,
    absolute: (url: string) => string,
    place: () => FormFields,
    signal: AbortSignal,
  ): Promise<string> {
    for (;;) {
      const begun = this.#exchange.clock.seconds();
      const flow = waitUrl ? await this.follow(leg, { url: absolute(waitUrl), fields: {} }, signal, place) : next;
      if (flow.kind === 'leave') return 'leave';
      if (flow.kind === 'hangup') return 'hangup';
      // A document without any length would be asked for without end.
      if (this.#exchange.clock.seconds() - begun < 1) await this.#exchange.clock.sleep(1, signal);
    }
  }

  async #dial(leg: Leg, verb: XmlElement, absolute: (url: string) => string, signal: AbortSignal): Promise<Flow> {
    const room = verb.children.find((child) => child.name === 'Conference');
    if (!room) {
      leg.hear('note', '<Dial> is simulated for <Conference> only');
      return next;
    }
    const callback = room.attributes['statusCallback'];
    const conference = this.#exchange.conferenceNamed(room.text.trim());
    const attended = conference.attend(
      leg,
      {
        startOnEnter: room.attributes['startConferenceOnEnter'] !== 'false',
        endOnExit: room.attributes['endConferenceOnExit'] === 'true',
        callback: callback
          ? { url: absolute(callback), events: wordsOf(room.attributes['statusCallbackEvent'], '') }
          : null,
      },
      signal,
    );
    this.#exchange.changed();
    await attended;
    leg.activity = 'listening';
    const action = verb.attributes['action'];
    return action ? { kind: 'goto', target: { url: absolute(action), fields: { DialCallStatus: 'completed' } } } : next;
  }

  async #record(leg: Leg, verb: XmlElement, absolute: (url: string) => string, signal: AbortSignal): Promise<Flow> {
    const { clock, wire, fieldsOf, accountSid } = this.#exchange;
    if (verb.attributes['playBeep'] !== 'false') leg.hear('beep', '');
    leg.activity = 'recording';
    this.#exchange.changed();
    const begun = clock.seconds();
    const digits = await this.#recordUntilDone(
      leg,
      Number(verb.attributes['maxLength'] ?? 3600),
      verb.attributes['finishOnKey'] ?? '1234567890*#',
      signal,
    );
    leg.activity = 'listening';
    const sid = newSid('RE');
    const seconds = Math.max(1, Math.round(clock.seconds() - begun));
    this.#exchange.addRecording(sid, seconds);
    const fields = {
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`,
      RecordingSid: sid,
      RecordingDuration: String(seconds),
    };
    const callback = verb.attributes['recordingStatusCallback'];
    const events = wordsOf(verb.attributes['recordingStatusCallbackEvent'], 'completed');
    const action = verb.attributes['action'];
    // The action is asked for even after the caller has hung up; the recording is ready a little later.
    if (action && digits === 'hangup' && !leg.jump)
      leg.notices = leg.notices.then(() =>
        wire.post(absolute(action), { ...fieldsOf(leg), ...fields, Digits: digits }),
      );
    if (callback && events.has('completed')) {
      const ready = {
        ...fields,
        AccountSid: accountSid,
        CallSid: leg.sid,
        RecordingStatus: 'completed',
        RecordingChannels: '1',
        RecordingSource: 'RecordVerb',
        RecordingTrack: 'both',
        RecordingStartTime: new Date().toUTCString(),
        ErrorCode: '0',
      };
      leg.notices = leg.notices.then(() => wire.post(absolute(callback), ready));
    }
    signal.throwIfAborted();
    return action ? { kind: 'goto', target: { url: absolute(action), fields: { ...fields, Digits: digits } } } : next;
  }

  /** The digits that ended it: a key, nothing when the time was up, or `hangup`. */
  async #recordUntilDone(leg: Leg, maxSeconds: number, finishOnKey: string, signal: AbortSignal): Promise<string> {
    const done = new AbortController();
    let digits = '';
    leg.finishRecording = () => {
      digits = finishOnKey.slice(0, 1);
      done.abort();
    };
    await this.#exchange.clock.sleep(maxSeconds, AbortSignal.any([signal, done.signal])).catch(() => undefined);
    leg.finishRecording = null;
    return signal.aborted ? 'hangup' : digits;
  }
}
