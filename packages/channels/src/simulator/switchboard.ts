/** Calls in and out: ringing, answering, running documents, ending, and the status callbacks of each. */
import { SimulatedClock } from './clock.ts';
import { Conference } from './conference.ts';
import { BoundedList } from './history.ts';
import { ApplicationError, Interpreter } from './interpreter.ts';
import { Leg, type Target } from './leg.ts';
import type { FormFields, Wire } from './wire.ts';

export interface SwitchboardOptions {
  readonly accountSid: string;
  readonly number: string;
  readonly voiceUrl: string;
  readonly voiceStatusUrl: string;
  /** Where the documents of customers begin whom the centre calls; all other phones that it rings are agents'. */
  readonly customerUrl: string;
  readonly wire: Wire;
  readonly fetch: typeof fetch;
  readonly speed: number;
  readonly stopped: AbortSignal;
  readonly changed: () => void;
}

export interface OutgoingCall {
  readonly to: string;
  readonly from: string;
  readonly url: string;
  readonly statusCallback: string | null;
  readonly events: readonly string[];
  /** Seconds. */
  readonly timeout: number;
}

/** What customers do whom the centre calls; `ask`: whoever plays them decides. */
export const customerMoods = ['answer', 'busy', 'no-answer', 'ask'] as const;
export type CustomerMood = (typeof customerMoods)[number];

/** The events of `StatusCallbackEvent` by the status that they bring. */
const eventOf: Record<string, string> = { initiated: 'initiated', ringing: 'ringing', 'in-progress': 'answered' };
const answerAfterSeconds = 1;

/** How long a PCM WAV lasts, by its header; 1 s when there is nothing to tell. */
function waveSeconds(bytes: Buffer): number {
  if (bytes.length < 44 || bytes.toString('latin1', 0, 4) !== 'RIFF') return 1;
  return bytes.readUInt32LE(40) / Math.max(1, bytes.readUInt32LE(28));
}

