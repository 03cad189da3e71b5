/** Raw mail → `InboundContactDraft`. The SMTP inlet, IMAP and the replay of quarantined bytes all come through here. */
import { hash } from 'node:crypto';
import {
  type Authenticity,
  type ContactIdentifier,
  HubError,
  type InboundContactDraft,
  type StoredFile,
} from '@patchbay/contracts';
import { normaliseEmail } from '@patchbay/domain';
import type { ChannelDeps } from '../channel.ts';
import { distinctAddresses, domainOf } from './addresses.ts';
import { type SenderCheck, checkSender } from './sender/authenticity.ts';
import { verifyBounceAddress } from './bounce-address.ts';
import { classify } from './kind/classify.ts';
import { certifiedMessageId } from './kind/certified-mail.ts';
import { cleanFilename, cleanLine, cleanText, clip, clipBytes } from './clean-text.ts';
import { type OwnClaim, ownClaim, ownDomains, ownTicket } from './own-mail.ts';
import { nameByContent } from './reading/file-names.ts';
import { type MailIdentity, identityOf } from './identity.ts';
import { momentOf } from './reading/moment.ts';
import { withoutLongBodies } from './reading/long-bodies.ts';
import { mostAddresses, withoutLongRecipients } from './reading/long-recipients.ts';
import { type MailPart, type MailSource, readMail } from './reading/mail-source.ts';
import { verifyReplyAddress } from './reply-address.ts';
import { replyTextOf } from './reply/reply-text.ts';
import { contactReportsOf } from './reports/reports.ts';
import {
  isEnclosedMail,
  isEnclosedReport,
  isWrittenBy,
  reportedMessageIds,
  reportsIn,
} from './reports/report-fields.ts';
import { type Author, authorBehind } from './sender/passed-on.ts';
import { senderGrade } from './sender/sender-verdict.ts';
import { threadingOf } from './threading.ts';

/** All mail is one account: a Message-ID is the same mail whichever of our addresses it was sent to. */
export const emailAccount = 'email';

export interface MailEnvelope {
  /** MAIL FROM; '' is the null reverse-path, null is unknown (a mail that did not come by SMTP). */
  readonly from: string | null;
  /** Our addresses among RCPT TO. */
  readonly to: readonly string[];
  /** Who handed it over by SMTP. */
  readonly peer?: { readonly address: string; readonly helo: string };
  /** For a mailbox: the name of the host whose Authentication-Results in it are believed. */
  readonly trustedAuthservId?: string;
  /** False for what lay in a mailbox before it was fetched. */
  readonly acknowledge?: false;
}

export type MailDeps = Pick<
  ChannelDeps,
  'files' | 'config' | 'now' | 'signingKey' | 'dns' | 'ourAddresses' | 'ticketsOfSent'
>;

/**
 * Reads a mail, stores its attachments, and says what it is. Throws `unprocessable` when the bytes cannot be read as
 * mail; whatever the file store and the database throw passes through.
 */
export async function parseMail(raw: Uint8Array, envelope: MailEnvelope, deps: MailDeps): Promise<InboundContactDraft> {
  const whole = await readMail(raw);
  const mail = withoutLongRecipients(withoutLongBodies(whole));
  const claim = await ownClaim(mail, envelope, deps);
  const attachments: StoredFile[] = [];
  for (const [index, part] of mail.parts.entries()) attachments.push(await storePart(part, index, deps));
  try {
    const check = await checkSender(raw, mail, envelope, deps);
    const shown = senderOf(mail, envelope, gradeOf(mail, check, claim !== undefined, deps));
    const identity = identityOf(
      whole,
      new Map(mail.parts.map((part, index) => [part, attachments[index] as StoredFile])),
      shown.from,
      await asFetched(raw),
    );
    const author = authorBehind(mail);
    return contactOf(mail, {
      envelope,
      attachments,
      deps,
      claim,
      ownTicketId: ownTicket(claim, mail, check),
      // What is said of the address in From says nothing of theirs.
      authenticity: author === undefined ? check.authenticity : { ...check.authenticity, verdict: 'none' },
      sender: author === undefined ? shown : behind(author),
      identity,
    });
  } catch (cause) {
    // A mail that trips a rule is kept for a person: refusing it would have its sender try for days.
    throw new HubError('unprocessable', 'The mail was read but not understood', { cause });
  }
}

/**
 * Mailboxes cannot hand out NUL, which SMTP brings though it may not (RFC 3501 §4.3, RFC 5322 §4.1): Dovecot puts 0x80 in its place. Undefined for a
 * mail that has none.
 */
async function asFetched(raw: Uint8Array): Promise<Parameters<typeof identityOf>[3]> {
  if (!raw.includes(0)) return undefined;
  const bytes = Buffer.from(raw);
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) bytes[at] = 0x80;
  const mail = await readMail(bytes);
  const { parts } = withoutLongBodies(mail);
  return { mail, files: new Map(parts.map((part) => [part, { sha256: sha256(part.content) }])) };
}

