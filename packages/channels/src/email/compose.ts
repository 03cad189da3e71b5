/** An outgoing message as the bytes of a mail. */
import { HubError, type OutboundMessage, type StoredFile } from '@patchbay/contracts';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ChannelDeps } from '../channel.ts';
import { asciiDomain, domainOf, isMailAddress } from './addresses.ts';
import { cleanFilename, cleanLine, cleanText } from './clean-text.ts';
import { signReplyAddress } from './reply-address.ts';
import { messageIds } from './threading.ts';

/** Message-IDs in References: the first names the thread, the others are the latest. */
const mostReferences = 30;
const answered = /^(re|aw|antw|antwort|sv|vs|rif|ref|odp|回复|答复|回覆|返信)(\[\d+\])?\s*[:\uff1a]\s*/i;

export interface ComposedMail {
  readonly messageId: string;
  readonly raw: Buffer;
  readonly envelope: { readonly from: string; readonly to: string[] };
}

export type ComposeDeps = Pick<ChannelDeps, 'config' | 'files' | 'now' | 'signingKey'>;

/** Throws `provider_refused` for an address that mail cannot be sent to. The Message-ID is the same at every try. */
export async function composeMail(message: OutboundMessage, deps: ComposeDeps): Promise<ComposedMail> {
  const { config } = deps;
  const to = checkedAddress(message.to);
  const cc = message.cc.map(checkedAddress);
  const domain = asciiDomain(config.mailDomains[0] ?? domainOf(config.mailFrom));
  const messageId = `<${message.outboundId.replace(/[^\w.-]/g, '')}@${domain}>`;
  const parents = messageIds(message.inReplyTo ?? '');
  const composer = new MailComposer({
    messageId,
    date: deps.now(),
    from: { name: cleanLine(config.centreName), address: config.mailFrom },
    replyTo: signReplyAddress(message.ticketId, domain, deps.signingKey),
    to: { name: '', address: to },
    cc: cc.map((address) => ({ name: '', address })),
    subject: subjectOf(message.subject, message.ticketNumber),
    ...(parents[0] === undefined ? {} : { inReplyTo: parents[0] }),
    references: shortened([...new Set([...message.references.flatMap(messageIds), ...parents])]),
    headers: message.automatic ? { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' } : {},
    text: cleanText(message.text),
    ...(message.html === null ? {} : { html: cleanText(message.html) }),
    attachments: await Promise.all(message.attachments.map((file) => attachment(file, deps))),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = await composer.compile().build();
  // A machine's mail has nobody to tell that it failed: an answer to it would be a loop (RFC 3834 §3.3).
  return {
    messageId,
    raw,
    envelope: { from: message.automatic ? '' : asciiAddress(config.mailFrom), to: [to, ...cc].map(asciiAddress) },
  };
}

/** `Re: subject [#number]`, with one `Re:` and one tag however often it went back and forth. */
export function subjectOf(subject: string | null, ticketNumber: number): string {
  const tag = `[#${ticketNumber}]`;
  let base = cleanLine((subject ?? '').replaceAll(tag, ' '));
  while (answered.test(base)) base = base.replace(answered, '');
  return cleanLine(`Re: ${base} ${tag}`);
}

// The domain of an address in ASCII, because not every host takes SMTPUTF8.
function asciiAddress(address: string): string {
  return `${address.slice(0, address.lastIndexOf('@'))}@${domainOf(address)}`;
}

function checkedAddress(address: string): string {
  if (isMailAddress(address)) return address;
  throw new HubError('provider_refused', 'Not an address that mail can be sent to');
}

function shortened(ids: readonly string[]): string[] {
  return ids.length <= mostReferences ? [...ids] : [...ids.slice(0, 1), ...ids.slice(1 - mostReferences)];
}

async function attachment(file: StoredFile, deps: ComposeDeps) {
  const cid = cleanLine(file.contentId ?? '').replace(/[<>\s]/g, '');
  return {
    filename: cleanFilename(file.filename) || 'attachment.bin',
    contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.contentType) ? file.contentType : 'application/octet-stream',
    content: await deps.files.read(file.sha256),
    ...(file.inline && cid !== '' ? { cid, contentDisposition: 'inline' } : { contentDisposition: 'attachment' }),
  };
}
