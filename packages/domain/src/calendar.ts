/** Opening hours and days as the centre's own clocks show them. */

/** Times are wall-clock times of `timeZone`, minutes exact. */
export interface OpeningHours {
  /** IANA name, e.g. `Europe/Berlin`. */
  timeZone: string;
  /**
   * When the centre is open; several a day are fine, none at all means always open. `weekday` is ISO's, 1 for Monday. `from` is
   * included, `to` is not; `to` at or before `from` lies on the next day, and `24:00` is the day's end.
   */
  intervals: { weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7; from: string; to: string }[];
}

/** Open hours however they are worked out: a week of the configuration, or a calendar with holidays. */
export interface Hours {
  /** IANA name. */
  readonly timeZone: string;
  isOpen(at: Date): boolean;
}

interface WallClock {
  /** `YYYY-MM-DD` */
  date: string;
  /** ISO weekday, 1 for Monday. */
  weekday: number;
  /** `HH:MM` */
  time: string;
}

/** Making a formatter costs a hundred times as much as using it, and there are only as many as there are time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const kept = formatters.get(timeZone);
  if (kept !== undefined) return kept;
  const formatter = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formatters.set(timeZone, formatter);
  return formatter;
}

function wallClock(now: Date, timeZone: string): WallClock {
  const parts = new Map<string, string>(
    formatterFor(timeZone)
      .formatToParts(now)
      .map((part) => [part.type, part.value]),
  );
  const part = (type: string) => parts.get(type) ?? '';
  return {
    date: `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`,
    weekday: weekdays.indexOf(part('weekday')) + 1,
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** The local calendar day as `YYYY-MM-DD`. Throws RangeError for an unknown time zone or an invalid date. */
export function localDate(now: Date, timeZone: string): string {
  return wallClock(now, timeZone).date;
}

const dayMs = 86_400_000;

/** The last millisecond of the local calendar day. Throws RangeError for an unknown time zone or an invalid date. */
export function endOfDay(at: Date, timeZone: string): Date {
  const { date, time } = wallClock(at, timeZone);
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const midnight = Math.floor(at.getTime() / 60_000) * 60_000 + dayMs - (hours * 60 + minutes) * 60_000;
  const isDay = (moment: number) => localDate(new Date(moment), timeZone) === date;
  if (isDay(midnight - 1) && !isDay(midnight)) return new Date(midnight - 1);
  // The clocks are changed on this day.
  let [within, after] = [at.getTime(), midnight + dayMs / 4];
  while (after - within > 1) {
    const middle = Math.floor((within + after) / 2);
    if (isDay(middle)) within = middle;
    else after = middle;
  }
  return new Date(within);
}

/**
 * Whether the centre is open. Wall-clock times are compared, so that nine o'clock is nine o'clock on both sides of a change to
 * summer time; an hour that comes twice is open twice, one that is skipped is not missed. Throws RangeError for an unknown time zone.
 */
export function isOpen(now: Date, hours: OpeningHours): boolean {
  if (hours.intervals.length === 0) return true;
  const { weekday, time } = wallClock(now, hours.timeZone);
  return hours.intervals.some((interval) => {
    const onItsDay = interval.weekday === weekday;
    if (interval.to > interval.from) return onItsDay && time >= interval.from && time < interval.to;
    const dayAfter = (interval.weekday % 7) + 1 === weekday;
    return (onItsDay && time >= interval.from) || (dayAfter && time < interval.to);
  });
}