interface Context {
  readonly envelope: MailEnvelope;
  readonly attachments: StoredFile[];
  readonly deps: MailDeps;
  readonly claim: OwnClaim | undefined;
  /** Of a message of ours that came back. */
  readonly ownTicketId: string | undefined;
  readonly authenticity: Authenticity;
  readonly sender: Sender;
  readonly identity: MailIdentity;
}

function contactOf(
  mail: MailSource,
  { envelope, attachments, deps, claim, ownTicketId, authenticity, sender, identity }: Context,
): InboundContactDraft {
  const subject = mail.subject === undefined ? undefined : clip(cleanLine(mail.subject), 2000);
  const text = cleanText(mail.text);
  const html = mail.html === undefined ? undefined : cleanText(mail.html);
  const reports = reportsIn(mail.parts, text);
  const ours = ownTicketId !== undefined;
  const handedTo = deliveredTo(mail);
  const returned = [...envelope.to, ...handedTo, ...mail.to]
    .slice(0, mostAddresses)
    .map((address) => ({ outboundId: verifyBounceAddress(address, deps.signingKey), domain: domainOf(address) }))
    .find((one) => one.outboundId !== undefined);
  const fromHub = sender.from.toLowerCase() === deps.config.mailFrom.toLowerCase();
  const verdict = classify({
    header: mail.header,
    reports,
    enclosesMail: mail.parts.some((part) => isEnclosedMail(part) && !isWrittenBy(part, sender.from)),
    enclosesReport: mail.parts.some(isEnclosedReport),
    nullPath: isNullPath(mail, envelope),
    hasPath: pathOf(mail, envelope) !== '',
    from: sender.from,
    fromName: sender.name,
    subject: (subject ?? '').normalize('NFC'),
    calendarMethod: calendarMethodIn(mail.parts),
    text,
    ours,
    comesBack: returned !== undefined || (fromHub && mail.header('x-auto-response-suppress').length > 0),
    ourDomains: ownDomains(deps),
  });
  const to = distinctAddresses([...envelope.to, ...mail.to].map(cleanLine));
  const cc = distinctAddresses(mail.cc.map(cleanLine));
  const aboutAnother = verdict.kind !== 'customer' && verdict.kind !== 'auto-reply' && !ours;
  const reported = aboutAnother
    ? [...certifiedMessageId(mail.header), ...reportedMessageIds(mail.parts, reports, text)]
    : [];
  const outboundId = returned?.outboundId;
  const contentLanguage = clip(cleanLine(mail.header('content-language')[0] ?? ''), 35);
  const sentAt = momentOf(mail.header('date')[0])?.toISOString();
  return {
    channel: 'email',
    channelAccount: emailAccount,
    ...identity,
    // The message that left has this id itself.
    ...(ours && { externalId: clipBytes(`${identity.externalId}#returned`, 998) }),
    kind: verdict.kind,
    identifiers: sender.identifiers,
    ...(sender.name === '' ? {} : { senderName: sender.name }),
    from: sender.from,
    to: to.slice(0, mostAddresses),
    cc: cc.slice(0, mostAddresses),
    replyTo: answerAddresses(mail.replyTo),
    deliveredTo: ourAddresses(envelope, deps),
    ...(envelope.acknowledge === false && { acknowledge: false, imported: true as const }),
    authenticity,
    classification: { category: verdict.category, rule: verdict.rule, evidence: verdict.evidence },
    reports: ours
      ? []
      : contactReportsOf({
          category: verdict.category,
          header: mail.header,
          parts: mail.parts,
          reports,
          text,
          // Relays give mails other Message-IDs; who has this address tells of the mail that had it (compose.ts).
          messageIds: returned ? [`<${returned.outboundId}@${returned.domain}>`] : reported,
          outboundId,
          itsAddresses: [sender.from, ...envelope.to, ...mail.to],
        }),
    ...(subject === undefined ? {} : { subject }),
    ...(contentLanguage && { contentLanguage }),
    text,
    replyText:
      mail.newText === undefined ? replyTextOf(text, subject) : replyTextOf(cleanText(mail.newText), subject, true),
    ...(html === undefined ? {} : { html }),
    attachments: attachments.filter((_file, index) => !mail.parts[index]?.otherForm),
    threading: {
      ...(outboundId !== undefined && verdict.kind !== 'customer' && { outboundId }),
      ...threadingOf(
        {
          inReplyTo: mail.header('in-reply-to').join(' '),
          references: mail.header('references').join(' '),
          reported,
          subject: subject ?? '',
          // One of ours goes to anybody, and its ticket is known.
          recipients: ours ? [] : [...to, ...cc, ...handedTo],
        },
        deps.signingKey,
      ),
      ...(ours && { ticketId: ownTicketId }),
    },
    // Whoever writes as us is not answered by a machine, were it really one of us.
    automatic: verdict.automatic || fromHub || (claim !== undefined && (claim.byHub || claim.tickets.length > 0)),
    ...(sentAt === undefined ? {} : { sentAt }),
    receivedAt: deps.now().toISOString(),
  };
}

