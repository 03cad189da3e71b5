/**
 * How many contacts to expect: the weighted mean of the same weekday and time over the last weeks, newest counting most, times how far the
 * last two weeks were above or below what the weeks before them said. Simple on purpose: it can be checked by hand. Source: seasonal means
 * with a level correction, Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., sections 5.2 and 8.1; Gans, Koole,
 * Mandelbaum (2003), section 6.3. Holidays say nothing of ordinary days and are left out, as are days of clock changes and those on which nothing was counted at all.
 */
import { addDays } from '../metrics/roll-up.ts';

/** What happened in one interval. */
export interface IntervalPast {
  /** Local day. */
  readonly day: string;
  /** First quarter of an hour of the interval, counted from the first moment of the day. */
  readonly quarter: number;
  readonly contacts: number;
  readonly handled: number;
  readonly handleSeconds: number;
}

export interface History {
  readonly rows: readonly IntervalPast[];
  /** The first day that is known; a day after it without contacts had none. */
  readonly since: string | null;
  /** Local days on which the centre is closed by law or by itself. */
  readonly holidays: ReadonlySet<string>;
  /** Local days that say nothing of others: nothing at all was counted in the centre, as when the hub was off, or the clocks changed. */
  readonly gaps: ReadonlySet<string>;
}

export interface IntervalForecast {
  readonly day: string;
  readonly quarter: number;
  readonly contacts: number;
  /** Null: nothing was handled from which it could be told. */
  readonly handleSeconds: number | null;
}

export interface ForecastError {
  /** Sum of absolute errors over sum of contacts. Null: there were none. */
  readonly wape: number | null;
  /** Mean of absolute errors relative to each interval that had contacts. */
  readonly mape: number | null;
  readonly weeks: number;
}

export const forecastWeeks = 8;
/** What a week counts compared with the one after it. */
export const weekWeight = 0.85;
/** Fewer weeks than this are too few to trust. */
export const enoughWeeks = 4;
const backTested = 4;
const levelBounds = [0.5, 2] as const;
/** So many handled contacts say how long one takes at that time; with fewer it is as in the whole week. */
const enoughHandled = 20;

const quartersOfDay = 96;
const keyOf = (day: string, quarter: number): string => `${day} ${quarter}`;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The seven days from `monday` on. */
export const weekDays = (monday: string): string[] => Array.from({ length: 7 }, (_, day) => addDays(monday, day));

/** The forecast of the week, from what was before `until` (its Monday, or today's day for a week to come). */
export function forecastWeek(
  history: History,
  monday: string,
  until: string,
  quarters: number,
): { rows: IntervalForecast[]; weeks: number; level: number } {
  const past = pastOf(history, until);
  const level = levelOf(past, until, quarters);
  const aht = handleTimes(past, monday, quarters);
  const rows = weekDays(monday).flatMap((day) =>
    slots(quarters).map((quarter) => ({
      day,
      quarter,
      contacts: level * meanOf(past, day, quarter),
      handleSeconds: aht(day, quarter),
    })),
  );
  return { rows, weeks: weeksOf(history, until), level };
}

/** How wrong the method was in the last whole weeks before `until`, each forecast from what was before it. */
export function backTest(history: History, until: string, quarters: number): ForecastError {
  const pairs: { expected: number; found: number }[] = [];
  let weeks = 0;
  for (let back = 1; back <= backTested; back++) {
    const monday = addDays(mondayBefore(until), -7 * back);
    if (weeksOf(history, monday) < 1) break;
    weeks++;
    const { found } = pastOf(history, until);
    for (const { day, quarter, contacts } of forecastWeek(history, monday, monday, quarters).rows)
      if (!history.holidays.has(day) && !history.gaps.has(day))
        pairs.push({ expected: contacts, found: found.get(keyOf(day, quarter))?.contacts ?? 0 });
  }
  return { ...errorOf(pairs), weeks };
}

