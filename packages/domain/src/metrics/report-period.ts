/** The days that a saved report is about, from the local day on which it is asked for. Weeks begin on Monday (ISO 8601). */
import type { ReportPeriod } from '@patchbay/contracts';
import { addDays } from './roll-up.ts';

export interface Days {
  from: string;
  /** Included. */
  to: string;
}

const monthOf = (day: string): string => `${day.slice(0, 8)}01`;
const mondayOf = (day: string): string => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

export function daysOfPeriod(period: ReportPeriod, today: string): Days {
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case 'last-7-days':
      return { from: addDays(today, -7), to: addDays(today, -1) };
    case 'last-30-days':
      return { from: addDays(today, -30), to: addDays(today, -1) };
    case 'this-week':
      return { from: mondayOf(today), to: today };
    case 'last-week':
      return { from: addDays(mondayOf(today), -7), to: addDays(mondayOf(today), -1) };
    case 'this-month':
      return { from: monthOf(today), to: today };
    case 'last-month': {
      const to = addDays(monthOf(today), -1);
      return { from: monthOf(to), to };
    }
    case 'this-year':
      return { from: `${today.slice(0, 5)}01-01`, to: today };
  }
}