/** What a host on its way says of where it was delivered: a mail that is fetched, or came by an alias, has its address nowhere else. */
function deliveredTo(mail: MailSource): string[] {
  const named = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) => mail.header(name));
  return distinctAddresses(named.map(cleanLine)).slice(0, 50);
}

/** Where the sender wants to be answered; what is no address is nowhere. */
function answerAddresses(named: readonly string[]): string[] {
  return distinctAddresses(named.flatMap((address) => normaliseEmail(cleanLine(address)) ?? [])).slice(0, 10);
}

/** The addresses of ours that it was delivered to; a signed one names a ticket or a message and belongs to nobody. */
function ourAddresses(envelope: MailEnvelope, deps: MailDeps): string[] {
  const plain = envelope.to.filter(
    (address) =>
      verifyReplyAddress(address, deps.signingKey) === undefined &&
      verifyBounceAddress(address, deps.signingKey) === undefined,
  );
  return [...new Set(plain.flatMap((address) => normaliseEmail(address) ?? []))].slice(0, 100);
}

type Grade = ReturnType<typeof senderGrade>;

interface Sender {
  readonly from: string;
  readonly name: string;
  readonly identifiers: ContactIdentifier[];
}

function gradeOf(mail: MailSource, check: SenderCheck, fromUs: boolean, deps: MailDeps): Grade {
  return senderGrade({
    verdict: check.authenticity.verdict,
    soleAuthor: mail.soleAuthor,
    judged: check.judged,
    addedTo: check.addedTo,
    fromUs,
    fromTrustedHost: check.fromTrustedHost,
    strict: deps.config.mailTrust?.strictSenders ?? false,
  });
}

/** From is who it is from, with the grade that the checks leave it. Without a usable From the envelope sender is a claim, and where there is neither, nobody is named. */
function senderOf(mail: MailSource, envelope: MailEnvelope, grade: Grade): Sender {
  const shown = cleanLine(mail.from?.address ?? '');
  const name = clip(cleanLine(mail.from?.name ?? ''), 200);
  const author = normaliseEmail(shown);
  if (author !== null) return { from: shown, name, identifiers: [{ kind: 'email', value: author, grade }] };
  const envelopeSender = cleanLine(envelope.from ?? '');
  const claimed = normaliseEmail(envelopeSender);
  if (claimed === null) return { from: clip(shown || name || envelopeSender, 998), name, identifiers: [] };
  return {
    from: clip(shown || name || envelopeSender, 998),
    name,
    identifiers: [{ kind: 'email', value: claimed, grade: 'claimed' }],
  };
}

/** A claim, whatever the system that passed it on is known for: what it passes on may have such fields of its own. */
const behind = ({ address, name }: Author): Sender => ({
  from: address,
  name,
  identifiers: [{ kind: 'email', value: address, grade: 'claimed' }],
});

/** The method of the first calendar object; its part may say it, the object does (RFC 5545 §3.7.2). Some programs call its file `application/ics`. */
function calendarMethodIn(parts: readonly MailPart[]): string {
  const object = parts.find((part) => /^(text\/calendar|application\/ics)$/i.test(part.contentType));
  const text = object?.content.subarray(0, 65_536).toString() ?? '';
  return /^METHOD:[ \t]*(\w+)/im.exec(text)?.[1]?.toUpperCase() ?? '';
}

// Return-Path is written from the envelope by the host that delivered the mail (RFC 5321 §4.4).
const returnPath = (mail: MailSource): string => (mail.header('return-path')[0] ?? '').replace(/\s/g, '');

function isNullPath(mail: MailSource, envelope: MailEnvelope): boolean {
  return envelope.from === '' || returnPath(mail) === '<>';
}

/** '' where there is none, and where it is not known. */
const pathOf = (mail: MailSource, envelope: MailEnvelope): string =>
  envelope.from ?? returnPath(mail).replace(/^<>$/, '');

async function storePart(part: MailPart, index: number, deps: MailDeps): Promise<StoredFile> {
  const { sha256: contentHash, size } = part.otherForm
    ? { sha256: sha256(part.content), size: part.content.length }
    : await deps.files.put(part.content);
  const contentType = /^[\w.+-]{1,127}\/[\w.+-]{1,127}$/.test(part.contentType)
    ? part.contentType.toLowerCase()
    : 'application/octet-stream';
  const contentId = clip(cleanLine(part.contentId ?? ''), 255);
  return {
    filename: cleanFilename(part.filename ?? '') || nameByContent(contentType, part.content, index),
    contentType,
    size,
    sha256: contentHash,
    ...(contentId === '' ? {} : { contentId }),
    inline: part.inline,
  };
}

export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}
