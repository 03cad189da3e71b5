/** Conferences: legs that hear each other, and the events that Twilio sends about them. */
import type { Leg } from './leg.ts';
import { type FormFields, newSid, type Wire } from './wire.ts';

interface Participant {
  readonly leg: Leg;
  readonly startOnEnter: boolean;
  readonly endOnExit: boolean;
  hold: boolean;
}

export interface JoinOptions {
  readonly startOnEnter: boolean;
  readonly endOnExit: boolean;
  readonly callback: { readonly url: string; readonly events: ReadonlySet<string> } | null;
}

/** The word of `statusCallbackEvent` that asks for an event. */
const asked: Record<string, string> = {
  'conference-start': 'start',
  'conference-end': 'end',
  'participant-join': 'join',
  'participant-leave': 'leave',
  'participant-hold': 'hold',
  'participant-unhold': 'hold',
};

export class Conference {
  readonly sid = newSid('CF');
  readonly participants = new Map<string, Participant>();
  readonly #name: string;
  readonly #accountSid: string;
  readonly #wire: Wire;
  readonly #ended = new AbortController();
  #callback: JoinOptions['callback'] = null;
  #sequence = 0;
  #started = false;
  #notices: Promise<unknown> = Promise.resolve();

  constructor(name: string, accountSid: string, wire: Wire) {
    this.#name = name;
    this.#accountSid = accountSid;
    this.#wire = wire;
  }

  get over(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Stays until the conference ends; rejects when `signal` takes the leg away. */
  async attend(leg: Leg, options: JoinOptions, signal: AbortSignal): Promise<void> {
    this.#join(leg, options);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#ended.signal.addEventListener('abort', () => resolve(), { once: true });
        signal.addEventListener('abort', () => reject(new Error('Left the conference', { cause: signal.reason })), {
          once: true,
        });
        if (signal.aborted) reject(new Error('Left the conference'));
      });
    } finally {
      this.#leave(leg);
    }
  }

  hold(callSid: string, hold: boolean): boolean {
    const participant = this.participants.get(callSid);
    if (!participant) return false;
    if (participant.hold === hold) return true;
    participant.hold = hold;
    participant.leg.activity = hold ? 'held' : 'conference';
    participant.leg.hear('note', hold ? 'on hold' : 'connected');
    this.#tell(hold ? 'participant-hold' : 'participant-unhold', participant);
    return true;
  }

  #join(leg: Leg, options: JoinOptions): void {
    const participant = { leg, startOnEnter: options.startOnEnter, endOnExit: options.endOnExit, hold: false };
    this.participants.set(leg.sid, participant);
    this.#callback ??= options.callback;
    leg.activity = 'conference';
    this.#tell('participant-join', participant);
    const all = [...this.participants.values()];
    if (this.#started || all.length < 2 || !all.some((one) => one.startOnEnter)) return;
    this.#started = true;
    for (const one of all) one.leg.hear('note', 'connected');
    this.#tell('conference-start', participant);
  }

  #leave(leg: Leg): void {
    const participant = this.participants.get(leg.sid);
    if (!participant) return;
    this.participants.delete(leg.sid);
    this.#tell('participant-leave', participant);
    if (this.over || (!participant.endOnExit && this.participants.size > 0)) return;
    const reason = participant.endOnExit ? 'participant-with-end-conference-on-exit-left' : 'last-participant-left';
    this.#tell('conference-end', participant, { ReasonConferenceEnded: reason, CallSidEndingConference: leg.sid });
    this.#ended.abort();
  }

  #tell(event: string, participant: Participant, more: FormFields = {}): void {
    this.#sequence += 1;
    const callback = this.#callback;
    if (!callback?.events.has(asked[event] ?? '')) return;
    const about: FormFields = event.startsWith('participant-')
      ? {
          CallSid: participant.leg.sid,
          Muted: 'false',
          Hold: String(participant.hold),
          Coaching: 'false',
          StartConferenceOnEnter: String(participant.startOnEnter),
          EndConferenceOnExit: String(participant.endOnExit),
        }
      : {};
    const fields = {
      ConferenceSid: this.sid,
      FriendlyName: this.#name,
      AccountSid: this.#accountSid,
      Timestamp: new Date().toUTCString(),
      StatusCallbackEvent: event,
      SequenceNumber: String(this.#sequence),
      ...about,
      ...more,
    };
    this.#notices = this.#notices.then(() => this.#wire.post(callback.url, fields));
  }
}
