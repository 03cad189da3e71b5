/** Character sets of seven bits that change between ASCII and another by signs in the text. No decoder of the platform knows the first three. */
import { textIn } from './charset-text.ts';

/** UTF-7 (RFC 2152): `+` begins UTF-16 in base64, what is not base64 ends it, `-` is then left out; `+-` is a plus. What breaks the rules is none. */
function decodeUtf7(text: string): string {
  let broken = false;
  const decoded = text.replace(/\+([A-Za-z0-9+/]*)-?/g, (whole, units: string) => {
    if (whole === '+-') return '+';
    const bytes = Buffer.from(units, 'base64');
    const letters = bytes
      .subarray(0, bytes.length - (bytes.length % 2))
      .swap16()
      .toString('utf16le');
    const unused = (units.length * 6) % 16;
    broken ||= units === '' || unused > 5 || !letters.isWellFormed();
    return letters;
  });
  return broken ? text : decoded;
}

const tilde = 0x7e;

/** HZ (RFC 1843): between `~{` and `~}` each two bytes are GB 2312 without their high bits, `~~` is a tilde, and a line that ends in `~` goes on. */
function decodeHz(bytes: Buffer): string {
  const gb = Buffer.alloc(bytes.length);
  let [size, high] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const sign = byte === tilde ? String.fromCharCode(bytes[at + 1] ?? 0) : '';
    if (sign === '{') high = 0x80;
    if (sign === '}' || byte === 0x0a) high = 0;
    if (['{', '}', '\n'].includes(sign)) at += 1;
    else if (sign === '\r') at += 2;
    else {
      if (sign === '~') at += 1;
      gb[size] = byte > 0x20 ? byte | high : byte;
      size += 1;
    }
  }
  return new TextDecoder('gb18030').decode(gb.subarray(0, size));
}

const designation = '\u001b$)C';
const [shiftOut, shiftIn] = [0x0e, 0x0f];

/** ISO-2022-KR (RFC 1557): bytes between SO and SI are of EUC-KR without their high bits, and each line begins in ASCII. */
function decodeKorean(bytes: Buffer): string {
  const written = Buffer.from(bytes.toString('latin1').replaceAll(designation, ''), 'latin1');
  let [size, high] = [0, 0];
  for (const byte of written) {
    if (byte === shiftOut) high = 0x80;
    else if (byte === shiftIn || byte === 0x0a) high = 0;
    if (byte === shiftOut || byte === shiftIn) continue;
    written[size] = byte > 0x20 ? byte | high : byte;
    size += 1;
  }
  return textIn('euc-kr', written.subarray(0, size));
}

const utf7 = /^(x-)?(unicode-(1-1|2-0)-)?utf-?7$/i;
const hz = /^(x-)?hz(-gb-?2312)?$/i;

const korean = /^(x-)?(cs)?iso-?2022-?kr$/i;

export const isShifted = (charset: string): boolean => [utf7, hz, korean].some((name) => name.test(charset));

/** Undefined when it is another character set. */
export function decodeShifted(bytes: Buffer, charset: string): string | undefined {
  if (utf7.test(charset)) return decodeUtf7(bytes.toString());
  if (korean.test(charset)) return decodeKorean(bytes);
  return hz.test(charset) ? decodeHz(bytes) : undefined;
}

/** Japanese mail of before MIME says by escape sequences alone what it is (RFC 1468). */
export function isEscapedJapanese(bytes: Buffer): boolean {
  return bytes.includes('\u001b$B') || bytes.includes('\u001b$@');
}
