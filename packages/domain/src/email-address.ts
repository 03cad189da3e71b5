/** The normal form of mail addresses, by which they are compared and stored. */

/** Longest address an identifier may hold. */
const MAX_LENGTH = 320;
const ADDRESS_LITERAL = /^\[[0-9a-z:.]+\]$/;
/** Characters that would make the URL parser see something other than a host name. */
const NOT_IN_HOST = /[\s/\\?#:@%[\]<>]/u;
const DOTTED_QUAD = /^\d+(\.\d+){3}$/;
/** Letters, digits and hyphens: what UTS #46 leaves as it is, and what is no IPv4 address in any form, as it ends in letters. */
const WRITTEN_IN_ASCII = /^(?:[a-z\d-]+\.)+[a-z]+$/;
/** Atoms, or one quoted string. Two addresses in one string must never pass for one. */
const LOCAL_PART = /^(?:[^\s\p{Cc}\p{Cf}@<>"(),:;]+|"[^\s\p{Cc}\p{Cf}"]+")$/u;

/** The language-neutral part of WHATWG URL that is needed here; this package is compiled without any platform's types. */
declare const URL: { parse(url: string): { readonly hostname: string } | null };

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);

/**
 * Lower case, except where that would turn a foreign letter into a Latin one: the Kelvin sign (U+212A) lower-cases to `k`, and
 * would make one person's mailbox look like another's.
 */
function lowerLocalPart(local: string): string {
  if (isAscii(local)) return local.toLowerCase();
  return Array.from(local, (character) => {
    const lower = character.toLowerCase();
    return isAscii(lower) && !isAscii(character) ? character : lower;
  }).join('');
}

/** Whether a domain in lower case is its own normal form, which it mostly is: parsing it as a host costs much more. A-labels have to be read. */
export const isPlainDomain = (lower: string): boolean => WRITTEN_IN_ASCII.test(lower) && !lower.includes('xn--');

/** A-labels (UTS #46, which applies NFKC), without the root's dot. Null when it is no domain name. */
function asciiDomain(domain: string): string | null {
  const lower = domain.toLowerCase();
  if (isPlainDomain(lower) || ADDRESS_LITERAL.test(lower)) return lower;
  if (lower === '' || NOT_IN_HOST.test(lower)) return null;
  const url = URL.parse(`http://${lower}/`);
  const host = url?.hostname.replace(/\.$/, '') ?? '';
  // A host of digits is read as an IPv4 address, which mail writes in brackets (RFC 5321, 4.1.3).
  const valid = host !== '' && !DOTTED_QUAD.test(host) && host.split('.').every((label) => label !== '');
  return valid ? host : null;
}

/**
 * Brings a bare mail address into normal form: trimmed, lower case, the domain as ASCII. Dots and plus tags stay: what they
 * mean is the mailbox provider's own affair. Null when it is not an address.
 */
export function normaliseEmail(raw: string): string | null {
  const trimmed = raw.trim();
  const at = trimmed.lastIndexOf('@');
  if (at < 1) return null;
  const local = trimmed.slice(0, at);
  const domain = asciiDomain(trimmed.slice(at + 1));
  if (domain === null || !LOCAL_PART.test(local)) return null;
  const address = `${lowerLocalPart(local)}@${domain}`;
  return address.length <= MAX_LENGTH ? address : null;
}
