import type { InletStatus } from '../channel.ts';

/** What a mail inlet has done since it began to listen, for the page that shows how the channels are doing. */
export class InletLedger {
  readonly #enabled: boolean;
  readonly #now: () => Date;
  #address: string | null = null;
  #connections = () => 0;
  #accepted = 0;
  #refused = 0;
  #lastContactAt: Date | null = null;
  #error: { text: string; at: Date } | null = null;

  constructor(enabled: boolean, now: () => Date) {
    this.#enabled = enabled;
    this.#now = now;
  }

  listens(address: string, connections: () => number): void {
    this.#address = address;
    this.#connections = connections;
  }

  ended(): void {
    this.#address = null;
  }

  accepted(): void {
    this.#accepted += 1;
    this.#lastContactAt = this.#now();
  }

  /** A recipient or a mail; not the hub's failures alone. */
  refused(): void {
    this.#refused += 1;
  }

  failed(text: string): void {
    this.#error = { text, at: this.#now() };
  }

  status(): InletStatus {
    return {
      address: this.#address,
      enabled: this.#enabled,
      connections: this.#address === null ? 0 : this.#connections(),
      accepted: this.#accepted,
      refused: this.#refused,
      lastContactAt: this.#lastContactAt,
      lastError: this.#error?.text ?? null,
      lastErrorAt: this.#error?.at ?? null,
    };
  }
}
