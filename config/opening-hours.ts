/** When the centre is open, week by week, in its own time zone. */
import { z } from 'zod';

const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof weekday>;

/** Minutes since midnight, `from` included, `to` not; 1440 is midnight at the end of the day. */
export interface OpenInterval {
  readonly from: number;
  readonly to: number;
}

/** A day without intervals is closed. */
export type OpeningHours = Readonly<Record<Weekday, readonly OpenInterval[]>>;

const interval = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/)
  .transform((text) => {
    const [from = '', to = ''] = text.split('-');
    return { from: minutes(from), to: minutes(to) };
  })
  .refine(({ from, to }) => from < to);

const week = z.partialRecord(weekday, z.array(interval).refine(inOrder));

/** Reads `{"mon":["09:00-12:00"]}`. Undefined when it is malformed, or its intervals overlap or run backwards. */
export function parseOpeningHours(text: string): OpeningHours | undefined {
  const parsed = week.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const days = weekday.options.map((day) => [day, parsed.data[day] ?? []] as const);
  return Object.fromEntries(days) as Record<Weekday, OpenInterval[]>;
}

function minutes(clock: string): number {
  const [hour, minute] = clock.split(':').map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

function inOrder(intervals: readonly OpenInterval[]): boolean {
  return intervals.every((one, index) => index === 0 || (intervals[index - 1]?.to ?? 0) <= one.from);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
