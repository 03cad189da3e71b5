/** Rules for what mail systems report about another mail. */
import type { Classification } from '@patchbay/contracts';
import { reportText } from './bounce-text.ts';
import { type Finding, type MailSigns, isDaemon, isPostmaster, isReport, readsNoMail } from './mail-signs.ts';

type Category = Classification['category'];

/** Abuse reporting format (RFC 5965). */
export function feedbackReport(mail: MailSigns): Finding {
  return isReport(mail, 'feedback-report')
    ? { category: 'complaint-report', evidence: 'feedback-report part' }
    : undefined;
}

/** Read receipts and the like (RFC 8098). */
export function dispositionNotification(mail: MailSigns): Finding {
  if (!isReport(mail, 'disposition-notification')) return undefined;
  // A filter that refuses a mail tells so in this form, too (RFC 5429 §2.2).
  const refused =
    mail.reports.some((report) =>
      report.values('disposition').some((value) => /^\s*automatic-action\b.*;\s*deleted/i.test(value)),
    ) &&
    (/\(rejected\)/i.test(mail.header('auto-submitted')[0] ?? '') || /\b(rejected|refused)\b/i.test(mail.subject));
  return refused
    ? { category: 'bounce', evidence: 'Disposition: automatic-action; deleted, rejected' }
    : { category: 'read-notice', evidence: 'disposition-notification part' };
}

/** Delivery status notifications (RFC 3464): `failed` for any recipient is a bounce, every other action is news of delivery. */
export function deliveryStatus(mail: MailSigns): Finding {
  if (!isReport(mail, 'delivery-status')) return undefined;
  const values = (field: string) =>
    mail.reports.filter((report) => report.kind === 'delivery-status').flatMap((report) => report.values(field));
  const actions = values('action').map((action) => action.toLowerCase());
  if (actions.some((action) => /^(fail|expired|undeliver)/.test(action)))
    return { category: 'bounce', evidence: 'Action: failed' };
  if (actions.some((action) => /^(delay|deliver|relay|expand)/.test(action)))
    return { category: 'delivery-notice', evidence: `Action: ${actions[0]}` };
  const statuses = values('status');
  if (statuses.length > 0 && statuses.every((status) => /^[24]\./.test(status)))
    return { category: 'delivery-notice', evidence: `Status: ${statuses[0]}` };
  return { category: 'bounce', evidence: 'delivery-status report' };
}

/** Exim and Google name the recipients that failed. */
export function failedRecipients(mail: MailSigns): Finding {
  const failed = mail.header('x-failed-recipients')[0];
  return failed && !delaySubject.test(mail.subject)
    ? { category: 'bounce', evidence: 'X-Failed-Recipients' }
    : undefined;
}

const providerKinds: Record<string, Category> = {
  bounce: 'bounce',
  complaint: 'complaint-report',
  delivery: 'delivery-notice',
};

