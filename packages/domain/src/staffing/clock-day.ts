/** Days by their clock. Figures are counted from the first moment of a day; people come by what the clock shows. */
import { offsetStretches } from '../calendar/zone.ts';
import { addDays, startOfDay } from '../metrics/roll-up.ts';
import type { IntervalForecast } from './forecast.ts';

const quarterMs = 900_000;

interface ClockInterval {
  /** First quarter of an hour, counted from the first moment of the day. */
  readonly quarter: number;
  /** The first quarter of the interval that the clock shows then, counted from 0:00. */
  readonly shown: number;
}

function clockIntervals(day: string, quarters: number, timeZone: string): ClockInterval[] {
  const width = quarters * quarterMs;
  const from = startOfDay(day, timeZone);
  const to = startOfDay(addDays(day, 1), timeZone);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const stretches = offsetStretches(from, to, timeZone);
  return Array.from({ length: Math.ceil((to - from) / width) }, (_, index) => {
    const moment = from + index * width;
    const offset = stretches.findLast((stretch) => stretch.from <= moment)?.offset ?? 0;
    return { quarter: index * quarters, shown: Math.floor((moment + offset - midnight) / width) * quarters };
  });
}

/** Whether the day has other times than a day has: the clocks change on it. Throws RangeError for an unknown time zone. */
export function clocksChange(day: string, timeZone: string): boolean {
  const all = clockIntervals(day, 1, timeZone);
  return all.length !== 96 || all.some(({ quarter, shown }) => quarter !== shown);
}

/**
 * A forecast by what the clock shows, as the intervals that its days have: hours that the clocks skip are left out, and
 * those that they show twice come twice. Throws RangeError for an unknown time zone.
 */
export function byTheClock(
  forecast: readonly IntervalForecast[],
  quarters: number,
  timeZone: string,
): IntervalForecast[] {
  return [...Map.groupBy(forecast, ({ day }) => day)].flatMap(([day, shownRows]) => {
    const rows = new Map(shownRows.map((row) => [row.quarter, row]));
    return clockIntervals(day, quarters, timeZone).flatMap(({ quarter, shown }) => {
      const row = rows.get(shown);
      return row ? [{ ...row, quarter }] : [];
    });
  });
}
