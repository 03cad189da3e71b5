/** The older mail and the signature in a mail's HTML: what is not shown until the agent asks for it. */
import { isForwardMark, isPassedOn } from '@patchbay/contracts/forward-marks';
import { fewestFields, quotationName } from '@patchbay/contracts/mail-marks';
import { quoteMarkerAt } from '@patchbay/contracts/quote-markers';
import { isOfGmail, mailLines, markOf, type MailLine, type MailLines } from './mail-lines.ts';

/** Of an older mail or a quotation: in them stands that it is passed on. */
const firstWords = 2;
/** Of a quotation: in them stands whose it is. */
const firstLines = 3;
/** Lines that Word puts its fields in. */
const fieldLines = 12;
const field = /^\s*[^\s:\uff1a][^:\uff1a]{0,40}[:\uff1a]/u;
/** Lines that introduce a quotation. More above it are somebody's words. */
const introductionLines = 4;
/** Characters. In what is longer somebody has written more than a signature. */
const longestSignature = 2000;
/** Longer mail is shown whole. */
const mostLines = 20_000;
/** Web forms and shops send fields as well, which are what there is to read: without a mark they are an older mail's only in an answer. */
const answered =
  /^\s*(re|aw|antw|antwort|sv|vs|hv|rif|ref|res|odp|ynt|atb|vá|blt|ats|σχετ|απ|ре|відп|השב|رد|回复|回覆|答复|答覆|返信|답장|회신)\s*(\[\d+\]\s*)?[:\uff1a]/iu;
const ownAddress = /^\s*[^\s<>@]{1,64}@[^\s<>@]{1,255}\s*$/;

interface Reading extends MailLines {
  /** As the rules for text have them. */
  readonly texts: readonly string[];
  /** Whether it stands in a whole older mail or a signature that its program marks. */
  readonly apart: readonly boolean[];
}

/**
 * Nodes of `body` without which only what is new is seen; empty when nothing is older, or nothing would be left. What is in doubt stays: a
 * quotation that something is written below, or of which nothing says that it is a mail, and a mail that is passed on, as its words or its
 * `subject` say.
 */
export function olderParts(body: Element, subject: string): readonly Node[] {
  if (isPassedOn(subject)) return [];
  const read = mailLines(body, mostLines);
  const { lines } = read;
  if (lines.length > mostLines) return [];
  const texts = lines.map(({ quotation, text }) => (quotation ? `> ${text.trim()}` : text.trim()));
  const mail: Reading = { ...read, texts, apart: apartOf(lines) };
  const turn = turnOf(mail, answered.test(subject));
  const end = turn.forward ? lines.length : beginOfOlder(mail, turn.at);
  const isShown = ({ first }: MailLine, index: number): boolean =>
    first !== undefined && index < end && ((turn.forward && index >= turn.at) || !isLeftOut(mail, index));
  const lastShown = lines.findLastIndex(isShown);
  const last = lines[lastShown]?.last;
  if (!last || !lines.some((line, index) => line.first && !isShown(line, index))) return [];
  const between = new Set<Node>();
  for (const [index, line] of lines.slice(0, lastShown).entries()) {
    const node = isShown(line, index) ? undefined : (line.apart?.element ?? line.first);
    if (node) between.add(node);
  }
  return [...between, ...nodesBehind(last, body)];
}

function* nodesBehind(last: Node, body: Element): Iterable<Node> {
  for (let node: Node | null = last; node && node !== body; node = node.parentNode)
    for (let next = node.nextSibling; next; next = next.nextSibling) yield next;
}

function apartOf(lines: readonly MailLine[]): boolean[] {
  const letters = new Map<Element, number>();
  for (const { apart, letters: more } of lines)
    if (apart) letters.set(apart.element, (letters.get(apart.element) ?? 0) + more);
  return lines.map(
    ({ apart }) =>
      apart !== undefined && (apart.mark === 'around' || (letters.get(apart.element) ?? 0) <= longestSignature),
  );
}

/** Apart, or the two dashes above a signature. */
function isLeftOut({ lines, texts, apart }: Reading, index: number): boolean {
  if (apart[index]) return true;
  const line = lines[index];
  if (texts[index] !== '--' || line?.first !== line?.last) return false;
  let below = index + 1;
  while (lines[below] && !lines[below]?.first) below += 1;
  return apart[below] === true && lines[below]?.apart?.mark === 'signature';
}

/** The first line from which on all is older, or is passed on; behind the last when there is none. */
function turnOf({ lines, texts, rests, ruled }: Reading, isAnswer: boolean): { at: number; forward: boolean } {
  let group: Element | undefined;
  let begun = 0;
  let seen = 0;
  for (const [index, { first, apart, quotation }] of lines.entries()) {
    const within = apart?.element ?? quotation;
    if (within !== group) [group, begun, seen] = [within, index, 0];
    if (!within && (rests.has(index) || (ruled.has(index) && hasFields(lines, index))))
      return { at: index, forward: false };
    if (apart?.mark === 'signature' || !first) continue;
    if (within && (seen += 1) > firstWords) continue;
    if (isForwardMark(texts, index)) return { at: within ? begun : index, forward: true };
    const marker = within || (!isAnswer && field.test(texts[index] ?? '')) ? undefined : quoteMarkerAt(texts, index);
    if (marker?.toEnd === true && marker.before.trim() === '')
      return { at: aboveSigns(lines, texts, index), forward: false };
  }
  return { at: lines.length, forward: false };
}

