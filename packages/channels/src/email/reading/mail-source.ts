/** Reads raw mail with mailparser and gives back what the rest needs, in plain values. */
import { setImmediate } from 'node:timers/promises';
import { HubError } from '@patchbay/contracts';
import { isPassedOn } from '@patchbay/contracts/forward-marks';
import type { Attachment, EmailAddress, MailParserOptions, ParsedMail } from 'mailparser';
import { isReadAlike, isWrittenOut } from './certain-author.ts';
import { decodeEncodedWords, hasUnreadWord } from './encoded-words.ts';
import { textOfHtml } from './html-text.ts';
import { knownTextOf } from './known-text.ts';
import { asPlainText, withFoundBoundary } from './lost-boundary.ts';
import { type WrittenText, readParts } from './part-reader.ts';
import { takePictures } from './pasted-pictures.ts';
import { withoutMarkedParts } from '../reply/quoted-html.ts';
import { unclosedAuthor } from './unclosed-author.ts';
import { takeUuFiles } from './uu-files.ts';

/** A part that is not the body: attachment, inline image, enclosed message, machine-readable report. */
export interface MailPart {
  readonly contentType: string;
  readonly filename: string | undefined;
  readonly contentId: string | undefined;
  readonly inline: boolean;
  /** It is the text in a form for other programs, and no file: what tells mails apart looks at it all the same. */
  readonly otherForm?: true;
  readonly content: Buffer;
}

interface HeaderLine {
  readonly name: string;
  readonly value: string;
  /** Bytes of the whole field as it came, folded. */
  readonly size: number;
}

/** What a mail says, and what is enclosed in it. */
export interface Bodies {
  readonly text: string;
  readonly html: string | undefined;
  readonly parts: MailPart[];
}

export interface MailSource extends Bodies {
  /** All values of a header, unfolded, in the order they stand; [] when it is absent. */
  header(name: string): string[];
  /** Names in lower case, values unfolded, in the order they stand: what a host adds stands above what it was given. */
  readonly headerLines: readonly HeaderLine[];
  readonly subject: string | undefined;
  readonly from: EmailAddress | undefined;
  /** From names exactly one author, in one header. */
  readonly soleAuthor: boolean;
  /** Whoever else reads the mail finds the same author: one From, in a head that did not have to be mended, with the address as it is taken. */
  readonly certainAuthor: boolean;
  readonly to: string[];
  readonly cc: string[];
  readonly replyTo: string[];
  /** Where the text was made of HTML: without what that marks as older or as a signature, if it marks something. */
  readonly newText?: string;
  /** By which the mail is known: as mailparser gives it. It stays as it is, however it is made readable. */
  readonly known: Bodies;
}

// Enclosed messages stay whole, as files; reports stay apart from the text that a person reads.
// The last two are passed on to the splitter below mailparser.
const options: MailParserOptions & { ignoreEmbedded: boolean } = {
  keepDeliveryStatus: true,
  skipTextToHtml: true,
  skipHtmlToText: true,
  ignoreEmbedded: true,
};
/** Milliseconds. A mail of 25 MiB takes about two seconds. */
const deadline = 60_000;

/** Throws `unprocessable` when the bytes cannot be read as mail. */
export async function readMail(raw: Uint8Array): Promise<MailSource> {
  const came = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const mended = withLastLine(withHeadEnded(withLineFeeds(withoutBlankStart(came))));
  const mail = await parseWhole(mended);
  const headerLines = headerLinesOf(mail);
  const headers = Map.groupBy(headerLines, (line) => line.name);
  const authors = addressesIn(mail.from);
  const [from, ...moreFrom] = (headers.get('from') ?? []).map((line) => line.value);
  const unclosed = unclosedAuthor(from ?? '', authors[0]?.address ?? '');
  const html = mail.html === false || mail.html === undefined ? undefined : mail.html;
  const subject = readable(mail, headers.get('subject')?.[0]?.value);
  const files = mail.attachments.map((part) => partOf(part, mail.otherForms));
  const knownText = textFrom(
    mail.texts.map(({ html, known }) => ({ html, text: known })),
    html,
    knownTextOf,
  );
  const known = takeUuFiles(knownText);
  // Each of them may take a second, in which nothing else runs.
  await setImmediate();
  const pictures = html === undefined ? undefined : takePictures(html);
  const readHtml = (part: string) => textOfHtml(part === html ? (pictures?.html ?? '') : takePictures(part).html);
  const text = textFrom(mail.texts, html, readHtml);
  const isOfHtml = mail.htmlAlone || !mail.texts.some((one) => !one.html && shows.test(one.text));
  const newText = pictures && isOfHtml ? newTextOf(pictures.html, subject) : undefined;
  const shown = text === knownText ? known : takeUuFiles(text);
  return {
    header: (name) => (headers.get(name.toLowerCase()) ?? []).map((line) => line.value),
    headerLines,
    subject,
    from: unclosed ?? authors[0],
    // Others may read another author out of it.
    soleAuthor: unclosed === undefined && authors.length === 1 && from !== undefined && moreFrom.length === 0,
    certainAuthor:
      unclosed === undefined &&
      moreFrom.length === 0 &&
      isWrittenOut(from ?? '', authors[0]?.address ?? '') &&
      isReadAlike(came, mended),
    to: spelledOut(mail.to),
    cc: spelledOut(mail.cc),
    replyTo: spelledOut(mail.replyTo),
    text: shown.text,
    ...(newText !== undefined && { newText }),
    html: pictures?.html,
    parts: [...files, ...shown.files, ...(pictures?.parts ?? [])],
    known: { text: known.text, html, parts: [...files, ...known.files] },
  };
}

