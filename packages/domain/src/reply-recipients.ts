/** Whom an answer goes to: the sender alone, or everybody who had the last message. */
import type { Authenticity } from '@patchbay/contracts';
import { normaliseEmail } from './email-address.ts';
import { isPublicMailProvider } from './public-mail-providers.ts';

/** The message that is answered, as its mail says. */
export interface AnsweredMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo: readonly string[];
  readonly verdict: Authenticity['verdict'] | null;
}

export interface RecipientSets {
  readonly reply: { readonly to: string[]; readonly cc: string[] };
  readonly replyAll: { readonly to: string[]; readonly cc: string[] };
  /** Named by the sender as the answer address and not used by itself. */
  readonly doubtfulReplyTo: string[];
}

/** The local parts that the hub signs: answers and bounces come back there, and nobody reads them. */
const signed = /^(?:reply|bounce)\+[a-z2-7]{8,}\.[a-z2-7]{8,}@/;

/**
 * Reply-To wins over From (RFC 5322, 3.6.2), but only when it can be the sender's own: a forged mail that looks like a customer's and
 * names a stranger's answer address is how answers are led astray. It counts when From's domain vouches for the mail, or when both
 * are of one domain and nothing speaks against the mail. Where anybody gets a mailbox, the domain vouches for no person and being of it says
 * nothing: From is answered. `isOurs` is asked with normal forms. Nobody is named twice, and the centre never.
 *
 * @param contactAddress whoever opened the ticket: answered when the message names nobody who can be.
 */
export function replyRecipients(
  mail: AnsweredMail | null,
  contactAddress: string,
  isOurs: (address: string) => boolean,
): RecipientSets {
  const others = (addresses: readonly string[]) => distinct(addresses).filter((address) => !isOwn(address, isOurs));
  const from = others(mail ? [mail.from] : []);
  const named = others(mail?.replyTo ?? []).filter((address) => !from.includes(address));
  // A Reply-To that names the sender as well wants both.
  const wanted = mail && mail.replyTo.length > 0 ? others(mail.replyTo) : [];
  const domain = domainOf(from[0] ?? '');
  const isTheirs = (address: string) => mail?.verdict !== 'fail' && domainOf(address) === domain;
  const trusted =
    named.length === 0 ||
    (!isPublicMailProvider(domain) && named.every((address) => mail?.verdict === 'pass' || isTheirs(address)));
  const useReplyTo = wanted.length > 0 && trusted;
  const answer = firstFilled(useReplyTo ? wanted : [], from, distinct([contactAddress]));
  const alsoTo = others(mail?.to ?? []).filter((address) => !answer.includes(address));
  // Who asked for answers elsewhere does not get them at From, too; in To or Cc they may stand by themselves.
  const to = [...answer, ...alsoTo];
  const cc = others(mail?.cc ?? []).filter((address) => !to.includes(address));
  return {
    reply: { to: answer, cc: [] },
    replyAll: { to, cc },
    doubtfulReplyTo: trusted ? [] : named,
  };
}

/** Addresses in normal form, without repetitions and without what is none, in their first order. */
function distinct(addresses: readonly string[]): string[] {
  return [...new Set(addresses.flatMap((address) => normaliseEmail(address) ?? []))];
}

function isOwn(address: string, isOurs: (address: string) => boolean): boolean {
  return signed.test(address) || isOurs(address);
}

function firstFilled(...lists: string[][]): string[] {
  return lists.find((list) => list.length > 0) ?? [];
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
