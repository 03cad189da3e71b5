/** What every channel adapter makes of its provider's payload. Nothing after it knows which provider it was. */
import { z } from 'zod';
import { channelName, identifierGrade, identifierKind, messageKind, timestamp } from './glossary.ts';

export const contactIdentifier = z.object({
  kind: identifierKind,
  /** In normal form: E.164, lower-case email, visitor id. */
  value: z.string().min(1).max(320),
  grade: identifierGrade,
});
export type ContactIdentifier = z.infer<typeof contactIdentifier>;

/** A file that is already in the file store, named by the SHA-256 of its bytes. */
export const storedFile = z.object({
  filename: z.string().max(255),
  contentType: z.string().max(255),
  size: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Content-ID without angle brackets, for images that the HTML body refers to. */
  contentId: z.string().optional(),
  inline: z.boolean().default(false),
});
export type StoredFile = z.infer<typeof storedFile>;

/** A file that still lies with the provider; ingest fetches it through the adapter before the message is written. */
export const remoteFile = z.object({
  filename: z.string().max(255),
  contentType: z.string().max(255),
  url: z.string(),
});
export type RemoteFile = z.infer<typeof remoteFile>;

/** What ties a contact to an earlier one, strongest first (design, Threading). */
export const threadingHints = z.object({
  /** From a signed reply address or token whose signature held. */
  ticketId: z.uuid().optional(),
  inReplyTo: z.string().optional(),
  references: z.array(z.string()).default([]),
  /** Ticket number found as a tag in the subject. */
  ticketNumber: z.int().optional(),
});

/** A step in a phone call's life, as the carrier reports it. Durations are seconds. */
export const callStep = z.object({
  callSid: z.string().min(1),
  step: z.enum([
    'ringing',
    'agent-ringing',
    'agent-no-answer',
    'answered',
    'held',
    'resumed',
    'voicemail',
    'recording',
    'ended',
  ]),
  durationSeconds: z.number().min(0).optional(),
  /** The carrier's conference, through which hold and hang-up are done. */
  conferenceSid: z.string().optional(),
  /** The agent's leg. */
  agentCallSid: z.string().optional(),
});
export type CallStep = z.infer<typeof callStep>;

export const inboundContact = z.object({
  channel: channelName,
  /** The centre's own address or number that was contacted, or the account that fetched it. */
  channelAccount: z.string().min(1),
  /** The provider's id: Message-ID, MessageSid, CallSid, client message id. Unique per account. */
  externalId: z.string().min(1).max(998),
  /**
   * Of what the message says, where a provider's id cannot be trusted to be unique (mail): the same id with another
   * hash is another contact, not a repetition.
   */
  contentHash: z.string().optional(),
  kind: messageKind.default('customer'),
  /** Who it is from. Grades say what they prove; the first one is the address to answer to. */
  identifiers: z.array(contactIdentifier).max(20),
  senderName: z.string().max(200).optional(),
  /** The sender's address as the channel shows it. */
  from: z.string().max(998),
  to: z.array(z.string()).default([]),
  cc: z.array(z.string()).default([]),
  subject: z.string().max(2000).optional(),
  text: z.string().default(''),
  /** The new part of `text` without quoted history, when the channel can tell. */
  replyText: z.string().optional(),
  html: z.string().optional(),
  attachments: z.array(storedFile).default([]),
  remoteFiles: z.array(remoteFile).default([]),
  threading: threadingHints.prefault({}),
  /** True when a machine sent it (RFC 3834, null reverse-path, list): it is never answered automatically. */
  automatic: z.boolean().default(false),
  sentAt: timestamp.optional(),
  receivedAt: timestamp,
  call: callStep.optional(),
});
export type InboundContact = z.infer<typeof inboundContact>;
/** What an adapter writes down: fields with a default may be left out. */
export type InboundContactDraft = z.input<typeof inboundContact>;

/** A provider's word on an outgoing message. Order of arrival does not matter; status only moves forwards. */
export const deliveryReport = z.object({
  channelAccount: z.string(),
  externalId: z.string(),
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  error: z.string().optional(),
  at: timestamp,
});
export type DeliveryReport = z.infer<typeof deliveryReport>;

/** What an adapter's `send` is given. `idempotencyKey` is stable over retries of the same message. */
export interface OutboundMessage {
  outboundId: string;
  idempotencyKey: string;
  ticketId: string;
  ticketNumber: number;
  channelAccount: string;
  to: string;
  cc: string[];
  subject: string | null;
  text: string;
  html: string | null;
  attachments: StoredFile[];
  /** Mail threading: the Message-ID answered, and the chain before it, oldest first. */
  inReplyTo: string | null;
  references: string[];
  /** True for acknowledgements and other mail that no person wrote (RFC 3834). */
  automatic: boolean;
}
