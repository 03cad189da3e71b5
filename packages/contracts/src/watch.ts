/** Requests and answers about what the hub watches over: quarantined contacts, alerts, and the health of channels. */
import { z } from 'zod';
import { channelName, timestamp } from './glossary.ts';
import { alertReason } from './events.ts';

// --- Quarantine ----------------------------------------------------------------------------------------------------

/** A field of what was received: a header of a mail, a field of a form, a value in JSON by its path. */
export const receivedField = z.object({
  name: z.string(),
  value: z.string(),
  /** A secret, which is not shown. */
  masked: z.boolean(),
});
export type ReceivedField = z.infer<typeof receivedField>;

/** What is known of one received contact besides its line in the list. */
export const inboxDetail = z.object({
  id: z.uuid(),
  rawType: z.string(),
  /** Bytes. */
  size: z.int(),
  rawSha256: z.string(),
  kind: z.enum(['headers', 'fields', 'none']),
  fields: z.array(receivedField),
  /** There are more than are listed. */
  fieldsCut: z.boolean(),
  /** First words of its text, as plain text; null when none can be read. */
  preview: z.string().nullable(),
});
export type InboxDetail = z.infer<typeof inboxDetail>;

/** The beginning of what was received, as text. Bytes that are none are shown as U+FFFD. */
export const inboxText = z.object({ text: z.string(), size: z.int(), truncated: z.boolean() });
export type InboxText = z.infer<typeof inboxText>;

/** Quarantined contacts that fail alike. */
export const inboxGroup = z.object({
  key: z.string(),
  /** The newest contact's own reason. */
  reason: z.string(),
  channel: channelName,
  count: z.int(),
  oldestAt: timestamp,
  newestAt: timestamp,
});
export type InboxGroup = z.infer<typeof inboxGroup>;
export const inboxGroupList = z.object({ items: z.array(inboxGroup) });

export const quarantineSummary = z.object({
  /** Counted up to 10,000. */
  waiting: z.int(),
  oldestAt: timestamp.nullable(),
});
export type QuarantineSummary = z.infer<typeof quarantineSummary>;

/** How many contacts one call may move. */
export const bulkLimit = 500;
export const inboxBulk = z
  .object({
    action: z.enum(['replay', 'discard', 'restore']),
    ids: z.array(z.uuid()).min(1).max(bulkLimit).optional(),
    /** The oldest that match; call again while `more` is true. */
    filter: z
      .object({
        channel: channelName.optional(),
        group: z.string().max(200).optional(),
        olderThan: z.int().min(0).max(5_256_000).optional(),
        q: z.string().max(200).optional(),
        /** Only contacts with greater ids: those of the next page, where some of the last match again. */
        after: z.uuid().optional(),
      })
      .optional(),
    /** As the list of groups said it. What came after `until` is left alone, and while more than `count` match nothing is moved (409). */
    seen: z.object({ count: z.int().min(1), until: timestamp }).optional(),
    reason: z.string().trim().min(1).max(500).optional(),
  })
  .refine((bulk) => (bulk.ids === undefined) !== (bulk.filter === undefined), {
    message: 'Give either ids or a filter',
  })
  .refine((bulk) => bulk.action !== 'discard' || bulk.reason !== undefined, {
    path: ['reason'],
    message: 'A discarded contact needs a reason',
  })
  .refine((bulk) => bulk.action !== 'discard' || bulk.filter === undefined || bulk.seen !== undefined, {
    path: ['seen'],
    message: 'Say how many were seen and until when, so that nothing unseen is discarded',
  });
export type InboxBulk = z.infer<typeof inboxBulk>;
/** `queued`: the replay is on its way; `unchanged`: it was so already; `conflict`: it is in another state. */
export const bulkOutcome = z.enum(['queued', 'discarded', 'restored', 'unchanged', 'conflict', 'not-found']);
export const inboxBulkAnswer = z.object({
  outcomes: z.array(z.object({ id: z.uuid(), outcome: bulkOutcome })),
  more: z.boolean(),
  /** How many of those that were seen still match, for the next call's `seen.count`; only where that was given. */
  left: z.int().optional(),
});
export type InboxBulkAnswer = z.infer<typeof inboxBulkAnswer>;

// --- Alerts --------------------------------------------------------------------------------------------------------

export const alert = z.object({
  key: z.string(),
  firing: z.boolean(),
  /** When it fired, gained a reason or an account of one, or cleared, whichever was last. */
  since: timestamp,
  /** As they are now. */
  reasons: z.array(alertReason),
});
export type Alert = z.infer<typeof alert>;
export const alertList = z.object({ items: z.array(alert) });

