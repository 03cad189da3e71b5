import { expect, it } from 'vitest';
import { hoursText, parseHours } from './hours-text.ts';

it.each([
  ['', []],
  ['09:00-17:00', [['09:00', '17:00']]],
  [
    '9-12, 13.30 – 17',
    [
      ['09:00', '12:00'],
      ['13:30', '17:00'],
    ],
  ],
  [
    '9：00至12：00，14:00~18:00',
    [
      ['09:00', '12:00'],
      ['14:00', '18:00'],
    ],
  ],
  ['22:00-06:00', [['22:00', '06:00']]],
  ['00:00-24:00', [['00:00', '24:00']]],
  ['25:00-26:00', null],
  ['9', null],
  ['9-12-13', null],
  ['morning', null],
])('%s', (text, expected) => {
  const found = parseHours(text);
  expect(found?.map(({ from, to }) => [from, to]) ?? null).toEqual(expected);
  if (found) expect(parseHours(hoursText(found))).toEqual(found);
});
