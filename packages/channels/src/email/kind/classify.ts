/**
 * Tells what a mail is: written by a customer, or by a machine about another mail. Rules stand in the order of how much
 * their evidence proves, and the first that holds decides. In doubt a mail is a customer's: a machine's mail read by an
 * agent costs a minute, a customer's mail that nobody reads costs the customer.
 */
import type { Classification, MessageKind } from '@patchbay/contracts';
import {
  autoReplyHeader,
  autoReplySubject,
  autoSubmitted,
  autoSubmittedAs,
  bulkOfNobody,
  isLikeAbsence,
} from './auto-reply-rules.ts';
import { certifiedReceipt } from './certified-mail.ts';
import { clip } from '../clean-text.ts';
import { listRefusal } from './list-refusals.ts';
import {
  type Finding,
  type MailSigns,
  type Rule,
  isDaemon,
  isMachineAddress,
  isPostmaster,
  readsNoMail,
  subjectTells,
} from './mail-signs.ts';
import * as report from './report-rules.ts';

export interface Verdict extends Classification {
  readonly kind: MessageKind;
  /** A machine sent it: never answered automatically. */
  readonly automatic: boolean;
}

const rules: Record<string, Rule> = {
  ownMessage,
  feedbackReport: report.feedbackReport,
  junkReport: report.junkReport,
  certifiedReceipt,
  dispositionNotification: report.dispositionNotification,
  deliveryStatus: report.deliveryStatus,
  failedRecipients: report.failedRecipients,
  providerNotice: report.providerNotice,
  daemonDelay: report.ofItsOwn(report.daemonDelay),
  daemonBounce: report.ofItsOwn(report.daemonBounce),
  returnedMail: report.ofItsOwn(report.returnedMail),
  refusalRepeated: report.ofItsOwn(report.refusalRepeated),
  refusalOfNobody: report.refusalOfNobody,
  listRefusal: report.ofItsOwn(listRefusal),
  calendarObject,
  autoSubmitted,
  autoReplyHeader,
  autoReplySubject,
  bulkOfNobody,
  mailingList,
};

const kinds: Record<Classification['category'], MessageKind> = {
  customer: 'customer',
  'mailing-list': 'customer',
  'calendar-invitation': 'customer',
  'auto-reply': 'auto-reply',
  bounce: 'bounce',
  'complaint-report': 'complaint-report',
  'delivery-notice': 'delivery-notice',
  'read-notice': 'delivery-notice',
};

export function classify(mail: MailSigns): Verdict {
  const sign = automaticSign(mail);
  for (const [rule, decide] of Object.entries(rules)) {
    const finding = decide(mail);
    if (!finding) continue;
    const { category } = finding;
    // An invitation is a person's; what their calendar answers is not.
    const automatic = category !== 'calendar-invitation' || mail.calendarMethod === 'REPLY' || sign !== undefined;
    return { kind: kinds[category], category, automatic, rule, evidence: clip(finding.evidence, 300) };
  }
  return {
    kind: 'customer',
    category: 'customer',
    automatic: sign !== undefined,
    rule: sign === undefined ? 'none' : 'automaticSign',
    evidence: clip(sign ?? '', 300),
  };
}

/** Somebody wrote to an address of ours, or to a list that has one: whatever leaves by this hub is known to it already. */
function ownMessage(mail: MailSigns): Finding {
  return mail.ours ? { category: 'delivery-notice', evidence: 'A message of ours, delivered to us' } : undefined;
}

/** iMIP (RFC 6047): somebody invites, calls off, or answers an invitation. */
function calendarObject(mail: MailSigns): Finding {
  return /^(REQUEST|CANCEL|REPLY|COUNTER|DECLINECOUNTER|ADD|REFRESH)$/.test(mail.calendarMethod)
    ? { category: 'calendar-invitation', evidence: `METHOD:${mail.calendarMethod}` }
    : undefined;
}

/** Fields that lists write: RFC 2919, RFC 2369, and what ezmlm, Yahoo and fml wrote before or instead. */
const listFields = ['List-Id', 'List-Post', 'Mailing-List', 'X-Mailing-List', 'X-ML-Name'] as const;

/** Sent to a list, not to us. */
function mailingList(mail: MailSigns): Finding {
  for (const name of listFields) {
    const value = mail.header(name.toLowerCase())[0];
    if (value) return { category: 'mailing-list', evidence: `${name}: ${value}` };
  }
  return mail.header('precedence').some((value) => /^list$/i.test(value))
    ? { category: 'mailing-list', evidence: 'Precedence: list' }
    : undefined;
}

/** Signs that nobody should be answered by a machine, though the mail may be a customer's. */
function automaticSign(mail: MailSigns): string | undefined {
  if (mail.nullPath) return 'null reverse-path';
  const submitted = autoSubmittedAs(mail);
  if (submitted !== undefined) return `Auto-Submitted: ${submitted}`;
  const list = [...listFields, 'List-Unsubscribe'].find((name) => mail.header(name.toLowerCase()).length > 0);
  if (list !== undefined) return list;
  if (mail.header('precedence').some((value) => /^(bulk|list|junk)$/i.test(value))) return 'Precedence';
  // Exchange and others ask that no absence note is sent (MS-OXCMAIL §2.1.3.2.20).
  if (mail.header('x-auto-response-suppress').some((value) => /\b(all|oof|autoreply)\b/i.test(value)))
    return 'X-Auto-Response-Suppress';
  if (isDaemon(mail) || readsNoMail(mail) || isMachineAddress(mail)) return 'sender that reads no mail';
  // Whoever asks about a mail that came back is a person; to a machine that is taken for one nothing goes out.
  if (isPostmaster(mail) && subjectTells(mail)) return 'postmaster, subject of a report';
  return isLikeAbsence(mail) ? 'subject as of an absence note' : undefined;
}
