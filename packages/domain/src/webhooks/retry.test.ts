import fc from 'fast-check';
import { expect, it } from 'vitest';
import { giveUpMs, retryDelayMs } from './retry.ts';

it.each([
  [1, 0, undefined, 2_500],
  [1, 1, undefined, 5_000],
  [4, 1, undefined, 40_000],
  [40, 1, undefined, 3_600_000],
  [1, 1, 60_000, 60_000],
  [12, 0, 60_000, 1_800_000],
  [1, 1, 1e12, giveUpMs],
])('after try %d (chance %d, asked for %s) it is tried again in %d ms', (attempt, random, asked, expected) =>
  expect(retryDelayMs(attempt, random, asked)).toBe(expected),
);

it('waits longer after each try, never beyond an hour unless asked to', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const delay = retryDelayMs(attempt, random, undefined);
      expect(delay).toBeLessThanOrEqual(3_600_000);
      expect(retryDelayMs(attempt + 1, random, undefined)).toBeGreaterThanOrEqual(delay);
    }),
  );
});
