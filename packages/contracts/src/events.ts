/**
 * Domain events: facts in the past tense, written in the same transaction as what they tell of, and never changed.
 * The relay gives each committed event its `seq`, dense and in commit order.
 */
import { z } from 'zod';
import { escalationAction } from './escalation.ts';
import {
  callOutcome,
  callState,
  channelName,
  deliveryStatus,
  direction,
  lifecycleStage,
  messageKind,
  presenceState,
  ticketStatus,
  timestamp,
  visibility,
} from './glossary.ts';
import { clockKind } from './service-targets.ts';
import { routingWhy } from './routing.ts';
import { routedBy } from './routing-rules.ts';

const reason = z.string();

/** Which clock of the ticket. `late`: so many seconds after the moment it was told of. */
const clockFact = {
  clock: clockKind,
  round: z.int(),
  dueAt: timestamp,
  late: z.number(),
};

/** Which limit was passed, and by what. Seconds where it is a time. */
export const alertReason = z.object({
  code: z.enum(['many-new', 'many-waiting', 'old', 'webhooks-off', 'mailboxes-failing']),
  value: z.number(),
  limit: z.number(),
  /** Of `mailboxes-failing`: which, by the ids of their accounts. One more is news. */
  accounts: z.array(z.uuid()).optional(),
});
export type AlertReason = z.infer<typeof alertReason>;

/** The kinds of configuration whose changes are told of. */
export const settingName = z.enum([
  'automation',
  'calendar',
  'agent',
  'contact-guard',
  'custom-field',
  'customer-reviews',
  'escalation-rules',
  'floor',
  'http-source',
  'identity-settings',
  'import-mapping',
  'mail-account',
  'mail-identity',
  'messaging',
  'presence-reasons',
  'privacy',
  'queue',
  'queue-order',
  'report-schedule',
  'request-type',
  'routing-rules',
  'saved-report',
  'segment',
  'sending-limit',
  'service-policies',
  'skill',
  'team',
  'template',
  'visitor-site',
  'wallboard',
  'wallboard-link',
  'watch-limits',
  'web-form',
  'webhook',
]);
export type SettingName = z.infer<typeof settingName>;

