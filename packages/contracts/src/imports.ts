/** What comes by CSV: customers and purchases, with a dry run before and a file of rejected rows after. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { dataSourceName } from './customer-file.ts';
import { timestamp } from './glossary.ts';

export const importKind = z.enum(['customers', 'purchases']);
export type ImportKind = z.infer<typeof importKind>;
export const importState = z.enum(['draft', 'ready', 'checking', 'running', 'paused', 'done', 'cancelled', 'failed']);
export type ImportState = z.infer<typeof importState>;

/** Encodings by their names of the Encoding Standard. */
export const csvEncoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'shift_jis', 'windows-1252']);
export type CsvEncoding = z.infer<typeof csvEncoding>;
export const csvDelimiter = z.enum([',', ';', '\t', '|']);
export type CsvDelimiter = z.infer<typeof csvDelimiter>;
export const dateOrder = z.enum(['ymd', 'dmy', 'mdy']);
export type DateOrder = z.infer<typeof dateOrder>;

/**
 * What a column is. `field:` and a key: that field of the file. Of customers: `displayName`, `externalId`, `organisation`, and identifiers. Of
 * purchases: whose it is, and what an order has. `patchbayId` is the customer's id here, as exports have it. A cell with several addresses, numbers or
 * organisations has a semicolon and a blank between them.
 */
export const columnTarget = z.string().regex(/^(?:field:[a-z][a-zA-Z0-9_-]{0,59}|[a-z][a-zA-Z]{0,40})$/);
export const customerTargets = [
  'displayName',
  'externalId',
  'patchbayId',
  'email',
  'phone',
  'account',
  'organisation',
] as const;
export const purchaseTargets = [
  'externalId',
  'customerExternalId',
  'patchbayId',
  'email',
  'phone',
  'account',
  'occurredAt',
  'amount',
  'currency',
  'item',
  'quantity',
  'state',
] as const;

export const importSettings = z.object({
  /** The system that the file is from: rows are known again by its numbers. */
  source: dataSourceName,
  /** The source has checked its identifiers: they are known. Otherwise they are claimed, and join nobody. */
  vouches: z.boolean().default(false),
  /** What becomes of a field that an existing customer has filled in already. */
  onExisting: z.enum(['keep', 'replace']).default('keep'),
  dateOrder: dateOrder.default('ymd'),
  /** Of amounts whose row names none. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable()
    .default(null),
  encoding: csvEncoding.optional(),
  delimiter: csvDelimiter.optional(),
  /** By column from the left what it is; null: left out. */
  columns: z.array(columnTarget.nullable()).max(500),
});
export type ImportSettings = z.infer<typeof importSettings>;
export type ImportSettingsDraft = z.input<typeof importSettings>;

/** What can be wrong with a row, as far as screens have words for it. */
export const rowProblem = z.enum([
  'required',
  'too-short',
  'too-long',
  'too-small',
  'too-large',
  'too-early',
  'too-late',
  'not-a-number',
  'not-a-date',
  'not-an-option',
  'not-an-email',
  'not-a-phone',
  'not-a-url',
  'not-a-currency',
  'not-an-amount',
  'wrong-form',
  'not-checked',
  'too-many-cells',
  'too-few-cells',
  'bad-characters',
  'nobody',
  'several-customers',
  'no-such-customer',
  'not-stored',
]);

export const rowReason = z.object({
  /** The column of the file; null: the row as a whole. */
  column: z.string().nullable(),
  code: z.string(),
});
export type RowReason = z.infer<typeof rowReason>;
export const importReject = z.object({
  /** Rows after the header, from 1; empty lines count, as they do in a spreadsheet. */
  rowNumber: z.int(),
  reasons: z.array(rowReason),
  cells: z.array(z.string()),
});
export type ImportReject = z.infer<typeof importReject>;
export const importReport = z.object({
  rows: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  /** The first that would be rejected. */
  firstRejects: z.array(importReject),
});
export type ImportReport = z.infer<typeof importReport>;

export const importCreate = z.object({ kind: importKind, filename: z.string().trim().min(1).max(200) });
export const dataImport = z.object({
  id: z.uuid(),
  kind: importKind,
  state: importState,
  filename: z.string(),
  size: z.int(),
  encoding: csvEncoding.nullable(),
  delimiter: csvDelimiter.nullable(),
  header: z.array(z.string()),
  sample: z.array(z.array(z.string())),
  settings: importSettings.nullable(),
  report: importReport.nullable(),
  /** The number of the last row, once they have been counted. */
  total: z.int().nullable(),
  /** The number of the row that was done last. */
  done: z.int(),
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  rejected: z.int(),
  problem: z.string().nullable(),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
});
export type DataImport = z.infer<typeof dataImport>;
export const rejectQuery = pageQuery;
export const rejectFileQuery = z.object({ language: z.enum(['en', 'zh']).default('en') });

export const importMapping = z.object({
  name: z.string(),
  kind: importKind,
  settings: importSettings,
  updatedAt: timestamp,
});
export type ImportMapping = z.infer<typeof importMapping>;
export const importMappingWrite = z.object({ kind: importKind, settings: importSettings });
