/** What the rules of classification look at, and the senders that are machines by their names. */
import type { Classification } from '@patchbay/contracts';
import type { MailReport } from '../reports/report-fields.ts';
import { bounceSubjectAt, delaySubjectAt, isAnswerSubject } from './bounce-words.ts';
import { asksTheReader } from './request-words.ts';

export interface MailSigns {
  header(name: string): string[];
  readonly reports: readonly MailReport[];
  /** The envelope sender is empty (RFC 5321 §4.5.5): nobody wants an answer. */
  readonly nullPath: boolean;
  /** It has an envelope sender: what mail servers report by themselves has none (RFC 5321 §6.1). False where that is not known. */
  readonly hasPath: boolean;
  /** A whole mail, or its headers, is enclosed that another wrote than its sender. */
  readonly enclosesMail: boolean;
  /** An enclosed mail is itself from a mail system. */
  readonly enclosesReport: boolean;
  /** Address and display name of the sender. */
  readonly from: string;
  readonly fromName: string;
  readonly subject: string;
  /** METHOD of an enclosed calendar object (RFC 5546 §1.4), in upper case; '' when there is none. */
  readonly calendarMethod: string;
  readonly text: string;
  /** A message of ours that came back: it asks for answers to a signed address of this hub, and is known as sent or its sender is confirmed. */
  readonly ours: boolean;
  /** It came to a signed address that only mails of this hub have as their reverse-path, or is a notice of this hub. */
  readonly comesBack: boolean;
  /** Domains whose mail comes to this hub, in lower case. */
  readonly ourDomains: readonly string[];
}

export type Finding = { category: Classification['category']; evidence: string } | undefined;
export type Rule = (mail: MailSigns) => Finding;

/**
 * The report part is there and the mail around it is a report, not a customer's mail with such a file attached. Of a delivery the mail's own type
 * alone says nothing, which anybody can write: who lost the part is known by another sign.
 */
export function isReport(mail: MailSigns, kind: MailReport['kind']): boolean {
  const type = mail.header('content-type')[0] ?? '';
  const declared = /^\s*multipart\/report\b/i.test(type);
  const hasPart = mail.reports.some((report) => report.kind === kind);
  if (declared && new RegExp(`report-type\\s*=\\s*"?${kind}\\b`, 'i').test(type))
    return hasPart || kind !== 'delivery-status' || comesOfDelivery(mail);
  if (!hasPart) return false;
  if (declared || isDaemon(mail)) return true;
  if (passesReportOn(mail) || !(mail.nullPath || isPostmaster(mail))) return false;
  // Exchange redirects mails of persons with a null reverse-path: one may have such a file.
  return kind !== 'delivery-status' || isPostmaster(mail) || isProgram(mail) || subjectTells(mail);
}

const comesOfDelivery = (mail: MailSigns): boolean =>
  mail.nullPath || mail.comesBack || mail.enclosesMail || isDaemon(mail) || isPostmaster(mail) || isProgram(mail);

/** The subject says of a mail that it failed or is late, and is no answer to such a mail. */
export const subjectTells = ({ subject }: MailSigns): boolean =>
  (bounceSubjectAt(subject) ?? delaySubjectAt(subject)) !== undefined && !isAnswerSubject(subject);

const reporter = String.raw`(mailer-daemon\b|mail deliver(y|er)? (sub)?system\b|postmaster@|microsoftexchange[0-9a-f]{8})`;
const isFromReporter = new RegExp(reporter, 'i');
const pastedFromReporter = new RegExp(
  String.raw`^[>* \t]{0,20}(from|von|de|da|van|fra|från|od|от|发件人|寄件者|差出人|보낸 ?사람)[* \t]{0,3}[:\uff1a].{0,80}?${reporter}`,
  'im',
);

/** A field `From` that names a mail system. */
export const isReporter = (from: string): boolean => isFromReporter.test(from.slice(0, 1000));

/** Whoever sends it shows a report that a mail system sent to them: what we wrote ourselves, no mail system wrote. */
export function passesReportOn(mail: MailSigns): boolean {
  if (isDaemon(mail) || (isPostmaster(mail) && !isAnswerSubject(mail.subject))) return false;
  return mail.enclosesReport || pastedFromReporter.test(mail.text.slice(0, 32_768));
}

/** What the programs that stand between mail servers are called. */
const programName =
  /(smtp|mta\b|\bndr\b|ims(s|va)|interscan|daemon|postmaster|gateway|anti-?(virus|spam)|mail[-_. ]?(system|server|service|deliver|router|sweeper|marshal|guard|scanner)|\bdelivery\b|deliver(y|er)?[-_. ]?(sub)?(system|agent|service|report|status)|bounce|robot\b|listserv|post[-_. ]?office|quarantine|firewall|^\W?((system|mail|server)[-_. ]?)?admin(istrator)?\b|\b(system|mail)[-_. ]?admin(istrator)?\b|no-?reply)/i;

export const isProgram = (mail: MailSigns): boolean =>
  programName.test(mail.from.split('@', 1)[0] ?? '') || programName.test(mail.fromName);

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
    /^(post[-_.]?master\b|"?system administrator\b|(mdaemon|microsoftexchange[0-9a-f]+)(@|$))/i.test(mail.from) ||
    // Administrators are persons, too; Exchange calls itself so with postmaster's address, or with none.
    (/^(postmaster|system administrator)$/i.test(mail.fromName) && (mail.nullPath || !mail.from.includes('@')))
  );
}

/** Programs in which persons write. */
const writingProgram =
  /thunderbird|outlook|apple mail|(iphone|ipad|android) mail|roundcube|evolution|foxmail|kmail|mutt|claws|the bat|lotus notes|webmail|squirrelmail|horde|k-9 mail|em ?client|sogo/i;
/** First and last name. What servers are called is no name. */
const personsName = /^\p{L}[\p{L}'’.-]*(?:,? \p{L}[\p{L}'’.-]*){1,3}$/u;
const serversName =
  /mail|post|server|system|report|status|notif|service|support|failure|filter|security|gateway|mta\b/i;

/**
 * Whoever looks after a mail server may write from the same address as the server: in a program for writing, or, with a way back, under a name of
 * their own or asking for something in their own words.
 */
export function isWrittenByPostmaster(mail: MailSigns): boolean {
  if (!mayBePersons(mail)) return false;
  const isNamed =
    personsName.test(mail.fromName) && !serversName.test(mail.fromName) && !programName.test(mail.fromName);
  return (
    (mail.hasPath && (isNamed || asksTheReader(mail.text))) ||
    mail.header('thread-index').length > 0 ||
    ['user-agent', 'x-mailer'].some((name) => writingProgram.test(mail.header(name)[0] ?? ''))
  );
}

/** It asks for something in words of its own, which is more than the name of a person says. */
export const isAskedByPostmaster = (mail: MailSigns): boolean =>
  mayBePersons(mail) && mail.hasPath && asksTheReader(mail.text);

const mayBePersons = (mail: MailSigns): boolean =>
  isPostmaster(mail) &&
  !mail.nullPath &&
  !mail.comesBack &&
  !mail.header('auto-submitted').some((value) => !/^no\b/i.test(value));
