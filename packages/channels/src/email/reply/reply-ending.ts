/** What stands below a mail by itself: the signature, and the line by which a program or a device names itself. */
import { isDeviceLine } from './device-line.ts';
import { isLegalNotice, isNoticeAlone } from './legal-notice.ts';
import { isMachineFooter, isScannerLine } from './machine-footer.ts';

const rule = /^[\s>]*([-_=*—]{3,}|_{2,}|([-_*=] ){2,}[-_*=])\s*$/;

/** RFC 3676 §4.3. */
const delimiter = /^--[ \t\u00a0]$/;
/** The same after its space was taken away on the way or doubled, or as a person types it. */
const typedDelimiter = /^--(?:[ \t\u00a0]*|&nbsp;)$/;
/** Drawn under what was written; longer ones part, or are to be filled in. */
const drawnDelimiter = /^_{2,4}\s*$/;
const dash = /^\s*[—–]\s*$/;
const sentenceEnd = /[.!?。！？:：,;]\s*$/u;
/** A telephone number, an address or a site. */
const reached = /\+?\d[\d ()/.-]{5,}\d|\S@\S|\bwww\.|:\/\//i;
/** Also of the signs that lists have. */
const footerRule = /^\s*[-_=*#—]{3,}\s*$/;
/** Two words or more as names have them, perhaps with a degree. */
const personName = /^(?:\p{Lu}[\p{L}\p{M}.’'-]{0,30},?\s){1,4}\p{Lu}[\p{L}\p{M}.’'-]{0,30}$/u;
/** What forms and tables have as their first line. */
const heading =
  /address|anschrift|adres|direcci|indirizzo|order|bestell|commande|pedido|invoice|rechnung|factur|contact|kontakt|customer|kunde|client|delivery|liefer|livraison|shipping|login|account|konto|link|data|daten|details?|number|nummer/i;
/** A telephone number by its word or its country, an address, a site. */
const contact =
  /(?:^|[\s,|])(?:tel|telefon|telephone|téléphone|teléfono|telefono|phone|fon|mobile?|mob|cell|handy|fax|ph|тел|电话|電話(?:番号)?|手机|携帯|[tmpf])[.:\uff1a]{0,2}\s?\+?[\d(]|(?<!\S)(?:\+|00)\d{2}[\d ()/.-]{6,30}|[^\s@]@[^\s@]{1,60}\.\p{L}|\bwww\.\S|https?:\/\/\S/iu;
const mostSigned = 6;
/** Lists add one below that of a scanner, and the sender's own company a third. */
const mostFooters = 3;
/** Lines, also blank ones. */
const mostFooterLines = 16;
const mostCardLines = 10;
const longestSigned = 60;

/** `below`: something was written above `lines` already, so that they may be a signature alone. */
export function withoutEnding(lines: readonly string[], below: boolean): string[] {
  const first = below ? 0 : 1;
  const written = withoutLastLines(withoutDrawnSignature(lines, first), first);
  const start = signatureStart(written, first) ?? cardStart(written, first);
  const kept = start === undefined ? written : withoutLastLines(written.slice(0, start), first);
  return kept.length === lines.length ? kept : [...kept, ''];
}

/** Without blank lines, rules, lines of devices and what machines add, at the end. */
function withoutLastLines(lines: readonly string[], first: number): string[] {
  const kept = [...lines];
  for (let footers = 0; footers <= mostFooters; footers += 1) {
    while (kept.length > 0 && isEnding(kept)) kept.pop();
    const start = footerStart(kept, first);
    if (start === undefined) break;
    kept.length = start;
  }
  return kept;
}

/** The lowest rule or delimiter, when what stands below it is a machine's, or what a company has put below every mail. */
function footerStart(lines: readonly string[], first: number): number | undefined {
  const nearest = Math.max(first, lines.length - mostFooterLines);
  for (let index = lines.length - 2; index >= nearest; index -= 1)
    if (footerRule.test(lines[index] ?? '') || typedDelimiter.test(lines[index] ?? ''))
      return isFooter(lines.slice(index + 1)) ? index : undefined;
  return undefined;
}

const tableBars = /^\s*\|[\s|]*$/;
/** What NetEase's program says of the signature. */
const drawnBy = /^签名由.{1,20}定制$/;
const mostDrawn = 14;
/** What stands there is what the line above speaks of. */
const announced =
  /[:\uff1a]\s*$|\b(?:below|following|colleagues?)\b|kolleg|collègue|以下|如下|下記|次の|担当者|同事|address|anschrift|adres|direcci|indirizzo|endereço|адрес|住所|届け先|宛先|連絡先|地址|收件|주소/i;

/**
 * Without what stands last between two rows of the same signs, or in cells, when that is a name and how its owner is reached: below a blank line, and
 * below what was written to its end, for else it goes on there.
 */
function withoutDrawnSignature(lines: readonly string[], first: number): readonly string[] {
  const end = lines.findLastIndex((line) => line.trim() !== '' && !drawnBy.test(line.trim()));
  const last = (lines[end] ?? '').trim();
  const isTable = tableBars.test(last);
  if (end <= first || !(isTable || rule.test(last))) return lines;
  const nearest = Math.max(first, end - mostDrawn);
  const start = isTable
    ? firstOfTable(lines, nearest, end)
    : lines.findLastIndex((line, index) => index >= nearest && index < end && line.trim() === last);
  if (start < nearest || (lines[start - 1] ?? '').trim() !== '') return lines;
  const above = lines.slice(0, start).findLast((line) => line.trim() !== '') ?? '';
  if (!sentenceEnd.test(above) || announced.test(above)) return lines;
  const drawn = lines
    .slice(start, end)
    .filter((line) => line.trim() !== '' && !tableBars.test(line) && line.trim() !== last);
  return isDrawnSignature(drawn) ? lines.slice(0, start) : lines;
}

/** Of the lines around `end` that hold nothing but bars, or a few words between them. */
function firstOfTable(lines: readonly string[], nearest: number, end: number): number {
  let start = end;
  for (
    let index = end;
    index >= nearest && (tableBars.test(lines[index] ?? '') || isShort(lines[index] ?? ''));
    index -= 1
  )
    if (tableBars.test(lines[index] ?? '')) start = index;
  return start === end ? -1 : start;
}

/** In scripts that have no capitals: of a person or a company, not of whom something is for, nor of a place. */
const ideographs =
  /^(?!.*(?:様|さま|御中|宛|先生|老师|[都道府県市区町村省路街号號楼室收])\s*$)[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}][^\d@]{0,40}$/u;

/** Several addresses are a list. */
const isOneAddress = (lines: readonly string[]): boolean => (lines.join('\n').match(/\S@\S/g) ?? []).length <= 1;

/** How an owner is reached stands below who that is. */
const isDrawnSignature = ([name = '', ...others]: readonly string[]): boolean =>
  (personName.test(name.trim()) || ideographs.test(name.trim())) &&
  isShort(name.trim()) &&
  !heading.test(name) &&
  others.length < mostSigned &&
  others.some((line) => contact.test(line)) &&
  others.every((line) => isShort(line.trim()) && !saysOfAddress(line)) &&
  isOneAddress(others);

const isFooter = (lines: readonly string[]): boolean =>
  isMachineFooter(lines) || (isNoticeAlone(lines) && !lines.some((line) => asks.test(line) || ofOneself.test(line)));

/** Below a rule, or below the line of a device, nothing but a name and how its owner is reached. A list or a table has none, and stands below a heading. */
function cardStart(lines: readonly string[], first: number): number | undefined {
  const nearest = Math.max(first, lines.length - mostCardLines);
  for (let index = lines.length - 2; index >= nearest; index -= 1) {
    const line = lines[index] ?? '';
    const above = lines.slice(0, index).findLast((written) => written.trim() !== '') ?? '';
    const parts = rule.test(line) ? !announced.test(above) : isDeviceLine(line, false);
    if (!parts || (lines[index - 1] ?? '').trim() !== '') continue;
    return isCard(lines.slice(index + 1)) ? index : undefined;
  }
  return undefined;
}

function isCard(lines: readonly string[]): boolean {
  const [name = '', ...others] = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (others.length === 0 || others.length >= mostSigned || !personName.test(name) || heading.test(name)) return false;
  return (
    others.every((line) => isShort(line) && !saysOfAddress(line) && !/^[-*•>\d]/u.test(line)) &&
    others.some((line) => contact.test(line)) &&
    isOneAddress(others)
  );
}

/**
 * A delimiter as the standard has it stands for all that follows. Without its space, or as a long dash, it may part two things that were both
 * written: it is one only above what looks like a signature.
 */
function signatureStart(lines: readonly string[], first: number): number | undefined {
  const standard = lines.findIndex((line, index) => index >= first && delimiter.test(line));
  if (standard >= 0) return standard;
  const typed = lines.findIndex(
    (line, index) =>
      index >= first &&
      (typedDelimiter.test(line) || isDrawnDelimiter(lines, index)) &&
      isSigned(paragraphAt(lines, index + 1)),
  );
  if (typed >= 0) return isLast(paragraphsBelow(lines, typed)) ? typed : undefined;
  const dashed = lines.findLastIndex((line, index) => index >= first && dash.test(line));
  return dashed >= 0 && looksSigned(lines.slice(dashed + 1)) ? dashed : undefined;
}

/** Below a blank line, and nothing is said of what stands there. */
function isDrawnDelimiter(lines: readonly string[], index: number): boolean {
  if (!drawnDelimiter.test(lines[index] ?? '') || (lines[index - 1] ?? '').trim() !== '') return false;
  let last = index - 1;
  while (last > 0 && (lines[last] ?? '').trim() === '') last -= 1;
  const above = lines[last] ?? '';
  return sentenceEnd.test(above) && !announced.test(above);
}

/** The first lines that are written below, up to a blank line or the next delimiter. */
function paragraphAt(lines: readonly string[], start: number): readonly string[] {
  let first = start;
  while (first < lines.length && (lines[first] ?? '').trim() === '') first += 1;
  let end = first;
  while (end < lines.length && (lines[end] ?? '').trim() !== '' && !typedDelimiter.test(lines[end] ?? '')) end += 1;
  return lines.slice(first, end);
}

/** Of what is written below line `index`; two dashes are one of their own. */
function paragraphsBelow(lines: readonly string[], index: number): string[][] {
  const paragraphs: string[][] = [];
  let open: string[] | undefined;
  for (const line of lines.slice(index + 1)) {
    const parts = line.trim() === '' || typedDelimiter.test(line);
    if (parts) open = undefined;
    if (line.trim() === '') continue;
    if (open) open.push(line);
    else paragraphs.push((open = [line]));
    if (parts) open = undefined;
  }
  return paragraphs;
}

const asks = /[?？]\s*$/;
const ofOneself =
  /(?<![\p{L}.])I(?![\p{L}.])|(?<!\p{L})(?:[Mm]y|[Ii]ch|[Mm]ein(?:e[mnrs]?)?|[Jj]e|[Mm]on|[Yy]o|[Ii]k|[Mm]ijn|[Jj]ag|[Jj]eg|[Яя])(?!\p{L})/u;

/** After the signature, nothing but more of it, the line of a device, and notices, of which the first may have dashes of its own. */
function isLast([, ...others]: readonly (readonly string[])[]): boolean {
  const noticed = others.findIndex(isLegalNotice);
  const own = noticed < 0 ? others : others.slice(0, noticed);
  if (noticed > 0 && isDashes(own.at(-1) ?? [])) own.pop();
  return (
    own.every((paragraph) => paragraph.every(isOfSignature)) &&
    !others.some((paragraph) => paragraph.some((line) => asks.test(line) || ofOneself.test(line)))
  );
}

const isDashes = ([line = '']: readonly string[]): boolean => typedDelimiter.test(line);

const isOfSignature = (line: string): boolean =>
  !saysOfAddress(line) &&
  (isDeviceLine(line, true) ||
    rule.test(line) ||
    (isShort(line.trim()) && !typedDelimiter.test(line) && (!/^\s*\p{Ll}/u.test(line) || reached.test(line))));

/** Characters that are looked at, of a line that is longer than any of a signature. */
const longestLook = 300;
const smallWord = /(?<![\p{L}\p{M}\d@./_-])\p{Ll}[\p{L}\p{M}’']{0,30}(?![\p{L}\p{M}\d@/_:-]|\.\S)/gu;
const fewestSmallWords = 2;

/** An address stands in a sentence: `the second to ann@x.example`. In signatures it has a name or a word beside it. */
function saysOfAddress(line: string): boolean {
  const looked = line.slice(0, longestLook);
  if (!/[^\s@]@[^\s@]{1,60}\.\p{L}/u.test(looked)) return false;
  const beside = looked.replace(/\S*@\S*|(?:https?:\/\/|www\.)\S*/gi, ' ');
  return [...beside.matchAll(smallWord)].length >= fewestSmallWords;
}

/** A name or a greeting, and below it nothing but short lines that are no sentences, or how to reach somebody. */
function isSigned(paragraph: readonly string[]): boolean {
  const [first = '', ...others] = paragraph.map((line) => line.trim());
  if (first === '' || isDeviceLine(first, true)) return true;
  // A number that nobody is reached by is an order's.
  if (/\d/.test(first) && !paragraph.some((line) => reached.test(line))) return false;
  if (!isShort(first.replace(/,$/, '')) || /^[-*•>]/u.test(first)) return false;
  if (paragraph.some(saysOfAddress)) return false;
  return looksSigned(others) || others.length === 0 || others.some((line) => reached.test(line) && isShort(line));
}

/** A few short lines that are no sentences. */
function looksSigned(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  return written.length > 0 && written.length <= mostSigned && written.every(isShort);
}

const isShort = (line: string): boolean => line !== '' && line.length <= longestSigned && !sentenceEnd.test(line);

/** The last of `lines` is. */
function isEnding(lines: readonly string[]): boolean {
  const line = lines.at(-1) ?? '';
  if (line.trim() === '' || rule.test(line) || isScannerLine(line)) return true;
  const above = lines.at(-2) ?? '';
  return isDeviceLine(line, above.trim() === '' || rule.test(above) || isDeviceLine(above, true));
}
