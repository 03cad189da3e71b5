/** Rules for what mail systems report about another mail. */
import { untagged } from '@patchbay/contracts/forward-marks';
import type { Classification } from '@patchbay/contracts';
import { domainOf } from '../addresses.ts';
import { holdsCopy, reportText } from '../reports/bounce-text.ts';
import { autoReplySubject } from './auto-reply-rules.ts';
import {
  bounceSubjectAt,
  delaySubjectAt,
  failureElsewhere,
  goods,
  isAnswerSubject,
  keepsTrying,
  keepsTryingMail,
} from './bounce-words.ts';
import { failureOf } from '../reports/failure-reason.ts';
import {
  type Finding,
  type MailSigns,
  type Rule,
  isAskedByPostmaster,
  isDaemon,
  isPostmaster,
  isProgram,
  isReport,
  isWrittenByPostmaster,
  passesReportOn,
  readsNoMail,
} from './mail-signs.ts';
import { requestsIn, speaksOfOneself } from './request-words.ts';

type Category = Classification['category'];

/** What forms on websites ask first; reports have no such line. */
const formField =
  /^[ \t*]{0,10}((your|full|first|last) ?)?(name|vorname|nachname|nom|nombre|nome|naam|имя|お名前|姓名)[* \t]{0,5}[:\uff1a]/im;

const isMailSystem = (mail: MailSigns): boolean => isDaemon(mail) || isPostmaster(mail);

/**
 * Who passes a report on, or asks about one, reports nothing; nor does who is away, whatever the mail that they answer was about. That takes the
 * whole text, and is looked at only where the rule has found something, which it does in few mails.
 */
export const ofItsOwn =
  (rule: Rule): Rule =>
  (mail) => {
    const finding = rule(mail);
    return finding !== undefined && tellsOfAnother(mail) ? undefined : finding;
  };

const tellsOfAnother = (mail: MailSigns): boolean =>
  passesReportOn(mail) || (!isMailSystem(mail) && (autoReplySubject(mail) !== undefined || isForm(mail)));

const isForm = (mail: MailSigns): boolean => formField.test(beginning(mail));

/** Abuse reporting format (RFC 5965). */
export function feedbackReport(mail: MailSigns): Finding {
  return isReport(mail, 'feedback-report')
    ? { category: 'complaint-report', evidence: 'feedback-report part' }
    : undefined;
}

/** Microsoft's junk mail reporting (JMRP) hands on what a person called junk, without a report about it. */
export function junkReport(mail: MailSigns): Finding {
  return mail.enclosesMail && /^complaint about message from \[?[\d.:a-f]{3,45}\]?\s*$/i.test(mail.subject)
    ? { category: 'complaint-report', evidence: 'subject of a junk report, mail enclosed' }
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
  return failed && delaySubjectAt(mail.subject) === undefined
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
  const type = /"(?:notification|event)Type"\s*:\s*"(\w+)"/.exec(mail.text)?.[1]?.toLowerCase() ?? '';
  const category = providerKinds[type];
  return category === undefined ? undefined : { category, evidence: `notificationType ${type}` };
}

/** A mail daemon tells that it is still trying. */
export function daemonDelay(mail: MailSigns): Finding {
  if (isDaemon(mail) && delaySubjectAt(mail.subject) !== undefined)
    return { category: 'delivery-notice', evidence: 'mail daemon, subject of a delay' };
  const told = (delaySubjectAt(mail.subject) ?? bounceSubjectAt(mail.subject)) !== undefined;
  const byMachine = () => (mail.nullPath ? isSentBack(mail) : isMachine(mail) && !isAboutMailToUs(mail));
  return (isDaemon(mail) || (told && (byMachine() || isReportInShape(mail)))) && triesAgain(mail)
    ? { category: 'delivery-notice', evidence: 'mail daemon, still trying' }
    : undefined;
}

/** Mail systems try nothing but mail; couriers, airlines and backups try again, too. */
const triesAgain = (mail: MailSigns): boolean =>
  isMailSystem(mail) ? keepsTrying(beginning(mail)) : keepsTryingMail(beginning(mail));

