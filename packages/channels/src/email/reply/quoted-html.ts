/** What mail programs mark in their HTML as an older mail or as a signature. */
import { isForwardMark } from '@patchbay/contracts/forward-marks';
import { anyMailMark, fewestFields, mailMarkOf, ruledHeader, type MailMark } from '@patchbay/contracts/mail-marks';

const boldLabel = /[:\uff1a]\s?(<\/(span|font)>\s?){0,3}<\/b>/gi;
/** Characters of HTML, in which these fields stand. */
const longestFields = 4000;

interface Tag {
  readonly name: string;
  readonly closes: boolean;
  /** In the HTML: of its `<`, and behind its `>`. */
  readonly start: number;
  readonly after: number;
}

/** Attributes stand near the name; a picture in one of them need not be looked through. */
const longestTag = 1000;
const attribute =
  /\s(?:class|id|name|data-smartmail)\s{0,3}=\s{0,3}(?:"([^"]{0,400})"|'([^']{0,400})'|([^\s"'>]{1,400}))/gi;
/** Characters, in which a forward says that it is one. */
const firstWords = 600;
/** Characters of HTML. In what is longer somebody has written more than a signature. */
const longestSignature = 20_000;

/**
 * `html` without what programs mark as older and without signatures; undefined when nothing is marked. A quotation that is marked by itself
 * (`blockquote`) stays in its place: answers may stand between, and made into text it has its signs (`type="cite"`, where what introduced it is gone). So does a mail that is passed on.
 */
export function withoutMarkedParts(html: string): string | undefined {
  if (!anyMailMark.test(html)) return undefined;
  const tags = tagsOf(html);
  const ends = endsOf(tags);
  const kept: string[] = [];
  /** Of the quotations that are open, the tags that close them. */
  const quotations: number[] = [];
  let from = 0;
  let index = 0;
  while (index < tags.length) {
    const tag = tags[index];
    while ((quotations.at(-1) ?? index) < index) quotations.pop();
    const end = ends[index] ?? tags.length;
    if (tag?.name === 'blockquote' && !tag.closes && end < tags.length) quotations.push(end);
    const mark = tag && markOf(html, tag);
    const cut = tag && mark && cutOf(html, tags, { index, mark, end, within: quotations.at(-1) });
    if (!tag || !cut) {
      index += 1;
      continue;
    }
    kept.push(html.slice(from, tag.start));
    from = cut.at;
    index = cut.next;
    // Without what stood above it nothing else may say what it is.
    const quotation = mark === 'signature' ? undefined : quotationBehind(html, tags, cut);
    if (!quotation) continue;
    kept.push(html.slice(from, quotation.start), '<blockquote type="cite"');
    from = quotation.start + '<blockquote'.length;
  }
  kept.push(html.slice(from));
  return kept.length === 1 ? undefined : kept.join('');
}

interface Found {
  readonly index: number;
  readonly mark: MailMark;
  /** Of the tag that closes it, or behind the last. */
  readonly end: number;
  /** Of the tag that closes the quotation around it. */
  readonly within: number | undefined;
}

/** Where the HTML goes on behind what is left out, and with which tag. */
function cutOf(
  html: string,
  tags: readonly Tag[],
  { index, mark, end, within }: Found,
): { at: number; next: number } | undefined {
  // Within a quotation it has signs in any case, and below that somebody may have answered.
  if (mark === 'rest') return within === undefined ? { at: html.length, next: tags.length } : undefined;
  const tag = tags[index];
  if (!tag || tag.name === 'blockquote' || end >= tags.length) return undefined;
  const behind = { at: tags[end]?.after ?? html.length, next: end + 1 };
  if (mark === 'signature') return behind.at - tag.start > longestSignature ? undefined : behind;
  if (isForward(html.slice(tag.after, tag.after + firstWords))) return undefined;
  if (mark === 'introduction') return quotationBehind(html, tags, behind) ? behind : undefined;
  let inner = index + 1;
  while (inner < end && tags[inner]?.name !== 'blockquote') inner += 1;
  return inner === end ? behind : { at: tags[inner]?.start ?? behind.at, next: inner };
}

function quotationBehind(
  html: string,
  tags: readonly Tag[],
  { at, next }: { at: number; next: number },
): Tag | undefined {
  const following = tags.slice(next, next + 8).find(({ name }) => name !== 'br');
  if (following?.name !== 'blockquote' || following.closes) return undefined;
  const between = html.slice(at, following.start).replace(/<[^<>]{0,200}>|&nbsp;|\s/g, '');
  return between === '' ? following : undefined;
}

function isForward(html: string): boolean {
  const lines = html
    .replace(/<(br|div|p)\b[^<>]{0,300}>/gi, '\n')
    .replace(/<[^<>]{0,300}>/g, '')
    .split('\n');
  return lines.some((_line, index) => isForwardMark(lines, index));
}

function markOf(html: string, tag: Tag): MailMark | undefined {
  if (tag.closes) return undefined;
  const written = html.slice(tag.start, Math.min(tag.after, tag.start + longestTag));
  for (const [, double, single, bare] of written.matchAll(attribute)) {
    for (const name of (double ?? single ?? bare ?? '').split(/\s+/)) {
      const mark = mailMarkOf(name);
      if (mark) return mark;
    }
  }
  return ruledHeader.test(written) && hasFields(html.slice(tag.after, tag.after + longestFields)) ? 'rest' : undefined;
}

const hasFields = (html: string): boolean => [...html.matchAll(boldLabel)].length >= fewestFields;

const tagName = /^<(\/?)([a-z][a-z0-9]{0,20})/i;

function tagsOf(html: string): Tag[] {
  const tags: Tag[] = [];
  let at = html.indexOf('<');
  while (at >= 0) {
    const comment = html.startsWith('<!--', at);
    const close = comment ? html.indexOf('-->', at + 4) : html.indexOf('>', at + 1);
    if (close < 0) break;
    const after = comment ? close + 3 : close + 1;
    const [, slash, name] = tagName.exec(html.slice(at, at + 24)) ?? [];
    if (name !== undefined) tags.push({ name: name.toLowerCase(), closes: slash === '/', start: at, after });
    at = html.indexOf('<', after);
  }
  return tags;
}

/** For every tag that opens, the index of the one that closes it. */
function endsOf(tags: readonly Tag[]): number[] {
  const ends: number[] = [];
  const open = new Map<string, number[]>();
  for (const [index, { name, closes }] of tags.entries()) {
    const above = open.get(name) ?? [];
    if (!closes) {
      above.push(index);
      open.set(name, above);
      continue;
    }
    const begun = above.pop();
    if (begun !== undefined) ends[begun] = index;
  }
  return ends;
}
