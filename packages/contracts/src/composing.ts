/** Writing mail and other messages: recipients, who the centre writes as, replies that are held back, rich text. */
import { z } from 'zod';
import { visibility, timestamp } from './glossary.ts';
import { templateChoice } from './template.ts';

/** Recipients of one message, To, Cc and Bcc together: a person writes to people, not to a list. */
export const mostRecipients = 50;
/** Files of a message that is passed on: more than a mail has. */
const mostForwardedFiles = 1000;
/** The longest delay before a message leaves, in seconds, within which its author takes it back. */
export const longestUndoSeconds = 60;

/** A Content-ID without angle brackets. Nothing that could end a header or an address. */
export const contentId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}(@[A-Za-z0-9.-]{1,100})?$/, 'not a Content-ID');

/** An uploaded file, and where the HTML shows it when it is a picture in the text. */
export const inlineFile = z.object({ id: z.uuid(), inline: z.literal(true), contentId });
const addresses = z.array(z.string().min(3).max(320)).max(mostRecipients);

const messageFields = z.object({
  text: z.string().max(200_000),
  html: z.string().max(500_000).optional(),
  /**
   * `light`: the text may have `**bold**`, `*italic*`, lists, links and `![name](cid:id)`, of which HTML is made where the channel
   * carries it. Without it the text is taken as it stands.
   */
  format: z.enum(['plain', 'light']).optional(),
  visibility: visibility.default('public'),
  /** Ids answered by `POST /api/v1/files`, or such an id with the place that it has in the HTML. */
  attachments: z
    .array(z.union([z.uuid(), inlineFile]))
    .max(20)
    .default([]),
  /** Instead of `text`, which stays empty: one that the provider approved, with what goes into its places. */
  template: templateChoice.optional(),
  /** Left out: whoever opened the ticket. Only on channels that carry copies, like everything below. */
  to: addresses.min(1).optional(),
  cc: addresses.optional(),
  /** Seen by agents only, and by no recipient. */
  bcc: addresses.optional(),
  /** Left out: the ticket's subject. */
  subject: z.string().trim().min(1).max(500).optional(),
  /** Who it is from. Left out: as the rules decide (`GET /tickets/:id/reply-recipients` says why). */
  identityId: z.uuid().optional(),
  /** A message of this ticket that is passed on to `to`, with its attachments. */
  forwardOf: z.uuid().optional(),
  /** `quoted` below the text, or the whole original as an `attachment`. */
  forwardAs: z.enum(['quoted', 'attachment']).optional(),
  /** Which attachments of the message that is passed on go with it, by their ids; left out: all. Pictures that stay behind leave its HTML, too. */
  forwardFiles: z.array(z.uuid()).max(mostForwardedFiles).optional(),
});

export const messageCreate = messageFields.superRefine((message, context) => {
  const recipients = [message.to, message.cc, message.bcc].reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (recipients > mostRecipients)
    context.addIssue({ code: 'custom', path: ['to'], message: `at most ${mostRecipients} recipients in all` });
  if (message.forwardOf !== undefined && message.to === undefined)
    context.addIssue({ code: 'custom', path: ['to'], message: 'whom it is forwarded to' });
  if ((message.forwardAs ?? message.forwardFiles) !== undefined && message.forwardOf === undefined)
    context.addIssue({ code: 'custom', path: ['forwardOf'], message: 'which message is forwarded' });
  if (message.forwardFiles !== undefined && message.forwardAs === 'attachment')
    context.addIssue({ code: 'custom', path: ['forwardFiles'], message: 'the whole original has all of its files' });
});
export type MessageCreate = z.infer<typeof messageCreate>;
export type MessageCreateInput = z.input<typeof messageCreate>;

/** The sender of a message as it was when it was written. */
export const messageIdentity = z.object({ id: z.uuid().nullable(), address: z.string(), name: z.string() });
export type MessageIdentity = z.infer<typeof messageIdentity>;

// --- Identities --------------------------------------------------------------------------------------------------

/** Who the centre writes as. */
export const mailIdentity = z.object({
  id: z.uuid(),
  address: z.string(),
  name: z.string(),
  /** `{{agent}}` stands for the name of the agent who writes. */
  signatureText: z.string(),
  signatureHtml: z.string().nullable(),
  /** The queue that takes what arrives at the address. */
  queueId: z.uuid().nullable(),
  queueName: z.string().nullable(),
  /** The one that writes where no other rule names one. */
  isDefault: z.boolean(),
});
export type MailIdentity = z.infer<typeof mailIdentity>;

const oneLine = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    // oxlint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f\u0085\u2028\u2029]*$/u, 'one line without control characters');
const identityFields = {
  address: z.string().min(3).max(320),
  name: oneLine(100),
  signatureText: z.string().max(5000).default(''),
  signatureHtml: z.string().max(20_000).nullish(),
  queueId: z.uuid().nullish(),
  isDefault: z.boolean().default(false),
};
export const mailIdentityCreate = z.object(identityFields);
export type MailIdentityCreate = z.infer<typeof mailIdentityCreate>;
export const mailIdentityUpdate = z.object({
  address: identityFields.address.optional(),
  name: identityFields.name.optional(),
  signatureText: z.string().max(5000).optional(),
  signatureHtml: identityFields.signatureHtml,
  queueId: identityFields.queueId,
  isDefault: z.boolean().optional(),
});
export type MailIdentityUpdate = z.infer<typeof mailIdentityUpdate>;

// --- Whom an answer goes to --------------------------------------------------------------------------------------

const recipients = z.object({ to: z.array(z.string()), cc: z.array(z.string()) });
export const replyRecipients = z.object({
  reply: recipients,
  replyAll: recipients,
  /** Who it would be from, and by which rule. `id` is null for the centre's own address and for a mailbox without an identity. */
  identity: messageIdentity.extend({
    signatureText: z.string(),
    signatureHtml: z.string().nullable(),
    reason: z.string(),
  }),
  /** The answer address that the sender named and that is not used by itself, because nothing shows that it is theirs. */
  doubtfulReplyTo: z.array(z.string()),
});
export type ReplyRecipients = z.infer<typeof replyRecipients>;

// --- Replies that are held back ----------------------------------------------------------------------------------

/**
 * `held`: its author may take it back; `leaving`: it is being written as a message; `released`: it is one; `failed`: it could not
 * become one, and its author sends it again or takes it back.
 */
export const heldReplyState = z.enum(['held', 'leaving', 'released', 'taken-back', 'failed']);
export const heldReply = z.object({
  id: z.uuid(),
  ticketId: z.uuid(),
  ticketNumber: z.int(),
  authorId: z.string(),
  authorName: z.string(),
  state: heldReplyState,
  dueAt: timestamp,
  /** Why it failed. */
  reason: z.string().nullable(),
  messageId: z.uuid().nullable(),
  /** What was handed in. */
  input: messageFields,
  /** The files of `input.attachments`, so that a composer on another device can show them. */
  files: z.array(
    z.object({ id: z.uuid(), filename: z.string(), contentType: z.string(), size: z.int(), sha256: z.string() }),
  ),
});
export type HeldReply = z.infer<typeof heldReply>;
/** What an agent handed in, so that a composer can go on with it. */
export const handedIn = heldReply.pick({ ticketId: true, input: true, files: true });
export type HandedIn = z.infer<typeof handedIn>;

export const meUpdate = z.object({
  /** How long a message stands before it leaves, within which it is taken back. Seconds; 0 sends at once. */
  undoSeconds: z.int().min(0).max(longestUndoSeconds).optional(),
});
