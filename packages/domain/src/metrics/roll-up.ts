/**
 * Facts added up into rows: per quarter of an hour, day and month of the centre's own clock, each under several sets of dimensions. One row is
 * the sum of all facts that agree in them, so a report reads few rows however many contacts there were (Harinarayan, Rajaraman, Ullman:
 * Implementing Data Cubes Efficiently, SIGMOD 1996).
 */
import { localDate } from '../calendar.ts';
import { noDimensions, type DurationName, type Fact, type FactDimensions, type SumName } from './facts.ts';
import { bucketOf } from './sketch.ts';

export const grains = { quarter: 0, day: 1, month: 2 } as const;
export type Grain = keyof typeof grains;

/** The sets of dimensions, by the number that their rows carry. Those of `byQuarter` are kept by the quarter of an hour, too. */
export const slices = {
  contact: { number: 0, byQuarter: true, dimensions: ['queueId', 'channel'] },
  staff: { number: 1, byQuarter: true, dimensions: ['queueId', 'channel', 'agentId', 'teamId'] },
  kind: { number: 2, byQuarter: false, dimensions: ['queueId', 'channel', 'type', 'grade'] },
  agent: { number: 3, byQuarter: false, dimensions: ['agentId', 'teamId'] },
  type: { number: 4, byQuarter: false, dimensions: ['type', 'grade'] },
} as const satisfies Record<
  string,
  { number: number; byQuarter: boolean; dimensions: readonly (keyof FactDimensions)[] }
>;
export type Slice = keyof typeof slices;
const allSlices = Object.values(slices);

export interface FigureRow extends FactDimensions {
  grain: number;
  slice: number;
  /** Local, `YYYY-MM-DD`; of a month its first. */
  day: string;
  /** Of an hour, counted from the local midnight: 0 to 95, to 91 or 99 on days on which the clocks change. −1 in rows of days and months. */
  quarter: number;
  sums: Partial<Record<SumName, number>>;
  /** Counts by bucket. */
  sketches: Partial<Record<DurationName, Record<string, number>>>;
}

export interface LocalQuarter {
  day: string;
  quarter: number;
}

const quarterMs = 900_000;
const hourMs = 4 * quarterMs;
/** Moments of as many quarters are kept. */
const mostKept = 20_000;

/** The local midnight with which a day begins. Where the clocks go forward at midnight, the first moment that there is. */
export function startOfDay(day: string, timeZone: string): number {
  // No zone is more than 15 hours from UTC, and all are at full quarters of an hour.
  let moment = Date.parse(`${day}T00:00:00Z`) - 15 * 3_600_000;
  let step = 3_600_000;
  while (localDate(new Date(moment), timeZone) < day) moment += step;
  step = quarterMs;
  while (localDate(new Date(moment - step), timeZone) >= day) moment -= step;
  return moment;
}

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Milliseconds until the hour of the time zone ends, counted from the beginning of its day, or its day does, which is not always one of whole hours. */
export function untilHourEnds(at: number, timeZone: string): number {
  const day = localDate(new Date(at), timeZone);
  const start = startOfDay(day, timeZone);
  const hour = start + (Math.floor((at - start) / hourMs) + 1) * hourMs;
  return Math.min(hour, startOfDay(addDays(day, 1), timeZone)) - at;
}

/** Answers in which quarter of which day of the time zone a moment is. */
export function quartersOf(timeZone: string): (at: number) => LocalQuarter {
  const kept = new Map<number, LocalQuarter>();
  const starts = new Map<string, number>();
  return (at) => {
    const moment = Math.floor(at / quarterMs) * quarterMs;
    const known = kept.get(moment);
    if (known) return known;
    if (kept.size >= mostKept) kept.clear();
    const day = localDate(new Date(moment), timeZone);
    const start = starts.get(day) ?? startOfDay(day, timeZone);
    if (starts.size >= mostKept) starts.clear();
    starts.set(day, start);
    const found = { day, quarter: (moment - start) / quarterMs };
    kept.set(moment, found);
    return found;
  };
}

/** The rows that facts add up to, in no particular order. */
export function rollUp(facts: Iterable<Fact>, quarterOf: (at: number) => LocalQuarter): FigureRow[] {
  const rows = new Map<string, FigureRow>();
  for (const fact of facts) {
    const { day, quarter } = quarterOf(fact.at);
    for (const [place, period, part] of [
      [grains.quarter, day, quarter],
      [grains.day, day, -1],
      [grains.month, `${day.slice(0, 8)}01`, -1],
    ] as const) {
      for (const { number, byQuarter, dimensions } of allSlices) {
        if (place === grains.quarter && !byQuarter) continue;
        let key = `${place}\n${number}\n${period}\n${part}`;
        for (const name of dimensions) key += `\n${fact.dimensions[name]}`;
        let row = rows.get(key);
        if (!row) {
          const kept = { ...noDimensions };
          for (const name of dimensions) (kept[name] as string) = fact.dimensions[name];
          row = { grain: place, slice: number, day: period, quarter: part, ...kept, sums: {}, sketches: {} };
          rows.set(key, row);
        }
        addFact(row, fact);
      }
    }
  }
  return [...rows.values()];
}

function addFact(row: FigureRow, fact: Fact): void {
  for (const [name, value] of Object.entries(fact.sums) as [SumName, number][])
    row.sums[name] = (row.sums[name] ?? 0) + value;
  for (const [name, seconds] of Object.entries(fact.durations) as [DurationName, number][]) {
    const sketch = (row.sketches[name] ??= {});
    const bucket = bucketOf(seconds);
    sketch[bucket] = (sketch[bucket] ?? 0) + 1;
  }
}
