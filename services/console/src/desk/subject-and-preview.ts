/**
 * A ticket's subject and its last words, each said once: a text message's subject is its own beginning. Where one begins
 * with the other, the longer one stands for both.
 */
export function subjectAndPreview(subject: string, preview: string): [subject: string, preview: string] {
  const [one, other] = [plain(subject), plain(preview)];
  if (other.startsWith(one)) return [preview, ''];
  return one.startsWith(other) ? [subject, ''] : [subject, preview];
}

const plain = (text: string): string =>
  text
    .replace(/(?:…|\.{3})$/u, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
