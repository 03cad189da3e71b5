/** What a mail says about the conversation it belongs to (RFC 5322 §3.6.4). */
import { cleanLine } from './clean-text.ts';
import { decodeEncodedWords } from './reading/encoded-words.ts';
import { verifyReplyAddress } from './reply-address.ts';

/** Message-IDs kept of a chain: the latest ones, for a thread of hundreds names them all. */
const maxReferences = 50;
/** Bytes: ids are indexed, and an index entry has a limit in bytes. */
const maxIdLength = 998;
/** PostgreSQL's integer: a greater number is no ticket's. */
const greatestNumber = 2_147_483_647;
/** Ticket numbers kept of a subject: the first ones. */
const maxNumbers = 5;

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
  otherTicketNumbers?: number[];
}

export function threadingOf(mail: ThreadingInput, signingKey: Uint8Array): MailThreading {
  const parents = parentIds(mail.inReplyTo);
  const chain = [...parentIds(mail.references), ...parents, ...mail.reported];
  // A repeated id keeps its last place: the nearest ancestor stands last.
  const references = [...new Set(chain.toReversed())].toReversed().slice(-maxReferences);
  const inReplyTo = parents[0];
  const ticketId = mail.recipients
    .map((address) => verifyReplyAddress(address, signingKey))
    .find((id) => id !== undefined);
  const [ticketNumber, ...otherTicketNumbers] = ticketNumbersIn(mail.subject);
  return {
    references,
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(ticketId === undefined ? {} : { ticketId }),
    ...(ticketNumber === undefined ? {} : { ticketNumber }),
    ...(otherTicketNumbers.length === 0 ? {} : { otherTicketNumbers }),
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

/** As `messageIds`, also where a program has made encoded words of the ids, which RFC 2047 §5 forbids, or has folded a line within one. */
function parentIds(header: string): string[] {
  const written = /(?:^|\s)=\?/.test(header)
    ? decodeEncodedWords(header, (text) => (text.trimStart().startsWith('<') ? text : ''))
    : header;
  return messageIds(written.replace(/<[^<>"@,]*@[^<>"@,]*>/g, (id) => id.replace(/\s/g, '')));
}

/** The different ticket numbers of tags like `[#1234]`, in the order they stand: a customer's helpdesk may have a tag of its own. */
export function ticketNumbersIn(subject: string): number[] {
  const numbers = [...subject.matchAll(/\[#(\d{1,15})\]/g)].map(([, digits]) => Number(digits));
  return [...new Set(numbers.filter((number) => number <= greatestNumber))].slice(0, maxNumbers);
}