/** Of all HTML where nothing is seen in what the text is made of. */
function textFrom(
  texts: readonly Pick<WrittenText, 'html' | 'text'>[],
  html: string | undefined,
  read: (html: string) => string,
): string {
  const text = texts.map((one) => (one.html ? read(one.text) : one.text)).join('\n');
  const isWhole = html === undefined || texts.some((one) => one.html && one.text === html);
  return isWhole || shows.test(text) ? text : read(html);
}

/** Anything that is seen; a program may leave the text beside its HTML empty. */
const shows = /[^\s\u00ad\u200b-\u200f\u2060\ufeff]/;

const partOf = (part: Attachment, otherForms: ReadonlySet<Attachment>): MailPart => ({
  contentType: typeOf(part),
  filename: part.filename,
  contentId: part.cid,
  inline: part.related === true || (part.contentDisposition === 'inline' && part.cid !== undefined),
  ...(otherForms.has(part) && { otherForm: true }),
  content: part.content,
});

/** A broken Content-Type comes as false, whatever the types say; an encrypted file is taken for a signature by its name. */
function typeOf({ contentType, filename = '' }: Attachment): string {
  if (typeof contentType !== 'string') return 'application/octet-stream';
  return contentType === 'application/pgp-signature' && /\.(pgp|gpg)$/i.test(filename)
    ? 'application/octet-stream'
    : contentType;
}

async function parseWhole(raw: Buffer): ReturnType<typeof readParts> {
  let mail = await parse(raw);
  for (const mend of [withFoundBoundary, asPlainText]) {
    const mended = isEmpty(mail) ? mend(raw) : undefined;
    if (mended !== undefined) mail = await parse(mended);
  }
  return mail;
}

const isEmpty = ({ text, html, attachments }: ParsedMail): boolean => !text && !html && attachments.length === 0;

