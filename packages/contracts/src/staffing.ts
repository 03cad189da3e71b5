/** How many agents a week needs: what may be asked, and what is answered. */
import { z } from 'zod';
import { channelName } from './glossary.ts';

const share = z.coerce.number().min(0).max(1);

export const staffingQuery = z.object({
  /** Left out: all queues together. */
  queueId: z.uuid().optional(),
  /** Left out: all channels together. */
  channel: channelName.optional(),
  /** A local day of the week that is asked about. */
  week: z.iso.date(),
  interval: z.enum(['15m', '30m', '1h']).default('30m'),
  /** This share … Left out: the target of the queue on the channel, of calls where no channel is named. */
  serviceLevel: share.max(0.999).optional(),
  /** … is answered within so many seconds. Left out: as above, an hour at the most. */
  targetSeconds: z.coerce.number().min(0).max(3_600).optional(),
  maximumOccupancy: share.min(0.1).default(1),
  /** The share of paid time that breaks, training and absence take. */
  shrinkage: share.max(0.9).default(0.3),
  /** After which, on average, who waits gives up; left out: nobody does. */
  patienceSeconds: z.coerce.number().min(1).max(36_000).optional(),
  /** How long a contact takes; left out: as it was measured. */
  handleSeconds: z.coerce.number().min(1).max(14_400).optional(),
  format: z.enum(['json', 'csv']).optional(),
  /** Of the headings in files. */
  language: z.enum(['en', 'zh']).default('en'),
});
export type StaffingQuery = z.output<typeof staffingQuery>;

export const staffingRow = z.object({
  /** When the interval begins. */
  start: z.string(),
  /** Local day. */
  day: z.string(),
  /** Expected contacts. */
  forecast: z.number(),
  /** Null: not over yet. */
  actual: z.number().nullable(),
  /** Null: neither given nor measured. */
  handleSeconds: z.number().nullable(),
  /** At work; null where it cannot be told. */
  agents: z.int().nullable(),
  /** With shrinkage. */
  rostered: z.int().nullable(),
  serviceLevel: z.number().nullable(),
  occupancy: z.number().nullable(),
  averageWaitSeconds: z.number().nullable(),
  abandonment: z.number().nullable(),
});
export type StaffingRow = z.infer<typeof staffingRow>;

const error = z.object({ wape: z.number().nullable(), mape: z.number().nullable() });
export const staffing = z.object({
  timeZone: z.string(),
  /** Monday. */
  from: z.iso.date(),
  to: z.iso.date(),
  interval: staffingQuery.shape.interval.unwrap(),
  /** What the agents are for: as asked, or as the queue has it. */
  serviceLevel: z.number(),
  targetSeconds: z.number(),
  /** Weeks of history before it that are used, of at most so many. */
  weeks: z.int(),
  mostWeeks: z.int(),
  /** `none`: nothing is known. `little`: fewer weeks than can be trusted. */
  history: z.enum(['none', 'little', 'enough']),
  /** What the forecast was multiplied with, because the last two weeks were above or below those before. */
  level: z.number(),
  /** Of the method in the last whole weeks, each forecast from what was before it. */
  backTest: error.extend({ weeks: z.int() }),
  /** Of this week, as far as it is over; null while it has not begun. */
  error: error.nullable(),
  /** Days that are no ordinary ones: the forecast does not hold for them. */
  holidays: z.array(z.object({ day: z.iso.date(), name: z.string() })),
  rows: z.array(staffingRow),
});
export type Staffing = z.infer<typeof staffing>;
