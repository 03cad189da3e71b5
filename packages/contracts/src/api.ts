/** Requests and answers of the REST API; the OpenAPI document is made from these. */
import { z } from 'zod';
import {
  callOutcome,
  callState,
  channelName,
  deliveryStatus,
  direction,
  identifierGrade,
  identifierKind,
  messageKind,
  presenceState,
  role,
  ticketStatus,
  timestamp,
  visibility,
} from './glossary.ts';
import { longestUndoSeconds, messageIdentity } from './composing.ts';
import { outgoingWait } from './outgoing-wait.ts';
import { authenticity, classification } from './contact.ts';
import { ticketTag } from './tags.ts';
import { ticketClocks } from './service-targets.ts';
import { skillAtLevel, skillList } from './routing.ts';
import { boardAgent, boardClocks, boardTrend } from './wallboard.ts';
import { alert, channelTile } from './watch.ts';

/** Lists are paged by an opaque cursor; `nextCursor` is null on the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
/** Of lists that are short as a rule: who names no limit is given as many as a page holds. */
export const shortListQuery = pageQuery.extend({ limit: z.coerce.number().int().min(1).max(200).default(200) });

// --- Session, set-up, agents -------------------------------------------------------------------------------------

export const credentials = z.object({ email: z.email(), password: z.string().min(1).max(200) });
/** `token` comes from the one-time set-up link. */
export const setupRequest = z.object({
  token: z.string(),
  name: z.string().min(1).max(100),
  email: z.email(),
  password: z.string().min(10).max(200),
});
export const setupState = z.object({ needed: z.boolean() });

export const agent = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role,
  /** The agent's own phone in E.164, rung when they take a call. */
  phone: z.string().nullable(),
  presence: presenceState,
  presenceSince: timestamp,
  /** How many tickets at once per channel. */
  capacity: z.record(channelName, z.int()),
  /** Tickets the agent holds or is offered now, per channel. */
  load: z.record(channelName, z.int()),
  /** On all channels together; null: only each channel has its limit. */
  capacityTotal: z.int().nullable(),
  skills: z.array(skillAtLevel),
  /** Of their own and of their teams. */
  queueIds: z.array(z.uuid()),
  /** Those that they are in by themselves. */
  ownQueueIds: z.array(z.uuid()),
  teamIds: z.array(z.uuid()),
  /** The key of one of the centre's reasons, or words. */
  presenceReason: z.string().nullable(),
  /** When the wrap-up ends by itself. */
  wrapUpUntil: timestamp.nullable(),
  /** How long the agent's messages stand in the console before they leave. */
  undoSeconds: z.int(),
});
export type Agent = z.infer<typeof agent>;
export const agentCreate = z.object({
  name: z.string().min(1).max(100),
  email: z.email(),
  password: z.string().min(10).max(200),
  role: role.default('agent'),
  phone: z.string().max(40).nullish(),
  queueIds: z.array(z.uuid()).optional(),
  capacity: z.partialRecord(channelName, z.int().min(0).max(50)).optional(),
});
export const agentUpdate = z.object({
  name: z.string().min(1).max(100).optional(),
  role: role.optional(),
  phone: z.string().max(40).nullish(),
  queueIds: z.array(z.uuid()).optional(),
  capacity: z.partialRecord(channelName, z.int().min(0).max(50)).optional(),
  capacityTotal: z.int().min(0).max(200).nullish(),
  skills: skillList.optional(),
  undoSeconds: z.int().min(0).max(longestUndoSeconds).optional(),
});
export const presenceUpdate = z.object({ state: presenceState, reason: z.string().max(200).optional() });

export const queue = z.object({
  id: z.uuid(),
  name: z.string(),
  channels: z.array(channelName),
  waiting: z.int(),
  longestWaitSeconds: z.number().nullable(),
});
export type Queue = z.infer<typeof queue>;

// --- Customers ---------------------------------------------------------------------------------------------------

/** What stands against writing to an address automatically. */
export const addressMark = z.object({
  mark: z.enum(['undeliverable', 'complained']),
  reason: z.string(),
  at: timestamp,
});

