/**
 * The one interface between the hub and a provider. An adapter checks what comes in, turns it into `InboundContact`s, and
 * sends. It never touches the database and never decides about customers or tickets.
 */
import type {
  ChannelName,
  DeliveryReport,
  InboundContactDraft,
  OutboundMessage,
  RefusedRecipient,
} from '@patchbay/contracts';
import type { HttpSourceDirectory } from './http/source.ts';
import type { MailboxControl, SendingServer } from './mailbox.ts';

/** What routing, service levels and screens may ask about a channel, instead of asking for its name. */
export interface ChannelCapabilities {
  /** `push`: the provider calls us; `pull`: `listen` waits for it. */
  readonly intake: 'push' | 'pull';
  /** A person waits at the other end: first come, first served, one at a time. */
  readonly live: boolean;
  /** Text can be sent back. False for a phone call. */
  readonly text: boolean;
  readonly html: boolean;
  readonly subject: boolean;
  readonly attachments: boolean;
  /** Several recipients, open and hidden copies, a subject and a sender of the author's choice, and passing on to others. */
  readonly copies: boolean;
  /** Intake can be acknowledged by a message (service norm I1). */
  readonly acknowledges: boolean;
  /** How long after its last activity an open ticket takes up the customer's next contact; 0: only threading joins. Milliseconds. */
  readonly continuationMs: number;
  /** Characters (UTF-16 code units) that a text may have; left out: as many as one likes. */
  readonly textLength?: number;
  /** Carriers split a text into segments and charge for each. */
  readonly segments?: boolean;
  /** Which files the provider takes; left out: all. */
  readonly files?: FileLimits;
  /** Its customers end it by a word (STOP), and it may not be used after that. */
  readonly consentWords?: boolean;
  /**
   * How long after the customer's last message a text of one's own may be sent; after it only approved templates. Left out: for ever.
   * Milliseconds.
   */
  readonly sessionWindowMs?: number;
  /** Delivery states that the provider reports. */
  readonly reports: readonly ('sent' | 'delivered' | 'read')[];
}

export interface FileLimits {
  /** Media types, lower case. */
  readonly types: readonly string[];
  /** Files in one message. */
  readonly count: number;
  /** All files of a message together. */
  readonly bytes: number;
  /** One picture; left out: as any file. */
  readonly pictureBytes?: number;
  /** Types beside which the provider carries text; left out: all. */
  readonly withText?: readonly string[];
}

/** A webhook exactly as it came, with the URL that the provider called (from PUBLIC_URL, not from the Host header). */
export interface ChannelRequest {
  readonly method: string;
  /** As the channel declares it in `webhookPaths`. */
  readonly path: string;
  /** Values of the path's parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** PUBLIC_URL + path + query: what signatures are made over. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Of bytes that are read anew: each different envelope that they came with, the first one first. */
  readonly envelopes?: readonly Readonly<Record<string, unknown>>[];
}

export interface WebhookReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What an adapter may ask the hub about a phone call when the carrier asks what to do next. */
export interface CallSituation {
  readonly ticketNumber: number | null;
  /** 1 is next. Null once it no longer waits. */
  readonly place: number | null;
  readonly state: string;
  /** The centre is open and somebody could take the call. */
  readonly open: boolean;
  /** About how long it will take; null or left out while it is not known. */
  readonly expectedMinutes?: number | null;
  /** In which the caller is spoken to once the queue is known. */
  readonly language?: 'en' | 'zh';
  /** The caller may hang up and be called back with the place they have. */
  readonly callBack?: boolean;
  /** How the wait on the line ends and after how many seconds in the present queue; left out: by the voicemail, after a minute. */
  readonly lineEnd?: { readonly how: 'voicemail' | 'call-back'; readonly afterSeconds: number };
  /** How many seconds of the wait were over when the ticket came into its present queue; left out: none. */
  readonly waitedBefore?: number;
}

export interface ReceiveOutcome {
  readonly inboxId: string;
  /** `accepted`: a new row; `duplicate`: it was here already, nothing was done. */
  readonly outcome: 'accepted' | 'duplicate' | 'quarantined';
}

/** What became of one contact of a request. */
export interface ReceivedContact {
  readonly externalId: string;
  readonly inboxId: string;
  readonly outcome: ReceiveOutcome['outcome'];
}

/** The bytes that a contact was made of. Kept whole in the file store for mail, in the row for small payloads. */
export interface RawPayload {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** What the bytes came with and do not say themselves, as JSON. `parse` is given it again when they are read anew. */
  readonly envelope?: Readonly<Record<string, unknown>>;
}

