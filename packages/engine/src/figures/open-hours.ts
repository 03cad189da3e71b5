/** The time in which the centre is open, as figures count it: by its usual calendar, in the version that held at the moment. */
import type { BusinessCalendar } from '@patchbay/contracts';
import type { BusinessTime, OpeningHours } from '@patchbay/domain';
import { businessTimeBetween, type WorkingTime } from '@patchbay/domain/calendar/business-time';
import type { Queryable } from '@patchbay/store';
import { newestPlanNumber, readPlans } from '@patchbay/store/queries/service-plans';
import { calendarOf } from '../clocks/plans.ts';
import { workingTimes } from '../clocks/working-times.ts';

interface PublishedTime {
  readonly from: number;
  readonly time: WorkingTime;
}

const timeOf = async (calendar: BusinessCalendar): Promise<WorkingTime> =>
  (await workingTimes([calendar]))[0] as WorkingTime;

/** Versions never change: each is read once. The configured hours hold while nothing was published. */
export function publishedHours(openingHours: OpeningHours): (tx: Queryable) => Promise<BusinessTime> {
  let configured: WorkingTime | undefined;
  const kept: PublishedTime[] = [];
  return async (tx) => {
    const usual = (configured ??= await timeOf(calendarOf(openingHours)));
    const newest = await newestPlanNumber(tx);
    const missing = Array.from({ length: Math.max(0, newest - kept.length) }, (_, index) => kept.length + index + 1);
    if (missing.length > 0) {
      const plans = await readPlans(tx, missing);
      const read = await Promise.all(
        plans.map(async ({ version, plan, publishedAt }) => {
          const calendar = plan.calendars.find(({ key }) => key === plan.defaultCalendar);
          return { version, from: Date.parse(publishedAt), time: calendar ? await timeOf(calendar) : usual };
        }),
      );
      // Each to its place and all at once: two calls may read the same versions.
      for (const { version, from, time } of read) kept[version - 1] = { from, time };
    }
    const versions = kept.slice(0, newest);
    return (from, to) => {
      const held = versions.findLast((version) => version.from <= to) ?? versions[0];
      return businessTimeBetween(held?.time ?? usual, from, to);
    };
  };
}
