/** The bytes of a composed mail. */
import type MailComposer from 'nodemailer/lib/mail-composer';
import { encode as base64, wrap as wrapBase64 } from 'nodemailer/lib/base64';
import { encode as quotedPrintable, wrap as wrapQuotedPrintable } from 'nodemailer/lib/qp';

type Composed = ReturnType<MailComposer['compile']>;

/** Characters. Longer ones are encoded piece by piece. */
const longestAtOnce = 64 * 1024;

/**
 * A mail of one short text, which acknowledgements and most answers are, is put together at once: the streams of which nodemailer makes a mail
 * of any size cost as much as all the rest of composing. The bytes are the same, save where a soft line break of quoted-printable stands.
 */
export async function bytesOf(mail: Composed): Promise<Buffer> {
  const { content } = mail;
  if (typeof content !== 'string' || content.length > longestAtOnce || mail.childNodes.length > 0) return mail.build();
  const whole = `${mail.buildHeaders()}\r\n\r\n${encoded(content, mail.getTransferEncoding())}`;
  return Buffer.from(whole.endsWith('\r') ? `${whole}\n` : whole.endsWith('\n') ? whole : `${whole}\r\n`);
}

function encoded(text: string, encoding: string | false): string {
  if (encoding === 'quoted-printable') return wrapQuotedPrintable(quotedPrintable(text), 76);
  return encoding === 'base64' ? wrapBase64(base64(text), 76) : text;
}
