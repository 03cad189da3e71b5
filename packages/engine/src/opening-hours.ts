import type { HubConfig } from '@patchbay/config';
import type { OpeningHours } from '@patchbay/domain';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** The configured week as the calendar reads it; without one the centre is always open. Midnight at the end of a day is 00:00. */
export function openingHoursOf(config: HubConfig): OpeningHours {
  const { openingHours, timeZone } = config;
  if (!openingHours) return { timeZone, intervals: [] };
  const intervals = weekdays.flatMap((day, index) =>
    openingHours[day].map(({ from, to }) => ({
      weekday: (index + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7,
      from: clock(from),
      to: clock(to % 1440),
    })),
  );
  return { timeZone, intervals };
}