const isAutomatic = (mail: MailSigns): boolean => mail.header('auto-submitted').some((value) => /^auto-/i.test(value));

/**
 * `Auto-Submitted` says that no person wrote it: so do couriers, ticket systems and alerts. Of a mail reports a program that stands between
 * mail servers, or who shows the mail.
 */
const isMachine = (mail: MailSigns): boolean =>
  isOfNobody(mail) ||
  (isPostmaster(mail) && !isWrittenByPostmaster(mail)) ||
  (isAutomatic(mail) && (isMailProgram(mail) || showsMail(mail)));

/** No author is named, as in every person's mail (RFC 5322 §3.6), nor whom it could come back to, and a program says of itself that it is one. */
const isOfNobody = (mail: MailSigns): boolean =>
  mail.from === '' && !mail.hasPath && (mail.nullPath || isAutomatic(mail)) && !asks(mail);

const isMailProgram = (mail: MailSigns): boolean => isProgram(mail) && !readsNoMail(mail);
const showsMail = (mail: MailSigns): boolean => mail.enclosesMail || holdsCopy(mail.text);

/** What a machine has to say it says first. */
const beginning = (mail: MailSigns): string => reportText(mail.text).slice(0, 3_000);

/**
 * A person's mail has no such shape: a program's name, first words and a subject that say of a mail that it was not delivered, and
 * nothing else, and an address alone on its line or the mail itself below them.
 */
function isReportInShape(mail: MailSigns): boolean {
  if (!isProgram(mail) || isAskedByPostmaster(mail)) return false;
  const start = bounceSubjectAt(mail.subject) ?? delaySubjectAt(mail.subject) ?? mail.subject.length;
  if (start > 12 || isAnswerSubject(mail.subject)) return false;
  const report = beginning(mail);
  const early = report.slice(0, 600);
  return (
    ((notDelivered.test(early) && ofMail.test(early)) || keepsTryingMail(early)) &&
    (mail.enclosesMail || namesAnother(mail, report) || (yourMail.test(early) && holdsCopy(mail.text) && !asks(mail)))
  );
}

/** A person shows a mail of their own, and asks what became of it. */
const yourMail = /\byour (?:e-?mail|mail|message)\b/i;
const asks = (mail: MailSigns): boolean => requestsIn(mail.text).length > 0;

