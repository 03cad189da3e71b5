/** The new part of a mail: without the older mails it quotes and without the signature. */
import { isForwardMarker, quoteMarkerAt } from './quote-markers.ts';

const quoted = /^\s{0,3}>/;
/** A link that the sender's program broke off a quoted line. */
const brokenLink = /^\s*\(?\S*(:\/\/|[=)])\S*\s*>?\s*$/;
const signature = /^--\s?$/;
const device =
  /^(sent from (my|mail for|yahoo|samsung|outlook|proton)|get outlook for|von meinem .{2,40} gesendet|gesendet von |envoyé (de|depuis) mon|enviado desde mi|inviato da|verzonden vanaf mijn|发自我的|從我的|iPhoneから送信)/i;
const rule = /^[\s>]*([-_=*—]{3,}|_{2,})\s*$/;
const mostLines = 20_000;

/**
 * `text` without quoted history. A forwarded mail stays whole, because what was forwarded is the point. When nothing would
 * be left (a mail that is all quotation), the text is returned as it is.
 */
export function replyTextOf(text: string): string {
  const lines = text.split('\n');
  if (lines.length > mostLines) return text.trim();
  const kept = newLines(lines);
  const reply = withoutEnding(kept)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return reply === '' ? text.trim() : reply;
}

function newLines(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    if (isForwardMarker(line)) return [...kept, ...lines.slice(index)];
    const marker = quoteMarkerAt(lines, index);
    if (marker) {
      if (marker.before.trim() !== '') kept.push(marker.before);
      const end = marker.toEnd ? undefined : quoteEnd(lines, marker.after);
      if (end === undefined) return kept;
      index = end;
    } else if (startsQuote(lines, index)) {
      index = quoteEnd(lines, index) ?? index + 1;
    } else {
      kept.push(line);
      index += 1;
    }
  }
  return kept;
}

/** Two lines with `>`, or one as the last of the text: a single one in between may be the sender's own sign. */
function startsQuote(lines: readonly string[], index: number): boolean {
  if (!quoted.test(lines[index] ?? '')) return false;
  return (
    quoted.test(lines[index + 1] ?? '') ||
    (index > 0 && (lines[index - 1] ?? '').trim() === '' && index === lastWritten(lines))
  );
}

function lastWritten(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '');
}

/** The first line behind a block of `>` lines; undefined when there is no such block, so that all the rest is quotation. */
function quoteEnd(lines: readonly string[], start: number): number | undefined {
  let index = start;
  while (index < lines.length && (lines[index] ?? '').trim() === '') index += 1;
  if (!quoted.test(lines[index] ?? '')) return undefined;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const broken = brokenLink.test(line) && quoted.test(lines[index + 1] ?? '');
    if (!quoted.test(line) && !broken) break;
    index += 1;
  }
  return index;
}

function withoutEnding(lines: readonly string[]): string[] {
  const start = lines.findIndex((line, index) => index > 0 && signature.test(line));
  const kept = start < 0 ? [...lines] : lines.slice(0, start);
  while (kept.length > 0 && isEnding(kept.at(-1) ?? '')) kept.pop();
  return kept;
}

function isEnding(line: string): boolean {
  return line.trim() === '' || rule.test(line) || device.test(line.trim());
}
