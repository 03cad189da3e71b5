/**
 * Tells what a mail is: written by a customer, or by a machine about another mail. Rules stand in the order of how much
 * their evidence proves, and the first that holds decides. In doubt a mail is a customer's: a machine's mail read by an
 * agent costs a minute, a customer's mail that nobody reads costs the customer.
 */
import type { MessageKind } from '@patchbay/contracts';
import type { MailReport } from './report-fields.ts';

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
  readonly text: string;
}

export interface Verdict {
  readonly kind: MessageKind;
  /** A machine sent it: never answered automatically. */
  readonly automatic: boolean;
  /** The rule that decided, and what it saw. */
  readonly rule: string;
  readonly evidence: string;
}

type Finding = { kind: MessageKind; evidence: string } | undefined;
type Rule = (mail: MailSigns) => Finding;

const rules: Record<string, Rule> = {
  feedbackReport,
  dispositionNotification,
  deliveryStatus,
  failedRecipients,
  providerNotice,
  daemonDelay,
  daemonBounce,
  returnedMail,
  autoSubmitted,
  autoReplyHeader,
  autoReplySubject,
};

export function classify(mail: MailSigns): Verdict {
  for (const [rule, decide] of Object.entries(rules)) {
    const finding = decide(mail);
    if (finding) return { ...finding, rule, automatic: true };
  }
  const sign = automaticSign(mail);
  return {
    kind: 'customer',
    automatic: sign !== undefined,
    rule: sign === undefined ? 'none' : 'automaticSign',
    evidence: sign ?? '',
  };
}

/** Abuse reporting format (RFC 5965). */
function feedbackReport(mail: MailSigns): Finding {
  return isReport(mail, 'feedback-report') ? { kind: 'complaint-report', evidence: 'feedback-report part' } : undefined;
}

/** Read receipts and the like (RFC 8098). */
function dispositionNotification(mail: MailSigns): Finding {
  return isReport(mail, 'disposition-notification')
    ? { kind: 'delivery-notice', evidence: 'disposition-notification part' }
    : undefined;
}

/** Delivery status notifications (RFC 3464): `failed` for any recipient is a bounce, every other action is news of delivery. */
function deliveryStatus(mail: MailSigns): Finding {
  if (!isReport(mail, 'delivery-status')) return undefined;
  const values = (field: string) =>
    mail.reports.filter((report) => report.kind === 'delivery-status').flatMap((report) => report.values(field));
  const actions = values('action').map((action) => action.toLowerCase());
  if (actions.some((action) => /^(fail|expired|undeliver)/.test(action)))
    return { kind: 'bounce', evidence: 'Action: failed' };
  if (actions.some((action) => /^(delay|deliver|relay|expand)/.test(action)))
    return { kind: 'delivery-notice', evidence: `Action: ${actions[0]}` };
  const statuses = values('status');
  if (statuses.length > 0 && statuses.every((status) => /^[24]\./.test(status)))
    return { kind: 'delivery-notice', evidence: `Status: ${statuses[0]}` };
  return { kind: 'bounce', evidence: 'delivery-status report' };
}

/** Exim and Google name the recipients that failed. */
function failedRecipients(mail: MailSigns): Finding {
  const failed = mail.header('x-failed-recipients')[0];
  return failed && !delaySubject.test(mail.subject) ? { kind: 'bounce', evidence: 'X-Failed-Recipients' } : undefined;
}

const providerKinds: Record<string, MessageKind> = {
  bounce: 'bounce',
  complaint: 'complaint-report',
  delivery: 'delivery-notice',
};

/** Amazon SES reports by mail through SNS: the body begins with a JSON object that has a notification type. */
function providerNotice(mail: MailSigns): Finding {
  if (!mail.header('x-amz-sns-message-id')[0]) return undefined;
  const type = /"notificationType"\s*:\s*"(\w+)"/.exec(mail.text)?.[1]?.toLowerCase() ?? '';
  const kind = providerKinds[type];
  return kind === undefined ? undefined : { kind, evidence: `notificationType ${type}` };
}

