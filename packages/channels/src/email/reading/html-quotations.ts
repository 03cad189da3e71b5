/** Which `<blockquote>` of a mail is a quotation, and which only sets in what somebody wrote: an address, a clause, a list. */
import type { Formatter, HtmlNode } from 'html-to-text';
import { gmailQuotation, mailMarkOf, quotationName } from '@patchbay/contracts/mail-marks';
import { quoteMarkerAt } from '@patchbay/contracts/quote-markers';

/** In each other; what stands deeper has no more signs. */
const mostDepth = 20;
/** Above and within it, in which it may be said whose it is. */
const linesAbove = 12;
const firstLines = 3;
/** Of elements that stand first. */
const mostLevels = 5;
/** Before a line of which its neighbours decide. No text holds it. */
const open = '\ufdd0';

const leftBorder =
  /(?:^|;)\s{0,9}border-(?:left|inline-start)(?:-style|-width)?\s{0,9}:\s{0,9}(?!none|hidden|0)[^\s;]/i;
const longestStyle = 1000;

export interface Quotations {
  readonly format: Formatter;
  /** With the signs of quotations, now that all lines are there. */
  signed(text: string): string;
}

/** For one text. */
export function quotations(): Quotations {
  let depth = 0;
  let cites = 0;
  let cited = false;
  const format: Formatter = (element, walk, builder) => {
    const isCited =
      cites > 0 || isMarked(element) || (cited && namesOf(element).some((name) => gmailQuotation.test(name)));
    cited ||= isCited;
    const sign = depth >= mostDepth ? '' : isCited ? '> ' : open;
    depth += 1;
    cites += isCited ? 1 : 0;
    builder.openBlock({ leadingLineBreaks: 2 });
    walk(element.children, builder);
    const signEach = (text: string) =>
      linesOf(text)
        .map((line) => sign + line)
        .join('\n');
    builder.closeBlock({ trailingLineBreaks: 2, ...(sign !== '' && { blockTransform: signEach }) });
    depth -= 1;
    cites -= isCited ? 1 : 0;
  };
  return { format, signed };
}

const namesOf = ({ attribs }: HtmlNode): string[] =>
  `${attribs?.['class'] ?? ''} ${attribs?.['id'] ?? ''}`.trim().split(/\s+/);

function isMarked(element: HtmlNode): boolean {
  const { type = '', style = '' } = element.attribs ?? {};
  return (
    type.toLowerCase() === 'cite' ||
    leftBorder.test(style.slice(0, longestStyle)) ||
    namesOf(element).some((name) => quotationName.test(name)) ||
    beginsOlder(element)
  );
}

/** One of the elements that stand first in it is marked as the line or the fields above an older mail. */
function beginsOlder(element: HtmlNode): boolean {
  let within = element;
  for (let level = 0; level < mostLevels; level += 1) {
    const first = within.children?.find(({ type }) => type === 'tag');
    if (!first) return false;
    if (namesOf(first).some((name) => /^(introduction|rest)$/.test(mailMarkOf(name) ?? ''))) return true;
    within = first;
  }
  return false;
}

/** Without blank lines around it. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1);
}

function signed(text: string): string {
  return text.includes(open) ? decided(text.split('\n')).join('\n').replaceAll(open, '') : text;
}

function decided(lines: readonly string[]): string[] {
  const out: string[] = [];
  let told = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (!line.startsWith(open)) {
      out.push(line);
      continue;
    }
    let end = index + 1;
    while (lines[end]?.startsWith(open)) end += 1;
    const within = decided(lines.slice(index, end).map((one) => one.slice(open.length)));
    // Below an older mail, what stands between answers is of it as well.
    told ||= isTold(out, within);
    const sign = told ? '> ' : '';
    for (const one of within) out.push(sign + one);
    index = end - 1;
  }
  return out;
}

/** A line in front of it, or its first, says whose mail it is. */
function isTold(above: readonly string[], within: readonly string[]): boolean {
  const last = above.slice(-linesAbove);
  const near = last.slice(last.findLastIndex((line) => line.startsWith('>')) + 1);
  const all = [...near, ...within.slice(0, linesAbove).map((line) => `> ${line}`)];
  const introduced = near.some((_line, index) => {
    const marker = quoteMarkerAt(all, index);
    return (
      marker !== undefined &&
      (marker.toEnd || (marker.after <= near.length && near.slice(marker.after).every((line) => line.trim() === '')))
    );
  });
  const starts = [...within.keys()].filter((index) => within[index]?.trim() !== '').slice(0, firstLines);
  return introduced || starts.some((index) => quoteMarkerAt(within, index) !== undefined);
}