export const identifier = z.object({
  id: z.uuid(),
  kind: identifierKind,
  /** Where `masked`, only what the asker's role may see of it. */
  value: z.string(),
  masked: z.boolean(),
  grade: identifierGrade,
  channel: channelName.nullable(),
  shared: z.boolean(),
  firstSeenAt: timestamp,
  lastSeenAt: timestamp,
  /** Null when nothing is known against it. */
  mark: addressMark.nullable(),
});
export const customer = z.object({
  id: z.uuid(),
  displayName: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
  mergedInto: z.uuid().nullable(),
  identifiers: z.array(identifier),
});
export type Customer = z.infer<typeof customer>;
/** A customer who may be the same person: somebody claimed an identifier that is theirs. It suggests and never joins. */
export const customerSuggestion = z.object({ customer, reason: z.string(), kind: identifierKind, value: z.string() });
export type CustomerSuggestion = z.infer<typeof customerSuggestion>;
export const customerCreate = z.object({
  displayName: z.string().min(1).max(200),
  identifiers: z
    .array(z.object({ kind: identifierKind, value: z.string().min(1).max(320) }))
    .max(20)
    .default([]),
});
export const mergeRequest = z.object({ otherId: z.uuid() });
export const merge = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  otherId: z.uuid(),
  at: timestamp,
  undoneAt: timestamp.nullable(),
});
export type Merge = z.infer<typeof merge>;

// --- Tickets and messages ----------------------------------------------------------------------------------------

export const callInfo = z.object({
  callSid: z.string(),
  state: callState,
  /** `out`: an agent placed it. */
  direction,
  /** The customer's number. */
  from: z.string(),
  startedAt: timestamp,
  answeredAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  agentId: z.string().nullable(),
  talkSeconds: z.number().nullable(),
  /** Null for calls that came in, and while nothing is known. */
  outcome: callOutcome.nullable(),
});
export type CallInfo = z.infer<typeof callInfo>;

export const ticket = z.object({
  id: z.uuid(),
  number: z.int(),
  subject: z.string(),
  status: ticketStatus,
  channel: channelName,
  customerId: z.uuid(),
  customerName: z.string(),
  assigneeId: z.string().nullable(),
  assigneeName: z.string().nullable(),
  queueId: z.uuid().nullable(),
  queueName: z.string().nullable(),
  /** Higher is more urgent. */
  priority: z.int(),
  createdAt: timestamp,
  updatedAt: timestamp,
  messageCount: z.int(),
  /** Those that there are to read for who asks, newest first: what the customer wrote, and notes by colleagues. Ten at the most, of the newest fifty. */
  toRead: z.array(z.uuid()),
  /** Since when it waits in its queue for an agent; null when it does not. */
  waitingSince: timestamp.nullable(),
  /** The offer that is out, if any. */
  offer: z.object({ agentId: z.string(), expiresAt: timestamp }).nullable(),
  linkedTicketId: z.uuid().nullable(),
  /** Our own addresses at which its mail arrived. */
  addresses: z.array(z.string()),
  /** What is asked for, where the contact said so. */
  requestType: z.string().nullable(),
  fields: z.record(z.string(), z.unknown()),
  /** Keys of the fields whose values are hidden from who asks. What is sent back as it is shown stays as it is. */
  hiddenFields: z.array(z.string()).optional(),
  /** First words of the last public message. */
  preview: z.string(),
  call: callInfo.nullable(),
  tags: z.array(z.string()),
  /** The clock that is due next; null while nothing is measured. */
  clocks: ticketClocks.nullable(),
  /** Wants to be called or written back, with the place it has: one of the two. As it was typed where a visitor did, and so proof of nobody. */
  callBack: z
    .object({
      phone: z.string().nullable(),
      email: z.string().nullable(),
      askedAt: timestamp,
      /** How often the number was dialled in vain, and what came of it last. */
      tries: z.int(),
      lastOutcome: callOutcome.nullable(),
    })
    .nullable(),
});
export type Ticket = z.infer<typeof ticket>;
export const ticketQuery = pageQuery.extend({
  /** One status, or several separated by commas. */
  status: z.string().optional(),
  channel: channelName.optional(),
  customerId: z.uuid().optional(),
  /** An agent's id, `me`, or `none` for tickets that nobody has. */
  assigneeId: z.string().optional(),
  q: z.string().max(200).optional(),
  tag: ticketTag.optional(),
  /** `waiting`: the most urgent first, then who waits longest, as they ought to be taken. */
  order: z.enum(['newest', 'waiting']).default('newest'),
});
export const ticketUpdate = z.object({
  status: ticketStatus.optional(),
  subject: z.string().min(1).max(500).optional(),
  /** What is asked for; null takes it away. Without `fields` those that the new type has too are kept. */
  requestType: z.string().max(100).nullish(),
  fields: z.record(z.string().max(100), z.unknown()).optional(),
  reason: z.string().max(500).optional(),
});
/** `to`: another number than the one that asked to be called back, or that the ticket is about. */
export const callCreate = z.object({ to: z.e164().optional() });
export const callCommand = z.object({ action: z.enum(['hold', 'resume', 'hang-up']) });