/** Content-addressed storage for files. */
export interface FileStore {
  /** Durable when it resolves. Storing the same bytes twice is one file. */
  put(bytes: Uint8Array): Promise<{ sha256: string; size: number }>;
  read(sha256: string): Promise<Buffer>;
}

export interface ChannelLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the hub gives every adapter. */
export interface ChannelDeps {
  readonly config: ChannelConfig;
  readonly files: FileStore;
  readonly log: ChannelLog;
  readonly now: () => Date;
  /** Keyed signing for reply addresses and links; the key never leaves the hub. */
  readonly signingKey: Uint8Array;
  /** Durable when it resolves: only then may the provider be told that all is well. Rejects `unavailable` when it is not. */
  readonly receive: (contact: InboundContactDraft, raw: RawPayload) => Promise<ReceiveOutcome>;
  /** Keeps bytes that could not be understood, with the reason, where a person sees them. Durable when it resolves. */
  readonly quarantine: (
    input: { channel: ChannelName; channelAccount: string; externalId: string; reason: string },
    raw: RawPayload,
  ) => Promise<ReceiveOutcome>;
  /** What was kept aside under these names has come in by itself: it waits for nobody any more, if it still does. Durable when it resolves. */
  readonly endQuarantine: (kept: { channelAccount: string; externalId: string }, reason: string) => Promise<void>;
  /** Whether anything was ever kept under these names, whatever has become of it. */
  readonly isKept: (kept: { channelAccount: string; externalId: string }) => Promise<boolean>;
  readonly callSituation: (callSid: string) => Promise<CallSituation | null>;
  readonly httpSources: HttpSourceDirectory;
  /** Mail addresses that are ours although their domain may not be, normalised: mail is fetched from them, or written as them. */
  readonly ourAddresses: () => Promise<ReadonlySet<string>>;
  /** The server of their own by which mails of this address leave; null: that of all others. */
  readonly sendingServer: (address: string) => Promise<SendingServer | null>;
  /** The tickets whose messages went out by mail under one of these Message-IDs. */
  readonly ticketsOfSent: (messageIds: readonly string[]) => Promise<readonly string[]>;
  /** Name service for the checks of mail. Default: the system's. */
  readonly dns?: (name: string, type: string) => Promise<string[][] | string[]>;
}

/** The part of the configuration that adapters use (contract, Environment). */
export interface ChannelConfig {
  readonly publicUrl: string;
  readonly host: string;
  readonly smtpInletPort: number;
  readonly mailDomains: readonly string[];
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly centreName: string;
  /** Addresses that somebody outside chose may lead into a private network, and need no TLS. */
  readonly privateAddresses: boolean;
  /** Default: loopback is the only trusted relay, and senders are taken at their word unless a check fails. */
  readonly mailTrust?: MailTrust;
  readonly twilio: {
    readonly accountSid: string;
    readonly authToken: string;
    readonly apiBaseUrl: string | undefined;
    readonly number: string;
    /** The centre's number on WhatsApp, E.164. */
    readonly whatsappNumber: string;
  };
}

/** Whose word on the sender of a mail counts. */
export interface MailTrust {
  /** Addresses, or ranges in CIDR notation, of hosts that hand mail over to us after checking it. */
  readonly relays: readonly string[];
  /** The name by which they sign their Authentication-Results (RFC 8601 §2.5). */
  readonly authservId: string | undefined;
  /** Who is not confirmed is not recognised. */
  readonly strictSenders: boolean;
}

/** What the provider took. */
export interface SentMessage {
  readonly externalId: string;
  readonly status?: 'sent' | 'delivered';
  /** The bytes, where nobody took them. */
  readonly raw?: Uint8Array;
  /** Recipients whom the provider did not take while it took others. */
  readonly refused?: readonly RefusedRecipient[];
}

/** What the centre itself writes to one address, about no ticket. */
export interface Notice {
  /** Of this mail, a UUID: every try has it in its Message-ID. */
  readonly id: string;
  /** A UUID: what comes to the bounce address is about this try, or this mail. */
  readonly tryId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly content: Buffer;
  }[];
}

