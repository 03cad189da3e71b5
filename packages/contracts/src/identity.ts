/** Who is it: what proves an identifier, who may be one person, and the ledger of merges and splits. */
import { z } from 'zod';
import { customer, identifier, merge, pageQuery } from './api.ts';
import { channelName, identifierGrade, identifierKind, timestamp } from './glossary.ts';

const reason = z.string().trim().min(1).max(500);

// --- Identifiers -------------------------------------------------------------------------------------------------

/** `message`: a contact named it; `token`: the host site's signed word; `code`: a one-time code; `agent`: a person checked it. */
export const evidenceSource = z.enum(['message', 'token', 'code', 'agent', 'import']);
export const identifierEvidence = z.object({
  source: evidenceSource,
  /** The grade that it is evidence for. */
  grade: identifierGrade,
  channel: channelName.nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  messageId: z.uuid().nullable(),
  /** The ticket of that message; null when there is none. */
  ticketId: z.uuid().nullable(),
  at: timestamp,
});
export const customerIdentifier = identifier.omit({ mark: true }).extend({
  id: z.uuid(),
  /** Behind a switchboard's number. */
  extension: z.string().nullable(),
  /** Whose several people's it is, where somebody said so. */
  organisation: z.string().nullable(),
  /** How many other customers name it. */
  otherHolders: z.int(),
  evidence: z.array(identifierEvidence),
});
export type CustomerIdentifier = z.infer<typeof customerIdentifier>;

export const identifierCreate = z.object({ kind: identifierKind, value: z.string().min(1).max(320) });
export const identifierCheck = z.object({ reason });
export const identifierShare = z.object({
  shared: z.boolean(),
  /** The firm or family that it names. */
  organisation: z.string().trim().min(1).max(200).nullish(),
  reason,
  /** Who keeps it, when the mark is taken away and several proved it. */
  keepCustomerId: z.uuid().optional(),
});
export const identifierSplit = z
  .object({ toCustomerId: z.uuid().optional(), displayName: z.string().trim().min(1).max(200).optional(), reason })
  .refine(({ toCustomerId, displayName }) => (toCustomerId === undefined) !== (displayName === undefined), {
    message: 'Either toCustomerId or the displayName of a new customer',
  });

/** `merged`: both had proved it; `suggested`: the other had not verified it; `kept-apart`: a person said that the two are not one. */
export const proofOutcome = z.object({
  outcome: z.enum(['proved', 'merged', 'suggested', 'kept-apart']),
  /** Whose it is now. */
  customerId: z.uuid(),
  otherId: z.uuid().nullable(),
  mergeId: z.uuid().nullable(),
  suggestionId: z.uuid().nullable(),
});
export type ProofOutcome = z.infer<typeof proofOutcome>;

// --- One-time codes ----------------------------------------------------------------------------------------------

export const codeRequest = z.object({ ticketId: z.uuid() });
export const codeConfirm = z.object({ code: z.string().regex(/^\s*\d{6}\s*$/) });
export const identityCode = z.object({
  id: z.uuid(),
  kind: z.enum(['email', 'phone']),
  value: z.string(),
  expiresAt: timestamp,
  attemptsLeft: z.int(),
  usedAt: timestamp.nullable(),
});
export type IdentityCode = z.infer<typeof identityCode>;
export const codeAnswer = z.object({
  result: z.enum(['confirmed', 'wrong', 'expired', 'exhausted', 'used']),
  proof: proofOutcome.nullable(),
});

// --- Suggestions -------------------------------------------------------------------------------------------------

