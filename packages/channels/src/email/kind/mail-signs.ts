/** What the rules of classification look at, and the senders that are machines by their names. */
import type { Classification } from '@patchbay/contracts';
import type { MailReport } from '../reports/report-fields.ts';

export interface MailSigns {
  header(name: string): string[];
  readonly reports: readonly MailReport[];
  /** The envelope sender is empty (RFC 5321 §4.5.5): nobody wants an answer. */
  readonly nullPath: boolean;
  /** A whole mail, or its headers, is enclosed. */
  readonly enclosesMail: boolean;
  /** Address and display name of the sender. */
  readonly from: string;
  readonly fromName: string;
  readonly subject: string;
  /** METHOD of an enclosed calendar object (RFC 5546 §1.4), in upper case; '' when there is none. */
  readonly calendarMethod: string;
  readonly text: string;
  /** It is from an address of ours and asks for answers to a signed address of this hub: a message of ours that came back. */
  readonly ours: boolean;
}

export type Finding = { category: Classification['category']; evidence: string } | undefined;
export type Rule = (mail: MailSigns) => Finding;

/** The report part is there and the mail around it is a report, not a customer's mail with such a file attached. */
export function isReport(mail: MailSigns, kind: MailReport['kind']): boolean {
  const type = mail.header('content-type')[0] ?? '';
  const declared = /^\s*multipart\/report\b/i.test(type);
  if (declared && new RegExp(`report-type\\s*=\\s*"?${kind}\\b`, 'i').test(type)) return true;
  return (
    mail.reports.some((report) => report.kind === kind) &&
    (declared || mail.nullPath || isDaemon(mail) || isPostmaster(mail))
  );
}

export function readsNoMail(mail: MailSigns): boolean {
  return /^([\w.+-]{0,40}[-_.])?(no[-_.]?reply|do[-_.]?not[-_.]?reply)\b/i.test(mail.from);
}

/** Addresses behind which a program or a list stands, that answer nobody (RFC 3834 §2, RFC 2142). */
export function isMachineAddress(mail: MailSigns): boolean {
  return /^(owner-.{1,60}|.{1,60}-(request|owner|bounces?)|bounces?([-+].{1,60})?|root|www-data|nobody|cron|daemon|notifications?)@/i.test(
    mail.from,
  );
}

export function isDaemon(mail: MailSigns): boolean {
  return (
    /^(mailer|mail)[-_. ]?daemon\b/i.test(mail.from) ||
    /^(mailer|mail)[-_. ]?daemon\b|^mail deliver(y|er)? (sub)?system/i.test(mail.fromName)
  );
}

export function isPostmaster(mail: MailSigns): boolean {
  return (
    /^(postmaster\b|"?system administrator\b|(mdaemon|microsoftexchange[0-9a-f]+)(@|$))/i.test(mail.from) ||
    /^(postmaster|system administrator)$/i.test(mail.fromName)
  );
}
