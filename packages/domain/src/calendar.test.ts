import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfDay, isOpen, localDate } from './calendar.ts';
import type { OpeningHours } from './calendar.ts';

type Interval = OpeningHours['intervals'][number];
const berlin = (...intervals: Interval[]): OpeningHours => ({ timeZone: 'Europe/Berlin', intervals });
const day = (weekday: Interval['weekday'], from: string, to: string): Interval => ({ weekday, from, to });
const monday = berlin(day(1, '09:00', '12:00'), day(1, '13:00', '17:00'));
const night = berlin(day(7, '22:00', '06:00'));

describe('isOpen', () => {
  it.each<[string, string, OpeningHours, boolean]>([
    ['no intervals', '2026-03-02T03:00:00Z', berlin(), true],
    ['before', '2026-03-02T07:59:59Z', monday, false],
    ['from is included', '2026-03-02T08:00:00Z', monday, true],
    ['lunch', '2026-03-02T11:30:00Z', monday, false],
    ['second interval', '2026-03-02T12:00:00Z', monday, true],
    ['last second', '2026-03-02T15:59:59Z', monday, true],
    ['to is not included', '2026-03-02T16:00:00Z', monday, false],
    ['another day', '2026-03-03T09:00:00Z', monday, false],
    ['offset of another zone', '2026-03-02T08:00:00Z', { ...monday, timeZone: 'America/New_York' }, false],
    ['Sunday before midnight', '2026-03-01T22:00:00Z', night, true],
    ['Sunday night into Monday', '2026-03-02T04:59:00Z', night, true],
    ['Monday morning after it', '2026-03-02T05:00:00Z', night, false],
    ['Sunday morning is not its night', '2026-03-01T02:00:00Z', night, false],
    ['until midnight', '2026-03-02T22:59:00Z', berlin(day(1, '18:00', '24:00')), true],
    ['midnight ends it', '2026-03-02T23:00:00Z', berlin(day(1, '18:00', '24:00')), false],
    ['from and to alike: a whole day', '2026-03-03T06:59:00Z', berlin(day(1, '08:00', '08:00')), true],
    ['nine in summer time', '2026-06-01T07:00:00Z', monday, true],
    ['nine in winter time is ten in summer time', '2026-06-01T06:59:00Z', monday, false],
    ['skipped hour, just before', '2026-03-29T00:59:00Z', berlin(day(7, '01:30', '03:30')), true],
    ['skipped hour, just after', '2026-03-29T01:00:00Z', berlin(day(7, '01:30', '03:30')), true],
    ['skipped hour, closing half an hour later', '2026-03-29T01:30:00Z', berlin(day(7, '01:30', '03:30')), false],
    ['repeated hour, first', '2026-10-25T00:30:00Z', berlin(day(7, '02:00', '03:00')), true],
    ['repeated hour, second', '2026-10-25T01:30:00Z', berlin(day(7, '02:00', '03:00')), true],
  ])('%s', (_name, now, hours, expected) => {
    expect(isOpen(new Date(now), hours)).toBe(expected);
  });

  it('refuses an unknown time zone', () => {
    expect(() => isOpen(new Date(0), { ...monday, timeZone: 'Europe/Nowhere' })).toThrow(RangeError);
  });

  const time = fc
    .tuple(fc.nat(23), fc.nat(59))
    .map((pair) => pair.map((value) => String(value).padStart(2, '0')).join(':'));
  const anyInterval = fc.record({
    weekday: fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
    from: time,
    to: time,
  }) as fc.Arbitrary<Interval>;
  const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Apia', 'America/St_Johns');

  it('is open when any of its intervals is', () => {
    fc.assert(
      fc.property(moment, zone, fc.array(anyInterval, { minLength: 1, maxLength: 4 }), (now, timeZone, intervals) => {
        const each = intervals.some((interval) => isOpen(now, { timeZone, intervals: [interval] }));
        expect(isOpen(now, { timeZone, intervals })).toBe(each);
      }),
    );
  });

  it('is open on one side of a pair of intervals that share out the week', () => {
    fc.assert(
      fc.property(moment, zone, time, time, (now, timeZone, from, to) => {
        fc.pre(from < to);
        const all = ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) => weekday);
        const inside = isOpen(now, { timeZone, intervals: all.map((weekday) => day(weekday, from, to)) });
        const outside = isOpen(now, { timeZone, intervals: all.map((weekday) => day(weekday, to, from)) });
        expect(inside).toBe(!outside);
      }),
    );
  });
});

describe('localDate', () => {
  it.each([
    ['2026-03-01T22:59:59Z', 'Europe/Berlin', '2026-03-01'],
    ['2026-03-01T23:00:00Z', 'Europe/Berlin', '2026-03-02'],
    ['2026-06-30T22:00:00Z', 'Europe/Berlin', '2026-07-01'],
    ['2026-01-01T00:00:00Z', 'America/New_York', '2025-12-31'],
    ['2026-01-01T00:00:00Z', 'Asia/Shanghai', '2026-01-01'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01'],
  ])('%s in %s is %s', (now, timeZone, expected) => {
    expect(localDate(new Date(now), timeZone)).toBe(expected);
  });
});

describe('endOfDay', () => {
  it.each<[string, string, string]>([
    ['2026-03-02T08:00:00Z', 'Europe/Berlin', '2026-03-02T22:59:59.999Z'],
    ['2026-03-29T00:30:00Z', 'Europe/Berlin', '2026-03-29T21:59:59.999Z'],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T22:59:59.999Z'],
    ['2026-03-02T08:00:00Z', 'Asia/Shanghai', '2026-03-02T15:59:59.999Z'],
    ['2026-03-02T08:00:00Z', 'Asia/Kathmandu', '2026-03-02T18:14:59.999Z'],
  ])('%s in %s', (at, zone, expected) => {
    expect(endOfDay(new Date(at), zone).toISOString()).toBe(expected);
  });

  it('is the last millisecond of the same day', () => {
    const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true });
    const zones = fc.constantFrom('Europe/Berlin', 'Asia/Shanghai', 'America/St_Johns', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(moments, zones, (at, zone) => {
        const end = endOfDay(at, zone);
        expect(end.getTime()).toBeGreaterThanOrEqual(at.getTime());
        expect(localDate(end, zone)).toBe(localDate(at, zone));
        expect(localDate(new Date(end.getTime() + 1), zone)).not.toBe(localDate(at, zone));
      }),
    );
  });
});
