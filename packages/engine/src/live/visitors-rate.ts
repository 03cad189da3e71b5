/** Token buckets, so that one visitor cannot keep the hub busy for all. */
import { HubError } from '@patchbay/contracts';

export interface RateLimit {
  /** How many at once. */
  readonly burst: number;
  /** How many per second in the long run. */
  readonly perSecond: number;
}

/** Buckets by key. A key that has been idle until its bucket is full again is forgotten. */
export class RateLimiter {
  private readonly limit: RateLimit;
  private readonly now: () => number;
  private readonly buckets = new Map<string, { level: number; at: number }>();

  constructor(limit: RateLimit, now: () => number) {
    this.limit = limit;
    this.now = now;
  }

  /** Takes one token, or answers how many milliseconds it is until there is one. */
  take(key: string): number {
    const at = this.now();
    const level = this.levelOf(key, at);
    this.buckets.delete(key);
    this.buckets.set(key, { level: level >= 1 ? level - 1 : level, at });
    this.forget(at);
    return level >= 1 ? 0 : Math.ceil(((1 - level) / this.limit.perSecond) * 1000);
  }

  /** Takes one token or throws `too_many_requests`. */
  demand(key: string, what: string): void {
    const retryAfterMs = this.take(key);
    if (retryAfterMs > 0)
      throw new HubError('too_many_requests', `Too many ${what}; try again in ${Math.ceil(retryAfterMs / 1000)} s`, {
        retryAfterMs,
      });
  }

  private levelOf(key: string, at: number): number {
    const bucket = this.buckets.get(key);
    if (!bucket) return this.limit.burst;
    // A clock that was set back takes nothing away.
    const seconds = Math.max(0, at - bucket.at) / 1000;
    return Math.min(this.limit.burst, bucket.level + seconds * this.limit.perSecond);
  }

  // Buckets lie in the order of their last use, so the idle ones are in front.
  private forget(at: number): void {
    for (const key of this.buckets.keys()) {
      if (this.levelOf(key, at) < this.limit.burst) return;
      this.buckets.delete(key);
    }
  }
}
