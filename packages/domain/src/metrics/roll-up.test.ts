import { describe, expect, it } from 'vitest';
import { businessTimeOf } from './business-time.ts';
import { quartersOf, startOfDay } from './roll-up.ts';

const zone = 'Europe/Berlin';

describe('startOfDay', () => {
  it.each([
    ['2026-03-29', zone, '2026-03-28T23:00:00Z'],
    ['2026-03-30', zone, '2026-03-29T22:00:00Z'],
    ['2026-10-25', zone, '2026-10-24T22:00:00Z'],
    ['2026-11-24', 'UTC', '2026-11-24T00:00:00Z'],
    ['2026-11-24', 'Asia/Kathmandu', '2026-11-23T18:15:00Z'],
    ['2026-11-24', 'Pacific/Kiritimati', '2026-11-23T10:00:00Z'],
    ['2026-11-24', 'Pacific/Pago_Pago', '2026-11-24T11:00:00Z'],
    // There the clocks go from midnight to one o'clock.
    ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00Z'],
  ])('%s in %s', (day, timeZone, moment) => expect(startOfDay(day, timeZone)).toBe(Date.parse(moment)));
});

describe('quartersOf', () => {
  it.each([
    ['2026-03-29', 92],
    ['2026-03-30', 96],
    ['2026-10-25', 100],
  ])('%s has %i of them', (day, count) => {
    const quarterOf = quartersOf(zone);
    const start = startOfDay(day, zone);
    const found = Array.from({ length: count }, (_, index) => quarterOf(start + index * 900_000 + 899_999));
    expect(found).toEqual(Array.from({ length: count }, (_, quarter) => ({ day, quarter })));
    expect(quarterOf(start + count * 900_000)).toMatchObject({ quarter: 0 });
    expect(quarterOf(start - 1).day < day).toBe(true);
  });
});

describe('businessTimeOf', () => {
  const at = (moment: string) => Date.parse(moment);
  const workdays = ([1, 2, 3, 4, 5] as const).map((weekday) => ({ weekday, from: '09:00', to: '17:30' }));
  const openTime = businessTimeOf({ timeZone: zone, intervals: workdays });
  const hour = 3_600_000;

  it.each([
    ['within a day', '2026-03-02T09:10:20Z', '2026-03-02T09:40:50Z', 30 * 60_000 + 30_000],
    ['over an evening', '2026-03-02T16:00:00Z', '2026-03-03T08:30:00Z', hour],
    ['over a weekend on which the clocks change', '2026-03-27T16:00:00Z', '2026-03-30T08:00:00Z', 1.5 * hour],
    ['while it is closed', '2026-03-28T08:00:00Z', '2026-03-28T12:00:00Z', 0],
    ['backwards', '2026-03-02T10:00:00Z', '2026-03-02T09:00:00Z', 0],
  ])('%s', (_name, from, to, ms) => expect(openTime(at(from), at(to))).toBe(ms));

  it('is all the time where the centre is always open', () => {
    expect(businessTimeOf({ timeZone: zone, intervals: [] })(5, 12)).toBe(7);
  });
});
