/**
 * Fields above the ones that a signature signs. A signature takes the lowest of a name (RFC 6376 §5.4.2); whoever passes a signed mail on can put
 * another above it, which is the one that is shown (§8.15).
 */
import type { MailSource } from '../reading/mail-source.ts';

/** A mail has them once (RFC 5322 §3.6, RFC 2045 §3), and they say what is shown of it, where it belongs and who is answered. */
const single: ReadonlySet<string> = new Set([
  'from',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'content-type',
  'content-transfer-encoding',
]);

/** How often they stand in a mail, of those that stand more than once and do not say the same. */
export function repeatedFields({ headerLines, header }: MailSource): ReadonlyMap<string, number> {
  const seen = new Set<string>();
  const repeated = new Map<string, number>();
  for (const { name } of headerLines) {
    if (!single.has(name) || repeated.has(name)) continue;
    if (!seen.has(name)) {
      seen.add(name);
      continue;
    }
    const values = header(name);
    if (new Set(values).size > 1) repeated.set(name, values.length);
  }
  return repeated;
}

/** The name of one that a signature signs, and that stands once more above. `signed`: names with a colon between them, each as often as it is signed. */
export function repeatedAbove(signed: string, repeated: ReadonlyMap<string, number>): string | undefined {
  const names = repeated.size === 0 ? [] : signed.toLowerCase().split(/\s*:\s*/);
  return [...repeated.keys()].find((name) => {
    const times = names.filter((one) => one === name).length;
    return times > 0 && times < (repeated.get(name) ?? 0);
  });
}
