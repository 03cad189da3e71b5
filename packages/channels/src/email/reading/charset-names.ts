/** What the name of a character set in a mail is worth. */

/** Names that say nothing, or that programs write whatever follows. */
const saysNothing = /^(|(us-?)?ascii|utf-?8|unknown(-8bit)?|x-unknown|8bit|7bit|binary|default|none)$/i;
/** Families of names that there are, also beyond those of the Web (Encoding Standard §4.2). */
const family =
  /^(x-)?((cp|ibm|dos|windows|win)[-_]?\d{2,5}|(mac|iso|koi|tis|utf|ucs|unicode|gb|euc|big|shift|sjis|ms|ks|korean|hz|latin|cs|tcvn|viscii|arm|georgian|hp|roman|johab)[\w.:()-]*|l\d)$/i;

/** Also of a name that is none. */
export function isGuessed(charset: string): boolean {
  const name = charset.trim();
  return saysNothing.test(name) || (!family.test(name) && !isKnown(name));
}

/** Of the Web, and with ASCII as it is. */
export const isExtendedAscii = (charset: string): boolean =>
  isKnown(charset.trim()) && !/^(utf|ucs|unicode|iso-?10646|(cs)?iso-?2022|hz|x-user)/i.test(charset.trim());

function isKnown(name: string): boolean {
  try {
    new TextDecoder(name).decode();
    return true;
  } catch {
    return false;
  }
}

/** What Western programs call whatever they write. */
export const isWestern = (charset: string): boolean =>
  /^(iso[-_]?8859-?1|latin-?1|windows-1252|cp-?1252)$/i.test(charset.trim());

/** Bytes in which the first parts of a mail begin. */
const longestLook = 65_536;

/** The first character set that a mail names in any of its parts: what stands unnamed beside it is in the same, most likely. */
export function charsetNamedIn(raw: Buffer): string | undefined {
  const named = raw.toString('latin1', 0, longestLook).matchAll(/charset\s{0,3}=\s{0,3}["']?([\w.:-]{2,40})/gi);
  return named.map(([, name = '']) => name).find((name) => !isGuessed(name));
}
