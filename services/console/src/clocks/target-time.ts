export const units = ['minutes', 'hours', 'days'] as const;
export type Unit = (typeof units)[number];
const minutesIn: Readonly<Record<Unit, number>> = { minutes: 1, hours: 60, days: 1440 };

/** In the largest unit that leaves no rest. Open time is told in hours: a day of it says nothing. */
export function amountOf(minutes: number, time: 'business' | 'calendar'): { amount: number; unit: Unit } {
  const fitting = units
    .toReversed()
    .find((unit) => minutes % minutesIn[unit] === 0 && (unit !== 'days' || (time === 'calendar' && minutes > 4320)));
  const unit = fitting ?? 'minutes';
  return { amount: minutes / minutesIn[unit], unit };
}

export const minutesOf = (amount: number, unit: Unit): number => Math.round(amount * minutesIn[unit]);
