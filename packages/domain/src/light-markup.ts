/**
 * Text as people type it, as HTML: `**bold**`, `*italic*`, lists, links and pictures of the message. Everything else is taken as it
 * stands, so that what is typed can never become an element of its own.
 */

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

const link = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'*.,;:!?)\]}]/giu;
const picture = /!\[([^\]\n]{0,255})\]\(cid:([A-Za-z0-9][A-Za-z0-9._+@-]{0,200})\)/g;
const bold = /\*\*(?=\S)([^*\n]*[^\s*])\*\*/g;
const italic = /(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/gu;
const bullet = /^\s{0,3}[-*•]\s+(?=\S)/;
const numbered = /^\s{0,3}\d{1,3}[.)]\s+(?=\S)/;

/** True when the text has something that only HTML shows. Links are not counted: mail programs make them of plain text. */
export function hasMarkup(text: string): boolean {
  return (
    [picture, bold, italic].some((pattern) => new RegExp(pattern.source, pattern.flags.replace('g', '')).test(text)) ||
    text.split('\n').some((line) => bullet.test(line) || numbered.test(line))
  );
}

/** The Content-IDs of the pictures that the text shows. */
export function picturesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(picture), ([, , cid]) => cid ?? ''))];
}

/** The text for who sees no HTML: a picture is its name. */
export function plainAlternative(text: string): string {
  return text.replace(picture, (_, name: string) => `[${name || 'image'}]`);
}

/** HTML of the text; with `light` also of its markup. Pictures become `<img src="cid:…">` in both. */
export function textToHtml(text: string, light: boolean): string {
  const blocks: string[] = [];
  for (const paragraph of text.replace(/\r\n?/g, '\n').split(/\n{2,}/)) {
    if (paragraph.trim() === '') continue;
    blocks.push(...(light ? blocksOf(paragraph.split('\n')) : [`<p>${linesOf(paragraph.split('\n'), false)}</p>`]));
  }
  return blocks.join('\n');
}

function blocksOf(lines: readonly string[]): string[] {
  const blocks: string[] = [];
  for (let at = 0; at < lines.length;) {
    const mark = markOf(lines[at] ?? '');
    let end = at;
    while (end < lines.length && markOf(lines[end] ?? '') === mark) end += 1;
    const run = lines.slice(at, end);
    blocks.push(mark === null ? `<p>${linesOf(run, true)}</p>` : listOf(run, mark));
    at = end;
  }
  return blocks;
}

function markOf(line: string): RegExp | null {
  return [bullet, numbered].find((mark) => mark.test(line)) ?? null;
}

function listOf(lines: readonly string[], mark: RegExp): string {
  const tag = mark === bullet ? 'ul' : 'ol';
  return `<${tag}>${lines.map((line) => `<li>${inline(line.replace(mark, ''), true)}</li>`).join('')}</${tag}>`;
}

const linesOf = (lines: readonly string[], light: boolean): string =>
  lines.map((line) => inline(line, light)).join('<br>\n');

/** Pictures and links are cut out first, so that a star in an address is no emphasis. */
function inline(line: string, light: boolean): string {
  const parts: string[] = [];
  const apart = new RegExp(`${picture.source}|${link.source}`, 'giu');
  let at = 0;
  for (const match of line.matchAll(apart)) {
    parts.push(emphasised(line.slice(at, match.index), light));
    const [whole, name, cid] = match;
    parts.push(
      cid === undefined
        ? `<a href="${escapeHtml(whole)}">${escapeHtml(whole)}</a>`
        : `<img src="cid:${cid}" alt="${escapeHtml(name ?? '')}">`,
    );
    at = match.index + whole.length;
  }
  parts.push(emphasised(line.slice(at), light));
  return parts.join('');
}

function emphasised(text: string, light: boolean): string {
  const safe = escapeHtml(text);
  return light ? safe.replace(bold, '<strong>$1</strong>').replace(italic, '<em>$1</em>') : safe;
}
