import type { ReportTimes } from '@patchbay/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localDate } from '../calendar.ts';
import { lastDue, nextDue } from './report-times.ts';

const daily = (hour: number): ReportTimes => ({ every: 'day', hour });
const weekly = (weekday: number, hour: number): ReportTimes => ({ every: 'week', weekday, hour });
const monthly = (day: number, hour: number): ReportTimes => ({ every: 'month', day, hour });
const berlin = 'Europe/Berlin';

it.each<[string, ReportTimes, string, string, string, string]>([
  ['a day in winter', daily(8), berlin, '2026-01-14T12:00Z', '2026-01-14T07:00Z', '2026-01-15T07:00Z'],
  ['a day in summer', daily(8), berlin, '2026-07-14T12:00Z', '2026-07-14T06:00Z', '2026-07-15T06:00Z'],
  ['at the moment itself', daily(8), berlin, '2026-07-14T06:00Z', '2026-07-14T06:00Z', '2026-07-15T06:00Z'],
  ['over the change to summer', daily(8), berlin, '2026-03-28T12:00Z', '2026-03-28T07:00Z', '2026-03-29T06:00Z'],
  ['over the change to winter', daily(8), berlin, '2026-10-24T12:00Z', '2026-10-24T06:00Z', '2026-10-25T07:00Z'],
  ['an hour that is skipped', daily(2), berlin, '2026-03-29T00:59Z', '2026-03-28T01:00Z', '2026-03-29T01:00Z'],
  ['the day after it', daily(2), berlin, '2026-03-29T12:00Z', '2026-03-29T01:00Z', '2026-03-30T00:00Z'],
  ['an hour that comes twice', daily(2), berlin, '2026-10-24T23:59Z', '2026-10-24T00:00Z', '2026-10-25T00:00Z'],
  ['its second coming', daily(2), berlin, '2026-10-25T01:30Z', '2026-10-25T00:00Z', '2026-10-26T01:00Z'],
  [
    'half an hour (Lord Howe)',
    daily(2),
    'Australia/Lord_Howe',
    '2026-10-03T12:00Z',
    '2026-10-02T15:30Z',
    '2026-10-03T15:30Z',
  ],
  [
    'a midnight that is skipped',
    daily(0),
    'Africa/Cairo',
    '2026-04-23T21:00Z',
    '2026-04-22T22:00Z',
    '2026-04-23T22:00Z',
  ],
  ['far from UTC', daily(23), 'Pacific/Kiritimati', '2026-06-01T08:59Z', '2026-05-31T09:00Z', '2026-06-01T09:00Z'],
  ['a week', weekly(1, 7), 'UTC', '2026-11-26T00:00Z', '2026-11-23T07:00Z', '2026-11-30T07:00Z'],
  ['a week, on its day', weekly(7, 7), 'UTC', '2026-11-29T06:59Z', '2026-11-22T07:00Z', '2026-11-29T07:00Z'],
  [
    'a week of other days',
    weekly(1, 1),
    'Asia/Shanghai',
    '2026-11-29T18:00Z',
    '2026-11-29T17:00Z',
    '2026-12-06T17:00Z',
  ],
  ['a month', monthly(1, 6), 'UTC', '2026-11-26T00:00Z', '2026-11-01T06:00Z', '2026-12-01T06:00Z'],
  ['a month without that day', monthly(31, 6), 'UTC', '2026-02-15T00:00Z', '2026-01-31T06:00Z', '2026-02-28T06:00Z'],
  ['a leap year', monthly(30, 6), 'UTC', '2028-02-15T00:00Z', '2028-01-30T06:00Z', '2028-02-29T06:00Z'],
  ['a day that was left out', daily(8), 'Pacific/Apia', '2011-12-30T00:00Z', '2011-12-29T18:00Z', '2011-12-30T18:00Z'],
])('%s', (_name, times, timeZone, now, last, next) => {
  const minute = (moment: Date) => `${moment.toISOString().slice(0, 16)}Z`;
  expect([minute(lastDue(times, timeZone, new Date(now))), minute(nextDue(times, timeZone, new Date(now)))]).toEqual([
    last,
    next,
  ]);
});

it('nothing is due between one due time and the next, and each day has one', () => {
  const times = fc.oneof(
    fc.integer({ min: 0, max: 23 }).map(daily),
    fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 23 })).map(([day, hour]) => weekly(day, hour)),
    fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 0, max: 23 })).map(([day, hour]) => monthly(day, hour)),
  );
  const zone = fc.constantFrom('UTC', berlin, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
  const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(times, zone, moment, (when, timeZone, now) => {
      const [last, next] = [lastDue(when, timeZone, now), nextDue(when, timeZone, now)];
      expect(last.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(next.getTime()).toBeGreaterThan(now.getTime());
      expect(nextDue(when, timeZone, last)).toEqual(next);
      expect(lastDue(when, timeZone, next)).toEqual(next);
      expect(localDate(next, timeZone)).not.toBe(localDate(last, timeZone));
    }),
    { numRuns: 300 },
  );
});
