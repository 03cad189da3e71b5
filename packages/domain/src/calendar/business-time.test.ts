import type { BusinessCalendar, OwnDay, WeekInterval } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen } from '../calendar.ts';
import { addBusinessTime, businessTimeBetween, workingTime } from './business-time.ts';
import { holidaysOf } from './holidays.ts';

type Day = WeekInterval['weekday'];
const week = (days: readonly Day[], ...times: string[]): WeekInterval[] =>
  days.flatMap((weekday) =>
    times.map((time) => {
      const [from = '', to = ''] = time.split('-');
      return { weekday, from, to };
    }),
  );
const everyDay: readonly Day[] = [1, 2, 3, 4, 5, 6, 7];
const workdays: readonly Day[] = [1, 2, 3, 4, 5];

function calendar(timeZone: string, intervals: WeekInterval[], more: Partial<BusinessCalendar> = {}): BusinessCalendar {
  return { key: 'one', nameEn: 'One', nameZh: '一', timeZone, intervals, holidays: null, days: [], ...more };
}
const closed = (date: string, until?: string): OwnDay => ({
  date,
  name: 'Closed',
  intervals: [],
  ...(until && { until }),
});
const bavaria = { country: 'DE', region: 'BY', open: [] as string[] };

const office = week(workdays, '09:00-17:00');
const split = week(workdays, '09:00-12:00', '13:00-17:00');
const night = week(everyDay, '22:00-06:00');
const calendars = {
  always: calendar('UTC', []),
  berlin: calendar('Europe/Berlin', office),
  berlinSplit: calendar('Europe/Berlin', split),
  berlinAlways: calendar('Europe/Berlin', []),
  berlinNight: calendar('Europe/Berlin', night),
  berlinDawn: calendar('Europe/Berlin', week(everyDay, '01:30-03:30')),
  berlinTwice: calendar('Europe/Berlin', week(everyDay, '02:00-03:00')),
  bavaria: calendar('Europe/Berlin', office, { holidays: bavaria }),
  bavariaOpen: calendar('Europe/Berlin', office, { holidays: { ...bavaria, open: ['easter 1'] } }),
  bavariaAlways: calendar('Europe/Berlin', [], { holidays: bavaria }),
  bavariaShort: calendar('Europe/Berlin', office, {
    holidays: bavaria,
    days: [{ date: '2026-12-25', name: 'Emergency', intervals: [{ from: '10:00', to: '12:00' }] }],
  }),
  leave: calendar('Europe/Berlin', office, { days: [closed('2026-08-03', '2026-08-28')] }),
  eve: calendar('Europe/Berlin', office, {
    days: [{ date: '2026-12-24', name: 'Christmas Eve', intervals: [{ from: '09:00', to: '12:00' }] }],
  }),
  nightOff: calendar('Europe/Berlin', night, { days: [closed('2026-03-03')] }),
  nightYork: calendar('America/New_York', night),
  york: calendar('America/New_York', office),
  yorkHolidays: calendar('America/New_York', office, { holidays: { country: 'US', region: null, open: [] } }),
  yorkTwice: calendar('America/New_York', week(everyDay, '01:00-02:00')),
  yorkSkipped: calendar('America/New_York', week(everyDay, '02:00-03:00')),
  lord: calendar('Australia/Lord_Howe', office),
  lordAlways: calendar('Australia/Lord_Howe', []),
  lordDawn: calendar('Australia/Lord_Howe', week(everyDay, '01:00-03:00')),
  shanghai: calendar('Asia/Shanghai', week(everyDay, '08:30-12:00', '14:00-17:30')),
  china: calendar('Asia/Shanghai', office, { holidays: { country: 'CN', region: null, open: [] } }),
  kathmandu: calendar('Asia/Kathmandu', office),
  overlapping: calendar('UTC', week(everyDay, '09:00-13:00', '12:00-17:00')),
  wholeDays: calendar('UTC', week([1, 2], '08:00-08:00')),
  midnight: calendar('UTC', week([1], '18:00-24:00')),
  sunday: calendar('UTC', week([7], '22:00-06:00')),
} as const;
const times = Object.fromEntries(Object.entries(calendars).map(([name, one]) => [name, workingTime(one, holidaysOf)]));
const timeOf = (name: keyof typeof calendars) => times[name] as ReturnType<typeof workingTime>;

