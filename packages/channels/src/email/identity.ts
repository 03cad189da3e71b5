/**
 * Which mail a mail is: its Message-ID, and a hash of what its author wrote. The same mail by two ways comes in other bytes: hosts on the way add
 * fields, fold headers, break long lines, and change line ends and transfer encodings; they write its Date in their own zone and a domain in capitals,
 * put a sign before lines that begin with `From `, and lead links by way of theirs. All of that leaves what was written as it is.
 */
import { createHash, hash } from 'node:crypto';
import type { StoredFile } from '@patchbay/contracts';
import { cleanLine, cleanText, clip, clipBytes } from './clean-text.ts';
import { withoutGuards } from './guarded-links.ts';
import { withinLimits } from './reading/long-bodies.ts';
import type { MailPart, MailSource } from './reading/mail-source.ts';
import { momentOf } from './reading/moment.ts';
import { messageIds } from './threading.ts';

export interface MailIdentity {
  readonly externalId: string;
  readonly contentHash: string;
  /**
   * The hash as an earlier release made it: when links that a host on the way had put in the place of the author's still counted as they stand, where that
   * makes a difference; else when Date, domains and signs before `From ` did; else when white space and the line ends of files did.
   */
  readonly formerContentHash: string;
}

/** Of parts as they are stored. */
export type FilesOfParts = ReadonlyMap<MailPart, Pick<StoredFile, 'sha256'>>;

/** `mail` as it was read, `files` as its parts are stored, `from` as the sender is shown. `fetched`: the same where a mailbox hands it out in other bytes. */
export function identityOf(
  mail: MailSource,
  files: FilesOfParts,
  from: string,
  fetched: { readonly mail: MailSource; readonly files: FilesOfParts } = { mail, files },
): MailIdentity {
  const written = valuesOf(fetched.mail, fetched.files);
  const meant = asMeant(written, fetched.mail);
  const unguarded = withoutGuardedLinks(meant);
  const contentHash = hashOfWritten(unguarded);
  const externalId = messageIdOf(fetched.mail, contentHash);
  const isEqual = (one: readonly string[], other: readonly string[]) =>
    one.every((value, index) => value === other[index]);
  if (!isEqual(unguarded, meant)) return { externalId, contentHash, formerContentHash: hashOfWritten(meant) };
  const isAsBefore = fetched.mail === mail && isEqual(meant, written);
  return {
    externalId,
    contentHash,
    formerContentHash: isAsBefore
      ? formerHash(mail, files, from)
      : hashOfWritten(fetched.mail === mail ? written : valuesOf(mail, files)),
  };
}

/** Author, Date, subject, text, HTML and kind, and three values of each part. */
function valuesOf(mail: MailSource, files: FilesOfParts): string[] {
  const { known } = mail;
  return [
    clip(cleanLine(mail.from?.address ?? '') || cleanLine(mail.from?.name ?? ''), 998),
    mail.header('date')[0] ?? '',
    mail.subject ?? '',
    known.text,
    known.html ?? '',
    mediaTypeOf(mail),
    ...known.parts.flatMap((part) => [
      part.contentType.toLowerCase(),
      part.filename ?? '',
      hashOfFile(part.content, files.get(part)?.sha256),
    ]),
  ];
}

function asMeant(
  [author = '', date = '', subject = '', text = '', html = '', type = '', ...parts]: readonly string[],
  { known }: MailSource,
): string[] {
  return [
    author.replace(/@[^@]*$/, (domain) => domain.toLowerCase()),
    inUtc(date),
    subject,
    withoutFromSigns(text),
    withoutFromSigns(html),
    type,
    ...parts.map((value, index) => {
      const content = index % 3 === 2 ? known.parts[(index - 2) / 3]?.content : undefined;
      return content?.includes(fromSign) && !content.includes(0)
        ? hashOfFile(Buffer.from(withoutFromSigns(content.toString('latin1')), 'latin1'), undefined)
        : value;
    }),
  ];
}

