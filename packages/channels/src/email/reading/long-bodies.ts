/** A body longer than anybody reads on a screen is kept whole as a file; the message shows its beginning and says so. */
import { clip } from '../clean-text.ts';
import type { Bodies, MailPart, MailSource } from './mail-source.ts';

/** Characters. Every rule looks at the text, and every screen carries it: their time is bounded by this. */
const longestText = 512 * 1024;
const longestHtml = 2 * 1024 * 1024;

export function withoutLongBodies(mail: MailSource): MailSource {
  const bodies = withinLimits(mail);
  if (bodies === mail) return mail;
  const { newText: _, ...rest } = mail;
  return { ...rest, ...bodies };
}

export function withinLimits(mail: Bodies): Bodies {
  const longText = mail.text.length > longestText;
  const longHtml = (mail.html?.length ?? 0) > longestHtml;
  if (!longText && !longHtml) return mail;
  const files = [
    ...(longText ? [file('text.txt', 'text/plain', mail.text)] : []),
    ...(longHtml ? [file('text.html', 'text/html', mail.html ?? '')] : []),
  ];
  const shown = longText ? clip(mail.text, longestText) : mail.text;
  const told = `[The whole of this long message is attached: ${files.map((part) => part.filename).join(', ')}]`;
  return {
    text: `${shown}\n\n${told}`,
    // What is left of HTML that is cut anywhere is not what was written.
    html: longHtml ? undefined : mail.html,
    parts: [...files, ...mail.parts],
  };
}

function file(filename: string, contentType: string, text: string): MailPart {
  return {
    contentType,
    filename,
    contentId: undefined,
    inline: false,
    content: Buffer.from(text),
  };
}