const hour = 60;
/** Which calendar, from when, how many open minutes, and when they are over. */
const table: readonly (readonly [string, keyof typeof calendars, string, number, string])[] = [
  ['around the clock', 'always', '2026-03-02T23:50:00Z', 20, '2026-03-03T00:10:00Z'],
  ['around the clock, three days', 'always', '2026-03-02T10:00:00Z', 72 * hour, '2026-03-05T10:00:00Z'],
  ['nothing to wait for', 'berlin', '2026-03-07T10:00:00Z', 0, '2026-03-07T10:00:00Z'],
  ['within one day', 'berlin', '2026-03-02T08:00:00Z', 30, '2026-03-02T08:30:00Z'],
  ['ends with the day, not with the next morning', 'berlin', '2026-03-02T08:00:00Z', 8 * hour, '2026-03-02T16:00:00Z'],
  ['a minute more is the next morning', 'berlin', '2026-03-02T08:00:00Z', 8 * hour + 1, '2026-03-03T08:01:00Z'],
  ['begins before opening', 'berlin', '2026-03-02T03:00:00Z', 60, '2026-03-02T09:00:00Z'],
  ['begins at closing', 'berlin', '2026-03-02T16:00:00Z', 60, '2026-03-03T09:00:00Z'],
  ['over a weekend', 'berlin', '2026-03-06T15:30:00Z', 60, '2026-03-09T08:30:00Z'],
  ['begins on a Sunday', 'berlin', '2026-03-08T12:00:00Z', 30, '2026-03-09T08:30:00Z'],
  ['seconds count', 'berlin', '2026-03-06T15:59:30Z', 1, '2026-03-09T08:00:30Z'],
  ['a working week', 'berlin', '2026-03-02T08:00:00Z', 40 * hour, '2026-03-06T16:00:00Z'],
  ['lunch is left out', 'berlinSplit', '2026-03-02T10:30:00Z', 60, '2026-03-02T12:30:00Z'],
  ['ends with the morning', 'berlinSplit', '2026-03-02T10:30:00Z', 30, '2026-03-02T11:00:00Z'],
  ['begins at lunch', 'berlinSplit', '2026-03-02T11:20:00Z', 15, '2026-03-02T12:15:00Z'],
  ['several intervals over two days', 'berlinSplit', '2026-03-02T10:30:00Z', 8 * hour, '2026-03-03T12:30:00Z'],
  ['overlapping intervals count once', 'overlapping', '2026-03-02T09:00:00Z', 8 * hour, '2026-03-02T17:00:00Z'],

  ['spring: nine stays nine', 'berlin', '2026-03-27T15:00:00Z', 120, '2026-03-30T08:00:00Z'],
  ['autumn: nine stays nine', 'berlin', '2026-10-23T14:00:00Z', 120, '2026-10-26T09:00:00Z'],
  ['spring: the day has 23 hours', 'berlinAlways', '2026-03-28T23:00:00Z', 23 * hour, '2026-03-29T22:00:00Z'],
  ['autumn: the day has 25 hours', 'berlinAlways', '2026-10-24T22:00:00Z', 25 * hour, '2026-10-25T23:00:00Z'],
  ['spring: an interval loses its hour', 'berlinDawn', '2026-03-29T00:30:00Z', 60, '2026-03-29T01:30:00Z'],
  ['spring: the hour that is skipped does not count', 'berlinDawn', '2026-03-29T00:30:00Z', 61, '2026-03-29T23:31:00Z'],
  ['autumn: an interval has an hour more', 'berlinDawn', '2026-10-24T23:30:00Z', 180, '2026-10-25T02:30:00Z'],
  [
    'autumn: the hour that comes twice is open twice',
    'berlinTwice',
    '2026-10-25T00:00:00Z',
    120,
    '2026-10-25T02:00:00Z',
  ],
  ['spring: the hour is not there', 'berlinTwice', '2026-03-28T01:00:00Z', 61, '2026-03-30T00:01:00Z'],
  ['spring: a night is an hour shorter', 'berlinNight', '2026-03-28T21:00:00Z', 7 * hour, '2026-03-29T04:00:00Z'],
  ['autumn: a night is an hour longer', 'berlinNight', '2026-10-24T20:00:00Z', 9 * hour, '2026-10-25T05:00:00Z'],
  ['New York, spring', 'york', '2026-03-06T21:00:00Z', 120, '2026-03-09T14:00:00Z'],
  ['New York, autumn', 'york', '2026-10-30T20:00:00Z', 120, '2026-11-02T15:00:00Z'],
  ['New York, the hour that comes twice', 'yorkTwice', '2026-11-01T05:00:00Z', 120, '2026-11-01T07:00:00Z'],
  ['New York, the hour that is skipped', 'yorkSkipped', '2026-03-07T07:30:00Z', 60, '2026-03-09T06:30:00Z'],
  ['New York, a night in spring', 'nightYork', '2026-03-08T03:00:00Z', 7 * hour, '2026-03-08T10:00:00Z'],
  ['New York, a night in autumn', 'nightYork', '2026-11-01T02:00:00Z', 9 * hour, '2026-11-01T11:00:00Z'],
  ['Lord Howe, half an hour back', 'lord', '2026-04-02T21:00:00Z', 9 * hour, '2026-04-05T23:30:00Z'],
  ['Lord Howe, half an hour forward', 'lord', '2026-10-02T00:00:00Z', 8 * hour, '2026-10-04T23:30:00Z'],
  [
    'Lord Howe, a day of 24 and a half hours',
    'lordAlways',
    '2026-04-04T13:00:00Z',
    24 * hour + 30,
    '2026-04-05T13:30:00Z',
  ],
  [
    'Lord Howe, a day of 23 and a half hours',
    'lordAlways',
    '2026-10-03T13:30:00Z',
    23 * hour + 30,
    '2026-10-04T13:00:00Z',
  ],
  ['Lord Howe, half an hour twice', 'lordDawn', '2026-04-04T14:00:00Z', 150, '2026-04-04T16:30:00Z'],
  ['Lord Howe, half an hour skipped', 'lordDawn', '2026-10-03T14:30:00Z', 90, '2026-10-03T16:00:00Z'],
  ['Shanghai, no summer time', 'shanghai', '2026-03-28T09:00:00Z', 60, '2026-03-29T01:00:00Z'],
  ['Shanghai, over the noon rest', 'shanghai', '2026-07-01T03:30:00Z', 60, '2026-07-01T06:30:00Z'],
  ['Kathmandu, a quarter hour', 'kathmandu', '2026-03-02T03:15:00Z', 30, '2026-03-02T03:45:00Z'],

  ['Easter in Bavaria', 'bavaria', '2026-04-02T14:00:00Z', 120, '2026-04-07T08:00:00Z'],
  ['Easter in Bavaria, five minutes into Tuesday', 'bavaria', '2026-04-02T14:00:00Z', 65, '2026-04-07T07:05:00Z'],
  ['a holiday that was taken out', 'bavariaOpen', '2026-04-02T14:00:00Z', 121, '2026-04-06T08:01:00Z'],
  ['Corpus Christi is a day off', 'bavaria', '2026-06-03T14:30:00Z', 60, '2026-06-05T07:30:00Z'],
  ['two holidays of the year end', 'bavaria', '2026-12-24T15:30:00Z', 60, '2026-12-28T08:30:00Z'],
  ['a holiday around the clock', 'bavariaAlways', '2026-04-30T21:00:00Z', 120, '2026-05-01T23:00:00Z'],
  ['own hours win over a holiday', 'bavariaShort', '2026-12-24T15:30:00Z', 60, '2026-12-25T09:30:00Z'],
  ['a shortened day', 'eve', '2026-12-24T10:30:00Z', 60, '2026-12-25T08:30:00Z'],
  ['closed for weeks', 'leave', '2026-07-31T14:30:00Z', 60, '2026-08-31T07:30:00Z'],
  ['begins while it is closed for weeks', 'leave', '2026-08-10T09:00:00Z', 30, '2026-08-31T07:30:00Z'],
  ['Thanksgiving', 'yorkHolidays', '2026-11-25T21:30:00Z', 60, '2026-11-27T14:30:00Z'],
  ['Independence Day is moved to Friday', 'yorkHolidays', '2026-07-02T20:30:00Z', 60, '2026-07-06T13:30:00Z'],
  ['National Day in China', 'china', '2026-09-30T08:00:00Z', 120, '2026-10-05T02:00:00Z'],

  ['past midnight', 'berlinNight', '2026-03-02T22:00:00Z', 120, '2026-03-03T00:00:00Z'],
  ['begins after midnight in the night before', 'berlinNight', '2026-03-03T01:00:00Z', 60, '2026-03-03T02:00:00Z'],
  ['from night to night', 'berlinNight', '2026-03-03T04:30:00Z', 60, '2026-03-03T21:30:00Z'],
  [
    'a night belongs to the day on which it begins',
    'nightOff',
    '2026-03-02T21:00:00Z',
    8 * hour + 1,
    '2026-03-04T21:01:00Z',
  ],
  ['Sunday night into Monday', 'sunday', '2026-03-02T05:00:00Z', 61, '2026-03-08T22:01:00Z'],
  ['until midnight', 'midnight', '2026-03-02T23:00:00Z', 60, '2026-03-03T00:00:00Z'],
  ['midnight to the next week', 'midnight', '2026-03-02T23:00:00Z', 61, '2026-03-09T18:01:00Z'],
  ['from and to alike: a whole day', 'wholeDays', '2026-03-02T08:00:00Z', 48 * hour, '2026-03-04T08:00:00Z'],
  ['leap day', 'berlin', '2028-02-28T15:30:00Z', 9 * hour, '2028-03-01T08:30:00Z'],
  ['leap day, around the clock', 'always', '2028-02-28T12:00:00Z', 48 * hour, '2028-03-01T12:00:00Z'],
  ['no leap day', 'always', '2027-02-28T12:00:00Z', 48 * hour, '2027-03-02T12:00:00Z'],
  ['over the turn of the year', 'berlin', '2026-12-31T15:30:00Z', 60, '2027-01-01T08:30:00Z'],
];

