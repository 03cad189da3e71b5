/** One party's connection to the carrier. */
import { BoundedList, type CallView, type TranscriptLine } from './history.ts';
import { type FormFields, newSid } from './wire.ts';

/** Where a leg takes its next document from, with the fields that this request adds. */
export interface Target {
  readonly url: string;
  readonly fields: FormFields;
}

export interface StatusCallback {
  readonly url: string;
  /** `initiated`, `ringing`, `answered`, `completed`. */
  readonly events: ReadonlySet<string>;
}

export class Leg {
  readonly sid = newSid('CA');
  readonly startedAt = new Date();
  readonly direction: 'inbound' | 'outbound-api';
  readonly from: string;
  readonly to: string;
  readonly statusCallback: StatusCallback | null;
  /** Whose phone it is. */
  readonly party: 'agent' | 'customer';
  readonly transcript = new BoundedList<TranscriptLine>(100);
  status = 'queued';
  activity = 'dialling';
  endedAt: Date | null = null;
  /** Simulated seconds at which it was answered. */
  answeredAt: number | null = null;
  sequence = 0;
  /** Where a REST request sent this leg while its document was still running. */
  jump: Target | null = null;
  /** Runs the current document; aborted when the leg hangs up or is sent elsewhere. */
  script = new AbortController();
  /** Aborted once the leg is over. */
  readonly gone = new AbortController();
  /** Ends a recording with a key, while there is one. */
  finishRecording: (() => void) | null = null;
  /** Called when a ringing phone is picked up or refused. */
  decide: ((decision: 'answer' | 'decline') => void) | null = null;
  /** Status callbacks leave in order. */
  notices: Promise<unknown> = Promise.resolve();

  constructor(options: {
    direction: Leg['direction'];
    from: string;
    to: string;
    statusCallback: StatusCallback | null;
    party: Leg['party'];
  }) {
    this.direction = options.direction;
    this.from = options.from;
    this.to = options.to;
    this.statusCallback = options.statusCallback;
    this.party = options.party;
  }

  get over(): boolean {
    return this.endedAt !== null;
  }

  hear(kind: TranscriptLine['kind'], text: string): void {
    this.transcript.add({ at: new Date().toISOString(), kind, text });
  }

  /** Leaves the current document for another. */
  redirect(url: string): void {
    this.jump = { url, fields: {} };
    this.script.abort();
  }

  view(): CallView {
    return {
      sid: this.sid,
      direction: this.direction,
      party: this.party,
      from: this.from,
      to: this.to,
      status: this.status,
      activity: this.activity,
      startedAt: this.startedAt.toISOString(),
      endedAt: this.endedAt?.toISOString() ?? null,
      transcript: this.transcript.items,
    };
  }
}
