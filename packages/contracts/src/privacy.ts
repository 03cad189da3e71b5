/** What a person may ask of the centre, how long things are kept, who sees what, and the trail of it. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { channelName, timestamp } from './glossary.ts';

const reason = z.string().trim().min(3).max(500);

// --- Requests ----------------------------------------------------------------------------------------------------

export const privacyRequestKind = z.enum(['export', 'erasure']);
export type PrivacyRequestKind = z.infer<typeof privacyRequestKind>;
export const privacyRequestCreate = z.object({ kind: privacyRequestKind, reason });
export const privacyRequest = z.object({
  id: z.uuid(),
  kind: privacyRequestKind,
  customerId: z.uuid(),
  customerName: z.string(),
  /** `asked`: an administrator has to confirm; `waiting`: for its time. */
  state: z.enum(['asked', 'waiting', 'running', 'done', 'expired', 'cancelled']),
  reason: z.string(),
  /** Null: asked for by retention. */
  askedBy: z.string().nullable(),
  askedAt: timestamp,
  confirmedBy: z.string().nullable(),
  confirmedAt: timestamp.nullable(),
  cancelledBy: z.string().nullable(),
  /** When it begins, or is looked at again. */
  dueAt: timestamp,
  /** Why it does not go on: a legal hold, a call that goes on, a message on its way. */
  obstacle: z.enum(['hold', 'call', 'sending', 'import']).nullable(),
  step: z.string().nullable(),
  /** Rows that were changed or written, by table. */
  counts: z.record(z.string(), z.number()),
  finishedAt: timestamp.nullable(),
  /** Bytes of the export. */
  size: z.int().nullable(),
  expiresAt: timestamp.nullable(),
  downloadedAt: timestamp.nullable(),
});
export type PrivacyRequest = z.infer<typeof privacyRequest>;
export const privacyRequestQuery = pageQuery.extend({
  kind: privacyRequestKind.optional(),
  customerId: z.uuid().optional(),
});
/** It works once, for whoever asked for it. */
export const exportLink = z.object({ url: z.string(), until: timestamp });
export type ExportLink = z.infer<typeof exportLink>;

/** What an erasure would do. */
export const erasurePreview = z.object({
  /** Customers that were merged into this one, and itself. */
  customers: z.int(),
  /** Rows of the person, by table. */
  rows: z.record(z.string(), z.int()),
  openTickets: z.int(),
  held: z.boolean(),
  /** Identifiers that other customers have too: they stay in the words of others. */
  shared: z.int(),
  /** Files of other people's messages are not looked into. */
  othersFilesNotSearched: z.literal(true),
});
export type ErasurePreview = z.infer<typeof erasurePreview>;

export const legalHold = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  reason: z.string(),
  byAgentId: z.string(),
  at: timestamp,
  releasedAt: timestamp.nullable(),
  releasedBy: z.string().nullable(),
  releaseReason: z.string().nullable(),
});
export type LegalHold = z.infer<typeof legalHold>;
export const legalHoldChange = z.object({ reason });

// --- Consent by purpose ------------------------------------------------------------------------------------------

export const consentPurpose = z.enum(['marketing', 'recording', 'survey']);
export type ConsentPurpose = z.infer<typeof consentPurpose>;
export const consentRecordCreate = z.object({
  purpose: consentPurpose,
  state: z.enum(['granted', 'withdrawn']),
  source: z.enum(['customer', 'agent', 'form', 'import']),
  channel: channelName.nullable().default(null),
  /** Which wording the person agreed to. */
  textVersion: z.string().trim().max(100).default(''),
  note: z.string().trim().max(500).default(''),
});
export type ConsentRecordCreate = z.infer<typeof consentRecordCreate>;
export type ConsentRecordDraft = z.input<typeof consentRecordCreate>;
export const consentRecord = consentRecordCreate.extend({
  id: z.uuid(),
  byAgentId: z.string().nullable(),
  at: timestamp,
});
export type ConsentRecord = z.infer<typeof consentRecord>;

// --- Settings ----------------------------------------------------------------------------------------------------

