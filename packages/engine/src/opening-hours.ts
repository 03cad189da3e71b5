/** When the centre and each of its queues are open: by the calendars of the service plan, whose first is the configured week. */
import type { HubConfig } from '@patchbay/config';
import type { ChannelName } from '@patchbay/contracts';
import type { Hours, OpeningHours } from '@patchbay/domain';
import { hoursOf } from '@patchbay/domain/calendar/business-time';
import type { Queryable } from '@patchbay/store';
import { readHoursKeys } from '@patchbay/store/queries/queues';
import { readCalendars } from './clocks/plans.ts';
import type { Parts } from './parts.ts';

export interface CentreHours {
  readonly centre: Hours;
  /** The queue's own, else the centre's. */
  ofQueue(queueId: string | null): Hours;
  /** Of the queue to which contacts of the channel go that nothing else says more of. */
  ofChannel(channel: ChannelName): Hours;
}

/** As they are set now: one small statement, and a calendar is only read anew after it was changed. */
export async function readHours(db: Parts['db'], sql: Queryable = db.sql): Promise<CentreHours> {
  const { version, queues } = await readHoursKeys(sql);
  const { times, centre } = await readCalendars(db, sql, version);
  const ofKey = (key: string): Hours | null => {
    const time = times.get(key);
    return time ? hoursOf(time) : null;
  };
  const ofCentre = ofKey(centre) as Hours;
  const of = (queue: (typeof queues)[number] | undefined): Hours =>
    (queue?.calendar ? ofKey(queue.calendar) : null) ?? ofCentre;
  return {
    centre: ofCentre,
    ofQueue: (queueId) => of(queues.find(({ id }) => id === queueId)),
    ofChannel: (channel) => of(queues.find(({ channels }) => channels.includes(channel)) ?? queues[0]),
  };
}

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
