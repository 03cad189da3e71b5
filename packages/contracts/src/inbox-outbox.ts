/** What came in and what goes out, as operators see and decide it. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { channelName, deliveryStatus, inboxState, timestamp } from './glossary.ts';
import { outgoingWait } from './outgoing-wait.ts';

export const inboxItem = z.object({
  id: z.uuid(),
  externalId: z.string(),
  channel: channelName,
  channelAccount: z.string(),
  /** What a source is called; null for accounts that are known by their address alone. */
  accountName: z.string().nullable(),
  state: inboxState,
  reason: z.string().nullable(),
  attempts: z.int(),
  messageId: z.uuid().nullable(),
  ticketId: z.uuid().nullable(),
  rawSha256: z.string().nullable(),
  receivedAt: timestamp,
  from: z.string().nullable(),
  subject: z.string().nullable(),
  /** How often the provider delivered it. */
  deliveries: z.int(),
  /** Since when it waits, or waited, for a person. */
  quarantinedAt: timestamp.nullable(),
  /** A replay was asked for and is still to be done. */
  replaying: z.boolean(),
  /** Who put it away, when and why; null when nobody has. */
  discarded: z
    .object({ at: timestamp, by: z.string().nullable(), byName: z.string().nullable(), reason: z.string() })
    .nullable(),
});
export type InboxItem = z.infer<typeof inboxItem>;
export const inboxFilter = z.object({
  state: inboxState.optional(),
  channel: channelName.optional(),
  /** The key of a group of contacts that fail alike. */
  group: z.string().max(200).optional(),
  /** Only what has waited for so long, in minutes. */
  olderThan: z.coerce.number().int().min(0).max(5_256_000).optional(),
  /** In the reason, the sender, the subject or the provider's id. */
  q: z.string().max(200).optional(),
});
export type InboxFilter = z.infer<typeof inboxFilter>;
export const inboxQuery = pageQuery.extend(inboxFilter.shape);
export const outboxItem = z.object({
  id: z.uuid(),
  messageId: z.uuid(),
  ticketId: z.uuid(),
  ticketNumber: z.int(),
  channel: channelName,
  to: z.string(),
  subject: z.string().nullable(),
  preview: z.string(),
  /** Whether it failed and can be written anew by who asks: `GET /outbox/:id/written` has all that was handed in. */
  anew: z.boolean(),
  status: deliveryStatus.exclude(['sending']),
  /** It failed for one of its recipients, and whether others have it is not known: `resend` sends it to these alone. */
  inDoubt: z.boolean(),
  externalId: z.string().nullable(),
  attempts: z.int(),
  error: z.string().nullable(),
  /** Null where it has left, or never will. */
  waiting: outgoingWait.nullable(),
  createdAt: timestamp,
  /** Where the mail's bytes can be read when no SMTP_URL is set; null otherwise. */
  rawUrl: z.string().nullable(),
  /** When a person decided about a failure, an unknown end or who missed it; null again when somebody else misses it. */
  decidedAt: timestamp.nullable(),
});
export type OutboxItem = z.infer<typeof outboxItem>;

export const outboxQuery = pageQuery.extend({
  /**
   * `partly`: some of its recipients missed it. `undelivered`: one of these three, written by whoever asks, and nobody has decided yet.
   */
  status: z.enum(['failed', 'unknown', 'partly', 'undelivered']).optional(),
});
export type OutboxFilter = z.infer<typeof outboxQuery>['status'];
/** Replies that have not left, or of these the ones in one state. */
export const heldReplyQuery = pageQuery.extend({ state: z.enum(['held', 'leaving', 'failed']).optional() });
/**
 * `resend` puts the same message back on its way, to those of its recipients who are not known to have it. `failed` on one that has failed says that it was seen, and `seen` says so of one that
 * some of its recipients missed.
 */
export const outboxDecision = z.object({ decision: z.enum(['sent', 'failed', 'resend', 'seen']) });

/** How fast one account of ours may be used; `perSecond` null: no limit. */
export const sendingLimitUpdate = z.object({
  channel: channelName,
  account: z.string().min(1).max(320),
  /** At least about one in a day; null: as fast as they come. */
  perSecond: z.number().min(0.000_01).max(10_000).nullable(),
  burst: z.int().min(1).max(10_000).default(1),
});
export const sendingLimit = sendingLimitUpdate.extend({
  /** The provider asked for a rest until then (429). */
  pausedUntil: timestamp.nullable(),
});
export type SendingLimit = z.infer<typeof sendingLimit>;
