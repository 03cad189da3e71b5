/** Calendars made ready for counting. */
import type { BusinessCalendar } from '@patchbay/contracts';
import { workingTime, type HolidaySource, type WorkingTime } from '@patchbay/domain/calendar/business-time';

/** All countries' rules are 8 MB and a sixth of a second's reading: a hub whose calendars have no holidays never reads them. */
export const loadHolidays = () => import('@patchbay/domain/calendar/holidays');

const none: HolidaySource = () => [];

/** In the order given. */
export async function workingTimes(calendars: readonly BusinessCalendar[]): Promise<WorkingTime[]> {
  const asked = calendars.some(({ holidays }) => holidays !== null);
  const holidaysOf = asked ? (await loadHolidays()).holidaysOf : none;
  return calendars.map((calendar) => workingTime(calendar, holidaysOf));
}