const addressAlone =
  /^[ \t*>-]{0,40}(?:[Tt]o: {1,20})?(?:"[^"\n]{1,80}" )?[<"']{0,3}([^\s<>"'@,;:]{1,64}@[^\s<>"'@,;:]{1,255})[>"']{0,3}[ \t]*(?::.{0,300})?$/gm;

/** Alone on its line stands a recipient; the sender's own address stands there as a signature, and ours because the mail is to us. */
function namesAnother(mail: MailSigns, report: string): boolean {
  const parties = partiesOf(mail);
  return report.matchAll(addressAlone).some(([, address = '']) => !parties.has(address.toLowerCase()));
}

const anyAddress = /[^\s<>"'@,;:()[\]]{1,64}@[^\s<>"'@,;:()[\]]{1,255}/g;
const addressesOf = (text: string): string[] =>
  (text.match(anyAddress) ?? []).map((address) => address.replace(/\.+$/, '').toLowerCase());

/** Whom the mail is from and to: a report tells them of others. */
const partiesOf = (mail: MailSigns): ReadonlySet<string> =>
  new Set([mail.from.toLowerCase(), ...addressesOf(mail.header('to').join(' ').slice(0, 10_000))]);

function strangersIn(mail: MailSigns): string[] {
  const parties = partiesOf(mail);
  return addressesOf(beginning(mail)).filter((address) => !parties.has(address));
}

/** It names the address that it came to, and no other. */
function isAboutMailToUs(mail: MailSigns): boolean {
  const own = mail.from.toLowerCase();
  return strangersIn(mail).length === 0 && addressesOf(beginning(mail)).some((address) => address !== own);
}

/**
 * Bounces from before RFC 3464, or beside it. MAILER-DAEMON writes nothing else; a postmaster may be a person, so there
 * and for other machine senders the subject has to say it.
 */
export function daemonBounce(mail: MailSigns): Finding {
  const told = bounceSubjectAt(mail.subject) !== undefined && (mail.nullPath || !isAnswerSubject(mail.subject));
  if (isDaemon(mail) && (told || mail.nullPath || mail.enclosesMail || saysNotDelivered(mail)))
    return { category: 'bounce', evidence: 'mail daemon' };
  const fails = () => failure.test(mail.text) || failureElsewhere.test(mail.text);
  if (
    told &&
    (mail.nullPath ? isSentBack(mail) : isMachine(mail) && (fails() || isPostmasters(mail)) && isOfMail(mail))
  )
    return { category: 'bounce', evidence: 'machine sender, subject and reason of a bounce' };
  return told && isReportInShape(mail)
    ? { category: 'bounce', evidence: 'subject of a bounce, first words and shape of a report' }
    : undefined;
}

/** In whatever language, or as a server answers. */
const saysNotDelivered = (mail: MailSigns): boolean =>
  [notDelivered, failureElsewhere, serverSaid].some((words) => words.test(beginning(mail)));

/**
 * A null reverse-path is no proof alone: rules of Exchange that pass mails on have one, too (a person's mail about a parcel that was not delivered),
 * and so has what forms on websites send. A report is by a mail program, or shows what came back or what a server said.
 */
function isSentBack(mail: MailSigns): boolean {
  if (isPostmaster(mail)) return true;
  if (isAboutMailToUs(mail)) return false;
  const early = beginning(mail).slice(0, 600);
  const isOfGoods = notDelivered.test(early) && !ofMail.test(early);
  if (isMailProgram(mail) && strangersIn(mail).length > 0 && !isOfGoods) return true;
  if (isAnswerSubject(mail.subject)) return false;
  return showsMail(mail) || (serverSaid.test(mail.text) && !namesOnlyOurs(mail));
}

/** Who asks why mails to us fail names addresses of ours. */
function namesOnlyOurs(mail: MailSigns): boolean {
  const strangers = strangersIn(mail);
  return strangers.length > 0 && strangers.every((address) => mail.ourDomains.includes(domainOf(address)));
}

/** A person, at whatever address, or a portal tells of something that a courier brings: no mail was not delivered, as far as they say. */
function isOfGoods(mail: MailSigns): boolean {
  const report = beginning(mail).replace(/\bsubject:[^\n]*/gi, '');
  const isReporter = isDaemon(mail) || (isPostmaster(mail) && mail.nullPath);
  return !isReporter && goods.test(report) && notDelivered.test(report) && !ofMail.test(report);
}

/** A postmaster says in the first words of the subject that a mail came back, and in whatever language whom it was for. */
const isPostmasters = (mail: MailSigns): boolean =>
  isPostmaster(mail) && strangersIn(mail).length > 0 && bounceSubjectAt(untagged(mail.subject).trim()) === 0;

/** What answers by itself tells of much that was not delivered: of a mail it names whom that was for, or shows it. */
function isOfMail(mail: MailSigns): boolean {
  if (isAboutMailToUs(mail) || isOfGoods(mail)) return false;
  if (isPostmaster(mail)) return true;
  const early = beginning(mail).slice(0, 600);
  if (notDelivered.test(early) && !ofMail.test(early)) return false;
  return strangersIn(mail).length > 0 || showsMail(mail) || serverSaid.test(mail.text);
}

const failure =
  /\b(5\d\d[ -]|5\.\d{1,3}\.\d{1,3}\b|unknown|undeliver|not exist|rejected|failed|invalid|full|no such|unable|could not|not (be(en)? )?delivered|not (listed|known|reach|received?)|delivery problems?|returned|original message)/i;
const notDelivered =
  /(could not|couldn't|cannot|can't|can not|was not|wasn't|were not|not) be(en)? (successfully )?(delivered|reached)|(could not|cannot|can't) deliver\b|(wasn't|was not|were not) (able to deliver|delivered)|(unable|failed) to deliver|did(n't| not) (reach|receive (this|your|the) (message|mail))|undeliverable|delivery .{0,60}(has |have )?failed|failed recipients?\b|delivery problems?|(has been|was|being) returned|mailbox (is )?full|user unknown|no such user|送信できません|配信できません|无法投递|無法投遞/i;
/** Parcels are not delivered either: the sentence is of a mail, and of nothing that a courier brings. */
const within = String.raw`(?:(?!\b(?:parcels?|packages?|shipments?|orders?|goods|items?|couriers?|drivers?)\b)(?:[^.!?]|\.(?=\S))){0,100}?`;
const mailWord = String.raw`\b(?:e-?mails?|mails?|messages?)\b`;
const ofMail = new RegExp(
  `${mailWord}${within}(?:${notDelivered.source})|(?:${notDelivered.source})${within}(?:${mailWord}|\\b(?:following|these|one or more) (?:e-?mail )?(?:recipients?|address(?:es)?))|mailbox|user unknown|no such user|送信|配信|投递|投遞`,
  'i',
);
const serverSaid =
  /\b[45]\d\d[ :-]#?[45]\.\d{1,3}\.\d{1,3}\b|\(#[45]\.\d\.\d{1,3}\)|\b5\d\d .{0,80}(unknown|rejected|no such)/i;

/** Exchange passes on mails of persons with a null reverse-path: who looks after a server speaks of themselves, asks, or tells of our addresses. */
function saysOfMailToAnother(mail: MailSigns): boolean {
  const early = beginning(mail).slice(0, 600);
  return (
    notDelivered.test(early) &&
    ofMail.test(early) &&
    isOfMail(mail) &&
    strangersIn(mail).length > 0 &&
    !namesOnlyOurs(mail) &&
    !asks(mail) &&
    !speaksOfOneself(mail.text)
  );
}

/** A machine sends a mail back: it encloses it, or repeats what a server answered, and says that it was not delivered. */
export function returnedMail(mail: MailSigns): Finding {
  const machine =
    (isMailSystem(mail) && !isWrittenByPostmaster(mail)) || readsNoMail(mail) || (mail.nullPath && isProgram(mail));
  if (!machine || !notDelivered.test(mail.text) || isOfGoods(mail)) return undefined;
  if (mail.enclosesMail) return { category: 'bounce', evidence: 'machine sender, mail enclosed, not delivered' };
  if (mail.nullPath && isPostmaster(mail) && saysOfMailToAnother(mail))
    return { category: 'bounce', evidence: 'postmaster, no reverse-path, a mail not delivered, whom it was for' };
  return (mail.nullPath || isDaemon(mail)) && serverSaid.test(mail.text)
    ? { category: 'bounce', evidence: "machine sender, a server's answer, not delivered" }
    : undefined;
}

/**
 * Whatever language the rest is in, servers answer in one: a program repeats a refusal and names whom the mail was for. A postmaster may
 * say in their own words that nobody has that address.
 */
export function refusalRepeated(mail: MailSigns): Finding {
  if (!(mail.nullPath || isAutomatic(mail)) || !(isPostmaster(mail) || isProgram(mail))) return undefined;
  const report = beginning(mail);
  return namesAnother(mail, report) && (refusal.test(report) || (isPostmaster(mail) && saysOfBadAddress(report)))
    ? { category: 'bounce', evidence: "a program, a server's refusal, whom it was for" }
    : undefined;
}
const saysOfBadAddress = (text: string): boolean => failureOf({ status: undefined, diagnostic: '', text }).permanent;
const refusal = /\b5\d\d[ -]#?5\.\d{1,3}\.\d{1,3}\b/;

/** A mail server's own rule answers by itself: it names no author, which every person's mail does (RFC 5322 §3.6), and says that nobody has the address. */
export function refusalOfNobody(mail: MailSigns): Finding {
  if (mail.from !== '' || !mail.nullPath || !isAutomatic(mail)) return undefined;
  return saysOfBadAddress(beginning(mail))
    ? { category: 'bounce', evidence: 'no author, answered by itself, words of a bad address' }
    : undefined;
}