/** When the hub speaks up. All limits are inclusive: reaching one is passing it. */
export const watchLimits = z.object({
  quarantine: z.object({
    /** So many new ones within the window. */
    newContacts: z.int().min(1).max(10_000),
    windowMinutes: z.int().min(1).max(1440),
    /** So many waiting. */
    waiting: z.int().min(1).max(10_000),
    /** The oldest has waited for so long. */
    oldestMinutes: z.int().min(1).max(525_600),
  }),
  channels: z.object({
    /** A backlog or a delay of so many seconds makes a channel slow. */
    slowSeconds: z.int().min(1).max(86_400),
    /** A backlog of so many seconds makes it failing. */
    failingSeconds: z.int().min(1).max(604_800),
    /** So many failed sends in an hour make it failing, when none has succeeded since. */
    failedSends: z.int().min(1).max(10_000),
    /** No contact for so many hours makes it silent; null: never. */
    silentHours: z.int().min(1).max(8760).nullable(),
  }),
});
export type WatchLimits = z.infer<typeof watchLimits>;

// --- Channel health ------------------------------------------------------------------------------------------------

export const healthState = z.enum(['ok', 'slow', 'failing', 'silent', 'off']);
export type HealthState = z.infer<typeof healthState>;
export const healthCode = z.enum([
  'fine',
  'no-contact-yet',
  'backlog',
  'outgoing-backlog',
  'delay',
  'sends-fail',
  'not-reached',
  'silent',
  'not-set-up',
  'paused',
  'connecting',
  'not-listening',
  'not-answering',
  'sign-in-refused',
  'not-sending',
  'refusing',
]);
/** Why a state is what it is: `value` against `limit`, seconds or a count. */
export const healthReason = z.object({ code: healthCode, value: z.number().nullable(), limit: z.number().nullable() });
export type HealthReason = z.infer<typeof healthReason>;

/** Seconds, over the last hour; null when there was none. */
export const delayFigures = z.object({ count: z.int(), median: z.number().nullable(), p95: z.number().nullable() });
export type DelayFigures = z.infer<typeof delayFigures>;

export const accountHealth = z.object({
  channel: channelName,
  account: z.string(),
  /** What a source is called; null for accounts that are known by their address alone. */
  name: z.string().nullable(),
  state: healthState,
  reason: healthReason,
  lastContactAt: timestamp.nullable(),
  lastSentAt: timestamp.nullable(),
  contactsToday: z.int(),
  pending: z.int(),
  oldestPendingAt: timestamp.nullable(),
  outgoing: z.int(),
  oldestOutgoingAt: timestamp.nullable(),
  quarantined: z.int(),
  /** Sends of the last hour. */
  sent: z.int(),
  failed: z.int(),
  unknown: z.int(),
  /** From the provider's own timestamp until it was received, and from there until it was a message. */
  providerDelay: delayFigures,
  ingestDelay: delayFigures,
  lastErrorAt: timestamp.nullable(),
  /** For managers; null for others. */
  lastError: z.string().nullable(),
  /** Contacts in each of the last 24 hours, the present one last. */
  trend: z.array(z.int()),
});
export type AccountHealth = z.infer<typeof accountHealth>;

/** A part that all accounts depend on, or a way in: the SMTP inlet, a mailbox, a carrier, the queue, the database, the role `clock` wherever it runs. */
export const componentHealth = z.object({
  kind: z.enum(['smtp-inlet', 'mailbox', 'provider', 'queue', 'database', 'clock']),
  name: z.string(),
  state: healthState,
  reason: healthReason,
  /** Where it listens or connects to. */
  address: z.string().nullable(),
  lastContactAt: timestamp.nullable(),
  lastErrorAt: timestamp.nullable(),
  lastError: z.string().nullable(),
  /** When it is tried again. */
  nextTryAt: timestamp.nullable(),
  /** What it counts, by name: connections, accepted, refused, backlog, waiting, active, delayed, delay (seconds), noted (mails that are not handed out), unsent (mails that its own server did not take yet). */
  counts: z.record(z.string(), z.int()),
});
export type ComponentHealth = z.infer<typeof componentHealth>;

export const channelHealth = z.object({
  accounts: z.array(accountHealth),
  components: z.array(componentHealth),
  /** How many mailboxes there are beyond those among the components. */
  moreMailboxes: z.int(),
  /**
   * No server is set up for mail that goes out (`SMTP_URL`): it counts as sent, is kept in the outbox and never leaves, except from
   * mailboxes with an SMTP server of their own.
   */
  mailStays: z.boolean(),
});
export type ChannelHealth = z.infer<typeof channelHealth>;

/** What the wallboard shows of an account, or of a mailbox that is fetched. Whoever has a television's link sees it: an error's own words are not in it. */
export const channelTile = accountHealth
  .pick({
    channel: true,
    account: true,
    name: true,
    state: true,
    reason: true,
    lastContactAt: true,
    lastErrorAt: true,
    quarantined: true,
  })
  .extend({
    /** Sends of the last hour that failed, or whose outcome nobody knows. */
    lost: z.int(),
    /** What waits in both directions, and since when its oldest. */
    backlog: z.int(),
    oldestAt: timestamp.nullable(),
    /** 95th percentile from the provider's timestamp, or from receipt where there is none, until it is a message. Seconds. */
    delay: z.number().nullable(),
  });
export type ChannelTile = z.infer<typeof channelTile>;