const delaySubject =
  /\b(delayed|delay|warning|not yet been delivered|could not send message for past|still being retried|verzögert|différé|retardé)\b/i;
const bounceSubject = new RegExp(
  [
    'undeliver(ed|able)',
    'delivery (status notification|status|failure|failed|problem|error)',
    'deliver(y|ed) has failed',
    'failure (notice|notification)',
    'mail (delivery )?(failed|failure|system error)',
    'returned (to sender|mail|message)',
    'return(ed)? e?mail',
    'non[- ]?deliver(y|able)',
    'not (be )?delivered',
    'user unknown',
    'message (could not|rejected|not)',
    'error sending your mail',
    'unzustellbar',
    'nicht zugestellt',
    'non (remis|remise|distribuable|recapitabile)',
    'échec de la remise',
    'no se (puede|pudo) entregar',
    'mancato recapito',
    'onbestelbaar',
    'niet bezorgd',
    'não (foi )?entregue',
    'não é possível entregar',
    '无法投递',
    '未送达',
    '退信',
    '無法傳遞',
    '配信不能',
    '配信できませんでした',
    '送信できません',
    'недоставлен',
    'не доставлено',
  ].join('|'),
  'i',
);

/** A mail daemon tells that it is still trying. */
function daemonDelay(mail: MailSigns): Finding {
  return isDaemon(mail) && delaySubject.test(mail.subject)
    ? { kind: 'delivery-notice', evidence: 'mail daemon, subject of a delay' }
    : undefined;
}

/**
 * Bounces from before RFC 3464, or beside it. MAILER-DAEMON writes nothing else; a postmaster may be a person, so there
 * and for other machine senders the subject has to say it.
 */
function daemonBounce(mail: MailSigns): Finding {
  const told = bounceSubject.test(mail.subject);
  if (isDaemon(mail) && (told || mail.nullPath)) return { kind: 'bounce', evidence: 'mail daemon' };
  const machine =
    mail.nullPath || isPostmaster(mail) || mail.header('auto-submitted').some((value) => /^auto-/i.test(value));
  return machine && told && failure.test(mail.text)
    ? { kind: 'bounce', evidence: 'machine sender, subject and reason of a bounce' }
    : undefined;
}

const failure =
  /\b(5\d\d[ -]|5\.\d{1,3}\.\d{1,3}\b|unknown|undeliver|not exist|rejected|failed|invalid|full|no such|unable|could not|returned|original message)/i;
const notDelivered =
  /(could not|cannot|can't|was not|wasn't|not) be(en)? delivered|undeliverable|mailbox (is )?full|user unknown|no such user|送信できません|配信できません|无法投递|無法投遞/i;

/** A machine sends a mail back: it encloses it and says that it was not delivered. */
function returnedMail(mail: MailSigns): Finding {
  const machine = mail.nullPath || isDaemon(mail) || isPostmaster(mail) || readsNoMail(mail);
  return machine && mail.enclosesMail && notDelivered.test(mail.text)
    ? { kind: 'bounce', evidence: 'machine sender, mail enclosed, not delivered' }
    : undefined;
}

/** RFC 3834 §5: any value but `no` says that no person wrote it. */
function autoSubmitted(mail: MailSigns): Finding {
  const value = mail.header('auto-submitted').find((text) => text !== '' && !/^no\b/i.test(text));
  return value === undefined ? undefined : { kind: 'auto-reply', evidence: `Auto-Submitted: ${value.slice(0, 40)}` };
}

const autoReplyHeaders = [
  'x-autoreply',
  'x-auto-reply',
  'x-autorespond',
  'x-autoresponder',
  'x-autoreply-from',
  'x-mail-autoreply',
];