async function parse(raw: Buffer): ReturnType<typeof readParts> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error('parsing took too long')), deadline);
  try {
    return await Promise.race([readParts(raw, options), timeout.promise]);
  } catch (cause) {
    throw new HubError('unprocessable', `Not readable as mail: ${cause instanceof Error ? cause.message : 'unknown'}`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

// Blank lines, or the mark of a byte order, before the first field would make a body of the whole head.
function withoutBlankStart(raw: Buffer): Buffer {
  const start =
    /^(?:\xef\xbb\xbf)?(?:[ \t]{0,500}[\r\n]){0,100}(?=[\w-]{1,80}:)/.exec(
      raw.subarray(0, 1024).toString('latin1'),
    )?.[0] ?? '';
  return raw.subarray(start.length);
}

// Some old systems end lines by a lone CR, to which others on the way add lines with LF; no parser sees a header in that.
function withLineFeeds(raw: Buffer): Buffer {
  const start = raw.subarray(0, 65_536);
  let [alone, feeds] = [0, 0];
  for (let at = start.indexOf(13); at >= 0; at = start.indexOf(13, at + 1)) if (start[at + 1] !== 10) alone += 1;
  if (alone === 0) return raw;
  for (let at = start.indexOf(10); at >= 0; at = start.indexOf(10, at + 1)) feeds += 1;
  return alone > feeds ? Buffer.from(raw.toString('latin1').replace(/\r(?!\n)/g, '\n'), 'latin1') : raw;
}

// A boundary that no line end follows is not seen as one.
function withLastLine(raw: Buffer): Buffer {
  const last = raw.subarray(raw.lastIndexOf(10) + 1);
  return last.length < 200 && last.toString('latin1').startsWith('--')
    ? Buffer.concat([raw, Buffer.from('\r\n')])
    : raw;
}

const longestHead = 262_144;
const field = /^[!-9;-~]{1,200}[ \t]*:/m;
/** Where a line begins that is no field, goes on with none, and is no mark of a mailbox file; programs' own fields have been seen with a space in their names. */
const noField = /^(?![ \t\r\n]|>?From |[!-9;-~]{1,200}[ \t]*:|X-[\w-]{1,60}(?: [\w-]{1,60}){1,3}:)/m;

// A head that no empty line ends is all there is to a parser: what is no field in it, or all where nothing is one, was meant as the text.
function withHeadEnded(raw: Buffer): Buffer {
  const start = raw.subarray(0, longestHead);
  const end = headEnd(start);
  const head = start.toString('latin1', 0, end < 0 ? start.length : end);
  if (raw.length === 0 || (end < 0 && raw.length > longestHead) || (end >= 0 && head === '')) return raw;
  const text = textIn(head, end < 0);
  if (text < 0 && end >= 0) return raw;
  const at = text < 0 ? raw.length : text;
  const gap = at === raw.length ? '\r\n\r\n' : '\r\n';
  return Buffer.concat([raw.subarray(0, at), Buffer.from(gap), raw.subarray(at)]);
}

/** Where the first empty line begins, with the end of the line above it; -1 where there is none. */
function headEnd(raw: Buffer): number {
  for (let at = raw.indexOf(10); at >= 0; at = raw.indexOf(10, at + 1)) {
    const next = raw[at + 1] === 13 ? at + 2 : at + 1;
    if (raw[next] === 10) return raw[at - 1] === 13 ? at - 1 : at;
  }
  return -1;
}

/** Where the text begins in a head, or -1. Among fields a stray line is none; behind the last of them, a line of white space, or as a delimiter it is. */
function textIn(head: string, open: boolean): number {
  if (!field.test(head)) return 0;
  const at = head.search(noField);
  if (at < 0 || open) return at;
  const stray = head.slice(at);
  return stray.startsWith('--') || /\n[ \t]+\r?\n$/.test(head.slice(Math.max(0, at - 100), at)) || !field.test(stray)
    ? at
    : -1;
}

/** Characters. What is longer is not read a second time. */
const longestMarked = 512 * 1024;

/** A mail that is passed on is wanted whole. */
function newTextOf(html: string, subject = ''): string | undefined {
  const unmarked = html.length > longestMarked || isPassedOn(subject) ? undefined : withoutMarkedParts(html);
  if (unmarked === undefined) return undefined;
  const text = textOfHtml(unmarked);
  return text.trim() === '' ? undefined : text;
}

function headerLinesOf(mail: ParsedMail): HeaderLine[] {
  return (mail.headerLines ?? []).map(({ key, line }) => ({
    name: key,
    size: line.length,
    // Header lines come as one character per byte.
    value: unfolded(Buffer.from(line.slice(line.indexOf(':') + 1), 'binary').toString()),
  }));
}

const encodedWord = /=\?[^?\s]{1,60}\?[bq]\?/i;
/** Base64 with none of its signs: it was never encoded. */
const emptyBase64 = /=\?[^?\s]{1,60}\?b\?[^?\sa-z0-9+/]{1,200}\?=/i;

// An encoded word that is in no character set, or in no form, says more as it stands than as a row of replacement characters or as nothing.
function readable({ subject }: ParsedMail, written = ''): string | undefined {
  if ((subject ?? '').trim() === '') return emptyBase64.test(written) ? written : subject;
  if (subject === undefined || !encodedWord.test(written)) return subject;
  const broken = lossOf(subject) > 0 || encodedWord.test(subject) || hasUnreadWord(written);
  const meant = broken ? decodeEncodedWords(written) : subject;
  // Nobody writes controls: it is no text at all.
  // oxlint-disable-next-line no-control-regex
  return lossOf(meant) > meant.length / 5 || (broken && /[\u0000-\u0008\u000e-\u001f]/.test(meant)) ? written : meant;
}

const lossOf = (text: string): number => text.split('\ufffd').length - 1;

const unfolded = (value: string) => value.replace(/\r?\n[ \t]*/g, ' ').trim();

type AddressHeader = ParsedMail['to'];

function addressesIn(header: AddressHeader): EmailAddress[] {
  return [header ?? []]
    .flat()
    .flatMap((object) => object.value.flatMap((entry) => entry.group ?? [entry]))
    .map((entry) => ({ ...entry, name: entry.name.replace(/^<|>$/g, ''), ...bare(entry.address) }));
}

/** Web pages' links are pasted as addresses. */
const bare = (address: string | undefined) =>
  address === undefined ? {} : { address: address.replace(/^mailto:/i, '') };

function spelledOut(header: AddressHeader): string[] {
  return addressesIn(header).flatMap((entry) => (entry.address ? [entry.address] : []));
}
