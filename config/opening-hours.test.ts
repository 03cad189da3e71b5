import { expect, test } from 'vitest';
import { parseOpeningHours } from './opening-hours.ts';

test('days become minutes since midnight, and a day that is not named is closed', () => {
  const hours = parseOpeningHours('{"mon":["09:00-12:00","13:30-24:00"]}');
  expect(hours?.mon).toEqual([
    { from: 540, to: 720 },
    { from: 810, to: 1440 },
  ]);
  expect(hours?.sun).toEqual([]);
});

test.each([
  'nine',
  '[]',
  '{"monday":[]}',
  '{"mon":"09:00-12:00"}',
  '{"mon":["9-12"]}',
  '{"mon":["12:00-09:00"]}',
  '{"mon":["09:00-09:00"]}',
  '{"mon":["09:00-12:00","11:00-13:00"]}',
  '{"mon":["09:00-25:00"]}',
])('%s is refused', (text) => {
  expect(parseOpeningHours(text)).toBeUndefined();
});