export class Switchboard {
  readonly legs = new BoundedList<Leg>(50);
  /** Seconds that each recording lasts. */
  readonly recordings = new Map<string, number>();
  autoAnswer = true;
  customers: CustomerMood = 'answer';
  readonly #options: SwitchboardOptions;
  readonly #clock: SimulatedClock;
  readonly #interpreter: Interpreter;
  readonly #conferences = new Map<string, Conference>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: SwitchboardOptions) {
    this.#options = options;
    this.#clock = new SimulatedClock(options.speed);
    this.#interpreter = new Interpreter({
      accountSid: options.accountSid,
      clock: this.#clock,
      wire: options.wire,
      changed: options.changed,
      fieldsOf: (leg) => this.fieldsOf(leg),
      conferenceNamed: (name) => this.#conferenceNamed(name),
      addRecording: (sid, seconds) => this.#addRecording(sid, seconds),
      audioSeconds: (url, signal) => this.#audioSeconds(url, signal),
    });
  }

  find(sid: string): Leg | undefined {
    return this.legs.items.find((leg) => leg.sid === sid);
  }

  conference(sid: string): Conference | undefined {
    return [...this.#conferences.values()].find((one) => one.sid === sid);
  }

  /** Somebody calls the centre. */
  dialIn(from: string, to: string): Leg {
    const leg = new Leg({
      direction: 'inbound',
      party: 'customer',
      from,
      to,
      statusCallback: { url: this.#options.voiceStatusUrl, events: new Set(['completed']) },
    });
    leg.status = 'ringing';
    this.#start(leg, () => this.#converse(leg, { url: this.#options.voiceUrl, fields: { CallStatus: 'ringing' } }));
    return leg;
  }

  /** The centre calls somebody. */
  dialOut(call: OutgoingCall): Leg {
    const statusCallback =
      call.statusCallback === null
        ? null
        : { url: call.statusCallback, events: new Set(call.events.length > 0 ? call.events : ['completed']) };
    const party = call.url.startsWith(this.#options.customerUrl) ? 'customer' : 'agent';
    const leg = new Leg({ direction: 'outbound-api', from: call.from, to: call.to, statusCallback, party });
    this.#start(leg, () => this.#ring(leg, call));
    return leg;
  }

  /** The party hangs up, or the centre ends the call. False when it was over. */
  hangUp(leg: Leg): boolean {
    if (leg.over) return false;
    if (leg.decide) leg.decide('decline');
    else leg.script.abort();
    return true;
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  fieldsOf(leg: Leg): FormFields {
    return {
      AccountSid: this.#options.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: leg.sid,
      CallStatus: leg.status,
      Direction: leg.direction,
      From: leg.from,
      To: leg.to,
      Caller: leg.from,
      Called: leg.to,
      FromCity: '',
      FromState: '',
      FromZip: '',
      FromCountry: '',
      ToCity: '',
      ToState: '',
      ToZip: '',
      ToCountry: '',
    };
  }

  #start(leg: Leg, script: () => Promise<void>): void {
    this.legs.add(leg);
    this.#options.stopped.addEventListener('abort', () => leg.script.abort(), { once: true, signal: leg.gone.signal });
    const running = script().finally(() => this.#running.delete(running));
    this.#running.add(running);
    this.#options.changed();
  }

  async #ring(leg: Leg, call: OutgoingCall): Promise<void> {
    this.#setStatus(leg, 'initiated');
    this.#setStatus(leg, 'ringing');
    const decision = await this.#decision(leg, call.timeout);
    if (decision !== 'answer') return this.#end(leg, decision === 'decline' ? 'busy' : decision);
    leg.answeredAt = this.#clock.seconds();
    this.#setStatus(leg, 'in-progress');
    return this.#converse(leg, { url: call.url, fields: {} });
  }

  /** What becomes of a ringing phone. */
  async #decision(leg: Leg, timeout: number): Promise<'answer' | 'decline' | 'no-answer' | 'canceled'> {
    const decided = new AbortController();
    let decision: 'answer' | 'decline' | 'no-answer' | 'canceled' = 'no-answer';
    leg.decide = (made) => {
      decision = made;
      decided.abort();
    };
    const signal = AbortSignal.any([decided.signal, leg.script.signal]);
    const own = this.#ownDecision(leg);
    const soon = own !== null && answerAfterSeconds < timeout;
    await this.#clock.sleep(soon ? answerAfterSeconds : timeout, signal).catch(() => undefined);
    leg.decide = null;
    if (leg.script.signal.aborted) return 'canceled';
    return soon && !decided.signal.aborted ? own : decision;
  }

  /** What the party does after a moment when nobody plays it; null: it rings on. */
  #ownDecision(leg: Leg): 'answer' | 'decline' | null {
    if (leg.party === 'agent') return this.autoAnswer ? 'answer' : null;
    if (this.customers === 'answer') return 'answer';
    return this.customers === 'busy' ? 'decline' : null;
  }

  /** Runs documents until the leg is over; a REST request may send it elsewhere meanwhile. */
  async #converse(leg: Leg, first: Target): Promise<void> {
    leg.activity = 'listening';
    for (let target: Target | null = first; target !== null && !this.#options.stopped.aborted;) {
      leg.script = new AbortController();
      leg.jump = null;
      try {
        await this.#interpreter.follow(leg, target, leg.script.signal, () => this.#answered(leg));
        target = null;
      } catch (error) {
        target = leg.jump;
        if (!leg.script.signal.aborted) this.#applicationError(leg, error);
      }
    }
    return this.#end(leg, 'completed');
  }

  /** As Twilio does when a document cannot be fetched or read. */
  #applicationError(leg: Leg, error: unknown): void {
    leg.hear('say', 'We are sorry, an application error has occurred. Goodbye.');
    leg.hear('note', error instanceof ApplicationError ? error.message : 'the simulator failed');
  }

  /** A call is in progress from the first document on: the request for that one still says `ringing`. */
  #answered(leg: Leg): FormFields {
    if (leg.answeredAt !== null) return {};
    leg.answeredAt = this.#clock.seconds();
    const asked = { CallStatus: leg.status };
    leg.status = 'in-progress';
    return asked;
  }

  async #end(leg: Leg, status: string): Promise<void> {
    leg.status = status;
    leg.activity = 'over';
    leg.endedAt = new Date();
    leg.gone.abort();
    leg.hear('note', status === 'completed' ? 'call ended' : status);
    const seconds = leg.answeredAt === null ? 0 : Math.round(this.#clock.seconds() - leg.answeredAt);
    this.#setStatus(leg, status, { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) });
    await leg.notices;
  }

  #setStatus(leg: Leg, status: string, more: FormFields = {}): void {
    if (status !== 'initiated') leg.status = status;
    this.#options.changed();
    const callback = leg.statusCallback;
    if (!callback?.events.has(eventOf[status] ?? 'completed')) return;
    const fields = {
      ...this.fieldsOf(leg),
      CallStatus: status,
      Timestamp: new Date().toUTCString(),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(leg.sequence),
      ...more,
    };
    leg.sequence += 1;
    leg.notices = leg.notices.then(() => this.#options.wire.post(callback.url, fields));
  }

  #conferenceNamed(name: string): Conference {
    const standing = this.#conferences.get(name);
    if (standing && !standing.over) return standing;
    const conference = new Conference(name, this.#options.accountSid, this.#options.wire);
    this.#conferences.set(name, conference);
    for (const [old, one] of this.#conferences) if (one.over) this.#conferences.delete(old);
    return conference;
  }

  #addRecording(sid: string, seconds: number): void {
    this.recordings.set(sid, seconds);
    const oldest = this.recordings.size > 100 ? this.recordings.keys().next().value : undefined;
    if (oldest !== undefined) this.recordings.delete(oldest);
  }

  async #audioSeconds(url: string, signal: AbortSignal): Promise<number> {
    try {
      const response = await this.#options.fetch(url, { signal });
      return response.ok ? waveSeconds(Buffer.from(await response.arrayBuffer())) : 1;
    } catch {
      signal.throwIfAborted();
      return 1;
    }
  }
}
