/** Names for parts that have none. */
import { cleanFilename, clip } from '../clean-text.ts';
import { decodeEncodedWords } from './encoded-words.ts';
import { decodeRawWords } from './raw-words.ts';

/** @param index of the part, from 0 */
export function nameByContent(contentType: string, content: Buffer, index: number): string {
  const subject = contentType === 'message/rfc822' ? subjectOf(content) : '';
  return subject === '' ? (namesByType[contentType] ?? `attachment-${index + 1}.bin`) : `${subject}.eml`;
}

const namesByType: Record<string, string> = {
  'message/rfc822': 'message.eml',
  'message/partial': 'partial-message.txt',
  'message/external-body': 'external-body.txt',
  'message/global': 'message.eml',
  'text/rfc822-headers': 'headers.txt',
  'message/delivery-status': 'delivery-status.txt',
  'message/feedback-report': 'feedback-report.txt',
  'message/disposition-notification': 'disposition-notification.txt',
  'text/calendar': 'invitation.ics',
  'text/enriched': 'text.txt',
  'text/richtext': 'text.txt',
  'application/pgp-signature': 'signature.asc',
  'application/pgp-encrypted': 'version.txt',
  'application/pgp-keys': 'key.asc',
  'application/pkcs7-mime': 'smime.p7m',
  'application/pkcs7-signature': 'smime.p7s',
  'application/x-pkcs7-mime': 'smime.p7m',
  'application/x-pkcs7-signature': 'smime.p7s',
  'application/ms-tnef': 'winmail.dat',
  'text/plain': 'text.txt',
  'text/html': 'text.html',
  'image/jpeg': 'image.jpg',
  'image/png': 'image.png',
  'image/gif': 'image.gif',
  'application/pdf': 'document.pdf',
};

const longestHead = 65_536;
const longestName = 100;

/** What an enclosed mail is about, as mail programs name it when they save it. */
function subjectOf(mail: Buffer): string {
  const start = mail.toString('latin1', 0, longestHead);
  const end = start.search(/\r?\n\r?\n/);
  const head = end < 0 ? start : start.slice(0, end);
  const written = /^subject:([^\n]*(?:\n[ \t][^\n]*)*)/im.exec(head)?.[1] ?? '';
  const text = decodeRawWords(Buffer.from(written.replace(/\r?\n[ \t]*/g, ' '), 'latin1'));
  return clip(cleanFilename(decodeEncodedWords(text)), longestName);
}
