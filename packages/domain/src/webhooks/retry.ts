/** When a delivery that did not arrive is tried again. */

const firstMs = 5_000;
const longestMs = 3_600_000;
/** For so long a delivery is tried. Milliseconds. */
export const giveUpMs = 24 * 3_600_000;
/** An endpoint at which nothing has arrived for so long is switched off. Milliseconds. */
export const disableMs = 3 * 24 * 3_600_000;

/**
 * Milliseconds until the next try: twice as long after each, up to an hour, between half and the whole of it by chance, so that many do
 * not come back together ("equal jitter"). What the receiver asks for is waited for, up to a day.
 *
 * @param attempt the one that failed, from 1
 * @param random from 0 to 1
 */
export function retryDelayMs(attempt: number, random: number, askedMs: number | undefined): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(0, attempt - 1), 20));
  const delay = whole / 2 + (whole / 2) * random;
  return Math.round(Math.max(delay, Math.min(askedMs ?? 0, giveUpMs)));
}
