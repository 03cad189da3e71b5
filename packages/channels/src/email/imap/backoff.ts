/** Milliseconds. */
const first = 1_000;
const longest = 300_000;

/**
 * How long to wait after so many failures in a row: doubled each time, up to five minutes, the upper half of it by chance, so that
 * accounts on one server do not come back all at once. `random` is in [0, 1).
 */
export function backoffMs(failures: number, random: number): number {
  const most = Math.min(longest, first * 2 ** Math.min(Math.max(failures - 1, 0), 20));
  return Math.round(most / 2 + (most / 2) * random);
}
