/** What every channel adapter makes of its provider's payload. Nothing after it knows which provider it was. */
import { z } from 'zod';
import { refusalReason } from './errors.ts';
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
  /** From the signed bounce address that a machine's mail came to. */
  outboundId: z.uuid().optional(),
  inReplyTo: z.string().optional(),
  references: z.array(z.string()).default([]),
  /** Ticket number found as a tag in the subject; of several the first. */
  ticketNumber: z.int().optional(),
  /** Those of further tags, in the order they stand. */
  otherTicketNumbers: z.array(z.int()).optional(),
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
    'call-back',
    'voicemail',
    'recording',
    'ended',
    // Of a call that an agent places.
    'agent-answered',
    'agent-left',
    'customer-ringing',
    'busy',
    'no-answer',
    'failed',
  ]),
  durationSeconds: z.number().min(0).optional(),
  /** The carrier's conference, through which hold and hang-up are done. */
  conferenceSid: z.string().optional(),
  /** The agent's leg. */
  agentCallSid: z.string().optional(),
  /** The customer's leg, where the call itself is not that one. */
  customerCallSid: z.string().optional(),
});
export type CallStep = z.infer<typeof callStep>;

/** How far the sender of a mail can be believed, and by what (RFC 7489, RFC 8601). */
export const authenticity = z.object({
  /**
   * `pass`: the domain of From vouches for the mail; `fail`: it does not, though it does for its mail; `none`: it says nothing about
   * its mail; `unavailable`: nobody could be asked.
   */
  verdict: z.enum(['pass', 'fail', 'none', 'unavailable']),
  /** Who checked: this hub, or the host whose Authentication-Results are trusted. */
  checkedBy: z.string().max(255),
  spf: z.string().max(100).optional(),
  dkim: z.string().max(300).optional(),
  dmarc: z.string().max(100).optional(),
});
export type Authenticity = z.infer<typeof authenticity>;

/** What a contact was taken for, by which rule, and what the rule saw. */
export const classification = z.object({
  category: z.enum([
    'customer',
    'mailing-list',
    'calendar-invitation',
    'auto-reply',
    'bounce',
    'complaint-report',
    'delivery-notice',
    'read-notice',
  ]),
  rule: z.string().max(100),
  evidence: z.string().max(300),
});
export type Classification = z.infer<typeof classification>;

/** What somebody else's machine says about a message of ours and one of its recipients. */
export const contactReport = z.object({
  /** Message-ID of the message that it is about, with angle brackets. */
  messageId: z.string().max(998).optional(),
  /** The outbound row, where the report came to its signed bounce address. */
  outboundId: z.uuid().optional(),
  recipient: z.string().max(320).optional(),
  result: z.enum(['failed', 'delayed', 'delivered', 'read', 'complained']),
  /** No later try can succeed: the address does not exist, the domain refuses. */
  permanent: z.boolean().default(false),
  /** Enhanced status code (RFC 3463), e.g. `5.1.1`. */
  code: z.string().max(20).optional(),
  /** The reply code of SMTP, e.g. `550`. */
  replyCode: z.string().max(3).optional(),
  /** What the other side said, in its own words. */
  diagnostic: z.string().max(1000).optional(),
});
export type ContactReport = z.infer<typeof contactReport>;

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
  /** The same as an earlier release made it, so that what was received then is known again. */
  formerContentHash: z.string().optional(),
  kind: messageKind.default('customer'),
  /** Who it is from. Grades say what they prove; the first one is the address to answer to. */
  identifiers: z.array(contactIdentifier).max(20),
  senderName: z.string().max(200).optional(),
  /** The sender's address as the channel shows it. */
  from: z.string().max(998),
  to: z.array(z.string()).default([]),
  cc: z.array(z.string()).default([]),
  /** Where answers are wanted (RFC 5322, 3.6.2), in the sender's own words. */
  replyTo: z.array(z.string().max(320)).max(10).default([]),
  subject: z.string().max(2000).optional(),
  text: z.string().default(''),
  /** The new part of `text` without quoted history, when the channel can tell. */
  replyText: z.string().optional(),
  html: z.string().optional(),
  attachments: z.array(storedFile).default([]),
  remoteFiles: z.array(remoteFile).default([]),
  threading: threadingHints.prefault({}),
  /** Those of our own addresses at which it arrived, in normal form. */
  deliveredTo: z.array(z.string().max(320)).max(100).default([]),
  authenticity: authenticity.optional(),
  classification: classification.optional(),
  /** What it says about messages of ours. */
  reports: z.array(contactReport).max(1000).default([]),
  /** What is asked for, and the fields that its type has (service norms C3, I2). */
  request: z.object({ type: z.string().max(100), fields: z.record(z.string().max(100), z.unknown()) }).optional(),
  /** Whether an acknowledgement is wanted, where the source says so. */
  acknowledge: z.boolean().optional(),
  /** It lay with its provider before anybody here looked after the account: how long says nothing of the channel. */
  imported: z.literal(true).optional(),
  /** The sender's language, where the source says so. */
  language: z.enum(['en', 'zh']).optional(),
  /** The language that a mail declares (`Content-Language`, RFC 3282): often the program's rather than the text's. */
  contentLanguage: z.string().max(35).optional(),
  /**
   * A word by which the sender withdraws or gives consent, or asks for help (STOP, START, HELP). `byCarrier`: the carrier has
   * recognised and answered it. `ambiguous`: an ordinary answer as well (YES), which means something only where consent was withdrawn.
   */
  consent: z
    .object({
      word: z.enum(['stop', 'start', 'help']),
      said: z.string().max(100),
      byCarrier: z.boolean().optional(),
      ambiguous: z.literal(true).optional(),
    })
    .optional(),
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
  /** Why it failed, where the hub acts on it; then also where it was to go. */
  reason: refusalReason.optional(),
  channel: channelName.optional(),
  recipient: z.string().max(320).optional(),
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
  /** Others to whom it is addressed beside `to`. */
  alsoTo?: string[];
  cc: string[];
  /** They get it, and nothing in it names them. */
  bcc?: string[];
  /** Recipients who have it already, from a try that reached only some of them. */
  reached?: string[];
  /** Who it is from, an empty name being the centre's; left out: the channel's own sender. */
  from?: { name: string; address: string } | null;
  subject: string | null;
  /** The subject is its author's own and is not made into that of an answer. */
  ownSubject?: boolean;
  text: string;
  html: string | null;
  attachments: StoredFile[];
  /** Mail threading: the Message-ID answered, and the chain before it, oldest first. */
  inReplyTo: string | null;
  references: string[];
  /** True for acknowledgements and other mail that no person wrote (RFC 3834). */
  automatic: boolean;
  /** The text is one that the provider approved; it is sent by its id, with what goes into its places. */
  template?: { contentSid: string; variables: string[] };
}
