/** The customer's file as the API carries it: fields with their provenance, organisations, relations, purchases, timeline. */
import { z } from 'zod';
import { identifier, pageQuery } from './api.ts';
import { channelName, direction, messageKind, timestamp } from './glossary.ts';
import { task, taskKind } from './tasks.ts';

// --- Fields ------------------------------------------------------------------------------------------------------

export const fieldSource = z.enum(['agent', 'import', 'form', 'api']);
export const fieldContent = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
/** A value with where it came from. `version` is what an edit of it names. */
export const fieldEntry = z.object({
  key: z.string(),
  value: fieldContent.nullable(),
  /** The value is not shown to the asker's role, only what it may see of it. */
  masked: z.boolean().optional(),
  version: z.uuid(),
  source: fieldSource,
  /** The import and its row, or the program. */
  sourceRef: z.string().nullable(),
  byAgentId: z.string().nullable(),
  byName: z.string().nullable(),
  at: timestamp,
});
export type FieldEntry = z.infer<typeof fieldEntry>;
/** What a conflict says is there now. */
export const fieldEntries = z.array(fieldEntry);

const fieldChange = z.object({
  key: z.string().min(1).max(60),
  /** Null empties it. */
  value: z.unknown(),
  /** Of the value that was seen when it was edited; null where there was none. Left out: whatever is there is replaced. */
  version: z.uuid().nullable().optional(),
});
export const fieldChanges = z.object({ changes: z.array(fieldChange).min(1).max(100) });
export type FieldChanges = z.input<typeof fieldChanges>;

// --- Organisations, relations ------------------------------------------------------------------------------------

