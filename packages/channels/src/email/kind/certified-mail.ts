/**
 * Italian certified mail (posta elettronica certificata, RFC 6109): each provider on the way tells the sender, by a mail of its own with a field
 * `X-Ricevuta`, that it took, handed over or refused a mail.
 */
import type { Classification, ContactReport } from '@patchbay/contracts';
import type { Finding, MailSigns } from './mail-signs.ts';
import { messageIds } from '../threading.ts';

type Category = Classification['category'];

/** RFC 6109 §3.1: the kinds of receipts. What is announced after twelve hours may still be delivered. */
const receipts: Record<string, Category> = {
  accettazione: 'delivery-notice',
  'presa-in-carico': 'delivery-notice',
  'avvenuta-consegna': 'delivery-notice',
  'preavviso-errore-consegna': 'delivery-notice',
  'non-accettazione': 'bounce',
  'errore-consegna': 'bounce',
  'rilevazione-virus': 'bounce',
};

const kindOf = (header: MailSigns['header']): string => (header('x-ricevuta')[0] ?? '').trim().toLowerCase();

export function certifiedReceipt(mail: MailSigns): Finding {
  const kind = kindOf(mail.header);
  const category = receipts[kind];
  return category === undefined ? undefined : { category, evidence: `X-Ricevuta: ${kind}` };
}

/** What it says of each recipient: that a provider took the mail says of none yet where it ends. */
export function certifiedResult(header: MailSigns['header']): ContactReport['result'] | 'none' | undefined {
  const kind = kindOf(header);
  if (/^(accettazione|presa-in-carico)$/.test(kind)) return 'none';
  return kind === 'avvenuta-consegna' ? 'delivered' : undefined;
}

/** Message-ID of the mail that it is about, as its sender gave it. */
export const certifiedMessageId = (header: MailSigns['header']): string[] =>
  messageIds(header('x-riferimento-message-id')[0] ?? '').slice(0, 1);