function withoutGuardedLinks([author = '', date = '', subject = '', text = '', html = '', ...rest]: readonly string[]) {
  return [author, date, subject, withoutGuards(text, false), withoutGuards(html, true), ...rest];
}

const fromSign = '>From ';
/** Files of mails tell by `From ` at the start of a line where one begins, and put a sign before it elsewhere (RFC 4155, appendix A). */
const withoutFromSigns = (text: string): string =>
  text.includes(fromSign) ? text.replace(/(^|\s)>+(?=From )/g, '$1') : text;

const plainUtc = /^[A-Z][a-z]{2}, [1-9]\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/;
const zoned = /[+-]\d{4}|\b(?:GMT|UTC?|[ECMP][SD]T)\b/;

/** A Date that names its zone, in the form that programs mostly write it in (RFC 5322 §3.3). */
function inUtc(date: string): string {
  if (plainUtc.test(date)) return date;
  const moment = zoned.test(date) ? momentOf(date) : undefined;
  return moment?.toUTCString().replace(', 0', ', ').replace('GMT', '+0000') ?? date;
}

/** Its kind without the parameters: a boundary may be made anew. */
const mediaTypeOf = (mail: MailSource): string =>
  (mail.header('content-type')[0] ?? '').split(';', 1)[0]?.toLowerCase() ?? '';

/**
 * The Message-ID with its angle brackets; of several the first. A mail without one is known by what it says and its Date. Where that is missing, too, two
 * mails that say the same may be two: they are one only when the host that took them first has noted the same of both.
 */
function messageIdOf(mail: MailSource, contentHash: string): string {
  const header = cleanLine(mail.header('message-id')[0] ?? '');
  const id = messageIds(header)[0] ?? header;
  if (id !== '' && id !== '<>') return clipBytes(id, 998);
  const dated = (mail.header('date')[0] ?? '').trim() !== '';
  return `<${dated ? contentHash : hashOfWritten([contentHash, mail.header('received').at(-1) ?? ''])}@missing-message-id>`;
}

/** Characters. Hashing in one call costs a third, and holds all of it in memory. */
const longestAtOnce = 64 * 1024;

function hashOfWritten(values: readonly string[]): string {
  if (values.reduce((length, value) => length + value.length, 0) <= longestAtOnce)
    return hash('sha256', Buffer.concat([...writtenIn(values)]));
  const whole = createHash('sha256');
  for (const piece of writtenIn(values)) whole.update(piece);
  return whole.digest('hex');
}

/** Each value behind its length, so that none can be taken for a part of another. */
function* writtenIn(values: readonly string[]): Generator<Buffer> {
  for (const value of values) {
    const written = withoutSpace(Buffer.from(value.includes('\ufffd') ? value.replaceAll('\ufffd', '') : value));
    yield Buffer.from(`${written.length}:`);
    yield written;
  }
}

/** What holds a NUL is no text and comes as it was sent; `stored` is the hash of those bytes. */
function hashOfFile(content: Buffer, stored: string | undefined): string {
  if (stored !== undefined && content.includes(0)) return stored;
  return hash('sha256', withoutSpace(content));
}

/** White space and control characters taken away: they are what is folded, broken, trimmed and replaced on the way. */
function withoutSpace(bytes: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  // An index: iterating over 25 MiB takes a second.
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte <= 0x20 || byte === 0x7f) continue;
    kept[length] = byte;
    length += 1;
  }
  return kept.subarray(0, length);
}

/** White space that is not one space already, which most of it is. */
const runs = /\s{2,}|[^\S ]/g;

function formerHash(mail: MailSource, files: FilesOfParts, from: string): string {
  const shown = withinLimits(mail.known);
  const values = [
    from,
    mail.header('date')[0] ?? '',
    mail.subject === undefined ? '' : clip(cleanLine(mail.subject), 2000),
    cleanText(shown.text),
    cleanText(shown.html ?? ''),
    ...shown.parts.map((part) => files.get(part)?.sha256 ?? hash('sha256', part.content)),
  ];
  const told = JSON.stringify(values.map((value) => value.replace(runs, ' ').trim()));
  return hash('sha256', told);
}
