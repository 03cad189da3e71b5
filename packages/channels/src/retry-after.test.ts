import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-02-28T12:00:00Z');

test.each([
  ['7', 7_000],
  [' 12 ', 12_000],
  ['1.5', 1_500],
  ['2592000', 2_592_000_000],
  ['Sat, 28 Feb 2026 12:01:00 GMT', 60_000],
  ['Saturday, 28-Feb-26 12:01:00 GMT', 60_000],
  ['Sat Feb 28 12:01:00 2026', 60_000],
  ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
])('Retry-After: %s is %d ms', (header, wait) => {
  expect(retryAfterMs(header, now)).toBe(wait);
});

/** What says no moment is as if nothing were said: neither at once nor in years. */
test.each([
  null,
  '',
  '-5',
  '30s',
  '0x10',
  '10, 20',
  '120, 60',
  '9'.repeat(400),
  'soon 2050',
  'May',
  'Sat, 31 Foo 2026',
])('Retry-After: %s says nothing', (header) => {
  expect(retryAfterMs(header, now)).toBeUndefined();
});
