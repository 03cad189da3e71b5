/** A message that is passed on, below the words of whoever passes it on. */
import { escapeHtml, textToHtml } from './light-markup.ts';

export interface ForwardedMail {
  readonly from: string;
  readonly fromName: string | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly subject: string;
  /** As it shall be read. */
  readonly date: string;
  readonly text: string;
}

const title = '---------- Forwarded message ----------';

/** The head of the original and its text, as mail programs write them since RFC 822. */
export function forwardedText(mail: ForwardedMail): string {
  return [title, ...headOf(mail).map(([name, value]) => `${name}: ${value}`), '', mail.text].join('\n');
}

/** `html` is the original's, sanitised; null makes it of the text. */
export function forwardedHtml(mail: ForwardedMail, html: string | null): string {
  const head = headOf(mail).map(([name, value]) => `<b>${name}:</b> ${escapeHtml(value)}`);
  return `<div><p>${[escapeHtml(title), ...head].join('<br>\n')}</p>\n<blockquote>${html ?? textToHtml(mail.text, false)}</blockquote></div>`;
}

/** `Fwd:` once, however often it was passed on. */
export function forwardedSubject(subject: string): string {
  return `Fwd: ${subject.replace(/^(?:\s*(?:fwd?|wg|tr|rv|转发)\s*[:\uff1a])+\s*/i, '').trim()}`;
}

function headOf(mail: ForwardedMail): [string, string][] {
  const flat = (value: string) => value.replace(/\s+/g, ' ').trim();
  const head: [string, string][] = [
    ['From', flat(mail.fromName ? `${mail.fromName} <${mail.from}>` : mail.from)],
    ['Date', mail.date],
    ['Subject', flat(mail.subject)],
    ['To', flat(mail.to.join(', '))],
  ];
  return mail.cc.length > 0 ? [...head, ['Cc', flat(mail.cc.join(', '))]] : head;
}
