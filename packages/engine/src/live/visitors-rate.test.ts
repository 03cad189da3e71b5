import { expect, test } from 'vitest';
import { RateLimiter } from './visitors-rate.ts';

test('a burst, then the steady pace, each key for itself', () => {
  let now = 0;
  const limiter = new RateLimiter({ burst: 2, perSecond: 0.5 }, () => now);
  expect([limiter.take('a'), limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual([0, 0, 2000, 0]);
  now = 1999;
  expect(limiter.take('a')).toBeGreaterThan(0);
  now = 2000;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 2000]);
  expect(() => limiter.demand('a', 'messages')).toThrow('Too many messages; try again in 2 s');
  now = 60_000;
  expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([0, 0, 2000]);
});

test('a clock that is set back takes nothing away', () => {
  let now = 3600_000;
  const limiter = new RateLimiter({ burst: 3, perSecond: 1 }, () => now);
  limiter.take('a');
  now = 0;
  expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([0, 0, 1000]);
  now = 1000;
  expect(limiter.take('a')).toBe(0);
});
