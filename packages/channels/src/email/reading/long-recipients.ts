/** A mail to more people than a screen lists keeps all of them in a file; the message shows the first and says so. */
import { distinctAddresses } from '../addresses.ts';
import type { MailSource } from './mail-source.ts';

/** Addresses in To, and in Cc. */
export const mostAddresses = 500;

export function withoutLongRecipients(mail: MailSource): MailSource {
  const [to, cc] = [mail.to, mail.cc].map((list) => (list.length > mostAddresses ? distinctAddresses(list) : list));
  const count = (to?.length ?? 0) + (cc?.length ?? 0);
  if (![to, cc].some((list) => (list?.length ?? 0) > mostAddresses)) return mail;
  const lines = [...(to ?? []).map((address) => `To: ${address}`), ...(cc ?? []).map((address) => `Cc: ${address}`)];
  const file = {
    contentType: 'text/plain',
    filename: 'recipients.txt',
    contentId: undefined,
    inline: false,
    content: Buffer.from(`${lines.join('\n')}\n`),
  };
  const told = `[This message is addressed to ${count} people. All of them are in the attached file: recipients.txt]`;
  return { ...mail, text: `${mail.text}\n\n${told}`, parts: [file, ...mail.parts] };
}
