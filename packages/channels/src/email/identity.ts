/**
 * Which mail a mail is: its Message-ID, and a hash of what its author wrote. The same mail by two ways comes in other bytes: hosts on the way add
 * fields, fold headers, break long lines, and change line ends and transfer encodings. All of that leaves what was written as it is.
 */
import { createHash } from 'node:crypto';
import type { StoredFile } from '@patchbay/contracts';
import { cleanLine, cleanText, clip, clipBytes } from './clean-text.ts';
import { withinLimits } from './reading/long-bodies.ts';
import type { MailPart, MailSource } from './reading/mail-source.ts';
import { messageIds } from './threading.ts';

export interface MailIdentity {
  readonly externalId: string;
  readonly contentHash: string;
  /** The hash as it was made when white space and the line ends of files still counted. */
  readonly formerContentHash: string;
}

/** `mail` as it was read, `files` as its parts are stored, `from` as the sender is shown. */
export function identityOf(
  mail: MailSource,
  files: ReadonlyMap<MailPart, Pick<StoredFile, 'sha256'>>,
  from: string,
): MailIdentity {
  const { known } = mail;
  const author = clip(cleanLine(mail.from?.address ?? '') || cleanLine(mail.from?.name ?? ''), 998);
  const contentHash = hashOfWritten([
    author,
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
  ]);
  return {
    externalId: messageIdOf(mail, contentHash),
    contentHash,
    formerContentHash: formerHash(mail, files, from),
  };
}

/** Its kind without the parameters: a boundary may be made anew. */
const mediaTypeOf = (mail: MailSource): string =>
  (mail.header('content-type')[0] ?? '').split(';', 1)[0]?.toLowerCase() ?? '';

/**
 * The Message-ID with its angle brackets; of several the first. A mail without one is known by what it says and its Date. Where that is missing, too, two
 * mails that say the same may be two: they are one only when the host that took them first has noted the same of both.
 */
function messageIdOf(mail: MailSource, hash: string): string {
  const header = cleanLine(mail.header('message-id')[0] ?? '');
  const id = messageIds(header)[0] ?? header;
  if (id !== '' && id !== '<>') return clipBytes(id, 998);
  const dated = (mail.header('date')[0] ?? '').trim() !== '';
  return `<${dated ? hash : hashOfWritten([hash, mail.header('received').at(-1) ?? ''])}@missing-message-id>`;
}

function hashOfWritten(values: readonly string[]): string {
  const hash = createHash('sha256');
  for (const value of values) {
    const written = withoutSpace(Buffer.from(value.includes('\ufffd') ? value.replaceAll('\ufffd', '') : value));
    hash.update(`${written.length}:`).update(written);
  }
  return hash.digest('hex');
}

/** What holds a NUL is no text and comes as it was sent; `stored` is the hash of those bytes. */
function hashOfFile(content: Buffer, stored: string | undefined): string {
  if (stored !== undefined && content.includes(0)) return stored;
  return createHash('sha256').update(withoutSpace(content)).digest('hex');
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

function formerHash(mail: MailSource, files: ReadonlyMap<MailPart, Pick<StoredFile, 'sha256'>>, from: string): string {
  const shown = withinLimits(mail.known);
  const values = [
    from,
    mail.header('date')[0] ?? '',
    mail.subject === undefined ? '' : clip(cleanLine(mail.subject), 2000),
    cleanText(shown.text),
    cleanText(shown.html ?? ''),
    ...shown.parts.map((part) => files.get(part)?.sha256 ?? createHash('sha256').update(part.content).digest('hex')),
  ];
  const told = JSON.stringify(values.map((value) => value.replace(/\s+/g, ' ').trim()));
  return createHash('sha256').update(told).digest('hex');
}
