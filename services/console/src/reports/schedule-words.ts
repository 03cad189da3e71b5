import type { ReportTimes } from '@patchbay/contracts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A Monday. */
const monday = Date.UTC(2024, 0, 1);

/** `08:00` */
export const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** 1 is Monday (ISO 8601). */
export const weekdayText = (weekday: number, language: string): string =>
  new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(monday + (weekday - 1) * dayMs);

/** What `report.mail.at` of the same kind needs. */
export function timesText(times: ReportTimes, language: string): { time: string; weekday: string; day: number } {
  return {
    time: hourText(times.hour),
    weekday: times.every === 'week' ? weekdayText(times.weekday, language) : '',
    day: times.every === 'month' ? times.day : 0,
  };
}