const organisationShape = z.object({
  name: z.string().trim().min(1).max(200),
  website: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable()
    .default(null),
  notes: z.string().max(5000).default(''),
});
export const organisationCreate = organisationShape;
export const organisationUpdate = organisationShape;
export const organisation = organisationShape.extend({
  id: z.uuid(),
  members: z.int(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Organisation = z.infer<typeof organisation>;
export const organisationQuery = pageQuery.extend({ q: z.string().max(200).optional() });
export const membershipUpdate = z.object({ role: z.string().trim().max(200).default('') });
const membership = z.object({ organisationId: z.uuid(), name: z.string(), role: z.string() });

/** What a customer is to another one. */
export const relationKind = z.enum([
  'works-for',
  'colleague-of',
  'assistant-of',
  'family-of',
  'partner-of',
  'guardian-of',
  'knows',
]);
export type RelationKind = z.infer<typeof relationKind>;
export const relationCreate = z.object({
  otherId: z.uuid(),
  kind: relationKind,
  note: z.string().trim().max(500).default(''),
});
export const relation = z.object({
  id: z.uuid(),
  kind: relationKind,
  /** `to`: the customer of this file is it to the other one; `from`: the other way round. */
  direction: z.enum(['to', 'from']),
  otherId: z.uuid(),
  otherName: z.string(),
  note: z.string(),
  createdAt: timestamp,
});
export type Relation = z.infer<typeof relation>;

// --- File --------------------------------------------------------------------------------------------------------

export const reviewKind = z.enum(['contact-details', 'purchases', 'service']);
export type ReviewKind = z.infer<typeof reviewKind>;
const days = z.int().min(1).max(3660);
/** Days after which a kind of record is to be looked at again; null: never. */
export const reviewSettings = z.object({
  contactDetails: days.nullable().default(30),
  purchases: days.nullable().default(91),
  service: days.nullable().default(91),
  /** Days from the moment a review is due until it counts as overdue. */
  grace: z.int().min(0).max(365).default(7),
});
export type ReviewSettings = z.infer<typeof reviewSettings>;
export const reviewRequest = z.object({ kind: reviewKind });
const review = z.object({
  kind: reviewKind,
  /** Null: never reviewed. */
  reviewedAt: timestamp.nullable(),
  dueAt: timestamp,
  overdue: z.boolean(),
});
export type Review = z.infer<typeof review>;

const completeness = z.object({
  filled: z.int(),
  required: z.int(),
  /** Of 100; 100 where nothing is required. */
  percent: z.number(),
  /** Keys of the required fields that are empty. */
  missing: z.array(z.string()),
  formula: z.string(),
});
export const customerFile = z.object({
  id: z.uuid(),
  displayName: z.string(),
  mergedInto: z.uuid().nullable(),
  createdAt: timestamp,
  identifiers: z.array(identifier),
  /** Those that were ever filled in, with the value that holds. */
  fields: z.array(fieldEntry),
  /** Keys that this customer has to have. */
  required: z.array(z.string()),
  completeness,
  organisations: z.array(membership),
  relations: z.array(relation),
  reviews: z.array(review),
  tasks: z.array(task),
});
export type CustomerFile = z.infer<typeof customerFile>;

export const customerSummary = z.object({
  id: z.uuid(),
  displayName: z.string(),
  /** The first few. */
  identifiers: z.array(z.object({ kind: z.string(), value: z.string(), grade: z.string() })),
  organisations: z.array(z.string()),
  percent: z.number(),
  openTasks: z.int(),
  createdAt: timestamp,
});
export type CustomerSummary = z.infer<typeof customerSummary>;
export const customerFilter = z.object({
  q: z.string().max(200).optional(),
  organisationId: z.uuid().optional(),
  completeness: z.enum(['complete', 'incomplete']).optional(),
  /** Whether a task of theirs is late. */
  overdue: z.enum(['true']).optional(),
  /** The name of a system that knows them. */
  source: z.string().max(60).optional(),
});
export type CustomerFilter = z.infer<typeof customerFilter>;
export const customerFileQuery = pageQuery.extend(customerFilter.shape);

const rate = z.object({ value: z.number(), part: z.int(), whole: z.int(), formula: z.string() });
export const customerFileFigures = z.object({
  completeness: rate,
  freshness: rate,
  customers: z.int(),
  complete: z.int(),
  at: timestamp,
});
export type CustomerFileFigures = z.infer<typeof customerFileFigures>;

// --- Purchases ---------------------------------------------------------------------------------------------------

export const purchaseState = z.enum(['placed', 'completed', 'cancelled', 'refunded']);
const sourceName = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u, 'letters, digits, blanks, dots, hyphens, underscores; at most 60');
export const dataSourceName = sourceName;
const purchaseItem = z.object({
  name: z.string().min(1).max(300),
  quantity: z.number().positive().max(1e9).default(1),
  amountMinor: z.int().optional(),
});
const purchaseShape = z.object({
  /** The order system. */
  source: sourceName,
  /** The order's number there. */
  externalId: z.string().trim().min(1).max(200),
  occurredAt: timestamp,
  /** In the currency's minor unit (ISO 4217). */
  amountMinor: z.int(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)'),
  items: z.array(purchaseItem).max(500).default([]),
  state: purchaseState.default('completed'),
});
/** Whose it is: by id, by a proved identifier, or by the name under which the source knows the customer. */
export const purchaseWrite = purchaseShape
  .extend({
    customerId: z.uuid().optional(),
    identifier: z
      .object({ kind: z.enum(['email', 'phone', 'account', 'external']), value: z.string().min(1).max(320) })
      .optional(),
    customerExternalId: z.string().min(1).max(200).optional(),
  })
  .refine(
    ({ customerId, identifier: named, customerExternalId }) =>
      [customerId, named, customerExternalId].filter((one) => one !== undefined).length === 1,
    { path: ['customerId'], message: 'exactly one of customerId, identifier and customerExternalId' },
  );
export const purchase = purchaseShape.extend({
  id: z.uuid(),
  customerId: z.uuid(),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Purchase = z.infer<typeof purchase>;
export const purchaseFilter = z.object({
  customerId: z.uuid().optional(),
  source: z.string().max(60).optional(),
  from: timestamp.optional(),
  to: timestamp.optional(),
});
export type PurchaseFilter = z.infer<typeof purchaseFilter>;
export const purchaseQuery = pageQuery.extend(purchaseFilter.shape);

// --- Timeline ----------------------------------------------------------------------------------------------------

const entry = { id: z.string(), at: timestamp, by: z.string().nullable() };
const ofTicket = { ticketId: z.uuid(), ticketNumber: z.int() };
export const timelineItem = z.discriminatedUnion('type', [
  z.object({
    ...entry,
    ...ofTicket,
    type: z.literal('message'),
    channel: channelName,
    direction,
    kind: messageKind,
    visibility: z.enum(['public', 'internal']),
    subject: z.string().nullable(),
    /** The first words. */
    preview: z.string(),
  }),
  z.object({
    ...entry,
    ...ofTicket,
    type: z.literal('call'),
    state: z.string(),
    durationSeconds: z.number().nullable(),
  }),
  z.object({
    ...entry,
    type: z.literal('purchase'),
    source: z.string(),
    externalId: z.string(),
    amountMinor: z.int(),
    currency: z.string(),
    state: purchaseState,
  }),
  z.object({
    ...entry,
    type: z.literal('survey'),
    source: z.string(),
    externalId: z.string(),
    /** From 1 to 5, the best. */
    score: z.int(),
    ticketNumber: z.int().nullable(),
  }),
  z.object({ ...entry, type: z.literal('created'), reason: z.string() }),
  z.object({ ...entry, type: z.literal('changed'), fields: z.array(z.string()), source: z.string() }),
  z.object({ ...entry, type: z.literal('identified'), kind: z.string(), grade: z.string() }),
  z.object({ ...entry, type: z.literal('merged'), otherId: z.uuid(), undone: z.boolean() }),
  z.object({
    ...entry,
    type: z.literal('task'),
    kind: taskKind,
    step: z.enum(['created', 'done', 'skipped']),
    cause: z.string(),
  }),
]);
export type TimelineItem = z.infer<typeof timelineItem>;
