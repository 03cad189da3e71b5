import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test.each([
  [1, 0, 500],
  [1, 1, 1_000],
  [2, 1, 2_000],
  [5, 0, 8_000],
  [9, 1, 256_000],
  [10, 1, 300_000],
  [10_000, 0, 150_000],
])('after %i failures with chance %d: %i ms', (failures, random, wait) => {
  expect(backoffMs(failures, random)).toBe(wait);
});

test('is never shorter than half a second nor longer than five minutes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (failures, random) => {
      const wait = backoffMs(failures, random);
      expect(wait).toBeGreaterThanOrEqual(500);
      expect(wait).toBeLessThanOrEqual(300_000);
    }),
  );
});
