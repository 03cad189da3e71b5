/**
 * Who wrote a mail that a system passes on under an address of its own. Everybody whose mail comes that way has the same From: taken for one
 * person they would be one customer.
 */
import { normaliseEmail } from '@patchbay/domain';
import { cleanLine, clip } from '../clean-text.ts';
import type { MailSource } from '../reading/mail-source.ts';

export interface Author {
  readonly address: string;
  /** '' when the system leaves it out. */
  readonly name: string;
}

/** Undefined for a mail that is by its From. Anybody can write such fields: who is found is no more than claimed. */
export function authorBehind(mail: MailSource): Author | undefined {
  const from = normaliseEmail(cleanLine(mail.from?.address ?? ''));
  if (from === null) return undefined;
  const shown = cleanLine(mail.from?.name ?? '');
  if (isCertified(mail, from)) return authorOf(mail, from, shown.replace(/^["']?per conto di:?\s*/i, ''), ['reply-to']);
  const group = /^(.{0,200}?)\s+via\s/i.exec(shown);
  if (group === null || !listAddresses(mail).includes(from)) return undefined;
  return authorOf(mail, from, group[1] ?? '', ['x-original-from', 'x-original-sender', 'reply-to']);
}

/** Italian certified mail: the provider's own mail carries the author's, whom it names in Reply-To (RFC 6109 §3.1.3). */
const isCertified = (mail: MailSource, from: string): boolean =>
  /^\s*posta-certificata\s*$/i.test(mail.header('x-trasporto')[0] ?? '') && from.startsWith('posta-certificata@');

/** A list whose members' domains forbid it to send under their names does so under its own (RFC 2369 §3.4 for where it is written to). */
const listAddresses = (mail: MailSource): (string | null)[] =>
  mail
    .header('list-post')
    .flatMap((value) => [...value.slice(0, 2_000).matchAll(/<mailto:([^>?]{1,320})/gi)])
    .map(([, address = '']) => normaliseEmail(address));

/** By the first of the fields that names one address, and not the system's. */
function authorOf(mail: MailSource, system: string, name: string, fields: readonly string[]): Author | undefined {
  for (const field of fields) {
    const named = field === 'reply-to' ? mail.replyTo : mail.header(field).flatMap(addressesIn);
    const others = [...new Set(named.flatMap((text) => normaliseEmail(cleanLine(text)) ?? []))].filter(
      (address) => address !== system,
    );
    const [address] = others;
    if (address === undefined || others.length > 1) continue;
    const plain = clip(cleanLine(name.replaceAll(/^["']+|["']+$/g, '')), 200);
    return { address, name: plain.toLowerCase() === address ? '' : plain };
  }
  return undefined;
}

const addressesIn = (field: string): string[] =>
  field.slice(0, 2_000).match(/[^\s<>"'(),;:]{1,64}@[^\s<>"'(),;:]{1,255}/g) ?? [];