export const attachment = z.object({
  id: z.uuid(),
  filename: z.string(),
  contentType: z.string(),
  size: z.int(),
  sha256: z.string(),
  inline: z.boolean(),
  contentId: z.string().nullable(),
  /** Where its bytes are; asks for a session, an API key or the visitor's token. */
  url: z.string(),
});
export type Attachment = z.infer<typeof attachment>;
/** As the provider told of it; either may be empty. */
export const awaitedFile = z.object({ filename: z.string(), contentType: z.string() });
export type AwaitedFile = z.infer<typeof awaitedFile>;
export const message = z.object({
  id: z.uuid(),
  ticketId: z.uuid(),
  customerId: z.uuid().nullable(),
  direction,
  channel: channelName,
  kind: messageKind,
  visibility,
  externalId: z.string().nullable(),
  authorId: z.string().nullable(),
  authorName: z.string().nullable(),
  from: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
  /** Who got a copy that no recipient sees. */
  bcc: z.array(z.string()),
  /** Where the sender wants to be answered, in the sender's own words. */
  replyTo: z.array(z.string()),
  /** Who it was written as; null where the channel has one sender only, and for what came in. */
  identity: messageIdentity.nullable(),
  /** The message that it passed on. */
  forwardOf: z.uuid().nullable(),
  /** Those of our own addresses at which it arrived. */
  deliveredTo: z.array(z.string()),
  /** How far the sender can be believed; null where the channel does not check. */
  authenticity: authenticity.nullable(),
  /** What it was taken for, and by which rule. */
  classification: classification.nullable(),
  subject: z.string().nullable(),
  text: z.string(),
  replyText: z.string().nullable(),
  html: z.string().nullable(),
  attachments: z.array(attachment),
  /** Files that lie with the provider, who cannot give them at the moment: they are still fetched. */
  awaitedFiles: z.array(awaitedFile),
  receivedAt: timestamp,
  deliveryStatus: deliveryStatus.exclude(['sending']).nullable(),
  deliveryError: z.string().nullable(),
  /** Null for what has left, or never will. */
  waiting: outgoingWait.nullable(),
  /** SHA-256 of the bytes received; for mail of the whole message as it came in. */
  rawSha256: z.string().nullable(),
});
export type Message = z.infer<typeof message>;
export const messageQuery = pageQuery.extend({ externalId: z.string().max(998).optional() });
export const uploadedFile = z.object({
  id: z.uuid(),
  filename: z.string(),
  contentType: z.string(),
  size: z.int(),
  sha256: z.string(),
});
export type UploadedFile = z.infer<typeof uploadedFile>;

// --- Wallboard ---------------------------------------------------------------------------------------------------

export const figure = z.object({
  key: z.string(),
  /** Null when there is nothing to compute it from. */
  value: z.number().nullable(),
  unit: z.enum(['count', 'seconds', 'ratio']),
  formula: z.string(),
  /** By what `GET /reports/definitions` has the formula in both languages. */
  formulaKey: z.string().optional(),
  /** What the figure is broken down by, e.g. `{ queue: 'Email' }`. */
  dimensions: z.record(z.string(), z.string()),
});
export type Figure = z.infer<typeof figure>;
export const wallboard = z.object({
  at: timestamp,
  timeZone: z.string(),
  seq: z.int(),
  figures: z.array(figure),
  /** Each account of each channel, by its state. */
  channels: z.array(channelTile).default([]),
  /** What fires at the moment. */
  alerts: z.array(alert).default([]),
  /** Everybody who is not offline, and since when they are so. */
  agents: z.array(boardAgent).default([]),
  clocks: boardClocks.default({ late: 0, items: [] }),
  trends: z.array(boardTrend).default([]),
});
export type Wallboard = z.infer<typeof wallboard>;
