/** Reports over the running figures: what may be asked, and what is answered. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { channelName, ticketStatus, timestamp } from './glossary.ts';

/** Of the centre's own clock. */
const localDay = z.iso.date();
const figureKey = z.string().regex(/^[a-z0-9-]{1,60}$/);
const words = z.object({ en: z.string(), zh: z.string() });

export const reportInterval = z.enum(['15m', '30m', '1h', 'day', 'week', 'month']);
export type ReportInterval = z.infer<typeof reportInterval>;
export const reportDimension = z.enum(['queue', 'channel', 'team', 'agent', 'type', 'grade']);
export type ReportDimension = z.infer<typeof reportDimension>;

/** Only what agrees with all of them; `none` is what has none. */
export const reportFilter = z.object({
  queueId: z.union([z.uuid(), z.literal('none')]).optional(),
  channel: channelName.optional(),
  agentId: z.string().max(100).optional(),
  teamId: z.union([z.uuid(), z.literal('none')]).optional(),
  type: z.string().max(100).optional(),
  grade: z.string().max(100).optional(),
});
export type ReportFilter = z.infer<typeof reportFilter>;

const comparison = z.union([
  z.literal('previous'),
  z
    .string()
    .max(30)
    .refine(
      (text) => text.split('..').length === 2 && text.split('..').every((day) => localDay.safeParse(day).success),
      'previous, or two days as 2026-11-01..2026-11-30',
    ),
]);

/** `from` and `to` are local days, both included. */
export const reportQuery = reportFilter.extend({
  /** Keys, separated by commas. */
  figures: z
    .string()
    .max(2_000)
    .transform((text) => [...new Set(text.split(',').filter((key) => key !== ''))])
    .pipe(z.array(figureKey).min(1).max(30)),
  from: localDay,
  to: localDay,
  /** Left out: the whole period as one. */
  interval: reportInterval.optional(),
  by: reportDimension.optional(),
  compare: comparison.optional(),
  format: z.enum(['json', 'csv', 'xlsx']).optional(),
  /** Of the headings in files. */
  language: z.enum(['en', 'zh']).default('en'),
});
export type ReportQuery = z.output<typeof reportQuery>;

const reportValues = z.record(z.string(), z.number().nullable());
export const reportRow = z.object({
  /** When the interval begins: a local day, or a moment for intervals of less than a day. */
  start: z.string(),
  /** Of what the row is: an id or a key; null where the report is by nothing. Empty: of none. */
  key: z.string().nullable(),
  name: z.string().nullable(),
  values: reportValues,
});
const reportPart = z.object({
  from: localDay,
  to: localDay,
  /** Where each interval of the period begins, those without rows included; the local days or moments of the rows. */
  starts: z.array(z.string()),
  rows: z.array(reportRow),
  totals: reportValues,
});
export type ReportPart = z.infer<typeof reportPart>;
export const report = reportPart.extend({
  timeZone: z.string(),
  interval: reportInterval.nullable(),
  by: reportDimension.nullable(),
  figures: z.array(z.string()),
  /** Every event up to this one is counted. */
  seq: z.int(),
  /** The first local day of which anything is known; what lies before it is unknown, not nothing. */
  since: localDay.nullable(),
  /** When it was read: intervals that begin later have not come yet. */
  at: timestamp,
  compared: reportPart.nullable(),
});
export type Report = z.infer<typeof report>;

export const reportTicketsQuery = pageQuery.extend({
  ...reportFilter.shape,
  figure: figureKey,
  from: localDay,
  to: localDay,
  /** Moments within these days, for intervals of less than a day: the first included, the last not. */
  since: timestamp.optional(),
  until: timestamp.optional(),
});

/** One time that a ticket counts for a figure. */
export const reportTicket = z.object({
  ticketId: z.uuid(),
  number: z.int(),
  subject: z.string(),
  status: ticketStatus,
  channel: channelName,
  queueId: z.uuid().nullable(),
  agentId: z.string().nullable(),
  /** What is counted. */
  fact: z.string(),
  at: timestamp,
  /** The duration that was measured; null where only a count is kept. */
  seconds: z.number().nullable(),
});
export type ReportTicket = z.infer<typeof reportTicket>;

export const reportDefinition = z.object({
  key: z.string(),
  unit: z.enum(['count', 'seconds', 'ratio']),
  title: words,
  formula: words,
  source: z.string(),
  /** `agents`: by agent or team only. `moment`: on the wallboard only. */
  about: z.enum(['contacts', 'agents', 'moment']),
  /** Whether its tickets can be listed. */
  tickets: z.boolean(),
});
export type ReportDefinition = z.infer<typeof reportDefinition>;
export const reportDefinitions = z.object({
  items: z.array(reportDefinition),
  /** Of the centre: what day it is there decides what "today" is. */
  timeZone: z.string(),
});
export type ReportDefinitions = z.infer<typeof reportDefinitions>;

// --- Saved reports -----------------------------------------------------------------------------------------------

/** Days counted from the one on which the report is asked for. */
export const reportPeriod = z.enum([
  'today',
  'yesterday',
  'last-7-days',
  'last-30-days',
  'this-week',
  'last-week',
  'this-month',
  'last-month',
  'this-year',
]);
export type ReportPeriod = z.infer<typeof reportPeriod>;

export const savedQuery = reportFilter.extend({
  figures: z.array(figureKey).min(1).max(30),
  period: reportPeriod,
  interval: reportInterval.optional(),
  by: reportDimension.optional(),
  compare: z.literal('previous').optional(),
});
export type SavedQuery = z.infer<typeof savedQuery>;

export const savedReportWrite = z.object({ name: z.string().trim().min(1).max(100), query: savedQuery });
export type SavedReportWrite = z.infer<typeof savedReportWrite>;
export const savedReport = savedReportWrite.extend({ id: z.uuid(), createdAt: timestamp, updatedAt: timestamp });
export type SavedReport = z.infer<typeof savedReport>;
export const savedReportRun = reportQuery.pick({ format: true, language: true });
