/** Encoded words (RFC 2047) that break its rules, read as they were meant: a question mark or a space within, a quoted name of the character set, or a wrong one. */
import { isUtf8 } from 'node:buffer';
import { isGuessed } from './charset-names.ts';
import { decodeRawWords, isEastAsian } from './raw-words.ts';
import { decodeShifted, isShifted } from './shifted-charsets.ts';

const word = /=\?["']?([^?\s"'*]{1,60})["']?(?:\*[^?\s]{0,60})?\?([bq])\?((?:[^?\r\n]|\?(?!=)){0,2000})\?=/gi;
const longestField = 65_536;

/** Words of character sets that the parser refuses, or that are none; the first word tells. */
export function hasUnreadWord(field: string): boolean {
  const charset = /=\?["']?([^?\s"'*]{1,60})["']?(?:\*[^?\s]{0,60})?\?[bq]\?/i.exec(field)?.[1];
  return charset !== undefined && !/^utf-?8$/i.test(charset) && (isGuessed(charset) || isShifted(charset));
}

/**
 * `field` unfolded. What is no encoded word stays as it stands; white space between two of them is none (§6.2).
 *
 * @param restate what becomes of the text of neighbouring words
 */
export function decodeEncodedWords(field: string, restate = (text: string) => text): string {
  const runs: { charset: string; bytes: Buffer[] }[] = [];
  let text = '';
  let end = 0;
  const flush = () => {
    for (const { charset, bytes } of runs.splice(0)) text += restate(meant(charset, Buffer.concat(bytes)));
  };
  for (const match of field.slice(0, longestField).matchAll(word)) {
    const [whole, charset = '', form = '', written = ''] = match;
    const between = field.slice(end, match.index);
    if (end === 0 || between.trim() !== '') {
      flush();
      text += between;
    }
    const bytes = form.toLowerCase() === 'b' ? Buffer.from(written, 'base64') : quotedBytes(written);
    // A character may be cut in two by the end of a word.
    const last = runs.at(-1);
    if (last?.charset === charset) last.bytes.push(bytes);
    else runs.push({ charset, bytes: [bytes] });
    end = match.index + whole.length;
  }
  flush();
  return text + field.slice(end);
}

/** A few letters beyond ASCII that are no UTF-8 are Western; of many nothing is known but that they are lost. */
function meant(charset: string, bytes: Buffer): string {
  const shifted = decodeShifted(bytes, charset);
  if (shifted !== undefined) return shifted;
  if (!isGuessed(charset)) return decodeRawWords(bytes, charset);
  return isUtf8(bytes) || isEastAsian(bytes) ? bytes.toString() : decodeRawWords(bytes, undefined);
}

function quotedBytes(written: string): Buffer {
  const plain = written
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
