/**
 * What a mail address resembles. Which spellings reach one mailbox is the provider's own affair, so hints compare and block;
 * they never join.
 */
import { normaliseEmail } from '../../email-address.ts';

/** Providers that ignore dots in the local part; the second names the same mailboxes. */
const dotless: Readonly<Record<string, string>> = { 'gmail.com': 'gmail.com', 'googlemail.com': 'gmail.com' };

/** Mailboxes of a function, which many people read and write from (RFC 2142 and custom). */
const roles = new Set(
  (
    'abuse accounting accounts admin billing buchhaltung careers contact einkauf enquiries finance hello help hostmaster hr info ' +
    'inquiries jobs kontakt mail marketing news noreply no-reply office order orders post postmaster press reception sales ' +
    'secretary service shop support team verkauf webmaster'
  ).split(' '),
);

export interface EmailHint {
  /** The address without tag, at the provider's main domain; without dots where the provider ignores them. */
  address: string;
  /** Its local part without dots, hyphens, underscores: what people keep when they change provider. */
  local: string;
  domain: string;
  /** `info@`, `sales@`: names an organisation rather than a person. */
  role: boolean;
}

/** Null when it is no address. */
export function emailHint(raw: string): EmailHint | null {
  const address = normaliseEmail(raw);
  if (address === null) return null;
  const at = address.lastIndexOf('@');
  const whole = address.slice(0, at);
  const tag = whole.startsWith('"') ? -1 : whole.indexOf('+');
  const untagged = tag > 0 ? whole.slice(0, tag) : whole;
  const domain = dotless[address.slice(at + 1)] ?? address.slice(at + 1);
  // A local part of nothing but dots would be left empty.
  const joined = untagged.replaceAll('.', '') || untagged;
  return {
    address: `${domain in dotless ? joined : untagged}@${domain}`,
    local: joined.replace(/[-_]/g, '') || joined,
    domain,
    role: roles.has(untagged),
  };
}
