/**
 * What a machine says about messages of ours, one entry for each recipient: from the fields of RFC 3464, RFC 8098 and RFC 5965 where they are,
 * from Amazon SES's notification, or from the text that older and stranger mail systems write for people.
 */
import type { Classification, ContactReport } from '@patchbay/contracts';
import { normaliseEmail } from '@patchbay/domain';
import { domainOf, isMailAddress } from '../addresses.ts';
import { namesWithoutDomain, recipientsNamed, reportText } from './bounce-text.ts';
import { certifiedResult } from '../kind/certified-mail.ts';
import { cleanLine, clip } from '../clean-text.ts';
import { failureOf } from './failure-reason.ts';
import type { MailPart } from '../reading/mail-source.ts';
import { type FieldReader, type MailReport, fieldReader, headOf, isEnclosedMail } from './report-fields.ts';
import { providerReports } from './ses-notification.ts';

const mostReports = 1000;
/** Characters of a report and of the head of the mail that is pasted below it. */
const longestPasted = 65_536;

export interface ReportInput {
  readonly category: Classification['category'];
  header(name: string): string[];
  readonly parts: readonly MailPart[];
  readonly reports: readonly MailReport[];
  readonly text: string;
  /** Message-IDs of the mails that it is about. */
  readonly messageIds: readonly string[];
  /** From the signed bounce address that it came to. */
  readonly outboundId: string | undefined;
  /** From, which is the first, To and envelope of the report itself. */
  readonly itsAddresses: readonly string[];
}

/** One entry before it is said which message it is about. */
export type RecipientReport = Omit<ContactReport, 'messageId' | 'outboundId'> & { messageId?: string };

export function contactReportsOf(input: ReportInput): ContactReport[] {
  const about = {
    ...(input.messageIds[0] !== undefined && { messageId: input.messageIds[0] }),
    ...(input.outboundId !== undefined && { outboundId: input.outboundId }),
  };
  return recipientReports(input)
    .slice(0, mostReports)
    .map((report) => ({
      ...about,
      ...report,
      ...(report.diagnostic && { diagnostic: clip(cleanLine(report.diagnostic), 1000) }),
    }));
}

function recipientReports(input: ReportInput): RecipientReport[] {
  switch (input.category) {
    case 'complaint-report':
      return complaints(input);
    case 'read-notice':
      return readNotices(input);
    case 'bounce':
    case 'delivery-notice':
      return deliveries(input);
    default:
      return [];
  }
}

function deliveries(input: ReportInput): RecipientReport[] {
  const ofProvider = providerReports(input.text);
  if (ofProvider.length > 0) return ofProvider;
  const certified = certifiedResult(input.header);
  if (certified === 'none') return [];
  const report = reportText(input.text);
  const told = { report, named: recipientsNamed(report, new Set()) };
  if (certified !== undefined) return written(input, told).map((one) => ({ ...one, result: certified }));
  const groups = input.reports.filter((one) => one.kind === 'delivery-status').flatMap((one) => one.groups);
  const isOfOne = groups.filter((group) => group('action').length > 0).length < 2;
  const fields = merged(groups.flatMap((group) => statusOf(group, told, input, isOfOne)));
  return fields.length > 0 ? fields : merged(written(input, told).map((report) => ({ report, at: '' })));
}

/** What a report says to people, and whom it names there. */
interface Told {
  readonly report: string;
  readonly named: ReturnType<typeof recipientsNamed>;
}

const actions: readonly [RegExp, ContactReport['result']][] = [
  [/^(fail|expired|undeliver)/i, 'failed'],
  [/^delay/i, 'delayed'],
  [/^(deliver|relay|expand)/i, 'delivered'],
];

/** What became of a mail at one of the addresses that it went on to. */
interface Branch {
  readonly report: RecipientReport;
  readonly at: string;
}

function statusOf(group: FieldReader, told: Told, input: ReportInput, isOfOne: boolean): Branch[] {
  const recipient = ['final-recipient', 'x-actual-recipient', 'original-recipient']
    .flatMap(group)
    .map(typedAddress)
    .find((value) => value !== undefined);
  const action = group('action')[0] ?? '';
  const status = group('status')[0];
  if (recipient === undefined && action === '' && status === undefined) return [];
  // What was asked to be delivered first stands in our message; where it went on from there does not.
  const first = group('original-recipient').map(typedAddress).find(Boolean);
  const original = first !== undefined && decoded(first) === recipient ? recipient : first;
  const diagnostic =
    group('diagnostic-code')[0]
      ?.slice(0, 8_000)
      .replace(/^[\w-]{1,20}\s*;\s*/, '') ?? '';
  const result =
    actions.find(([pattern]) => pattern.test(action))?.[1] ?? (input.category === 'bounce' ? 'failed' : 'delayed');
  const failed = original ?? originInText(recipient, told) ?? recipient ?? soleRecipient(input);
  const text = isOfOne ? told.report : wordsAbout([failed, recipient], told);
  return [{ report: entry(failed, result, { status, diagnostic, text }), at: recipient ?? '' }];
}

