/** Makes strings from mail fit for PostgreSQL, JSON and one-line fields. */
import { plainLine } from '@patchbay/contracts';

// NUL cannot be stored by PostgreSQL; the other C0 controls and DEL have no meaning in a message and can drive a terminal.
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Text with line breaks as LF, without control characters, with lone surrogates replaced by U+FFFD. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '').toWellFormed();
}

/** Words of ASCII with one space between them, as most addresses, names and subjects are. */
const cleanWords = /^[!-~]+(?: [!-~]+)*$/;

/** One line: like `cleanText`, with runs of white space as one space. */
export function cleanLine(text: string): string {
  return cleanWords.test(text) ? text : cleanText(text).replace(/\s+/g, ' ').trim();
}

/** At most `limit` UTF-16 units, never cutting a character in two. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return text.slice(0, end);
}

/** At most `limit` bytes of UTF-8: index entries are limited in bytes. */
export function clipBytes(text: string, limit: number): string {
  let clipped = clip(text, limit);
  while (Buffer.byteLength(clipped) > limit) clipped = clip(clipped, clipped.length - 1);
  return clipped;
}

/**
 * A file name without folders, control characters or direction overrides, which make `exe.gpj` look like `jpg.exe`; at most 255 characters with
 * its extension kept. Empty when there is nothing in it to be seen.
 */
export function cleanFilename(name: string): string {
  const flat = plainLine(cleanText(name)).replace(/[/\\]/g, '_').replace(/^\.+$/, '_');
  if (flat.length <= 255) return flat;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(flat)?.[0] ?? '';
  return clip(flat, 255 - extension.length) + extension;
}