/** Programs of old put signs before the lines of the older mail also in HTML; a field that no rule knows may stand above the others. */
function aboveSigns(lines: readonly MailLine[], texts: readonly string[], at: number): number {
  let index = at;
  while (texts[index - 1]?.startsWith('>') && !lines[index - 1]?.quotation) index -= 1;
  return index;
}

const hasFields = (lines: readonly MailLine[], start: number): boolean =>
  lines.slice(start, start + fieldLines).filter(({ bold, text }) => bold && field.test(text)).length >= fewestFields;

/** The line at which the older mail begins that ends the mail, or ends above the line `end`, where more of it begins. */
function beginOfOlder(mail: Reading, end: number): number {
  const { lines } = mail;
  let begin = end < lines.length ? aboveOwnAddress(mail, end) : end;
  for (let index = begin - 1; index >= 0; index -= 1) {
    const { first, quotation } = lines[index] as MailLine;
    if (first && !quotation && !isLeftOut(mail, index)) break;
    if (!quotation || lines[index - 1]?.quotation === quotation) continue;
    const found = beginOfQuotation(mail, index, quotation);
    if (found !== undefined) begin = index = found;
  }
  return begin;
}

/** With the line that introduces it. Undefined when nothing says that the `quotation`, which begins in line `at`, is an older mail. */
function beginOfQuotation(mail: Reading, at: number, quotation: Element): number | undefined {
  const contained = beginInContainer(mail, at, quotation);
  const introduced = introductionOf(mail, contained ?? at);
  const inner = markersWithin(mail, at, quotation);
  if (introduced !== undefined) return introduced;
  if (inner.includes('fields')) return aboveOwnAddress(mail, contained ?? at);
  const cites =
    quotation.getAttribute('type')?.toLowerCase() === 'cite' ||
    [...quotation.classList, quotation.id].some((name) => quotationName.test(name));
  return contained ?? (cites || inner.length > 0 ? at : undefined);
}

/** The first line of the element that a program puts around a quotation with its introduction. */
function beginInContainer({ lines, apart }: Reading, at: number, quotation: Element): number | undefined {
  let around = quotation.parentElement;
  while (around && markOf(around) !== 'withQuotation' && !isOfGmail(around)) around = around.parentElement;
  if (!around) return undefined;
  let begin = at;
  let count = 0;
  for (let index = at - 1; index >= 0; index -= 1) {
    const { first, quotation: other } = lines[index] as MailLine;
    if (!first) continue;
    if (!around.contains(first)) break;
    count += 1;
    if (other || apart[index] || count > introductionLines) return at;
    begin = index;
  }
  return begin;
}

/** The first line of what introduces the quotation that begins in line `at`: marked as such, or in words that the rules for text know. */
function introductionOf({ lines, texts, apart }: Reading, at: number): number | undefined {
  let index = at - 1;
  while (index >= 0 && !lines[index]?.first) index -= 1;
  const marked = lines[index]?.introduction;
  if (marked) {
    while (lines[index - 1]?.introduction === marked) index -= 1;
    return index;
  }
  let found: number | undefined;
  for (let count = 0; index >= 0 && count < introductionLines; index -= 1) {
    const { first, quotation } = lines[index] as MailLine;
    if (quotation || apart[index]) break;
    if (!first) continue;
    count += 1;
    const marker = quoteMarkerAt(texts, index);
    if (!marker || marker.toEnd || marker.before.trim() !== '' || marker.after > at) continue;
    if (lines.slice(marker.after, at).every((line) => !line.first)) found = index;
  }
  return found;
}

/** What its first lines are. */
function markersWithin({ lines }: Reading, at: number, quotation: Element): ('fields' | 'introduction')[] {
  const inner = lines.slice(at, at + fieldLines).filter((line) => line.quotation === quotation);
  const texts = inner.map(({ text }) => text.trim());
  const starts = [...texts.keys()].filter((index) => texts[index] !== '').slice(0, firstLines);
  return starts.flatMap((index) => {
    const marker = quoteMarkerAt(texts, index);
    return marker ? [marker.toEnd ? 'fields' : 'introduction'] : [];
  });
}

/** Foxmail ends what is written by the writer's address under a line, where nothing else is set. */
function aboveOwnAddress({ lines, texts, apart }: Reading, at: number): number {
  let index = at - 1;
  while (index >= 0 && !lines[index]?.first) index -= 1;
  const line = lines[index];
  return index > 0 && line && !line.quotation && !apart[index] && ownAddress.test(texts[index] ?? '') ? index : at;
}
