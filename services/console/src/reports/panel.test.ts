import type { Report } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { goesOn, isBare, lastDayOf, panelOf } from './panel.ts';

const offered = { key: 'offered', unit: 'count' as const };
const level = { key: 'service-level', unit: 'ratio' as const };
const quarter = 900_000;
const row = (start: string, key: string | null, value: number | null, ratio: number | null = null) => ({
  start,
  key,
  name: key && `Name of ${key}`,
  values: { offered: value, 'service-level': ratio },
});
const reported = (change: Partial<Report> = {}): Report => ({
  from: '2026-03-02',
  to: '2026-03-04',
  starts: ['2026-03-02', '2026-03-03', '2026-03-04'],
  rows: [row('2026-03-02', null, 5, 0.8)],
  totals: { offered: 5, 'service-level': 0.8 },
  timeZone: 'Europe/Berlin',
  interval: 'day',
  by: null,
  figures: ['offered', 'service-level'],
  seq: 9,
  since: '2026-01-01',
  at: '2026-03-03T12:00:00.000Z',
  compared: null,
  ...change,
});
const values = (report: Report, definition = offered as typeof offered | typeof level) =>
  panelOf(report, definition).rows.map((one) => one.values);
/** Quarters of a local day from its first moment. */
const quartersFrom = (first: string, count: number) =>
  Array.from({ length: count }, (_, n) => new Date(Date.parse(first) + n * quarter).toISOString());

describe('over time', () => {
  it('has every interval: nothing happened is zero, what has not come is empty', () => {
    expect(values(reported())).toEqual([[5], [0], [null]]);
    expect(values(reported(), level)).toEqual([[0.8], [null], [null]]);
  });

  it('is empty before anything was counted', () => {
    expect(values(reported({ since: '2026-03-03', rows: [] }))).toEqual([[null], [0], [null]]);
    expect(values(reported({ since: null, rows: [] }))).toEqual([[null], [null], [null]]);
  });

  it('has beside it what was before, in the same place', () => {
    const compared = {
      from: '2026-02-27',
      to: '2026-03-01',
      starts: ['2026-02-27', '2026-02-28', '2026-03-01'],
      rows: [row('2026-02-28', null, 2)],
      totals: { offered: 2, 'service-level': null },
    };
    const panel = panelOf(reported({ compared }), offered);
    expect(panel.rows.map((one) => one.values)).toEqual([
      [5, 0],
      [0, 2],
      [null, 0],
    ]);
    expect(panel.totals).toEqual([5, 2]);
  });

  it.each([
    ['2026-03-29', '2026-03-28T23:00:00Z', 92, '2026-03-22', '2026-03-21T23:00:00Z', 96],
    ['2026-10-25', '2026-10-24T22:00:00Z', 100, '2026-10-18', '2026-10-17T22:00:00Z', 96],
    ['2026-11-01', '2026-10-31T23:00:00Z', 96, '2026-10-25', '2026-10-24T22:00:00Z', 100],
  ])(
    'on %s each quarter stands beside the one of the same time on the wall',
    (day, first, count, before, start, of) => {
      const starts = quartersFrom(first, count);
      const others = quartersFrom(start, of);
      const clock = (at: string) =>
        new Date(at).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
      const minutes = (at: string) => Number(clock(at).slice(0, 2)) * 60 + Number(clock(at).slice(3));
      const report = reported({
        from: day,
        to: day,
        interval: '15m',
        starts,
        rows: starts.map((at) => row(at, null, minutes(at))),
        at: '2026-12-01T00:00:00Z',
        compared: {
          from: before,
          to: before,
          starts: others,
          rows: others.map((at) => row(at, null, minutes(at))),
          totals: {},
        },
      });
      const found = values(report);
      expect(found).toHaveLength(count);
      for (const [value, other] of found) expect([value, null]).toContain(other);
      expect(found.filter(([, other]) => other === null)).toHaveLength(Math.max(0, count - of));
    },
  );
});

it('by members has each of either period, the greatest first', () => {
  const report = reported({
    interval: null,
    by: 'queue',
    starts: ['2026-03-02'],
    rows: [row('2026-03-02', 'a', 1), row('2026-03-02', '', 7)],
    compared: {
      from: '2026-02-27',
      to: '2026-03-01',
      starts: ['2026-02-27'],
      rows: [row('2026-02-27', 'b', 4)],
      totals: { offered: 4 },
    },
  });
  expect(panelOf(report, offered).rows.map((one) => [one.member?.key, ...one.values])).toEqual([
    ['', 7, 0],
    ['a', 1, 0],
    ['b', 0, 4],
  ]);
});

it('by members over time has a series of each', () => {
  const report = reported({
    by: 'queue',
    rows: [row('2026-03-02', 'a', 1), row('2026-03-02', 'b', 3), row('2026-03-03', 'a', 1)],
  });
  const panel = panelOf(report, offered);
  expect(panel.series.map(({ key }) => key)).toEqual(['b', 'a']);
  expect(panel.rows.map((one) => one.values)).toEqual([
    [3, 1],
    [0, 1],
    [null, null],
  ]);
});

it('knows the last day of an interval, whether a period goes on, and whether there is anything', () => {
  expect(lastDayOf({ interval: 'month' }, '2028-02-01')).toBe('2028-02-29');
  expect(lastDayOf({ interval: 'week' }, '2026-02-23')).toBe('2026-03-01');
  expect([goesOn(reported()), goesOn(reported({ to: '2026-03-02' }))]).toEqual([true, false]);
  expect(isBare(panelOf(reported({ rows: [], totals: { offered: 0 } }), offered))).toBe(true);
  expect(isBare(panelOf(reported(), offered))).toBe(false);
});