/** Exim says only in words from which address of ours it went on. */
const originInText = (recipient: string | undefined, { named }: Told): string | undefined => {
  const origin = named.find((one) => one.recipient.toLowerCase() === recipient)?.original;
  const isSole = named.filter((one) => one.original === origin).length === 1;
  return origin === undefined || !isSole ? undefined : (normaliseEmail(origin) ?? undefined);
};

/** What the report says of one of several; the whole where it names nobody. */
function wordsAbout(recipients: readonly (string | undefined)[], { report, named }: Told): string {
  if (named.length < 2) return report;
  return named.find((one) => recipients.includes(one.recipient.toLowerCase()))?.diagnostic ?? '';
}

/** In SMTP an address is written in xtext (RFC 3461 §4), from which some hosts leave it: one that may really be so is kept. */
const decoded = (xtext: string): string =>
  xtext
    .replace(/\+([2-7][\da-f])/gi, (_sign, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .toLowerCase();

function entry(
  recipient: string | undefined,
  result: ContactReport['result'],
  said: { status: string | undefined; diagnostic: string; text: string },
): RecipientReport {
  const { permanent, ...codes } = failureOf(said);
  return {
    ...(recipient !== undefined && { recipient }),
    result,
    permanent: result === 'failed' && permanent,
    ...codes,
    ...((said.diagnostic || said.text) && { diagnostic: said.diagnostic || said.text.slice(0, 2000) }),
  };
}

/** Several groups about one recipient are one. */
function merged(branches: readonly Branch[]): RecipientReport[] {
  const byRecipient = Map.groupBy(branches, ({ report }) => report.recipient ?? '');
  if (byRecipient.size > 1) byRecipient.delete('');
  return [...byRecipient.values()].map(ofOne);
}

const worstFirst: readonly ContactReport['result'][] = ['failed', 'delayed', 'delivered'];

/** An alias is told of by the worst that became of its branches; it is no good only where none of them is. */
function ofOne(branches: readonly Branch[]): RecipientReport {
  const rank = ({ report }: Branch) => worstFirst.indexOf(report.result);
  const worst = branches.reduce((least, one) => (rank(one) < rank(least) ? one : least));
  const other = branches.find(({ report, at }) => at !== worst.at && !report.permanent)?.report;
  if (!worst.report.permanent || other === undefined) return worst.report;
  return other.result === 'failed' ? other : { ...worst.report, permanent: false };
}

/** An address has at most 320 characters (RFC 5321 §4.5.3.1); comments and a name may stand beside it. */
const longestTyped = 1000;

/** `rfc822; user@example.org`, with or without type and brackets. */
function typedAddress(value: string): string | undefined {
  if (value.length > longestTyped) return undefined;
  const bare = value
    .replace(/^[\w-]+\s*;\s*/, '')
    .replace(/^.*<([^<>]+)>.*$/, '$1')
    .replace(/^["'<\s]+|["'>\s.]+$/g, '');
  return isMailAddress(bare) ? (normaliseEmail(bare) ?? undefined) : undefined;
}

/** Bounces without fields: named in a header, in the text, or only by whom the returned mail was for. */
function written(input: ReportInput, told: Told): RecipientReport[] {
  const { report } = told;
  const result = input.category === 'bounce' ? 'failed' : 'delayed';
  const ours = new Set([...input.itsAddresses, ...writersOfIt(input)].map((address) => address.toLowerCase()));
  const others = recipientsNamed(report, ours);
  // Who wrote to themselves is told of their own address.
  const inText = others.length > 0 || soleRecipient(input) !== undefined ? others : told.named;
  const header = input
    .header('x-failed-recipients')
    .flatMap((value) => value.split(','))
    .flatMap((value) => typedAddress(value) ?? []);
  const named =
    header.length > 0
      ? header.map((recipient) => ({
          recipient: originInText(recipient, told) ?? recipient,
          diagnostic: inText.find((one) => one.recipient.toLowerCase() === recipient)?.diagnostic ?? '',
        }))
      : inText.map(({ recipient, original, diagnostic }) => ({
          // Where several come of one, its name says of none which it is.
          recipient:
            original !== undefined && inText.filter((one) => one.original === original).length === 1
              ? original
              : recipient,
          diagnostic,
        }));
  if (named.length > 0)
    return named.map(({ recipient, diagnostic }) =>
      entry(normaliseEmail(recipient) ?? undefined, result, {
        status: undefined,
        diagnostic,
        // What is said of one is not true of another.
        text: named.length > 1 && saysMoreThan(recipient, diagnostic) ? '' : report,
      }),
    );
  const sole = soleRecipient(input);
  const recipients = sole === undefined ? besideSender(report, input) : [sole];
  return (recipients.length > 0 ? recipients : [undefined]).map((recipient) =>
    entry(recipient, result, { status: undefined, diagnostic: '', text: report }),
  );
}

/** Those named without their domain have the one of the daemon that tells of them, where that is one and no host's. */
function besideSender(report: string, input: ReportInput): string[] {
  const domain = domainOf(input.itsAddresses[0] ?? '');
  if (input.category !== 'bounce' || domain.split('.').length !== 2) return [];
  return namesWithoutDomain(report).flatMap((name) => typedAddress(`${name}@${domain}`) ?? []);
}

function saysMoreThan(recipient: string, diagnostic: string): boolean {
  return /[\p{L}\d]/u.test(diagnostic.replace(recipient, ''));
}

const enclosedHeads = (input: ReportInput): FieldReader[] =>
  input.parts.filter(isEnclosedMail).map((part) => headOf(part.content));
const addressesOf = (head: FieldReader, field: string): string[] =>
  head(field).flatMap((value) => typedAddress(value) ?? []);

/** Who wrote the mail that came back: such an address may stand in the report, too. */
function writersOfIt(input: ReportInput): string[] {
  const heads = enclosedHeads(input);
  const pasted = heads.length > 0 ? [] : [fieldReader(input.text.slice(reportText(input.text).length, longestPasted))];
  return [...heads, ...pasted]
    .flatMap((head) => ['return-path', 'sender', 'from'].flatMap(head))
    .flatMap((value) => typedAddress(value) ?? []);
}

/** Whom the returned mail was for, when that is one person. */
function soleRecipient(input: ReportInput): string | undefined {
  const heads = enclosedHeads(input);
  const pasted = /^to:[ \t]*(.{3,320})$/im.exec(input.text.slice(reportText(input.text).length))?.[1];
  const written = heads.length > 0 ? heads.flatMap((head) => [...head('to'), ...head('cc')]) : [pasted ?? ''];
  const to = written.flatMap((value) => typedAddress(value) ?? []);
  return to.length === 1 ? to[0] : undefined;
}

/** Only a person's complaint counts against an address: `auth-failure` and `not-spam` are about something else (RFC 5965 §7.3, RFC 6650). */
function complaints(input: ReportInput): RecipientReport[] {
  const told = providerReports(input.text);
  if (told.length > 0) return told;
  const feedback = input.reports.filter((report) => report.kind === 'feedback-report');
  const type = feedback.flatMap((report) => report.values('feedback-type'))[0]?.toLowerCase() ?? 'abuse';
  if (/^(auth-failure|dmarc|not-spam)/.test(type)) return [];
  const named = feedback
    .flatMap((report) => ['original-rcpt-to', 'removal-recipient'].flatMap((field) => report.values(field)))
    .flatMap((value) => typedAddress(value) ?? []);
  // Microsoft says who complained only in a field of the mail that it encloses.
  const who =
    named.length > 0 ? named : enclosedHeads(input).flatMap((head) => addressesOf(head, 'x-hmxmroriginalrecipient'));
  const recipients: (string | undefined)[] = who.length > 0 ? [...new Set(who)] : [soleRecipient(input)];
  return recipients.map((recipient) => ({
    ...(recipient !== undefined && { recipient }),
    result: 'complained',
    permanent: false,
    diagnostic: `Feedback-Type: ${type}`,
  }));
}

function readNotices(input: ReportInput): RecipientReport[] {
  return input.reports
    .filter((report) => report.kind === 'disposition-notification')
    .flatMap((report) => {
      const disposition = /(?:;|^)\s*(displayed|processed|dispatched|deleted)/i.exec(
        report.values('disposition')[0] ?? '',
      )?.[1];
      if (disposition === undefined) return [];
      const recipient = [...report.values('original-recipient'), ...report.values('final-recipient')]
        .map(typedAddress)
        .find(Boolean);
      return [
        {
          ...(recipient !== undefined && { recipient }),
          result: disposition.toLowerCase() === 'displayed' ? ('read' as const) : ('delivered' as const),
          permanent: false,
        },
      ];
    });
}
