/**
 * Socket.IO: what clients send and what they are sent. Facts reuse the event names of `events.ts` and arrive on the one
 * socket event `event`; what is not durable (typing, the wallboard's picture) has an event of its own.
 */
import { z } from 'zod';
import { messageKind, timestamp } from './glossary.ts';
import { hubEvent } from './events.ts';

// --- /agents -----------------------------------------------------------------------------------------------------

/**
 * `resume({ after })` joins the agent's rooms and answers with what was missed. When more was missed than one answer
 * carries, `reset` is true: the client reads its lists anew and goes on from `seq`.
 */
export const resumeRequest = z.object({ after: z.int().min(0) });
export const resumeAnswer = z.object({ events: z.array(hubEvent), seq: z.int(), reset: z.boolean() });
export type ResumeAnswer = z.infer<typeof resumeAnswer>;

/** Rooms joined on request; each is authorised. Queues and the agent's own room are joined by `resume`. */
export const watchRequest = z.object({ room: z.enum(['ticket', 'wallboard']), id: z.uuid().optional() });
export const typingRequest = z.object({ ticketId: z.uuid(), typing: z.boolean() });
/** Sent to a ticket's watchers and, from an agent, to the visitor. */
export const typingNotice = z.object({
  ticketId: z.uuid(),
  by: z.enum(['visitor', 'agent']),
  name: z.string().nullable(),
  typing: z.boolean(),
});
export type TypingNotice = z.infer<typeof typingNotice>;

/** Every request is answered through its acknowledgement: the value, or a problem. */
export type Answer<T> = { ok: true; value: T } | { ok: false; code: string; detail: string };

// --- /visitors ---------------------------------------------------------------------------------------------------

/**
 * The widget's HTTP calls. `POST /widget/session` with no token makes a visitor; with a token it renews it. The token is
 * signed by the hub, expires, and is the only proof of being that visitor.
 */
export const visitorSessionRequest = z.object({ token: z.string().optional() });
export const visitorSession = z.object({
  token: z.string(),
  visitorId: z.uuid(),
  expiresAt: timestamp,
  /** False when no agent is online for chat: the widget shows the offline form. */
  available: z.boolean(),
});
export type VisitorSession = z.infer<typeof visitorSession>;

export const visitorAttachment = z.object({
  id: z.string(),
  filename: z.string(),
  contentType: z.string(),
  size: z.int(),
  url: z.string(),
});
/** A message as the visitor sees it. `seq` orders the conversation and is what `resume` is given. */
export const visitorMessage = z.object({
  seq: z.int(),
  id: z.uuid(),
  /** The id that the widget gave its own message; null for messages from the centre. */
  clientId: z.string().nullable(),
  from: z.enum(['visitor', 'agent', 'system']),
  /** The agent's name; null otherwise. */
  name: z.string().nullable(),
  kind: messageKind,
  text: z.string(),
  attachments: z.array(visitorAttachment),
  at: timestamp,
  /** Of the visitor's own message: received by the hub, read by an agent. Of others: delivered to the widget, read. */
  status: z.enum(['sent', 'delivered', 'read']),
});
export type VisitorMessage = z.infer<typeof visitorMessage>;

/** `send`: acknowledged with `{ clientId }` only after it is durable. Sending the same `clientId` again has no effect. */
export const visitorSend = z.object({
  clientId: z.string().min(8).max(64),
  text: z.string().max(10_000),
  /** Ids answered by `POST /widget/files`. */
  attachments: z.array(z.uuid()).max(10).default([]),
  /** Pre-chat form or offline form: a claim, never a proof. */
  name: z.string().max(100).optional(),
  email: z.email().max(320).optional(),
  /** True when it was left in the offline form. */
  offline: z.boolean().default(false),
  /** The page the visitor is on. */
  page: z.string().max(2000).optional(),
});
export type VisitorSend = z.infer<typeof visitorSend>;
/** `resume({ after })` answers with the conversation's messages after that `seq`, oldest first; 0 asks for the history. */
export const visitorResumeAnswer = z.object({
  messages: z.array(visitorMessage),
  seq: z.int(),
  available: z.boolean(),
  agentName: z.string().nullable(),
});
export type VisitorResumeAnswer = z.infer<typeof visitorResumeAnswer>;
/** `mark`: everything up to this message is delivered to, or read by, the visitor. */
export const visitorMark = z.object({ messageId: z.uuid(), status: z.enum(['delivered', 'read']) });
export const visitorTyping = z.object({ typing: z.boolean() });
/** Sent as `status` when a message's mark moves forwards, as `availability` when agents come or go. */
export const visitorStatus = z.object({
  messageId: z.uuid(),
  clientId: z.string().nullable(),
  status: z.enum(['sent', 'delivered', 'read']),
});
export const visitorAvailability = z.object({ available: z.boolean() });
/** Sent as `place` when what a waiting visitor is to be told changes, and after each `resume`; null: does not wait. */
export const visitorPlace = z
  .object({
    /** 1 is next. */
    place: z.int().min(1),
    /** Whole minutes until it is probably their turn; null while that is not known. */
    minutes: z.int().nullable(),
    /** Whether to leave a number or an address, and be called or written back with this place. */
    callBack: z.enum(['no', 'offered', 'asked']),
  })
  .nullable();
export type VisitorPlace = z.infer<typeof visitorPlace>;
/** `call-back`: instead of waiting, where `place` offers it. A number or an address that is typed in is a claim and joins nobody. */
export const visitorCallBack = z.union([
  z.object({ phone: z.string().trim().min(3).max(40) }),
  z.object({ email: z.email().max(320) }),
]);
export type VisitorCallBack = z.infer<typeof visitorCallBack>;
