/**
 * Arithmetic of open time (service norm R2). Moments and durations are milliseconds. The open time of a calendar is the set of moments at
 * which its wall clock shows an open time, as `isOpen` has it: an hour that comes twice counts twice, one that is skipped counts nothing.
 */
import type { BusinessCalendar, OpenInterval, OwnDay } from '@patchbay/contracts';
import type { Hours } from '../calendar.ts';
import type { Holiday } from './holidays.ts';
import { offsetStretches } from './zone.ts';

/** [from, to) */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Why a day does not go by the week. */
export interface SpecialDay {
  readonly kind: 'own' | 'holiday';
  readonly name: string;
  readonly intervals: readonly OpenInterval[];
}

/** Public holidays of a place in a year, as `holidaysOf` works them out: given, since its rules are large and few calendars need them. */
export type HolidaySource = (
  country: string,
  region: string | null,
  year: number,
  language: 'en' | 'zh',
) => readonly Holiday[];

/** A calendar made ready; it keeps what was worked out. */
export interface WorkingTime {
  readonly calendar: BusinessCalendar;
  /** Open spans within one window, in order, apart from each other. */
  window(index: number): readonly Span[];
  /** Of a local day as `YYYY-MM-DD`; null for an ordinary one. */
  special(date: string): SpecialDay | null;
}

const dayMs = 86_400_000;
const windowMs = 14 * dayMs;
/** A calendar that is closed for longer never opens again. */
const longestSearch = Math.ceil((10 * 366 * dayMs) / windowMs);
const wholeDay: readonly OpenInterval[] = [{ from: '00:00', to: '24:00' }];

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);
/** 1 for Monday; day 0 was a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

export function workingTime(calendar: BusinessCalendar, holidaysOf: HolidaySource): WorkingTime {
  const windows = new Map<number, readonly Span[]>();
  const own = ownDays(calendar.days);
  const holidays = new Map<string, ReadonlyMap<string, string>>();
  const closedOn = (date: string): string | undefined => {
    const { holidays: rules } = calendar;
    if (rules === null) return undefined;
    const year = date.slice(0, 4);
    const kept =
      holidays.get(year) ??
      new Map(
        holidaysOf(rules.country, rules.region, Number(year), 'en')
          .filter(({ rule }) => !rules.open.includes(rule))
          .map((holiday) => [holiday.date, holiday.name]),
      );
    holidays.set(year, kept);
    return kept.get(date);
  };
  const special = (date: string): SpecialDay | null => {
    const day = own.get(date);
    if (day) return { kind: 'own', name: day.name, intervals: day.intervals };
    const name = closedOn(date);
    return name === undefined ? null : { kind: 'holiday', name, intervals: [] };
  };
  const intervalsOf = (day: number): readonly OpenInterval[] => {
    const different = special(dateOf(day));
    if (different) return different.intervals;
    if (calendar.intervals.length === 0) return wholeDay;
    const weekday = weekdayOf(day);
    return calendar.intervals.filter((interval) => interval.weekday === weekday);
  };
  const window = (index: number): readonly Span[] => {
    const kept = windows.get(index);
    if (kept !== undefined) return kept;
    const made = openSpans(index * windowMs, (index + 1) * windowMs, calendar.timeZone, intervalsOf);
    windows.set(index, made);
    return made;
  };
  return { calendar, window, special };
}

function ownDays(days: readonly OwnDay[]): ReadonlyMap<string, OwnDay> {
  const found = new Map<string, OwnDay>();
  for (const day of days) {
    const last = Date.parse(day.until ?? day.date);
    for (let at = Date.parse(day.date); at <= last; at += dayMs) found.set(dateOf(at / dayMs), day);
  }
  return found;
}

function openSpans(
  from: number,
  to: number,
  timeZone: string,
  intervalsOf: (day: number) => readonly OpenInterval[],
): readonly Span[] {
  const found: Span[] = [];
  for (const stretch of offsetStretches(from, to, timeZone)) {
    // A day's hours may reach to the end of the next one.
    const first = Math.floor((stretch.from + stretch.offset) / dayMs) - 1;
    const last = Math.floor((stretch.to - 1 + stretch.offset) / dayMs);
    for (let day = first; day <= last; day += 1)
      for (const interval of intervalsOf(day)) {
        const begins = minutesOf(interval.from);
        const ends = minutesOf(interval.to) + (interval.to > interval.from ? 0 : 1440);
        const midnight = day * dayMs - stretch.offset;
        found.push({
          from: Math.max(midnight + begins * 60_000, stretch.from),
          to: Math.min(midnight + ends * 60_000, stretch.to),
        });
      }
  }
  return united(found.filter((span) => span.from < span.to));
}

function united(spans: readonly Span[]): readonly Span[] {
  const found: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else found.push({ ...span });
  }
  return found;
}

/** Open spans of [from, to), in order. */
export function openTime(time: WorkingTime, from: number, to: number): Span[] {
  const found: Span[] = [];
  for (let index = Math.floor(from / windowMs); index * windowMs < to; index += 1)
    for (const span of time.window(index))
      if (span.to > from && span.from < to) found.push({ from: Math.max(span.from, from), to: Math.min(span.to, to) });
  return [...united(found)];
}

/** The calendar as opening hours. */
export const hoursOf = (time: WorkingTime): Hours => ({
  timeZone: time.calendar.timeZone,
  isOpen: (at) => openTime(time, at.getTime(), at.getTime() + 1).length > 0,
});

/** Open time within [from, to); 0 when `to` is not after `from`. */
export function businessTimeBetween(time: WorkingTime, from: number, to: number): number {
  return openTime(time, from, to).reduce((sum, span) => sum + span.to - span.from, 0);
}

/**
 * The first moment by which so much open time has passed since `from`: the end of a day rather than the begin of the next. Null when the
 * calendar does not open for ten years.
 */
export function addBusinessTime(time: WorkingTime, from: number, duration: number): number | null {
  let rest = duration;
  if (rest <= 0) return from;
  let closed = 0;
  for (let index = Math.floor(from / windowMs); closed <= longestSearch; index += 1) {
    const spans = time.window(index).filter((span) => span.to > from);
    closed = spans.length === 0 ? closed + 1 : 0;
    for (const span of spans) {
      const begins = Math.max(span.from, from);
      if (span.to - begins >= rest) return begins + rest;
      rest -= span.to - begins;
    }
  }
  return null;
}
