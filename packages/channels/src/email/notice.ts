/** Mail of the centre itself to one address, about no ticket. */
import { HubError } from '@patchbay/contracts';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { ChannelDeps, Notice } from '../channel.ts';
import { placeOf } from './addresses.ts';
import { signBounceAddress } from './bounce-address.ts';
import { cleanFilename, cleanLine, cleanText, clip } from './clean-text.ts';
import { asciiAddress, checkedAddress, longestName, longestSubject, type ComposedMail } from './compose.ts';
import { outletOf } from './outlet.ts';
import { handOver } from './send.ts';

type NoticeDeps = Pick<ChannelDeps, 'config' | 'now' | 'signingKey' | 'sendingServer'>;

/** Throws as `sendMail` does, and `provider_refused` without a server: an outbox that nobody reads would hide that it did not leave. */
export async function sendNotice(notice: Notice, deps: NoticeDeps, signal: AbortSignal): Promise<void> {
  const outlet = await outletOf(deps.config.mailFrom, deps);
  if (outlet === undefined) throw new HubError('provider_refused', 'No mail server is set up (SMTP_URL)');
  await handOver(await composeNotice(notice, deps), outlet, signal);
}

async function composeNotice(notice: Notice, { config, now, signingKey }: NoticeDeps): Promise<ComposedMail> {
  const to = checkedAddress(notice.to);
  const { domain, signs } = placeOf(config.mailFrom, config);
  const messageId = `<${notice.id.replace(/[^\w.-]/g, '')}@${domain}>`;
  const composer = new MailComposer({
    messageId,
    date: now(),
    from: { name: clip(cleanLine(config.centreName), longestName), address: config.mailFrom },
    to: { name: '', address: to },
    subject: clip(cleanLine(notice.subject), longestSubject),
    // RFC 3834 §5: no person wrote it, and no machine is to answer.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: cleanText(notice.text),
    html: cleanText(notice.html),
    attachments: notice.attachments.map(({ filename, contentType, content }) => ({
      filename: cleanFilename(filename) || 'attachment.bin',
      contentType,
      content,
      contentDisposition: 'attachment' as const,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = await composer.compile().build();
  // It answers nobody and so may come back (RFC 5321 §4.5.5): to an address that names the try, or to its sender.
  const from = signs ? signBounceAddress(notice.tryId, domain, signingKey) : asciiAddress(config.mailFrom);
  return { messageId, raw, envelope: { from, to: [asciiAddress(to)] } };
}
