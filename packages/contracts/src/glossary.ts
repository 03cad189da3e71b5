/**
 * The words of a contact centre as closed sets. Every other contract is built from these, and every screen
 * translates them; nothing else in the code base spells one of these words out as a free string.
 */
import { z } from 'zod';

/**
 * A way for a customer to reach the centre. `http` is any source that speaks the documented webhook pair: a web form, an in-house
 * app. Code outside `channels/` asks `capabilities`, never this name.
 */
export const channelName = z.enum(['email', 'sms', 'whatsapp', 'chat', 'phone', 'http']);
export type ChannelName = z.infer<typeof channelName>;

/** What identifies a customer. `phone` is E.164, `email` is lower case, `visitor` is a chat visitor's id. */
export const identifierKind = z.enum(['email', 'phone', 'visitor', 'account', 'external']);
export type IdentifierKind = z.infer<typeof identifierKind>;

/**
 * How far an identifier can be trusted: `verified` was proved (signed token, confirmed code, checked document),
 * `known` is vouched for by the network (caller's number, mail sender), `claimed` was only typed in.
 * Only `verified` and `known` join a contact to a customer.
 */
export const identifierGrade = z.enum(['verified', 'known', 'claimed']);
export type IdentifierGrade = z.infer<typeof identifierGrade>;

/**
 * `open`: the centre has to act (waiting in a queue while it has no assignee); `pending`: waiting for the customer;
 * `resolved`: answered; `closed`: the matter is settled. The customer's answer reopens both within the reopen window; after it, it opens
 * a linked ticket.
 */
export const ticketStatus = z.enum(['open', 'pending', 'resolved', 'closed']);
export type TicketStatus = z.infer<typeof ticketStatus>;

/** What a message is. Only `customer` asks for an answer. */
export const messageKind = z.enum([
  'customer',
  'agent',
  'auto-reply',
  'bounce',
  'complaint-report',
  'delivery-notice',
  'system',
]);
export type MessageKind = z.infer<typeof messageKind>;

export const direction = z.enum(['in', 'out']);
export type Direction = z.infer<typeof direction>;

/** `internal` messages are notes among agents and never leave the centre. */
export const visibility = z.enum(['public', 'internal']);
export type Visibility = z.infer<typeof visibility>;

/**
 * Delivery of an outgoing message, in the only order in which it may move. `unknown`: the request left and no answer
 * came back; it is never repeated without a person or the provider saying so.
 */
export const deliveryStatus = z.enum(['queued', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed']);
export type DeliveryStatus = z.infer<typeof deliveryStatus>;

/**
 * The state of a received contact. `quarantined` could not be understood or processed and waits for a person; `discarded` was put
 * away by one, keeps its bytes, and can be taken back.
 */
export const inboxState = z.enum(['pending', 'done', 'duplicate', 'quarantined', 'discarded']);
export type InboxState = z.infer<typeof inboxState>;

/** Only an `online` agent is offered work. `wrap-up` is after-call work. */
export const presenceState = z.enum(['online', 'away', 'busy', 'wrap-up', 'offline']);
export type PresenceState = z.infer<typeof presenceState>;

/** `admin` sets the centre up, `manager` reads its figures and every ticket, `agent` works tickets of own queues. */
export const role = z.enum(['admin', 'manager', 'agent']);
export type Role = z.infer<typeof role>;

/**
 * A phone call's life. `missed`: the caller hung up, or was not reached, before an agent or the voicemail answered.
 */
export const callState = z.enum(['waiting', 'connecting', 'talking', 'held', 'voicemail', 'ended', 'missed']);
export type CallState = z.infer<typeof callState>;

/**
 * What came of a call that an agent placed. `agent-no-answer`: the agent's own phone was not picked up; `cancelled`: somebody hung up
 * before the customer was there; `unknown`: the carrier did not say, and it is dialled again by nobody but a person.
 */
export const callOutcome = z.enum([
  'reached',
  'busy',
  'no-answer',
  'failed',
  'agent-no-answer',
  'cancelled',
  'unknown',
]);
export type CallOutcome = z.infer<typeof callOutcome>;

/** Why no call can be placed on a ticket, whoever asks. */
export const callObstacle = z.enum(['no-carrier', 'no-number', 'do-not-call', 'closed']);
export type CallObstacle = z.infer<typeof callObstacle>;

/** What a customer is worth to the centre (service norm G1). */
export const customerValue = z.enum(['high', 'medium', 'low']);
export type CustomerValue = z.infer<typeof customerValue>;

export const loyalty = z.enum(['high', 'medium', 'low']);
export type Loyalty = z.infer<typeof loyalty>;

/** Where a customer stands with the centre (service norm G2). */
export const lifecycleStage = z.enum(['prospect', 'new', 'active', 'at-risk', 'lost', 'won-back']);
export type LifecycleStage = z.infer<typeof lifecycleStage>;

/** A moment as an ISO 8601 string with offset, as JSON carries it. */
export const timestamp = z.iso.datetime({ offset: true });
