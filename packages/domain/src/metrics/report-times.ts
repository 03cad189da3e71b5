/** When a report is due, by the centre's own clock. */
import type { ReportTimes } from '@patchbay/contracts';
import { localDate } from '../calendar.ts';
import { offsetStretches } from '../calendar/zone.ts';
import { addDays, startOfDay } from './roll-up.ts';

const hourMs = 3_600_000;
/** No two due days are further apart. */
const mostDays = 62;

/** The last due time that is not after `now`. Throws RangeError for an unknown time zone. */
export const lastDue = (times: ReportTimes, timeZone: string, now: Date): Date =>
  dueFrom(times, timeZone, now, -1, (moment) => moment <= now.getTime());

/** The first due time after `now`. Throws RangeError for an unknown time zone. */
export const nextDue = (times: ReportTimes, timeZone: string, now: Date): Date =>
  dueFrom(times, timeZone, now, 1, (moment) => moment > now.getTime());

function dueFrom(
  times: ReportTimes,
  timeZone: string,
  now: Date,
  step: 1 | -1,
  fits: (moment: number) => boolean,
): Date {
  const today = localDate(now, timeZone);
  for (let days = 0; days <= mostDays; days += 1) {
    const day = addDays(today, days * step);
    const moment = isDueOn(times, day) ? momentOf(day, times.hour, timeZone) : null;
    if (moment !== null && fits(moment)) return new Date(moment);
  }
  throw new RangeError('No due time found');
}

function isDueOn(times: ReportTimes, day: string): boolean {
  if (times.every === 'day') return true;
  const date = new Date(`${day}T00:00:00Z`);
  if (times.every === 'week') return times.weekday === (date.getUTCDay() || 7);
  const lastOfMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.getUTCDate() === Math.min(times.day, lastOfMonth);
}

/**
 * When the clocks first show the hour on that day: an hour that comes twice is the first of the two, and one that is skipped is the moment
 * at which the clocks go forward. Null for a day that a time zone left out.
 */
function momentOf(day: string, hour: number, timeZone: string): number | null {
  const [from, to] = [startOfDay(day, timeZone), startOfDay(addDays(day, 1), timeZone)];
  if (from === to) return null;
  const shown = Date.parse(`${day}T00:00:00Z`) + hour * hourMs;
  for (const stretch of offsetStretches(from, to, timeZone)) {
    const moment = Math.max(stretch.from, shown - stretch.offset);
    if (moment < stretch.to) return moment;
  }
  // The day ends with the hours that are skipped.
  return to;
}