export const suggestionReason = z.object({ code: z.string(), field: z.string(), detail: z.string() });
export type SuggestionReason = z.infer<typeof suggestionReason>;
export const suggestion = z.object({
  id: z.uuid(),
  /** 1 is certain. */
  score: z.number(),
  /** `proof`: both proved one identifier. */
  source: z.enum(['score', 'proof']),
  reasons: z.array(suggestionReason),
  /** The older customer, who stays when the two are merged. */
  customer,
  other: customer,
  createdAt: timestamp,
});
export type Suggestion = z.infer<typeof suggestion>;
export const suggestionQuery = pageQuery.extend({ customerId: z.uuid().optional() });
export const suggestionAccept = z.object({
  /** Which of the two stays; the older one when left out. */
  keepId: z.uuid().optional(),
});
export const suggestionBulk = z.object({
  /** Only ever the threshold that is set, or more. */
  minScore: z.number().min(0).max(1).optional(),
});
export const suggestionBulkAnswer = z.object({ merged: z.int(), skipped: z.int(), left: z.int() });
export const suggestionSummary = z.object({
  /** At most `countLimit`. */
  open: z.int(),
  aboveThreshold: z.int(),
  countLimit: z.int(),
  bulkScore: z.number(),
});
export type SuggestionSummary = z.infer<typeof suggestionSummary>;

export const identitySettings = z.object({
  /** Pairs below this are not suggested. */
  suggestScore: z.number().min(0.1).max(1).default(0.5),
  /** Pairs from here on may be accepted together. */
  bulkScore: z.number().min(0.5).max(1).default(0.95),
  /** So many names behind one identifier make it several people's; 0: only a person marks it. */
  sharedNames: z.int().min(0).max(50).default(5),
});
export type IdentitySettings = z.infer<typeof identitySettings>;

// --- Ledger ------------------------------------------------------------------------------------------------------

const rowCounts = z.record(z.string(), z.int());
export const mergeEntry = merge.extend({
  /** `split`: an identifier of `otherId` went to `customerId`. */
  kind: z.enum(['merge', 'split']),
  customerName: z.string(),
  otherName: z.string(),
  by: z.string().nullable(),
  undoneBy: z.string().nullable(),
  reason: z.string().nullable(),
  /** Rows that it moved, by table. */
  moved: rowCounts,
});
export type MergeEntry = z.infer<typeof mergeEntry>;
const laterRows = z.object({ tickets: z.array(z.object({ id: z.uuid(), number: z.int() })), counts: rowCounts });
/** What undoing would do, or did. */
export const mergeUndo = z.object({
  entry: mergeEntry,
  /** The entry that has to be undone first. */
  blockedBy: z.uuid().nullable(),
  /** Came since by an identifier that goes back, and goes back with it. */
  returns: laterRows,
  /** Came since, and stays. */
  stays: laterRows,
});
export type MergeUndo = z.infer<typeof mergeUndo>;

// --- Visitor tokens ----------------------------------------------------------------------------------------------

export const siteAlgorithm = z.enum(['HS256', 'ES256', 'EdDSA']);
export type SiteAlgorithm = z.infer<typeof siteAlgorithm>;
export const visitorSiteKey = z.object({
  id: z.uuid(),
  algorithm: siteAlgorithm,
  createdAt: timestamp,
  /** It holds no longer from then on; null: until another moment is set. */
  retiresAt: timestamp.nullable(),
});
export const visitorSite = z.object({
  id: z.uuid(),
  name: z.string(),
  /** The `aud` of its tokens. */
  audience: z.string(),
  enabled: z.boolean(),
  createdAt: timestamp,
  keys: z.array(visitorSiteKey),
});
export type VisitorSite = z.infer<typeof visitorSite>;
export const visitorSiteCreate = z.object({
  name: z.string().trim().min(1).max(100),
  audience: z.string().trim().min(3).max(200),
});
export const visitorSiteUpdate = z.object({ name: z.string().trim().min(1).max(100), enabled: z.boolean() });
export const visitorSiteKeyCreate = z.object({
  algorithm: siteAlgorithm,
  /** PEM (SPKI); asked for with ES256 and EdDSA. The secret of HS256 is made here. */
  publicKey: z.string().max(5_000).optional(),
  /** The keys before it hold for so long. Hours. */
  overlapHours: z.number().min(0).max(720).default(24),
});
export const visitorSiteKeyCreated = visitorSiteKey.extend({
  /** Shown once; null for a public key. */
  secret: z.string().nullable(),
});
export type VisitorSiteKeyCreated = z.infer<typeof visitorSiteKeyCreated>;

/** `POST /widget/identify` with the visitor's token: the host site's token about who that is. */
export const visitorIdentify = z.object({ token: z.string().min(1).max(8_000) });
export interface VisitorIdentified {
  subject: string;
  name: string | null;
}
