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

/** The days before a period that it is compared with: as many whole months before whole months, otherwise as many days. */
export function previousDays({ from, to }: Days): Days {
  const next = addDays(to, 1);
  if (from.endsWith('-01') && next.endsWith('-01')) {
    const monthNumber = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
    const first = monthNumber(from) - (monthNumber(next) - monthNumber(from));
    const year = String(Math.floor(first / 12)).padStart(4, '0');
    return { from: `${year}-${String((first % 12) + 1).padStart(2, '0')}-01`, to: addDays(from, -1) };
  }
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  return { from: addDays(from, -days), to: addDays(from, -1) };
}

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