/** Control of a phone call, for channels whose contacts are calls. All are safe to repeat unless they say otherwise. Throws as `Channel.send` does. */
export interface CallControl {
  /** Rings the agent's own phone; when they answer, the waiting caller is brought in. Resolves when the carrier took the order. */
  connect(call: {
    callSid: string;
    agentPhone: string;
    callerNumber: string;
    ticketNumber: number;
  }): Promise<{ agentCallSid: string }>;
  /** Rings the phone of an agent who wants to call somebody. Not safe to repeat: whoever asks has claimed it. */
  ringForOutgoing(call: {
    callSid: string;
    agentPhone: string;
    ticketNumber: number;
  }): Promise<{ agentCallSid: string }>;
  /** Dials the customer into the call of an agent who is on the line. Not safe to repeat, either. */
  dialCustomer(call: { callSid: string; to: string }): Promise<{ customerCallSid: string }>;
  /** `callSid`: the customer's leg. */
  hold(call: { callSid: string; conferenceSid: string }): Promise<void>;
  resume(call: { callSid: string; conferenceSid: string }): Promise<void>;
  hangUp(call: { callSid: string }): Promise<void>;
}

/** How a server that waits for its provider is doing, in this process. */
export interface InletStatus {
  /** Null when it does not listen; then it is switched off, or has ended. */
  readonly address: string | null;
  readonly enabled: boolean;
  readonly connections: number;
  readonly accepted: number;
  readonly refused: number;
  readonly lastContactAt: Date | null;
  readonly lastError: string | null;
  readonly lastErrorAt: Date | null;
}

export interface Channel {
  readonly name: ChannelName;
  readonly capabilities: ChannelCapabilities;
  /** The address that answers leave from, where it is not the channel account itself. */
  readonly sender?: string;
  /** Paths under the hub's HTTP server that this adapter answers, e.g. `/webhooks/twilio/sms`; `:name` stands for any one part. */
  readonly webhookPaths: readonly string[];
  /** The query of its addresses is the adapter's own, and `parse` reads it: it is kept with what was not understood. Others' may hold secrets. */
  readonly readsQuery?: true;
  /** Bytes that a request may have; 1 MiB when not given. */
  readonly webhookLimit?: number;
  /** Before a request's body is read: throws `not_found` for an address that nobody was given. Left out: all addresses are in use. */
  expects?(request: Pick<ChannelRequest, 'path' | 'params'>): Promise<void>;
  /** Throws `bad_signature` when the request is not the provider's. */
  verify(request: ChannelRequest): void | Promise<void>;
  /** Contacts in a verified request; none for a pure status or dialogue step. Throws `invalid_input` for a wrong shape. */
  parse(request: ChannelRequest): InboundContactDraft[] | Promise<InboundContactDraft[]>;
  /** Delivery reports in a verified request. */
  parseStatus(request: ChannelRequest): DeliveryReport[];
  /** What the provider is answered, after everything in its request is durable. */
  reply(request: ChannelRequest, received?: readonly ReceivedContact[]): WebhookReply | Promise<WebhookReply>;
  /**
   * Hands a message to the provider. Throws `provider_refused` (final), `provider_unavailable` or `too_many_requests`
   * (try again), or `outcome_unknown` (the request left, no answer came: never repeat; with whom it had refused before). One to be tried again is `doubtful` when the
   * message may have been taken all the same: then `findSent` is asked before.
   */
  send(message: OutboundMessage, signal: AbortSignal): Promise<SentMessage>;
  /** Hands over what is about no ticket. Throws as `send` does, and `provider_refused` where there is nobody to hand it to. */
  sendNotice?(notice: Notice, signal: AbortSignal): Promise<void>;
  /**
   * What became of a message whose send ended with `outcome_unknown`, or that is doubtful. `not-sent` only when the provider's word is final: it
   * keeps a whole list or says so, and time enough has passed for the message to have come; `not-listed` when it may still come.
   */
  findSent?(
    message: OutboundMessage,
    asked: SentAsked,
    signal: AbortSignal,
  ): Promise<{ externalId: string } | 'not-sent' | 'not-listed' | 'cannot-tell'>;
  /**
   * Fetches a file that lies with the provider. Throws `provider_refused` or `too_large` for one that will never come, and
   * `provider_unavailable` when it is worth trying again.
   */
  fetchFile?(url: string, signal: AbortSignal): Promise<{ bytes: Uint8Array; contentType: string; filename: string }>;
  /** For channels that wait for their provider at an address of their own (SMTP inlet). Resolves once listening; stops and drains on abort. */
  listen?(signal: AbortSignal): Promise<{ address: string; closed: Promise<void> }>;
  /** For channels with a server of their own. */
  inletStatus?(): InletStatus;
  readonly calls?: CallControl;
  /** For channels that fetch from accounts, which are set up and changed while the hub runs. */
  readonly mailboxes?: MailboxControl;
}

export interface SentAsked {
  /** The first try that may have arrived. */
  readonly since: Date;
  /** The last try. */
  readonly last: Date;
  /** Those of the ids that belong to other messages of ours. */
  readonly known: (externalIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

export type ChannelFactory = (deps: ChannelDeps) => Channel;
