/** Mailboxes that are fetched: what the hub gives an adapter for one, and what it is told about it. */
import type { Breaks } from './email/imap/breaks.ts';
import type { AfterFetch, ImportFrom, MailFolder, MailProblemCode, MailSecurity } from '@patchbay/contracts';

export type MailboxCredentials = { readonly password: string } | { readonly accessToken: string };

export interface MailboxServer {
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  readonly username: string;
  /** A server may be this long without a byte while it owes an answer; milliseconds, 90 s when left out. */
  readonly silenceMs?: number;
  /** `refused`: those that the server did not take; it gives another token then. Throws a {@link MailProblem} when there are none. */
  credentials(refused?: MailboxCredentials): Promise<MailboxCredentials>;
}

/** A server that mail leaves by, of an account as it was at this revision. */
export interface SendingServer extends MailboxServer {
  readonly id: string;
  readonly revision: number;
}

export interface PassedOver {
  readonly uid: number;
  /** How often it was asked for in vain since others came, until a note was left of it. */
  readonly tries: number;
  /** Others have come since it was passed over: it is not the server that has no mail to give. */
  readonly othersCame: boolean;
  /** The name of the note in quarantine that was left of it: it is asked for rarely. */
  readonly note?: string;
  /** ISO 8601: it came then or later. Left out where that is not known, as of a first import. */
  readonly arrivedAt?: string;
}

/** What was passed over in a mailbox that was fetched before the account was changed. */
export interface PassedOverBefore {
  /** In lower case. */
  readonly host: string;
  readonly username: string;
  readonly folder: string;
  /** At which its mail arrived then. */
  readonly address: string;
  readonly uidValidity: number;
  readonly mails: readonly PassedOver[];
}

/** Whether their UIDs mean the same mails under one UIDVALIDITY, whichever port they are asked for at. */
export const isSameMailbox = (
  a: Pick<Mailbox, 'host' | 'username' | 'folder'>,
  b: Pick<Mailbox, 'host' | 'username' | 'folder'>,
): boolean => a.host.toLowerCase() === b.host.toLowerCase() && a.username === b.username && a.folder === b.folder;

/** How far a mailbox was fetched. Everything up to `lastUid` under this UIDVALIDITY is durable here, save what was passed over. */
export interface MailboxCursor {
  /** Null before the first time. */
  readonly uidValidity: number | null;
  readonly lastUid: number;
  /** The last UID of the first import or of a resynchronisation: up to here mail from before `importSince` is left alone. */
  readonly importUntil: number;
  /** While `uidValidity` is null: all that arrived before was fetched from another mailbox or under other settings, or is from before a new account. */
  readonly importSince: Date | null;
  readonly importDone: number;
  readonly importTotal: number;
  /** Of the import: mails that say they are from before `importSince`, and so were left where they are. */
  readonly importLeft: number;
  /** Mails up to `lastUid` that the server did not hand out; they are asked for again when all others have come. */
  readonly passedOver: readonly PassedOver[];
}

export interface MailboxProgress {
  /** Mails known to be waiting. */
  readonly backlog: number;
  /** Mails were made durable. */
  readonly received: boolean;
  /** Seconds that the one of them that had waited longest had lain in the mailbox; null where none of them is new. */
  readonly delay: number | null;
}

export interface MailboxNews {
  /** Mails known to be waiting. */
  readonly backlog: number;
  /** What is wrong although mail comes in. */
  readonly problem: MailProblem | null;
  /** When the mailbox was last asked what waits: all that had arrived by then is durable here, save what was passed over. */
  readonly completeUntil: Date;
}

export interface Mailbox extends MailboxServer {
  /** Ours: its mail arrived at this address. */
  readonly address: string;
  readonly folder: string;
  readonly afterFetch: AfterFetch;
  readonly moveTo: string | null;
  readonly importFrom: ImportFrom;
  readonly importDays: number | null;
  readonly authservId: string | null;
  readonly createdAt: Date;
  /** When this connection began all that had arrived by then was here, be it of another folder; null before a first import has ended. */
  readonly completeUntil: Date | null;
  readonly cursor: MailboxCursor;
  readonly passedOverBefore: readonly PassedOverBefore[];
  /** Kept from one connection to the next. */
  readonly breaks: Breaks;
  /** Milliseconds between looks at the mailbox: beside IDLE, and where the server has none. */
  readonly pollMs: { readonly beside: number; readonly without: number };
  /** Milliseconds between two times that mails of which a note was left are asked for; an hour when left out. */
  readonly rareMs?: number;
  /** Durable when it resolves; rejects when the account is not ours any more. */
  save(cursor: MailboxCursor, progress: MailboxProgress): Promise<void>;
  /** The mailbox is open and answers. */
  contact(news: MailboxNews): Promise<void>;
}

/** For channels whose mail lies in mailboxes elsewhere. */
export interface MailboxControl {
  /** Fetches what waits and then what comes. Resolves after an abort, rejects with a {@link MailProblem} otherwise. */
  watch(mailbox: Mailbox, signal: AbortSignal): Promise<void>;
  /** The folders of an account. Rejects with a {@link MailProblem}. */
  folders(server: MailboxServer, signal: AbortSignal): Promise<MailFolder[]>;
  /** Signs in at a server that mail is to leave by, and sends nothing. Rejects with a {@link MailProblem}. */
  trySending(server: MailboxServer, signal: AbortSignal): Promise<void>;
  /** Leaves a note of each mail that was passed over and nobody was told of: the mailbox is not fetched any more. */
  noteLeft(left: PassedOverBefore): Promise<void>;
}

/** Why a mailbox cannot be fetched, in words for an administrator and without secrets. */
export class MailProblem extends Error {
  override readonly name = 'MailProblem';
  readonly code: MailProblemCode;

  constructor(code: MailProblemCode, text: string, cause?: unknown) {
    super(text, { cause });
    this.code = code;
  }
}
