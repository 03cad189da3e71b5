/** Saved reports are about days counted from the one on which they are asked for. */
import { reportPeriod, type ReportPeriod, type SavedQuery } from '@patchbay/contracts';
import { addDays, type Question } from './report-question.ts';

const mondayOf = (day: string): string => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

/** The same days as the hub makes of it. */
export function daysOf(period: ReportPeriod, today: string): { from: string; to: string } {
  const month = `${today.slice(0, 8)}01`;
  const yesterday = addDays(today, -1);
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: yesterday, to: yesterday };
    case 'last-7-days':
      return { from: addDays(today, -7), to: yesterday };
    case 'last-30-days':
      return { from: addDays(today, -30), to: yesterday };
    case 'this-week':
      return { from: mondayOf(today), to: today };
    case 'last-week':
      return { from: addDays(mondayOf(today), -7), to: addDays(mondayOf(today), -1) };
    case 'this-month':
      return { from: month, to: today };
    case 'last-month': {
      const to = addDays(month, -1);
      return { from: `${to.slice(0, 8)}01`, to };
    }
    case 'this-year':
      return { from: `${today.slice(0, 5)}01-01`, to: today };
  }
}

/** The period that the days of a question are, where one is. */
export const periodOf = (question: Question, today: string): ReportPeriod | null =>
  reportPeriod.options.find((one) => {
    const { from, to } = daysOf(one, today);
    return from === question.from && to === question.to;
  }) ?? null;

export function savedQueryOf(question: Question, period: ReportPeriod): SavedQuery {
  const { figures, interval, by, compare, filter } = question;
  return {
    ...(filter as Omit<SavedQuery, 'figures' | 'period'>),
    figures,
    period,
    ...(interval && { interval }),
    ...(by && { by }),
    ...(compare !== null && { compare: 'previous' as const }),
  };
}

export function questionOfSaved(
  { figures, period, interval, by, compare, ...filter }: SavedQuery,
  today: string,
  target: number | null,
): Question {
  return {
    ...daysOf(period, today),
    figures,
    interval: interval ?? null,
    by: by ?? null,
    compare: compare ?? null,
    target,
    filter,
  };
}
