import { describe, expect, it } from 'vitest';
import { byTheClock, clocksChange } from './clock-day.ts';

/** What the forecast of a day has for each of its intervals, when it expects as many contacts as the clock shows quarters. */
function expected(day: string, quarters: number, timeZone: string): [quarter: number, contacts: number][] {
  const forecast = Array.from({ length: 96 / quarters }, (_, index) => ({
    day,
    quarter: index * quarters,
    contacts: index * quarters,
    handleSeconds: 60,
  }));
  return byTheClock(forecast, quarters, timeZone).map(({ quarter, contacts }) => [quarter, contacts]);
}

describe('a forecast by the clock', () => {
  it('is the same on ordinary days', () => {
    for (const [quarter, contacts] of expected('2026-03-28', 1, 'Europe/Berlin')) expect(contacts).toBe(quarter);
    expect(expected('2026-03-28', 2, 'Asia/Shanghai')).toHaveLength(48);
  });

  it.each([
    // 02:00 to 03:00 is skipped.
    [
      '2026-03-29',
      4,
      'Europe/Berlin',
      23,
      [
        [4, 4],
        [8, 12],
        [88, 92],
      ],
    ],
    // 02:00 to 03:00 comes twice.
    [
      '2026-10-25',
      4,
      'Europe/Berlin',
      25,
      [
        [8, 8],
        [12, 8],
        [96, 92],
      ],
    ],
    [
      '2026-10-25',
      1,
      'Europe/Berlin',
      100,
      [
        [11, 11],
        [12, 8],
        [99, 95],
      ],
    ],
    // The day begins at 01:00.
    [
      '2026-09-06',
      4,
      'America/Santiago',
      23,
      [
        [0, 4],
        [4, 8],
        [88, 92],
      ],
    ],
    // Half an hour, at 02:00.
    [
      '2026-10-04',
      2,
      'Australia/Lord_Howe',
      47,
      [
        [6, 6],
        [8, 10],
        [92, 94],
      ],
    ],
  ] as const)('%s by %i quarters in %s has %i intervals', (day, quarters, timeZone, length, pairs) => {
    const rows = expected(day, quarters, timeZone);
    expect(rows).toHaveLength(length);
    for (const pair of pairs) expect(rows).toContainEqual([...pair]);
  });
});

it.each([
  ['2026-03-28', 'Europe/Berlin', false],
  ['2026-03-29', 'Europe/Berlin', true],
  ['2026-03-30', 'Europe/Berlin', false],
  ['2026-09-06', 'America/Santiago', true],
  ['2026-09-05', 'America/Santiago', false],
  ['2026-06-01', 'Asia/Shanghai', false],
])('the clocks change on %s in %s: %s', (day, timeZone, changes) => {
  expect(clocksChange(day, timeZone)).toBe(changes);
});
