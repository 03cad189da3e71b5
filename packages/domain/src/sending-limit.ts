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
 * tokens are given out. A clock that goes backwards fills nothing.
 */
export function takeToken(
  bucket: TokenBucket,
  { perSecond, burst }: SendingRate,
  now: number,
): { bucket: TokenBucket; waitMs: number } {
  const at = Math.max(now, bucket.at);
  const tokens = Math.min(burst, bucket.tokens + (perSecond * (at - bucket.at)) / 1000);
  if (tokens < 1) return { bucket: { tokens, at }, waitMs: ((1 - tokens) / perSecond) * 1000 };
  return { bucket: { tokens: tokens - 1, at }, waitMs: 0 };
}
