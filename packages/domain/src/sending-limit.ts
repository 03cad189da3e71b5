/** How fast one account may be used: a token bucket. The SQL function `take_sending_token` states the same law. */

export interface SendingRate {
  /** Messages per second. */
  readonly perSecond: number;
  /** How many may leave at once after a rest. */
  readonly burst: number;
}

export interface TokenBucket {
  readonly tokens: number;
  /** Milliseconds. */
  readonly at: number;
}

/**
 * Takes a token, or says after how many milliseconds there will be one. In any window of `t` seconds at most `burst + perSecond * t`
 * tokens are given out. A clock that is set back fills nothing, and goes on filling from where it is.
 */
export function takeToken(
  bucket: TokenBucket,
  { perSecond, burst }: SendingRate,
  now: number,
): { bucket: TokenBucket; waitMs: number } {
  const tokens = Math.min(burst, bucket.tokens + (perSecond * Math.max(0, now - bucket.at)) / 1000);
  if (tokens < 1) return { bucket: { tokens, at: now }, waitMs: ((1 - tokens) / perSecond) * 1000 };
  return { bucket: { tokens: tokens - 1, at: now }, waitMs: 0 };
}
