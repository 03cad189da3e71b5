import { setTimeout as wait } from 'node:timers/promises';

/** Time as callers feel it: `speed` simulated seconds pass in each real one. */
export class SimulatedClock {
  readonly #speed: number;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Simulated seconds since some fixed moment. */
  seconds(): number {
    return (performance.now() / 1000) * this.#speed;
  }

  /** Waits that many simulated seconds; rejects when aborted. */
  async sleep(seconds: number, signal: AbortSignal): Promise<void> {
    await wait((seconds * 1000) / this.#speed, undefined, { signal });
  }
}
