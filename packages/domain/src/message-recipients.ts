/** The recipients that an author names, brought into normal form. */
import { normaliseEmail } from './email-address.ts';

export interface Recipients {
  readonly to: string[];
  readonly cc: string[];
  readonly bcc: string[];
}

/**
 * Nobody gets a message twice: To wins over Cc, and Cc over Bcc. Answers the first text that is no address instead, with the list and
 * the place where it stands.
 */
export function messageRecipients(given: {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
}): Recipients | { readonly wrong: string } {
  const seen = new Set<string>();
  const lists: Record<'to' | 'cc' | 'bcc', string[]> = { to: [], cc: [], bcc: [] };
  for (const name of ['to', 'cc', 'bcc'] as const)
    for (const [index, text] of given[name].entries()) {
      const address = normaliseEmail(text);
      if (address === null || !canBeWritten(address)) return { wrong: `${name}.${index}` };
      if (!seen.has(address)) lists[name].push(address);
      seen.add(address);
    }
  return lists;
}

/** A quoted local part is an address, too, and not one that every mail server takes; 64 octets are the most (RFC 5321, 4.5.3.1.1). */
function canBeWritten(address: string): boolean {
  const local = address.slice(0, address.lastIndexOf('@'));
  const octets = Array.from(local, (character) => utf8Length(character.codePointAt(0) ?? 0));
  return !/["\\[\]]/.test(local) && octets.reduce((sum, length) => sum + length, 0) <= 64;
}

const utf8Length = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);
