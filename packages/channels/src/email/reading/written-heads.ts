/** Fields of a head as their writers meant them, where they stand in no form that the parser reads. Lines come as one character per byte. */
import { isUtf8 } from 'node:buffer';
import { decodeEncodedWords, hasUnreadWord } from './encoded-words.ts';
import { decodeRawWords } from './raw-words.ts';

export interface FieldLine {
  readonly key: string;
  line: string;
}

const withPeople = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'subject']);
/** A letter beyond ASCII, or an escape sequence. */
// oxlint-disable-next-line no-control-regex
const raw = /[\u001b\u0080-\u00ff]/;
/** A field that is folded within a letter. */
const foldedLetter = /([\u0080-\u00ff])\r?\n[ \t]([\u0080-\u00ff])/g;

/**
 * Restates names and the subject in UTF-8.
 *
 * @param charset in which the mail is written, as far as it says; asked for only where a field holds raw bytes that are no UTF-8
 */
export function restateFields(lines: readonly FieldLine[], charset: () => string | undefined): void {
  for (const field of lines) {
    if (!withPeople.has(field.key)) continue;
    if (raw.test(field.line)) field.line = inUtf8(field.line, charset);
    // What stands in the subject is looked at again where it is read.
    if (field.key !== 'subject' && hasUnreadWord(field.line))
      field.line = decodeEncodedWords(field.line, (text) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`);
  }
}

function inUtf8(line: string, charset: () => string | undefined): string {
  const bytes = Buffer.from(line, 'latin1');
  const joined = Buffer.from(line.replace(foldedLetter, '$1$2'), 'latin1');
  if (isUtf8(joined) && !bytes.includes('\u001b$')) return isUtf8(bytes) ? line : joined.toString('latin1');
  const at = line.indexOf(':') + 1;
  const names = Buffer.from(line.slice(at).replace(/<[^<>]*>/g, ''), 'latin1');
  return line.slice(0, at) + Buffer.from(decodeRawWords(bytes.subarray(at), charset(), names)).toString('latin1');
}

const parameter = (name: string, before = String.raw`;\s*`) =>
  new RegExp(String.raw`${before}${name}\s{0,9}=\s{0,9}(?:"((?:[^"\\]|\\[^])*)"|([^;\r\n"]*))`, 'i');
const filename = parameter('filename');
const name = parameter('name');
/** Without the semicolon before it, or without what should stand before that. */
const alone = String.raw`^[\w-]{1,40}:\s{0,99}(?:[\w.+/-]{1,127}\s{1,99})?`;
const filenameAlone = parameter('filename', alone);
const nameAlone = parameter('name', alone);

/** In percent signs as RFC 2231 has it, without the character set that belongs before it. */
const withoutCharset = /;\s*filename\*\s{0,9}=\s{0,9}"?([^'";\r\n]{0,999}%[\da-f]{2}[^'";\r\n]{0,999})/i;

function decodedPercents(written: string): string | undefined {
  try {
    return decodeURIComponent(written);
  } catch {
    return undefined;
  }
}

/**
 * A file's name that the parser has not read: in raw bytes, in a word of an unknown character set, with folders before it, or in a
 * field without its semicolons.
 *
 * @param charset of the mail, asked for where the name is in raw bytes
 * @param read what the parser has read
 */
export function writtenName(
  lines: readonly FieldLine[],
  charset: () => string | undefined,
  read: string | false,
): string | undefined {
  const line = (key: string) => lines.find((field) => field.key === key)?.line ?? '';
  const [disposition, type] = [line('content-disposition'), line('content-type')];
  const percents = withoutCharset.exec(disposition)?.[1];
  if (percents !== undefined) return decodedPercents(percents);
  const odd = read === false ? (filenameAlone.exec(disposition) ?? nameAlone.exec(type)) : null;
  const found = odd ?? filename.exec(disposition) ?? name.exec(type);
  const written = (found?.[1] ?? found?.[2] ?? '').replace(/\r?\n[ \t]*/g, '');
  if (/^([a-z]:\\|\\\\)/i.test(written) && !raw.test(written)) return written.slice(written.lastIndexOf('\\') + 1);
  if (/^\/[^/]/.test(written) && !raw.test(written) && !hasUnreadWord(written))
    return written.slice(written.lastIndexOf('/') + 1);
  const unquoted = written.replace(/\\(["\\])/g, '$1');
  if (raw.test(written)) {
    const bytes = Buffer.from(unquoted, 'latin1');
    return decodeRawWords(bytes, charset(), Buffer.from(bytes.toString('latin1').replace(/\.\w{1,9}$/, ''), 'latin1'));
  }
  if (odd) return decodeEncodedWords(unquoted);
  return hasUnreadWord(written) ? decodeEncodedWords(written) : undefined;
}
