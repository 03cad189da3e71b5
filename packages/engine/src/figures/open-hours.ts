/** The time in which the centre is open, as figures count it: by its usual calendar, in the version that held at the moment. */
import type { BusinessTime, OpeningHours } from '@patchbay/domain';
import { businessTimeBetween, workingTime, type WorkingTime } from '@patchbay/domain/calendar/business-time';
import type { Queryable } from '@patchbay/store';
import { newestPlanNumber, readPlans } from '@patchbay/store/queries/service-plans';
import { calendarOf } from '../clocks/plans.ts';

interface PublishedTime {
  readonly from: number;
  readonly time: WorkingTime;
}

/** Versions never change: each is read once. The configured hours hold while nothing was published. */
export function publishedHours(openingHours: OpeningHours): (tx: Queryable) => Promise<BusinessTime> {
  const configured = workingTime(calendarOf(openingHours));
  const kept: PublishedTime[] = [];
  return async (tx) => {
    const newest = await newestPlanNumber(tx);
    const missing = Array.from({ length: Math.max(0, newest - kept.length) }, (_, index) => kept.length + index + 1);
    if (missing.length > 0) {
      const plans = await readPlans(tx, missing);
      for (const { plan, publishedAt } of plans.toSorted((a, b) => a.version - b.version)) {
        const calendar = plan.calendars.find(({ key }) => key === plan.defaultCalendar);
        kept.push({ from: Date.parse(publishedAt), time: calendar ? workingTime(calendar) : configured });
      }
    }
    const versions = kept.slice(0, newest);
    return (from, to) => {
      const held = versions.findLast((version) => version.from <= to) ?? versions[0];
      return businessTimeBetween(held?.time ?? configured, from, to);
    };
  };
}