/** The data of each event by type. `reason` says why, in words that a person can read on the ticket. */
export const eventData = {
  'ticket.opened': z.object({
    number: z.int(),
    channel: channelName,
    reason,
    linkedTicketId: z.uuid().nullable().optional(),
    routing: routedBy.optional(),
  }),
  'ticket.reopened': z.object({ reason }),
  /** Waits in a queue: its first, or another than before. */
  'ticket.queued': z.object({
    queueId: z.uuid(),
    fromQueueId: z.uuid().nullable().optional(),
    /** Who had it until then. */
    fromAgentId: z.string().nullable().optional(),
    reason,
    why: routingWhy.optional(),
  }),
  'ticket.priority-changed': z.object({ from: z.int(), to: z.int(), reason }),
  'ticket.offered': z.object({
    agentId: z.string(),
    agentName: z.string().optional(),
    expiresAt: timestamp,
    reason,
    why: routingWhy.optional(),
  }),
  /** Handed to an agent or a queue. The offer, or the new queue, is told of besides. */
  'ticket.transferred': z.object({
    fromAgentId: z.string().nullable(),
    toAgentId: z.string().nullable(),
    toQueueId: z.uuid().nullable(),
    agentName: z.string().optional(),
    reason,
  }),
  /** Wants to be called back; the ticket keeps its place. */
  'ticket.call-back-asked': z.object({ source: z.enum(['voice', 'chat', 'agent']), reason }),
  'ticket.offer-withdrawn': z.object({ agentId: z.string(), reason }),
  'ticket.assigned': z.object({
    agentId: z.string(),
    agentName: z.string().optional(),
    /** From whom it was taken over. */
    fromAgentId: z.string().nullable().optional(),
    reason,
  }),
  'ticket.released': z.object({ agentId: z.string(), reason }),
  'ticket.status-changed': z.object({ from: ticketStatus, to: ticketStatus, reason: reason.optional() }),
  /** What is asked for was changed by an agent: the type, and which fields from what to what. */
  'ticket.request-changed': z.object({
    from: z.string().nullable(),
    to: z.string().nullable(),
    changes: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })),
  }),
  'ticket.tagged': z.object({ tags: z.array(z.string()), reason: reason.optional() }),
  'ticket.untagged': z.object({ tags: z.array(z.string()), reason: reason.optional() }),
  /** A rule ran too often on the ticket within an hour, and leaves it alone for the rest of it. */
  'automation.paused': z.object({ ruleId: z.uuid(), ruleName: z.string(), limit: z.int(), reason }),
  /** The hub switched an endpoint off by itself. */
  'webhook.disabled': z.object({ endpointId: z.uuid(), endpointName: z.string(), reason }),
  /** Other targets hold for it from now on; null where none does. */
  'ticket.targets-changed': z.object({
    version: z.int(),
    policy: z.string().nullable(),
    name: z.string().nullable(),
    reason,
  }),
  /** By a rule, once for each of its causes, or by hand. `rule` is null then. */
  'ticket.escalated': z.object({
    rule: z.string().nullable(),
    name: z.string(),
    actions: z.array(escalationAction),
    /** Who is told: the owner, the supervisors. */
    tell: z.array(z.enum(['owner', 'supervisors'])),
    reason,
  }),
  /** A supervisor reads along; once in ten minutes. Without a ticket of its own where agents are not to see it. */
  'ticket.listened': z.object({ ticketId: z.uuid(), number: z.int(), agentName: z.string() }),
  /** To `agentId` of the event alone, who reads it on the ticket. */
  'agent.whispered': z.object({ whisperId: z.uuid(), ticketId: z.uuid() }),
  'clock.warned': z.object(clockFact),
  'clock.breached': z.object(clockFact),
  /** `late`: so many seconds after its due moment; 0 in time. */
  'clock.met': z.object({ ...clockFact, businessSeconds: z.number(), calendarSeconds: z.number() }),
  'message.received': z.object({ messageId: z.uuid(), channel: channelName, kind: messageKind, reason }),
  /** A file that was still to come is here; null: it will not come, and the message says why. */
  'message.file-settled': z.object({ messageId: z.uuid(), attachmentId: z.uuid().nullable() }),
  /** The same mail arrived at further addresses of ours. */
  'message.address-added': z.object({ messageId: z.uuid(), addresses: z.array(z.string()) }),
  /** A message came back for good, or its recipient complained: nothing automatic is sent there any more. */
  'address.marked': z.object({
    address: z.string(),
    mark: z.enum(['undeliverable', 'complained']),
    reason,
    messageId: z.uuid().nullable(),
  }),
  /** Its holder wrote from it. */
  'address.unmarked': z.object({
    address: z.string(),
    mark: z.enum(['undeliverable', 'complained']),
    messageId: z.uuid().nullable(),
  }),
  'message.created': z.object({
    messageId: z.uuid(),
    channel: channelName,
    kind: messageKind,
    visibility,
    direction,
    firstResponseSeconds: z.number().nullable().optional(),
  }),
  'message.status-changed': z.object({
    messageId: z.uuid(),
    status: deliveryStatus,
    error: z.string().nullable().optional(),
    /** The agent who wrote it, who is told wherever the ticket is by now; null when the hub wrote it by itself. */
    authorId: z.string().nullable().optional(),
    ticketNumber: z.int().optional(),
    automatic: z.boolean().optional(),
  }),
  /** A reply stands until its moment comes; its author may still take it back. */
  'reply.held': z.object({ heldReplyId: z.uuid(), dueAt: timestamp }),
  'reply.taken-back': z.object({ heldReplyId: z.uuid() }),
  /** It could not leave, and waits for its author. */
  'reply.failed': z.object({ heldReplyId: z.uuid(), reason }),
  'call.changed': z.object({
    callSid: z.string(),
    state: callState,
    step: z.string(),
    durationSeconds: z.number().nullable().optional(),
    /** Left out: `in`. */
    direction: direction.optional(),
    outcome: callOutcome.nullable().optional(),
  }),
  'customer.created': z.object({ reason }),
  /** By what: a token, a code, an agent; and whether another customer had it. */
  'customer.identified': z.object({
    kind: z.string(),
    value: z.string(),
    grade: z.string(),
    source: z.string().optional(),
    outcome: z.string().optional(),
  }),
  /** Added by an agent, as a claim. */
  'customer.identifier-added': z.object({ kind: z.string(), value: z.string() }),
  /** One of its identifiers, with its contacts, is another customer's now. */
  'customer.split': z.object({ mergeId: z.uuid(), otherId: z.uuid(), kind: z.string(), value: z.string() }),
  'customer.merged': z.object({ mergeId: z.uuid(), otherId: z.uuid() }),
  'customer.merge-undone': z.object({ mergeId: z.uuid(), otherId: z.uuid() }),
  /** Which fields of a file, never what is in them. */
  'customer.changed': z.object({ fields: z.array(z.string()), source: z.string() }),
  'customer.reviewed': z.object({ kind: z.string() }),
  'purchase.recorded': z.object({ purchaseId: z.uuid(), source: z.string() }),
  'task.created': z.object({ taskId: z.uuid(), kind: z.string() }),
  'task.changed': z.object({
    taskId: z.uuid(),
    kind: z.string(),
    state: z.string(),
    reason: reason.nullable().optional(),
  }),
  'import.changed': z.object({ importId: z.uuid(), state: z.string(), done: z.int() }),
  'data.exported': z.object({ what: z.string(), filter: z.record(z.string(), z.unknown()) }),
  'organisation.changed': z.object({ organisationId: z.uuid() }),
  /** By the rules, from the first grade on; null where there is none yet. */
  'customer.graded': z.object({
    from: z.string().nullable(),
    to: z.string(),
    rule: z.string().nullable(),
    version: z.int(),
  }),
  'customer.stage-moved': z.object({ from: lifecycleStage.nullable(), to: lifecycleStage, cause: z.string() }),
  /** The signals that hold, by their ids. */
  'customer.churn-warned': z.object({ score: z.int(), signals: z.array(z.string()) }),
  'customer.churn-cleared': z.object({ score: z.int() }),
  'customer.dedicated-agent-set': z.object({ agentId: z.string().nullable() }),
  'score.recorded': z.object({ scoreId: z.uuid(), score: z.int() }),
  'follow-up.planned': z.object({ taskId: z.uuid(), dueAt: timestamp }),
  /** A contact did what the task asked for. */
  'follow-up.kept': z.object({ taskId: z.uuid(), dueAt: timestamp, at: timestamp }),
  'grading.published': z.object({ version: z.int(), note: z.string() }),
  /** A merge, a split, or undoing one gave the ticket to another customer. */
  'ticket.customer-changed': z.object({ from: z.uuid(), to: z.uuid(), mergeId: z.uuid() }),
  /** It is several people's, and joins nobody. */
  'identifier.shared': z.object({
    kind: z.string(),
    value: z.string(),
    organisation: z.string().nullable().optional(),
    reason,
  }),
  'identifier.unshared': z.object({
    kind: z.string(),
    value: z.string(),
    organisation: z.string().nullable().optional(),
    reason,
  }),
  /** A code is on its way to an address that the customer has named. */
  'identity.code-sent': z.object({ codeId: z.uuid(), kind: z.string(), value: z.string() }),
  /** The code was typed back, rightly or not. */
  'identity.code-tried': z.object({ codeId: z.uuid(), result: z.string() }),
  /** There are others than before. */
  'suggestion.found': z.object({ open: z.int() }),
  'suggestion.decided': z.object({ suggestionId: z.uuid(), decision: z.enum(['accepted', 'rejected']) }),
  'consent.changed': z.object({
    channel: channelName,
    account: z.string(),
    address: z.string(),
    state: z.enum(['granted', 'withdrawn']),
    source: z.string(),
    reason,
  }),
  /** Consent to more than being texted. `before` is null when nothing was said so far. */
  'consent.recorded': z.object({
    purpose: z.string(),
    state: z.enum(['granted', 'withdrawn']),
    before: z.string().nullable(),
    source: z.string(),
    textVersion: z.string(),
  }),
  /** Somebody looked at a hidden value. */
  'customer.revealed': z.object({ field: z.string(), reason }),
  'customer.export-asked': z.object({ requestId: z.uuid(), reason }),
  'customer.exported': z.object({ requestId: z.uuid() }),
  'customer.erasure-asked': z.object({ requestId: z.uuid(), reason }),
  'customer.erasure-confirmed': z.object({ requestId: z.uuid() }),
  'customer.request-cancelled': z.object({ requestId: z.uuid(), reason }),
  'customer.hold-placed': z.object({ holdId: z.uuid(), reason }),
  'customer.hold-released': z.object({ holdId: z.uuid(), reason }),
  /** `counts`: rows that were changed, by table. */
  'customer.erased': z.object({ requestId: z.uuid(), counts: z.record(z.string(), z.number()) }),
  'agent.presence-changed': z.object({
    agentId: z.string(),
    from: presenceState,
    to: presenceState,
    reason: reason.optional(),
  }),
  /** The configuration was changed; `key` says which one of its kind. Only what differs; never a secret. Only for managers. */
  'setting.changed': z.object({
    setting: settingName,
    key: z.string().nullable(),
    from: z.record(z.string(), z.unknown()).nullable(),
    to: z.record(z.string(), z.unknown()).nullable(),
  }),
  'contact.quarantined': z.object({ inboxId: z.uuid(), channel: channelName.nullable(), reason }),
  'contact.replayed': z.object({ inboxId: z.uuid() }),
  /** A replay that was asked for in bulk did not succeed; the contact stays where it was, with the new reason. */
  'contact.replay-failed': z.object({ inboxId: z.uuid(), reason }),
  'contact.discarded': z.object({ inboxId: z.uuid(), reason }),
  'contact.restored': z.object({ inboxId: z.uuid() }),
  'system.alert': z.object({ key: z.string(), reasons: z.array(alertReason) }),
  'system.alert-cleared': z.object({ key: z.string() }),
} as const;
export type EventType = keyof typeof eventData;
export type EventData<T extends EventType> = z.infer<(typeof eventData)[T]>;

export const eventType = z.enum(Object.keys(eventData) as [EventType, ...EventType[]]);

/** An event as the API and the sockets carry it. */
export const hubEvent = z.object({
  /** Dense, in commit order. */
  seq: z.int(),
  id: z.string(),
  type: eventType,
  at: timestamp,
  ticketId: z.uuid().nullable(),
  customerId: z.uuid().nullable(),
  queueId: z.uuid().nullable(),
  agentId: z.string().nullable(),
  /** Who did it: an agent's id, or null for the customer or the hub itself. */
  actorId: z.string().nullable(),
  correlationId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type HubEvent = z.infer<typeof hubEvent>;
