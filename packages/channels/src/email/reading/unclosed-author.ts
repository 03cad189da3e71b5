/** The author in a From with a quotation that does not end before the address: the parser takes all of it for the address. */
import { normaliseEmail } from '@patchbay/domain';
import type { EmailAddress } from 'mailparser';
import { domainOf } from '../addresses.ts';
import { decodeEncodedWords } from './encoded-words.ts';

const longestField = 10_000;

/**
 * Undefined when the parser's is an address, and when another is of another domain: whoever checked the mail may have seen that one.
 *
 * @param field From as it stands, unfolded
 * @param read the address that the parser makes of it
 */
export function unclosedAuthor(field: string, read: string): EmailAddress | undefined {
  if (normaliseEmail(read) !== null) return undefined;
  const last = [...field.slice(0, longestField).matchAll(/<([^<>\s"@]{1,64}@[^<>\s"@]{1,255})>/g)].at(-1);
  const address = last?.[1];
  const before = field.slice(0, last?.index ?? 0);
  if (!address || before.replace(/\\./g, '').split('"').length % 2 === 1) return undefined;
  const isOnly = field.indexOf('@') === field.lastIndexOf('@');
  if (!isOnly && domainOf(address) !== domainOf(read.replace(/>+$/, ''))) return undefined;
  const name = decodeEncodedWords(before).replace(/^["'\s]+|["'\s]+$/g, '');
  return { name, address };
}