/** What is kept for how long. */
export const retentionKind = z.enum([
  'messages',
  'attachments',
  'recordings',
  'calls',
  'raw',
  'inbox',
  'quarantine',
  'customers',
  'audit',
  'idempotency',
]);
export type RetentionKind = z.infer<typeof retentionKind>;
/** Days; null: for ever. */
const period = z.int().min(1).max(36_500).nullable();
export const retentionPeriods = z.object({
  messages: period.default(null),
  attachments: period.default(null),
  recordings: period.default(null),
  calls: period.default(null),
  raw: period.default(null),
  inbox: period.default(null),
  quarantine: period.default(null),
  customers: period.default(null),
  audit: period.default(null),
  /** The same request with the same key gets the same answer as long. */
  idempotency: z.int().min(1).max(365).default(1),
});
export type RetentionPeriods = z.infer<typeof retentionPeriods>;

/** `own`: shown to those who may read a ticket of the customer. */
export const visibilityRule = z.enum(['shown', 'own', 'masked']);
export const fieldClass = z.enum(['email', 'phone', 'account', 'external', 'sensitive']);
export type FieldClass = z.infer<typeof fieldClass>;
const rules = z.object({
  email: visibilityRule.default('shown'),
  phone: visibilityRule.default('shown'),
  account: visibilityRule.default('shown'),
  external: visibilityRule.default('shown'),
  sensitive: visibilityRule.default('masked'),
});
export const maskingRules = z.object({
  agent: rules.prefault({}),
  manager: rules.prefault({}),
  admin: rules.prefault({}),
});
export type MaskingRules = z.infer<typeof maskingRules>;

export const privacySettings = z.object({
  erasure: z
    .object({
      /** Days between the confirmation and the beginning. */
      waitDays: z.int().min(0).max(90).default(3),
      /** Nobody confirms what they asked for themselves. */
      fourEyes: z.boolean().default(true),
    })
    .prefault({}),
  exports: z
    .object({
      /** Days that the file is there. */
      keepDays: z.int().min(1).max(90).default(7),
      /** Minutes that a link holds. */
      linkMinutes: z.int().min(1).max(1440).default(15),
    })
    .prefault({}),
  retention: retentionPeriods.prefault({}),
  masking: maskingRules.prefault({}),
});
export type PrivacySettings = z.infer<typeof privacySettings>;

/** What a period would remove now. `count` goes up to `most`. */
export const retentionPreview = z.object({
  items: z.array(
    z.object({
      kind: retentionKind,
      days: z.int().nullable(),
      count: z.int(),
      more: z.boolean(),
      oldest: timestamp.nullable(),
      /** Removed so far. */
      removed: z.int(),
    }),
  ),
});
export type RetentionPreview = z.infer<typeof retentionPreview>;

// --- Reveal and audit --------------------------------------------------------------------------------------------

export const revealRequest = z.object({
  /** `identifier:` and the id of one, `field:` and the key of a field of the file, or `ticket:` with the id of a ticket and the key of its field. */
  field: z.string().regex(/^(?:identifier:[0-9a-f-]{36}|(?:field|ticket:[0-9a-f-]{36}):[a-z][a-zA-Z0-9_-]{0,59})$/),
  reason,
});
export const revealed = z.object({
  value: z.string(),
  /** Until when a screen may show it. */
  until: timestamp,
});
export type Revealed = z.infer<typeof revealed>;

export const auditFilter = z.object({
  action: z.string().max(100).optional(),
  actorId: z.string().max(100).optional(),
  customerId: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilter = z.infer<typeof auditFilter>;
export const auditQuery = pageQuery.extend(auditFilter.shape);
export const auditEntry = z.object({
  id: z.int(),
  at: timestamp,
  action: z.string(),
  actorId: z.string().nullable(),
  actorName: z.string().nullable(),
  customerId: z.uuid().nullable(),
  customerName: z.string().nullable(),
  ticketId: z.uuid().nullable(),
  correlationId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  /** Null: it is not sealed yet. */
  sealId: z.int().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntry>;
/** Whether the trail is what was written: seals that do not hold, if any. */
export const auditCheck = z.object({ seals: z.int(), broken: z.array(z.int()) });
export type AuditCheck = z.infer<typeof auditCheck>;

/** The keys that seal secrets, without anything of the keys themselves. */
export const secretKeys = z.object({
  present: z.string(),
  /** How many texts each key has sealed; `v1` are those that do not say which. */
  uses: z.array(z.object({ keyId: z.string(), texts: z.int() })),
});
export type SecretKeys = z.infer<typeof secretKeys>;
