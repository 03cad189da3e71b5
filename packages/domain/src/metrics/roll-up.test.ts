import { describe, expect, it } from 'vitest';
import { quartersOf, startOfDay, untilHourEnds } from './roll-up.ts';

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

describe('untilHourEnds', () => {
  const minute = 60_000;
  it.each([
    ['UTC', '2026-11-24T15:12:00Z', 48 * minute],
    ['UTC', '2026-11-24T16:00:00Z', 60 * minute],
    ['UTC', '2026-11-24T23:59:59.999Z', 1],
    ['Asia/Kathmandu', '2026-11-24T15:12:00Z', 3 * minute],
    // The clocks go back from three to two o'clock.
    [zone, '2026-10-25T00:30:00Z', 30 * minute],
    // There they go by half an hour: the day that is shorter ends with half an hour.
    ['Australia/Lord_Howe', '2026-10-04T12:45:00Z', 15 * minute],
  ])('in %s at %s', (timeZone, at, left) => expect(untilHourEnds(Date.parse(at), timeZone)).toBe(left));
});
