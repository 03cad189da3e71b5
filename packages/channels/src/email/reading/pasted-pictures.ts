/** Pictures whose bytes stand in the HTML itself (`data:`, RFC 2397), as browsers paste them. */
import { createHash } from 'node:crypto';
import { isDrawnPicture } from '@patchbay/contracts/pictures';
import type { MailPart } from './mail-source.ts';

/** Characters. What is shorter, as the pictures of signs and lines are, may stand where it is. */
const shortestSource = 8192;
/** As many are taken out of one mail; others stay in it. */
const mostPictures = 100;
/** Characters before a source, in which its tag begins. */
const longestTag = 2000;

const source = /\bsrc\s{0,9}=\s{0,9}(["'])\s{0,9}data:(image\/[\w.+-]{1,40})(?:;[\w=.+-]{1,40}){0,4};base64,/gi;
const inPicture = /<img\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*$/i;

interface Taken {
  readonly html: string;
  readonly parts: MailPart[];
}

/** Makes parts of them, to which the HTML refers as to any other (`cid:`, RFC 2392); the same picture is one part. */
export function takePictures(html: string): Taken {
  const parts = new Map<string, MailPart>();
  const kept: string[] = [];
  let from = 0;
  source.lastIndex = 0;
  for (let found = source.exec(html); found && parts.size < mostPictures; found = source.exec(html)) {
    const start = source.lastIndex;
    const [, quote = '"', contentType = ''] = found;
    const end = html.indexOf(quote, start);
    // It is cut off.
    if (end < 0) break;
    source.lastIndex = end;
    const before = html.slice(Math.max(from, found.index - longestTag), found.index);
    if (end - start < shortestSource || !isDrawnPicture(contentType) || !inPicture.test(before)) continue;
    const content = Buffer.from(html.slice(start, end), 'base64');
    const contentId = `${createHash('sha256').update(content).digest('hex').slice(0, 32)}@pasted.invalid`;
    const known = parts.get(contentId) ?? pictureOf(content, contentType.toLowerCase(), contentId, parts.size + 1);
    parts.set(contentId, known);
    kept.push(html.slice(from, found.index), `src=${quote}cid:${contentId}`);
    from = end;
  }
  return kept.length === 0
    ? { html, parts: [] }
    : { html: [...kept, html.slice(from)].join(''), parts: [...parts.values()] };
}

const pictureOf = (content: Buffer, contentType: string, contentId: string, number: number): MailPart => ({
  contentType,
  filename: `picture-${number}.${contentType.slice('image/'.length).replace('jpeg', 'jpg')}`,
  contentId,
  inline: true,
  content,
});