/** Weighted and mean absolute percentage error. Source: Hyndman & Athanasopoulos, section 5.8; Kolassa & Schütz (2007) for WAPE. */
export function errorOf(pairs: readonly { expected: number; found: number }[]): Pick<ForecastError, 'wape' | 'mape'> {
  const errors = pairs.map(({ expected, found }) => Math.abs(expected - found));
  const total = sum(pairs.map(({ found }) => found));
  const relative = pairs.flatMap(({ found }, index) => (found > 0 ? [(errors[index] ?? 0) / found] : []));
  return {
    wape: total > 0 ? sum(errors) / total : null,
    mape: relative.length > 0 ? sum(relative) / relative.length : null,
  };
}

/** Whole weeks of history before the day, as far as they are used, without those of which nothing is known. */
export function weeksOf({ since, gaps }: Pick<History, 'since' | 'gaps'>, until: string): number {
  if (since === null || since >= until) return 0;
  const whole = Math.min(forecastWeeks, Math.floor((Date.parse(until) - Date.parse(since)) / (7 * 86_400_000)));
  const weeks = Array.from({ length: whole }, (_, week) => weekDays(addDays(until, -7 * (week + 1))));
  return weeks.filter((days) => days.some((day) => !gaps.has(day))).length;
}

export function mondayBefore(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

interface Past {
  readonly found: ReadonlyMap<string, IntervalPast>;
  /** Whether the day is known and an ordinary one. */
  readonly counts: (day: string) => boolean;
  readonly until: string;
}

function pastOf({ rows, since, holidays, gaps }: History, until: string): Past {
  return {
    found: new Map(rows.filter(({ day }) => day < until).map((row) => [keyOf(row.day, row.quarter), row])),
    counts: (day) => since !== null && day >= since && day < until && !holidays.has(day) && !gaps.has(day),
    until,
  };
}

const slots = (quarters: number): number[] =>
  Array.from({ length: quartersOfDay / quarters }, (_, index) => index * quarters);

/** The last days of the same weekday that count, newest first, and what each of them counts. */
function sameDays(past: Past, day: string): { day: string; weight: number }[] {
  const days: { day: string; weight: number }[] = [];
  let one = day;
  while (one >= past.until) one = addDays(one, -7);
  for (let week = 0; week < forecastWeeks; week++, one = addDays(one, -7))
    if (past.counts(one)) days.push({ day: one, weight: weekWeight ** week });
  return days;
}

function meanOf(past: Past, day: string, quarter: number): number {
  const days = sameDays(past, day);
  const weight = sum(days.map((one) => one.weight));
  if (weight === 0) return 0;
  return sum(days.map((one) => one.weight * (past.found.get(keyOf(one.day, quarter))?.contacts ?? 0))) / weight;
}

/** The last two weeks compared with what the weeks before them led to expect; 1 where there are none before. */
function levelOf(past: Past, until: string, quarters: number): number {
  const split = addDays(until, -14);
  const before: Past = { ...past, until: split, counts: (day) => day < split && past.counts(day) };
  const days = Array.from({ length: 14 }, (_, index) => addDays(split, index)).filter(
    (day) => past.counts(day) && sameDays(before, day).length > 0,
  );
  const all = slots(quarters);
  const of = (day: string) => sum(all.map((quarter) => past.found.get(keyOf(day, quarter))?.contacts ?? 0));
  const expected = sum(days.flatMap((day) => all.map((quarter) => meanOf(before, day, quarter))));
  if (expected === 0) return 1;
  // Halfway: the newest weeks are in the mean already, with more weight than the others.
  const ratio = Math.sqrt(sum(days.map(of)) / expected);
  return Math.min(levelBounds[1], Math.max(levelBounds[0], ratio));
}

function handleTimes(past: Past, monday: string, quarters: number): (day: string, quarter: number) => number | null {
  const mean = (rows: readonly (IntervalPast | undefined)[], least: number): number | null => {
    const handled = sum(rows.map((row) => row?.handled ?? 0));
    return handled >= least ? sum(rows.map((row) => row?.handleSeconds ?? 0)) / handled : null;
  };
  const days = weekDays(monday).flatMap((day) => sameDays(past, day));
  const whole = mean(
    days.flatMap(({ day }) => slots(quarters).map((quarter) => past.found.get(keyOf(day, quarter)))),
    1,
  );
  return (day, quarter) =>
    mean(
      sameDays(past, day).map((one) => past.found.get(keyOf(one.day, quarter))),
      enoughHandled,
    ) ?? whole;
}