/** Amazon SES reports by mail through SNS: the body begins with a JSON object that has a notification type. */
export function providerNotice(mail: MailSigns): Finding {
  if (!mail.header('x-amz-sns-message-id')[0]) return undefined;
  const type = /"notificationType"\s*:\s*"(\w+)"/.exec(mail.text)?.[1]?.toLowerCase() ?? '';
  const category = providerKinds[type];
  return category === undefined ? undefined : { category, evidence: `notificationType ${type}` };
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
    'message (you sent )?(was |has been )?(blocked|refused)',
    '(unsolicited bulk e?mail|virus|banned contents?)\\b.{0,80} from you\\b',
    'unzustellbar',
    'nicht zugestellt',
    'nicht zustellbar',
    'non (remis|remise|distribuable|recapitabile)',
    'no se (puede|pudo|ha podido) entregar',
    'no entregable',
    'mancato recapito',
    'recapito (non riuscito|fallito)',
    'impossibile recapitare',
    'onbestelbaar',
    'nie można dostarczyć',
    'niedostarczon',
    'nedoručiteln',
    '(kunde|kan) inte levereras',
    '(kunne|kan) ikke leveres',
    'teslim edilemedi',
    'unmöglich zuzustellen',
    'fehler bei der (zustellung|nachrichtenübermittlung)',
    'zustellung.{0,30}fehlgeschlagen',
    "[ée]chec (de la|d['’]) ?(distribution|envoi|remise|livraison)",
    'error de entrega',
    'no entregado',
    'falha na entrega',
    'errore (di|nella) consegna',
    '投递失败',
    '系统退信',
    '投遞失敗',
    '退件',
    '未送達',
    'メール配信エラー',
    '配信エラー',
    '반송',
    'не удалось доставить',
    'невозможно доставить',
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

/** Says that it goes on trying. */
const stillTrying =
  /\b(will (continue|keep|go on) (to )?(try|trying|be made|attempt|be attempted)|(?<!no (?:further|more|other) (?:delivery )?)(delivery )?attempts will (continue|be made)|attempts to deliver .{0,40}will continue|(message )?will be re-?tried|will (re-?try|try again) (for|until|every)|(has|have) been postponed|this is a warning message only|do not need to resend|no action is required on your part|only a notification about a delay)\b/i;

/** A mail daemon tells that it is still trying. */
export function daemonDelay(mail: MailSigns): Finding {
  if (isDaemon(mail) && delaySubject.test(mail.subject))
    return { category: 'delivery-notice', evidence: 'mail daemon, subject of a delay' };
  const told = delaySubject.test(mail.subject) || bounceSubject.test(mail.subject);
  return (isDaemon(mail) || (told && (isMachine(mail) || isReportInShape(mail)))) && stillTrying.test(beginning(mail))
    ? { category: 'delivery-notice', evidence: 'mail daemon, still trying' }
    : undefined;
}

const isMachine = (mail: MailSigns): boolean =>
  mail.nullPath || isPostmaster(mail) || mail.header('auto-submitted').some((value) => /^auto-/i.test(value));

/** What a machine has to say it says first. */
const beginning = (mail: MailSigns): string => reportText(mail.text).slice(0, 3_000);

/** What the programs that stand between mail servers are called. */
const programName =
  /(smtp|mta\b|\bndr\b|imss|daemon|postmaster|gateway|anti-?(virus|spam)|mail[-_. ]?(system|server|service|delivery|router|sweeper|marshal|guard|scanner)|deliver|bounce|robot\b|listserv|post[-_. ]?office|quarantine|firewall|\b(system )?admin(istrator)?\b|no-?reply)/i;

/**
 * A person's mail has no such shape: a program's name, first words and a subject that say of a mail that it was not delivered, and
 * nothing else, and an address alone on its line or the mail itself below them.
 */
function isReportInShape(mail: MailSigns): boolean {
  if (!programName.test(mail.from.split('@', 1)[0] ?? '') && !programName.test(mail.fromName)) return false;
  const start =
    bounceSubject.exec(mail.subject)?.index ?? delaySubject.exec(mail.subject)?.index ?? mail.subject.length;
  if (start > 12 || /^\s*(re|fwd?|aw|wg|tr|rv)\s*:/i.test(mail.subject)) return false;
  const report = beginning(mail);
  const said = notDelivered.exec(report)?.index ?? stillTrying.exec(report)?.index ?? report.length;
  return said < 600 && (mail.enclosesMail || addressAlone.test(report));
}
const addressAlone =
  /^[ \t*>-]{0,40}(?:[Tt]o: {1,20})?("[^"\n]{1,80}" )?[<"']{0,3}[^\s<>"'@,;:]{1,64}@[^\s<>"'@,;:]{1,255}[>"']{0,3}[ \t]*(:.{0,300})?$/m;

/**
 * Bounces from before RFC 3464, or beside it. MAILER-DAEMON writes nothing else; a postmaster may be a person, so there
 * and for other machine senders the subject has to say it.
 */
export function daemonBounce(mail: MailSigns): Finding {
  const told = bounceSubject.test(mail.subject);
  if (isDaemon(mail) && (told || mail.nullPath || mail.enclosesMail || notDelivered.test(beginning(mail))))
    return { category: 'bounce', evidence: 'mail daemon' };
  if (told && (mail.nullPath || (isMachine(mail) && (failure.test(mail.text) || failureElsewhere.test(mail.text)))))
    return { category: 'bounce', evidence: 'machine sender, subject and reason of a bounce' };
  return told && isReportInShape(mail)
    ? { category: 'bounce', evidence: 'subject of a bounce, first words and shape of a report' }
    : undefined;
}

/** Words of failure in the languages that Exchange, Domino and large providers write in. */
const failureElsewhere =
  /(zugestellt|unzustellbar|unbekannt|nicht gefunden|non remis|introuvable|inconnu|n'a pas pu|no se (pudo|encontr)|desconocid|no existe|non recapit|sconosciut|non è stat|não (foi|é|pôde)|desconhecid|niet (bezorgd|gevonden)|onbekend|nie (można|znaleziono|istnieje)|不存在|失败|無法|无法|退回|見つかりません|できません|エラー|不明|не (найден|доставлен|существует|может быть доставлен)|недоставлен)/i;
const failure =
  /\b(5\d\d[ -]|5\.\d{1,3}\.\d{1,3}\b|unknown|undeliver|not exist|rejected|failed|invalid|full|no such|unable|could not|not (be )?delivered|not (listed|known|reach|received?)|delivery problems?|returned|original message)/i;
const notDelivered =
  /(could not|couldn't|cannot|can't|can not|was not|wasn't|were not|not) be(en)? (successfully )?(delivered|reached)|(could not|cannot|can't) deliver\b|(wasn't|was not|were not) (able to deliver|delivered)|(unable|failed) to deliver|did(n't| not) (reach|receive (this|your|the) (message|mail))|undeliverable|delivery .{0,60}(has |have )?failed|failed recipients?\b|delivery problems?|(has been|was|being) returned|mailbox (is )?full|user unknown|no such user|送信できません|配信できません|无法投递|無法投遞/i;
const serverSaid =
  /\b[45]\d\d[ :-]#?[45]\.\d{1,3}\.\d{1,3}\b|\(#[45]\.\d\.\d{1,3}\)|\b5\d\d .{0,80}(unknown|rejected|no such)/i;

/** A machine sends a mail back: it encloses it, or repeats what a server answered, and says that it was not delivered. */
export function returnedMail(mail: MailSigns): Finding {
  const machine = mail.nullPath || isDaemon(mail) || isPostmaster(mail) || readsNoMail(mail);
  if (!machine || !notDelivered.test(mail.text)) return undefined;
  if (mail.enclosesMail) return { category: 'bounce', evidence: 'machine sender, mail enclosed, not delivered' };
  return (mail.nullPath || isDaemon(mail)) && serverSaid.test(mail.text)
    ? { category: 'bounce', evidence: "machine sender, a server's answer, not delivered" }
    : undefined;
}
