/** An outgoing message as the bytes of a mail. */
import { HubError, type OutboundMessage, type StoredFile } from '@patchbay/contracts';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ChannelDeps } from '../channel.ts';
import { domainOf, isMailAddress, placeOf } from './addresses.ts';
import { signBounceAddress } from './bounce-address.ts';
import { cleanFilename, cleanLine, cleanText, clip, clipBytes } from './clean-text.ts';
import { bytesOf } from './mail-bytes.ts';
import { signReplyAddress } from './reply-address.ts';
import { messageIds } from './threading.ts';

/** Message-IDs in References: the first names the thread, the others are the latest. */
const mostReferences = 30;
/**
 * Characters. A line of a mail has 998 octets at the most (RFC 5322 §2.1.1), and a word without a space cannot be folded; what is not
 * ASCII is cut into encoded words by itself.
 */
export const longestSubject = 800;
export const longestName = 200;
const fitsLine = (id: string): boolean => Buffer.byteLength(id) <= 900;
const answered = /^(re|aw|antw|antwort|sv|vs|rif|ref|odp|回复|答复|回覆|返信)(\[\d+\])?\s*[:\uff1a]\s*/i;

export interface ComposedMail {
  readonly messageId: string;
  readonly raw: Buffer;
  readonly envelope: { readonly from: string; readonly to: string[] };
}

export type ComposeDeps = Pick<ChannelDeps, 'config' | 'files' | 'now' | 'signingKey'>;

/**
 * Throws `provider_refused` for an address that mail cannot be sent to. The Message-ID is the same at every try. Every value that
 * reaches a header is made one line here, whoever checked it before, and no header names a hidden copy.
 */
export async function composeMail(message: OutboundMessage, deps: ComposeDeps): Promise<ComposedMail> {
  const { config } = deps;
  const to = [message.to, ...(message.alsoTo ?? [])].map(checkedAddress);
  const cc = message.cc.map(checkedAddress);
  const bcc = (message.bcc ?? []).map(checkedAddress);
  const from = senderOf(message, deps);
  const { domain, signs } = placeOf(from.address, config);
  const messageId = `<${message.outboundId.replace(/[^\w.-]/g, '')}@${domain}>`;
  const parents = messageIds(message.inReplyTo ?? '').filter(fitsLine);
  const composer = new MailComposer({
    messageId,
    date: deps.now(),
    from,
    ...(signs && { replyTo: signReplyAddress(message.ticketId, domain, deps.signingKey) }),
    to: to.map((address) => ({ name: '', address })),
    cc: cc.map((address) => ({ name: '', address })),
    subject: message.ownSubject
      ? tagged(message.subject, message.ticketNumber)
      : subjectOf(message.subject, message.ticketNumber),
    ...(parents[0] === undefined ? {} : { inReplyTo: parents[0] }),
    references: shortened([...new Set([...message.references.flatMap(messageIds).filter(fitsLine), ...parents])]),
    headers: message.automatic ? { 'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All' } : {},
    text: cleanText(message.text),
    ...(message.html === null ? {} : { html: withOwnIds(cleanText(message.html), message.attachments) }),
    attachments: await Promise.all(message.attachments.map((file) => attachment(file, deps))),
    // One text has no boundary; nodemailer makes one for each mail that has no other, of random bytes that cost as much as a header.
    ...(message.html === null && message.attachments.length === 0 && { baseBoundary: 'none' }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = await bytesOf(composer.compile());
  const reached = new Set(message.reached);
  const returnsTo = signs ? signBounceAddress(message.outboundId, domain, deps.signingKey) : asciiAddress(from.address);
  return {
    messageId,
    raw,
    envelope: {
      // A machine's mail has nobody to tell that it failed: an answer to it would be a loop (RFC 3834 §3.3). What a person wrote comes
      // back to an address that names the message, or to the mailbox that it left as.
      from: message.automatic ? '' : returnsTo,
      to: [...to, ...cc, ...bcc].filter((address) => !reached.has(address)).map(asciiAddress),
    },
  };
}

/** Who it is from: the identity or the mailbox as which it was written, or the centre itself, which also lends a mailbox its name. */
function senderOf({ from }: OutboundMessage, { config }: ComposeDeps): { name: string; address: string } {
  return {
    name: clip(cleanLine(from?.name || config.centreName), longestName),
    address: from ? checkedAddress(from.address) : config.mailFrom,
  };
}

/** `Re: subject [#number]`, with one `Re:` and one tag however often it went back and forth. */
export function subjectOf(subject: string | null, ticketNumber: number): string {
  const tag = `[#${ticketNumber}]`;
  let base = cleanLine((subject ?? '').replaceAll(tag, ' '));
  while (answered.test(base)) base = base.replace(answered, '');
  return cleanLine(`Re: ${clip(base, longestSubject)} ${tag}`);
}

/** The author's own subject with the ticket's tag. */
function tagged(subject: string | null, ticketNumber: number): string {
  const tag = `[#${ticketNumber}]`;
  return cleanLine(`${clip(cleanLine((subject ?? '').replaceAll(tag, ' ')), longestSubject)} ${tag}`);
}

// The domain of an address in ASCII, because not every host takes SMTPUTF8.
export function asciiAddress(address: string): string {
  return `${address.slice(0, address.lastIndexOf('@'))}@${domainOf(address)}`;
}

export function checkedAddress(address: string): string {
  if (isMailAddress(address)) return address;
  throw new HubError('provider_refused', 'Not an address that mail can be sent to');
}

function shortened(ids: readonly string[]): string[] {
  return ids.length <= mostReferences ? [...ids] : [...ids.slice(0, 1), ...ids.slice(1 - mostReferences)];
}

/** The Content-ID that a file leaves with: one word (RFC 2392 §2), whatever it came with. */
const leavingId = (contentId: string): string => clipBytes(cleanLine(contentId).replace(/[<>\s]/g, ''), 255);

/** The HTML with the pictures' Content-IDs as they leave. */
function withOwnIds(html: string, files: readonly StoredFile[]): string {
  const changed = new Map<string, string>();
  for (const { inline, contentId } of files)
    if (inline && contentId !== undefined && leavingId(contentId) !== contentId)
      for (const written of [
        contentId,
        ...[encodeURI, encodeURIComponent].map((encoded) => encoded(contentId.toWellFormed())),
      ])
        changed.set(written, leavingId(contentId));
  if (changed.size === 0) return html;
  return html.replace(/(["'])\s*cid:([^"'<>]*?)\s*\1/gi, (whole: string, quote: string, id: string) => {
    const own = changed.get(id);
    return own === undefined ? whole : `${quote}cid:${own}${quote}`;
  });
}

async function attachment(file: StoredFile, deps: ComposeDeps) {
  const cid = leavingId(file.contentId ?? '');
  return {
    filename: cleanFilename(file.filename) || 'attachment.bin',
    contentType: /^[\w.+-]+\/[\w.+-]+$/.test(file.contentType) ? file.contentType : 'application/octet-stream',
    content: await deps.files.read(file.sha256),
    // An enclosed mail may not be encoded (RFC 2046 §5.2.1).
    ...(/^message\/rfc822$/i.test(file.contentType) ? { contentTransferEncoding: '8bit' as const } : {}),
    ...(file.inline && cid !== '' ? { cid, contentDisposition: 'inline' } : { contentDisposition: 'attachment' }),
  };
}
