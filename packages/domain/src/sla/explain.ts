/** A clock as people read it: how it stands now, when it stood still, and which days went into it. */
import type { ClockState } from '@patchbay/contracts';
import { businessTimeBetween, openTime, type Span, type WorkingTime } from '../calendar/business-time.ts';
import { localDate } from '../calendar.ts';
import type { Clock, Run } from './clocks.ts';

type Standing = Pick<Clock, 'dueAt' | 'warnAt' | 'metAt'> & { readonly state: string };

/** Moments as milliseconds. A breach outweighs a pause. */
export function standingOf({ state, dueAt, warnAt, metAt }: Standing, now: number): ClockState {
  if (metAt !== null) return dueAt !== null && metAt > dueAt ? 'missed' : 'met';
  if (dueAt !== null && now >= dueAt) return 'breached';
  if (state === 'paused' || state === 'stopped') return state;
  return warnAt !== null && now >= warnAt ? 'warning' : 'running';
}

export interface Pause {
  readonly from: number;
  readonly to: number | null;
  readonly cause: NonNullable<Run['cause']>;
}

export function pausesOf({ runs, metAt }: Pick<Clock, 'runs' | 'metAt'>): Pause[] {
  return runs.flatMap(({ to, cause }, index) => {
    const next = runs[index + 1];
    const until = next?.from ?? metAt;
    return to === null || !cause || to === until ? [] : [{ from: to, to: until, cause }];
  });
}

/** How long it has run until now. */
export function runningTime(
  { runs }: Pick<Clock, 'runs'>,
  time: WorkingTime,
  now: number,
): { businessMs: number; calendarMs: number } {
  const spans = runs.map(({ from, to }) => ({ from, to: to ?? Math.max(now, from) }));
  return {
    businessMs: spans.reduce((sum, { from, to }) => sum + businessTimeBetween(time, from, to), 0),
    calendarMs: spans.reduce((sum, { from, to }) => sum + to - from, 0),
  };
}

export interface ExplainedDay {
  readonly date: string;
  readonly name: string | null;
  readonly open: readonly Span[];
}

/** More days than this are not told one by one. */
const mostDays = 62;
const hourMs = 3_600_000;

/** The local days of its runs with the open time on each, to its due moment or to `now`. */
export function daysOf({ runs, dueAt }: Pick<Clock, 'runs' | 'dueAt'>, time: WorkingTime, now: number): ExplainedDay[] {
  const { timeZone } = time.calendar;
  const days = new Map<string, Span[]>();
  for (const run of runs) {
    const to = run.to ?? Math.max(dueAt ?? now, run.from);
    for (const date of datesBetween(run.from, to, timeZone)) days.set(date, days.get(date) ?? []);
    for (const span of openTime(time, run.from, to))
      for (const piece of byDay(span, timeZone)) days.get(localDate(new Date(piece.from), timeZone))?.push(piece);
  }
  return [...days].map(([date, open]) => ({ date, name: time.special(date)?.name ?? null, open }));
}

/** Steps by hours: no day is as short. */
function datesBetween(from: number, to: number, timeZone: string): Set<string> {
  const found = new Set<string>();
  for (let at = from; at < to && found.size < mostDays; at += 12 * hourMs) found.add(localDate(new Date(at), timeZone));
  if (found.size < mostDays) found.add(localDate(new Date(Math.max(from, to - 1)), timeZone));
  return found;
}

function byDay(span: Span, timeZone: string): Span[] {
  const dates = datesBetween(span.from, span.to, timeZone);
  if (dates.size === 1) return [span];
  const found: Span[] = [];
  let { from } = span;
  while (from < span.to && found.length < mostDays) {
    const to = Math.min(endOfDay(from, timeZone), span.to);
    found.push({ from, to });
    from = to;
  }
  return found;
}

/** The first minute of the next local day. */
function endOfDay(moment: number, timeZone: string): number {
  const date = localDate(new Date(moment), timeZone);
  let [low, high] = [moment, moment + 26 * hourMs];
  while (high - low > 60_000) {
    const middle = low + Math.floor((high - low) / 2);
    if (localDate(new Date(middle), timeZone) === date) low = middle;
    else high = middle;
  }
  return Math.floor(high / 60_000) * 60_000;
}