/** Older responders, by headers of their own. */
function autoReplyHeader(mail: MailSigns): Finding {
  const name = autoReplyHeaders.find((header) => mail.header(header).some((value) => !/^(no|false|0)$/i.test(value)));
  if (name !== undefined) return { kind: 'auto-reply', evidence: name };
  if (mail.header('precedence').some((value) => /^auto[_-]?reply/i.test(value)))
    return { kind: 'auto-reply', evidence: 'Precedence: auto_reply' };
  return mail.header('delivered-to').some((value) => /^autoresponder$/i.test(value))
    ? { kind: 'auto-reply', evidence: 'Delivered-To: Autoresponder' }
    : undefined;
}

// What Exchange, Outlook, Gmail and large providers put before the subject of an absence note, in their languages.
const absence = new RegExp(
  `^(${[
    'out of (the )?office',
    'automatic reply',
    'auto(matic)?[- ]?(reply|response)',
    'autoreply',
    'automatische (antwort|antwoord)',
    'automatisch antwoord',
    'abwesenheits(notiz|nachricht|assistent)',
    'réponse automatique',
    "message d'absence",
    'respuesta automática',
    'fuera de (la )?oficina',
    'risposta automatica',
    'resposta automática',
    'autosvar',
    'automatisk svar',
    'automaattinen vastaus',
    'automatická odpověď',
    'odpowiedź automatyczna',
    'autoodpowiedź',
    'автоматический ответ',
    'автоответ',
    '自动(回复|答复)',
    '自動(回覆|回應|返信|応答)',
    '자동 회신',
    'otomatik yanıt',
  ].join('|')})\\s*([:\\uff1a\\])\\uff09\\-\\u2013]|$)`,
  'i',
);

/** Conventional subjects count only at the start: in an answer to an absence note they come after `Re:`. */
function autoReplySubject(mail: MailSigns): Finding {
  return absence.test(mail.subject.replace(/^[[(（【]/, '').trim())
    ? { kind: 'auto-reply', evidence: 'subject of an absence note' }
    : undefined;
}

/** Signs that nobody should be answered by a machine, though the mail may be a customer's. */
function automaticSign(mail: MailSigns): string | undefined {
  if (mail.nullPath) return 'null reverse-path';
  if (mail.header('list-id').length > 0 || mail.header('list-unsubscribe').length > 0) return 'List-Id';
  if (mail.header('precedence').some((value) => /^(bulk|list|junk)$/i.test(value))) return 'Precedence';
  // Exchange and others ask that no absence note is sent (MS-OXCMAIL §2.1.3.2.20).
  if (mail.header('x-auto-response-suppress').some((value) => /\b(all|oof|autoreply)\b/i.test(value)))
    return 'X-Auto-Response-Suppress';
  return isDaemon(mail) || readsNoMail(mail) ? 'sender that reads no mail' : undefined;
}

/** The report part is there and the mail around it is a report, not a customer's mail with such a file attached. */
function isReport(mail: MailSigns, kind: MailReport['kind']): boolean {
  const type = mail.header('content-type')[0] ?? '';
  const declared = /^\s*multipart\/report\b/i.test(type);
  if (declared && new RegExp(`report-type\\s*=\\s*"?${kind}\\b`, 'i').test(type)) return true;
  return (
    mail.reports.some((report) => report.kind === kind) &&
    (declared || mail.nullPath || isDaemon(mail) || isPostmaster(mail))
  );
}

function readsNoMail(mail: MailSigns): boolean {
  return /^(no[-_.]?reply|do[-_.]?not[-_.]?reply)\b/i.test(mail.from);
}

function isDaemon(mail: MailSigns): boolean {
  return (
    /^(mailer|mail)[-_. ]?daemon\b/i.test(mail.from) ||
    /^(mailer|mail)[-_. ]?daemon\b|^mail deliver(y|er)? (sub)?system/i.test(mail.fromName)
  );
}

function isPostmaster(mail: MailSigns): boolean {
  return (
    /^(postmaster|mdaemon|microsoftexchange[0-9a-f]+)(@|$)/i.test(mail.from) ||
    /^(postmaster|system administrator)$/i.test(mail.fromName)
  );
}
