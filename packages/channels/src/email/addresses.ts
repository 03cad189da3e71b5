/** Mail addresses as text: recognising, normalising, and asking whether one is ours. */
import { domainToASCII } from 'node:url';
import { isPlainDomain } from '@patchbay/domain/email-address';

// Deliberately wide: quoted local parts and internationalised addresses are real. What it keeps out are characters
// that end an address or a header.
// oxlint-disable-next-line no-control-regex
const plausible = /^[^\s@<>,;:"()[\]\\\u0000-\u001f\u007f]+@[^\s@<>,;:"()\\\u0000-\u001f\u007f]+$/u;

/** True for what mail can be addressed to: local part at most 64 octets, domain at most 255 (RFC 5321 §4.5.3.1). */
export function isMailAddress(address: string): boolean {
  if (!plausible.test(address)) return false;
  const at = address.lastIndexOf('@');
  return Buffer.byteLength(address.slice(0, at)) <= 64 && address.length - at - 1 <= 255;
}

/** The domain in ASCII form and lower case, so that `Bücher.example` and `xn--bcher-kva.example` are one; '' when there is none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? '' : asciiDomain(address.slice(at + 1));
}

/** A domain in ASCII form and lower case, without a closing dot. */
export function asciiDomain(domain: string): string {
  const plain = domain.trim().replace(/\.$/, '').toLowerCase();
  return isPlainDomain(plain) ? plain : domainToASCII(plain) || plain;
}

/** Addresses without repetitions, compared without case, in their first order. */
export function distinctAddresses(addresses: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const address of addresses) {
    const key = address.toLowerCase();
    if (address !== '' && !seen.has(key)) seen.set(key, address);
  }
  return [...seen.values()];
}

/**
 * The domain of the names of a mail from this address, and whether addresses that we sign are in it. What a mailbox in a domain of others sends is
 * answered there: nobody hands us what is for another address of it, and one of our domain would not align with its author (RFC 7489 §3.1.2).
 */
export function placeOf(
  sender: string,
  { mailDomains }: { readonly mailDomains: readonly string[] },
): { readonly domain: string; readonly signs: boolean } {
  const domain = domainOf(sender);
  const own = mailDomains.map(asciiDomain);
  return own.includes(domain) ? { domain: own[0] ?? domain, signs: true } : { domain, signs: false };
}
