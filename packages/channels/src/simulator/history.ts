/** What the simulator remembers, so much and no more, and what its page is shown. */
import type { NetworkName } from '../twilio/network-address.ts';
import type { WireEntry } from './wire.ts';

export interface TextMessage {
  readonly sid: string;
  readonly network: NetworkName;
  readonly direction: 'inbound' | 'outbound-api';
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** `url`: where the page finds it. */
  media: readonly { readonly contentType: string; readonly filename: string; readonly url: string }[];
  status: string;
  errorCode: number | null;
  readonly at: string;
}

/** Something that a caller hears or that happens to them. */
export interface TranscriptLine {
  readonly at: string;
  readonly kind: 'say' | 'play' | 'beep' | 'note';
  readonly text: string;
}

export interface CallView {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound-api';
  readonly party: 'agent' | 'customer';
  readonly from: string;
  readonly to: string;
  readonly status: string;
  /** What goes on: `dialling`, `listening`, `queued`, `conference`, `held`, `recording` or `over`. */
  readonly activity: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly transcript: readonly TranscriptLine[];
}

export interface Snapshot {
  /** The centre's number, and the one that it has on WhatsApp. */
  readonly number: string;
  readonly whatsappNumber: string;
  readonly autoAnswer: boolean;
  /** What customers do whom the centre calls: `answer`, `busy`, `no-answer` or `ask`. */
  readonly customers: string;
  /** Where the page's mails go by default; null when there is no mail inlet. */
  readonly mailTo: string | null;
  readonly messages: readonly TextMessage[];
  readonly calls: readonly CallView[];
  readonly wire: readonly WireEntry[];
}

/** A list that forgets its oldest entries. */
export class BoundedList<T> {
  readonly items: T[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: T): void {
    this.items.push(item);
    if (this.items.length > this.#limit) this.items.shift();
  }
}

/** Tells listeners, once per turn of the event loop, that something changed. */
export class Changes {
  readonly #listeners = new Set<() => void>();
  #told = true;

  readonly changed = (): void => {
    if (!this.#told) return;
    this.#told = false;
    setImmediate(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener();
    });
  };

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
