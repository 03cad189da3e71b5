/** What a mail says about the conversation it belongs to (RFC 5322 §3.6.4). */
import { cleanLine } from './clean-text.ts';
import { verifyReplyAddress } from './reply-address.ts';

/** Message-IDs kept of a chain: the latest ones, for a thread of hundreds names them all. */
const maxReferences = 50;
/** Bytes: ids are indexed, and an index entry has a limit in bytes. */
const maxIdLength = 998;
/** PostgreSQL's integer: a greater number is no ticket's. */
const greatestNumber = 2_147_483_647;

export interface ThreadingInput {
  readonly inReplyTo: string;
  readonly references: string;
  /** Message-IDs of the mails that a bounce or report is about. */
  readonly reported: readonly string[];
  readonly subject: string;
  readonly recipients: readonly string[];
}

export interface MailThreading {
  ticketId?: string;
  inReplyTo?: string;
  references: string[];
  ticketNumber?: number;
}

export function threadingOf(mail: ThreadingInput, signingKey: Uint8Array): MailThreading {
  const parents = messageIds(mail.inReplyTo);
  const chain = [...messageIds(mail.references), ...parents, ...mail.reported];
  // A repeated id keeps its last place: the nearest ancestor stands last.
  const references = [...new Set(chain.toReversed())].toReversed().slice(-maxReferences);
  const inReplyTo = parents[0];
  const ticketId = mail.recipients
    .map((address) => verifyReplyAddress(address, signingKey))
    .find((id) => id !== undefined);
  const ticketNumber = ticketNumberIn(mail.subject);
  return {
    references,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(ticketId === undefined ? {} : { ticketId }),
    ...(ticketNumber === undefined ? {} : { ticketNumber }),
  };
}

/** Every `<id>` in a header. A header without brackets is read as ids separated by white space, as some senders write them. */
export function messageIds(header: string): string[] {
  const line = cleanLine(header);
  const bracketed = line.match(/<[^<>\s]+>/g);
  const ids =
    bracketed ??
    line
      .split(/[\s,;]+/)
      .filter((word) => /^[^\s<>@]+@[^\s<>@]+$/.test(word))
      .map((word) => `<${word}>`);
  return ids.filter((id) => Buffer.byteLength(id) <= maxIdLength);
}

/** The ticket number of a tag like `[#1234]`. */
export function ticketNumberIn(subject: string): number | undefined {
  const number = Number(/\[#(\d{1,15})\]/.exec(subject)?.[1] ?? NaN);
  return number <= greatestNumber ? number : undefined;
}
