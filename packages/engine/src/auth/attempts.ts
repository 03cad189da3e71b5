import { HubError } from '@patchbay/contracts';

/** No more keys than this are kept; the oldest are forgotten first. */
const mostKeys = 100_000;

/**
 * Failed attempts by key: `burst` are free, then one more in every `everyMs`. An attempt counts when it begins, so that many at
 * once are not let through, and is given back by `forgive`.
 */
export class Attempts {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #now: () => number;
  readonly #used = new Map<string, { count: number; at: number }>();

  constructor(burst: number, everyMs: number, now: () => number) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#now = now;
  }

  /** @throws HubError `too_many_requests` with the time until the next attempt */
  begin(key: string): void {
    const at = this.#now();
    const count = this.#countOf(key, at);
    if (count + 1 > this.#burst) {
      const retryAfterMs = Math.ceil((count + 1 - this.#burst) * this.#everyMs);
      throw new HubError(
        'too_many_requests',
        `Too many attempts to log in; try again in ${Math.ceil(retryAfterMs / 1000)} s`,
        { retryAfterMs },
      );
    }
    this.#put(key, count + 1, at);
  }

  forgive(key: string): void {
    const at = this.#now();
    this.#put(key, Math.max(0, this.#countOf(key, at) - 1), at);
  }

  #countOf(key: string, at: number): number {
    const used = this.#used.get(key);
    // A clock that was set back adds nothing.
    return used ? Math.max(0, used.count - Math.max(0, at - used.at) / this.#everyMs) : 0;
  }

  // Keys lie in the order of their last use, so the oldest are in front.
  #put(key: string, count: number, at: number): void {
    this.#used.delete(key);
    if (count > 0) this.#used.set(key, { count, at });
    for (const oldest of this.#used.keys()) {
      if (this.#used.size <= mostKeys && this.#countOf(oldest, at) > 0) return;
      this.#used.delete(oldest);
    }
  }
}