describe('open time', () => {
  it.each(table)('%s', (_name, name, from, minutes, expected) => {
    const due = addBusinessTime(timeOf(name), Date.parse(from), minutes * 60_000);
    expect(due === null ? null : new Date(due).toISOString().replace('.000', '')).toBe(expected);
    expect(businessTimeBetween(timeOf(name), Date.parse(from), Date.parse(expected))).toBe(minutes * 60_000);
  });

  it('never comes where a calendar never opens', () => {
    const days = Array.from({ length: 12 }, (_, year) => closed(`${2026 + year}-01-01`, `${2026 + year}-12-31`));
    expect(
      addBusinessTime(workingTime(calendar('UTC', [], { days }), holidaysOf), Date.parse('2026-01-05'), 1),
    ).toBeNull();
  });

  const names = Object.keys(calendars) as (keyof typeof calendars)[];
  const zone = fc.constantFrom(...names);
  // The years around the clock changes of the table, so that many moments lie near one.
  const moment = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2028-12-31') });
  const length = fc.oneof(fc.integer({ min: 0, max: 3 * 3600_000 }), fc.integer({ min: 0, max: 30 * 86_400_000 }));

  it('adding and measuring are inverse', () => {
    fc.assert(
      fc.property(zone, moment, length, (name, from, duration) => {
        const to = addBusinessTime(timeOf(name), from, duration);
        expect(to).not.toBeNull();
        expect(businessTimeBetween(timeOf(name), from, to as number)).toBe(duration);
        // No earlier moment will do.
        if (duration > 0) expect(businessTimeBetween(timeOf(name), from, (to as number) - 1)).toBe(duration - 1);
      }),
      { numRuns: 300 },
    );
  });

  it('the parts of a stretch of time add up to it', () => {
    fc.assert(
      fc.property(zone, moment, length, length, (name, from, first, second) => {
        const [middle, to] = [from + first, from + first + second];
        const between = (a: number, b: number) => businessTimeBetween(timeOf(name), a, b);
        expect(between(from, middle) + between(middle, to)).toBe(between(from, to));
      }),
      { numRuns: 300 },
    );
  });

  it('is open when the wall clock says so', () => {
    fc.assert(
      fc.property(zone, moment, (name, at) => {
        const { intervals, timeZone, holidays, days } = calendars[name];
        fc.pre(holidays === null && days.length === 0);
        const open = isOpen(new Date(at), { timeZone, intervals });
        expect(businessTimeBetween(timeOf(name), at, at + 1) === 1).toBe(open);
      }),
      { numRuns: 500 },
    );
  });
});
