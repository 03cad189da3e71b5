/** Text that holds bytes beyond ASCII without saying what they are. UTF-8 is what RFC 6532 allows; others are a guess. */
import { isUtf8 } from 'node:buffer';
import { isGuessed, isWestern } from './charset-names.ts';
import { textWhollyIn } from './charset-text.ts';
import { guessedCharset } from './guessed-charset.ts';
import { decodeShifted, isEscapedJapanese } from './shifted-charsets.ts';

/**
 * @param named the character set of the mail's body, which its headers usually share
 * @param words what of it is in the writer's language
 */
export function decodeRawWords(bytes: Buffer, named = '', words = bytes): string {
  if (isEscapedJapanese(bytes)) return decodedAs('iso-2022-jp', bytes) ?? bytes.toString();
  const said = isGuessed(named) ? '' : named;
  const whole = said === '' || isWestern(said) ? withoutCutLetter(bytes) : undefined;
  if (whole !== undefined) return whole.toString();
  const tried = isWestern(said)
    ? ['utf-8', guessedCharset(words)]
    : ['utf-8', said, guessedCharset(words), isEastAsian(words) ? 'gb18030' : ''];
  for (const charset of tried) {
    const text = charset ? decodedAs(charset, bytes) : undefined;
    if (text !== undefined) return text;
  }
  return decodedAs('windows-1252', bytes) ?? bytes.toString();
}

/** UTF-8 that was cut to some number of bytes, within its last letter: undefined for what is not, and for what has no other letter beyond ASCII. */
function withoutCutLetter(bytes: Buffer): Buffer | undefined {
  if (isUtf8(bytes)) return undefined;
  let last = bytes.length - 1;
  while (last > bytes.length - 3 && ((bytes[last] ?? 0) & 0xc0) === 0x80) last -= 1;
  const whole = bytes.subarray(0, last);
  return (bytes[last] ?? 0) >= 0xc2 && whole.some((byte) => byte > 0x7f) && isUtf8(whole) ? whole : undefined;
}

const decodedAs = (charset: string, bytes: Buffer): string | undefined =>
  decodeShifted(bytes, charset) ?? textWhollyIn(charset, bytes);

/** As much as shows a language; whole bodies come here, too. */
const longestLook = 65_536;

/** Of European words few letters lie beyond ASCII; of Chinese all do, two bytes each. */
export function isEastAsian(bytes: Buffer): boolean {
  let [beyond, letters] = [0, 0];
  for (const byte of bytes.subarray(0, longestLook)) {
    if (byte > 0x7f) beyond += 1;
    else if (/[a-z]/i.test(String.fromCharCode(byte))) letters += 1;
  }
  return beyond > 2 * letters;
}
