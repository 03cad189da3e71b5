/** Saved reports that are mailed: when, to whom, and what became of each mail. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { timestamp } from './glossary.ts';

/** Of the centre's own clock, on the hour. */
const hour = z.int().min(0).max(23);
export const reportTimes = z.discriminatedUnion('every', [
  z.object({ every: z.literal('day'), hour }),
  /** ISO 8601: 1 is Monday. */
  z.object({ every: z.literal('week'), weekday: z.int().min(1).max(7), hour }),
  /** In a month that has no such day, on its last. */
  z.object({ every: z.literal('month'), day: z.int().min(1).max(31), hour }),
]);
export type ReportTimes = z.infer<typeof reportTimes>;

const mostRecipients = 50;
const mailing = z.object({
  /** They are written to at the address that they have by then. */
  agentIds: z.array(z.string().min(1).max(100)).max(mostRecipients),
  /** Of others, as a manager wrote them. */
  addresses: z.array(z.email().max(254)).max(mostRecipients),
  language: z.enum(['en', 'zh']),
  /** What is attached. The figures stand in the mail as well. */
  format: z.enum(['csv', 'xlsx']),
});
const hasRecipient = ({ agentIds, addresses }: z.infer<typeof mailing>): boolean =>
  agentIds.length + addresses.length > 0;
const nobody = { message: 'Somebody has to get it', path: ['agentIds'] };

export const reportMailing = mailing.refine(hasRecipient, nobody);
export type ReportMailing = z.infer<typeof reportMailing>;

const schedule = mailing.extend({ enabled: z.boolean(), times: reportTimes });
export const reportScheduleWrite = schedule.refine(hasRecipient, nobody);
export type ReportScheduleWrite = z.infer<typeof reportScheduleWrite>;
export const reportSchedule = schedule.extend({
  reportId: z.uuid(),
  /** Null while it is switched off. */
  nextAt: timestamp.nullable(),
  /** Mails of the last time it was sent, by the schedule or by a person, that did not arrive or of which nobody knows. */
  undelivered: z.int(),
});
export type ReportSchedule = z.infer<typeof reportSchedule>;

/** `unknown`: handed over without an answer. It is not sent again by itself, since that could send it twice. */
export const reportMailState = z.enum(['queued', 'sending', 'sent', 'failed', 'unknown']);
export type ReportMailState = z.infer<typeof reportMailState>;

export const reportMail = z.object({
  id: z.uuid(),
  reportId: z.uuid(),
  /** For when it was due; of one that a person asked for, when they did. */
  dueAt: timestamp,
  /** Null: its schedule. */
  askedBy: z.string().nullable(),
  /** Null where the address was written by a manager. */
  agentId: z.string().nullable(),
  /** Empty where an agent has none any more. */
  address: z.string(),
  state: reportMailState,
  attempts: z.int(),
  error: z.string().nullable(),
  /** When it is tried next; null unless it waits. */
  nextTryAt: timestamp.nullable(),
  settledAt: timestamp.nullable(),
});
export type ReportMail = z.infer<typeof reportMail>;

export const reportMailQuery = pageQuery.extend({ state: reportMailState.optional() });
export const reportSending = z.object({ mails: z.int() });
