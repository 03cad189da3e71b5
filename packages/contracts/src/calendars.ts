/** When the centre works: weeks, holidays and days that differ (service norm R2). */
import { z } from 'zod';
import { slug } from './conditions.ts';

const name = z.string().trim().min(1).max(100);
const minute = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time such as 09:00');
/** `24:00` is the day's end. */
const endMinute = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'A time such as 17:30, at the most 24:00');
const day = z.iso.date();

export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Wall-clock times; `to` at or before `from` lies on the next day. */
export const openInterval = z.object({ from: minute, to: endMinute });
export type OpenInterval = z.infer<typeof openInterval>;
export const weekInterval = openInterval.extend({
  /** ISO's, 1 for Monday. */
  weekday: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6), z.literal(7)]),
});
export type WeekInterval = z.infer<typeof weekInterval>;

export const ownDay = z.object({
  date: day,
  /** The last day of several alike; left out for one day. At the most a year. */
  until: day.optional(),
  name,
  /** None: closed. */
  intervals: z.array(openInterval).max(12),
});
export type OwnDay = z.infer<typeof ownDay>;

/**
 * A working calendar. Whatever begins on a day goes by that day, also past midnight: first a day of its own, then a holiday, then the week.
 */
export const businessCalendar = z
  .object({
    key: slug,
    nameEn: name,
    nameZh: name,
    timeZone: z.string().max(60).refine(isTimeZone, 'An IANA time zone such as Europe/Berlin'),
    /** None at all: open around the clock. */
    intervals: z.array(weekInterval).max(100),
    /** Public holidays, on which it is closed. Null: none. */
    holidays: z
      .object({
        /** ISO 3166, e.g. `DE`. */
        country: z.string().regex(/^[A-Z]{2}$/),
        /** As `date-holidays` names them, e.g. `BY` for Bavaria. */
        region: z.string().max(20).nullable(),
        /** Rules of the holidays on which it is open all the same. */
        open: z.array(z.string().max(200)).max(200),
      })
      .nullable(),
    days: z.array(ownDay).max(500),
  })
  .superRefine(({ days }, context) => {
    days.forEach(({ date, until }, at) => {
      const length = until === undefined ? 0 : (Date.parse(until) - Date.parse(date)) / 86_400_000;
      if (length < 0 || length > 366)
        context.addIssue({
          code: 'custom',
          path: ['days', at, 'until'],
          message: 'Not before the first day, and within a year',
        });
    });
  });
export type BusinessCalendar = z.infer<typeof businessCalendar>;

export const calendarHoliday = z.object({
  date: day,
  name: z.string(),
  /** What it is computed from; the same each year. */
  rule: z.string(),
});
export type CalendarHoliday = z.infer<typeof calendarHoliday>;
export const holidayQuery = z.object({
  country: z.string().regex(/^[A-Z]{2}$/),
  region: z.string().max(20).optional(),
  year: z.coerce.number().int().min(1970).max(2100),
  language: z.enum(['en', 'zh']).default('en'),
});
export const holidayList = z.object({ items: z.array(calendarHoliday) });
export const holidayRegions = z.object({
  countries: z.array(z.object({ code: z.string(), name: z.string() })),
  regions: z.array(z.object({ code: z.string(), name: z.string() })),
});
export const holidayRegionQuery = z.object({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
});
