/** Header fields that hold bytes beyond ASCII without saying what they are. UTF-8 is what RFC 6532 allows; others are a guess. */

/** `named`: the character set of the mail's body, which its headers usually share. */
export function decodeRawWords(bytes: Buffer, named: string | undefined): string {
  for (const charset of ['utf-8', named, isEastAsian(bytes) ? 'gb18030' : undefined]) {
    const text = charset === undefined ? undefined : decodedAs(charset, bytes);
    if (text !== undefined) return text;
  }
  return decodedAs('windows-1252', bytes) ?? bytes.toString();
}

function decodedAs(charset: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // No such character set, or not in it.
    return undefined;
  }
}

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
