/** The new part of a mail: without the older mails it quotes and without the signature. */
import { isForwardMark, isPassedOn } from '@patchbay/contracts/forward-marks';
import {
  isBrokenOff,
  isReplyAbove,
  quoteMarkerAt,
  quoteSigns,
  type QuoteMarker,
  tellsOfWriting,
} from '@patchbay/contracts/quote-markers';
import { withoutEnding } from './reply-ending.ts';

const quoted = /^\s{0,3}>/;
const moreThan = /^\s{0,3}>=?[$€£¥]?\d/;
/** Characters, of a line that was broken, and with the word that found no room in it. */
const shortestBroken = 60;
const brokenAt = 70;
const sentence = /[.!?。！？]\s*$/u;
/** Lines of one thing that is shown, and characters of the line that does. */
const mostShown = 30;
const longestShowing = 100;
/** A colon, no date or address, and no greeting. */
const showing =
  /^(?!\s*(dear|hello|hi|hey|good (morning|afternoon|evening)|hallo|liebe|sehr geehrte|guten|moin|bonjour|cher|chère|madame|monsieur|hola|estimad|buenos|buenas|ciao|buongiorno|gentile|olá|bom|boa|prezad|caro|beste|geachte|hej|kära|hei|witam|cześć|szanown|dobrý|здравствуйте|добрый|уважаем|您好|你好|尊敬的|안녕)(?!\p{Ll}{3}))[^\d@<>]*\p{L}[^\d@<>]*[:\uff1a]\s*$/iu;
/** As answers begin, also in small letters. */
const answer =
  /^(yes|yep|no|nope|not|ok|okay|i|we|please|thanks?|ja|nein|nee|nej|ich|wir|bitte|oui|non|je|s[iì]|sí|sim|não|yo|io|eu|да|нет|я)(?![\p{L}])/iu;
/** The address of a sender whose name stands at the end of the line above. */
const addressAlone = /^\s*<[^<>\s]{1,64}@[^<>\s]{1,255}>/;
const mostLines = 20_000;
/** Quoted lines that blank ones part. Two may be a list. */
const fewestParted = 3;

/**
 * `text` without quoted history. A forwarded mail stays whole, because what was forwarded is the point: a line says that it is one, or
 * the subject does, and Outlook's block stands above it. When nothing would be left (a mail that is all quotation), the text is returned as it is.
 * `quotes`: something older has been taken out of it already, so that even one line with `>` is what is left of it.
 */
export function replyTextOf(text: string, subject = '', quotes = false): string {
  const lines = withBreakingSpaces(text.split('\n'));
  if (lines.length > mostLines) return text.trim();
  const { parts, passedOn } = newParts(lines, subject, quotes);
  const own: string[] = [];
  let below = false;
  for (const part of parts) {
    own.push(...withoutEnding(part, below));
    below ||= isWritten(part);
  }
  const reply = [...own, ...passedOn]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return reply === '' ? text.trim() : reply;
}

/** Phones and programs put spaces that do not break into the lines that are their own. Behind two dashes they are looked at where these are. */
function withBreakingSpaces(lines: readonly string[]): readonly string[] {
  return lines.map((line) =>
    line.includes('\u00a0') && !line.startsWith('--') ? line.replaceAll('\u00a0', ' ') : line,
  );
}

interface NewLines {
  /** What stands before, between and below quotations. */
  readonly parts: readonly (readonly string[])[];
  /** From the line on that says so. */
  readonly passedOn: readonly string[];
}

/** Where the kinds of lines of a text are, each once looked for. */
interface Outline {
  /** Neither quoted nor blank. */
  readonly lastOwn: number;
  readonly firstQuoted: number;
  readonly lastQuoted: number;
  readonly lastSentence: number;
}

const outlineOf = (lines: readonly string[]): Outline => ({
  lastOwn: lines.findLastIndex((line) => !quoted.test(line) && line.trim() !== ''),
  firstQuoted: lines.findIndex((line) => quoted.test(line)),
  lastQuoted: lines.findLastIndex((line) => quoted.test(line)),
  lastSentence: lines.findLastIndex((line) => sentence.test(line)),
});

function newParts(lines: readonly string[], subject: string, quotesAbove: boolean): NewLines {
  const parts: string[][] = [];
  let kept: string[] = [];
  let quotes = quotesAbove || opensQuoted(lines);
  const outline = outlineOf(lines);
  let comparedUntil = 0;
  let index = 0;
  const end = (passedOn: readonly string[] = []): NewLines => ({ parts: [...parts, kept], passedOn });
  while (index < lines.length) {
    const line = lines[index] ?? '';
    if (isForwardMark(lines, index)) return end(lines.slice(index));
    if (isReplyAbove(line) && [...parts, kept].some(isWritten)) return end();
    const marker = quoteMarkerAt(lines, index);
    if (marker?.toEnd === true && isPassedOn(subject, line)) return end(lines.slice(index));
    if (!marker && !quotes && index >= comparedUntil) comparedUntil = comparedEnd(lines, index);
    if (!marker && !startsQuote(lines, index, { ...outline, quotes, comparedUntil })) {
      kept.push(line);
      index += 1;
      continue;
    }
    quotes = true;
    if (marker) takeIntroduction(kept, line, marker);
    else if (quotesFields(lines, index)) dropOwnAddress(kept);
    const within = marker?.toEnd === true && quoted.test(line) && quoted.test(lines[marker.after] ?? '');
    const after = quoteEnd(lines, marker && !within ? marker.after : index) ?? (marker ? undefined : index + 1);
    if (after === undefined) return end();
    parts.push(kept);
    kept = [];
    index = after;
  }
  return end();
}

/** Takes from what stands above a marker what belongs to it, and adds what precedes it in its line. */
function takeIntroduction(kept: string[], line: string, marker: QuoteMarker): void {
  if (addressAlone.test(line) && endsWithName(kept)) kept.pop();
  if (marker.toEnd) dropOwnAddress(kept);
  else if (beginsParagraph(kept) && isBrokenOff(kept.at(-1) ?? '', line)) kept.pop();
  if (marker.before.trim() !== '') kept.push(marker.before);
}

const isWritten = (lines: readonly string[]): boolean => lastWritten(lines) >= 0;

/** The first thing quoted is the block of fields of an older mail. */
function quotesFields(lines: readonly string[], start: number): boolean {
  const first = lines.slice(start, start + 3).findIndex((line) => /[^\s>]/.test(line));
  return first >= 0 && quoteMarkerAt(lines, start + first)?.toEnd === true;
}

/** Foxmail ends what is written by the writer's address under a line, where nothing else is set. */
function dropOwnAddress(kept: string[]): void {
  const last = lastWritten(kept);
  if (last > 0 && /^\s*[^\s<>@]{1,64}@[^\s<>@]{1,255}\s*$/.test(kept[last] ?? '')) kept.length = last;
}

const beginsParagraph = (kept: readonly string[]): boolean => (kept.at(-2) ?? '').trim() === '';

/** Its last line is a paragraph of its own, as short as a name, below something that was written. */
function endsWithName(kept: readonly string[]): boolean {
  const [above, last] = kept.slice(-2);
  return kept.length > 2 && above?.trim() === '' && /^.{1,40}$/.test(last ?? '') && !/[.!?,;:]\s*$/.test(last ?? '');
}

/**
 * Two lines with `>`, or one as the last of the text, or from there on nothing but several such lines with blank ones between: a single one in between may be the
 * sender's own sign. Not where a quotation stands above (`quotes`): there it is a line that is answered.
 */
function startsQuote(
  lines: readonly string[],
  index: number,
  { quotes, comparedUntil, ...outline }: Outline & { quotes: boolean; comparedUntil: number },
): boolean {
  const { lastOwn } = outline;
  if (!quoted.test(lines[index] ?? '')) return false;
  if (!quotes && (index < comparedUntil || isShown(lines, index, outline))) return false;
  if (quotes || quoted.test(lines[index + 1] ?? '')) return true;
  if (index <= Math.max(0, lastOwn) || (lines[index - 1] ?? '').trim() !== '') return false;
  return index === lastWritten(lines) || lines.slice(index).filter((line) => quoted.test(line)).length >= fewestParted;
}

/**
 * Whoever writes `>100 pieces` means more than a hundred: all lines up to the next without the sign have a number right behind it. Where they end; `start`
 * where one has none.
 */
function comparedEnd(lines: readonly string[], start: number): number {
  let end = start;
  for (; quoted.test(lines[end] ?? ''); end += 1) if (!moreThan.test(lines[end] ?? '')) return start;
  return end;
}

/**
 * Whoever shows what a screen or a manual says puts a colon above it and goes on below, in sentences: nothing else has such a sign. The line above says
 * nothing of who wrote, when or from where, and greets nobody.
 */
function isShown(lines: readonly string[], index: number, outline: Outline): boolean {
  let start = index;
  while (start > 0 && index - start <= mostShown && quoted.test(lines[start - 1] ?? '')) start -= 1;
  let end = index;
  while (end - start <= mostShown && quoted.test(lines[end] ?? '')) end += 1;
  if (end - start > mostShown || outline.lastOwn < end) return false;
  const above = (lines[start - 1] ?? '').trim() === '' ? (lines[start - 2] ?? '') : (lines[start - 1] ?? '');
  return (
    above.length <= longestShowing &&
    showing.test(above) &&
    !tellsOfWriting(above) &&
    outline.firstQuoted >= start &&
    outline.lastQuoted < end &&
    outline.lastSentence >= end
  );
}

/** It begins with a quoted line, and below an answer there are more. */
function opensQuoted(lines: readonly string[]): boolean {
  const first = lines.findIndex((line) => line.trim() !== '');
  const answer = lines.findIndex((line, index) => index > first && line.trim() !== '' && !quoted.test(line));
  return (
    quoted.test(lines[first] ?? '') &&
    comparedEnd(lines, first) === first &&
    answer > 0 &&
    lines.slice(answer).some((line) => quoted.test(line))
  );
}

function lastWritten(lines: readonly string[]): number {
  return lines.findLastIndex((line) => line.trim() !== '');
}

/** The first line behind a block of quoted lines; undefined when there is no such block, so that all the rest is quotation. */
function quoteEnd(lines: readonly string[], start: number): number | undefined {
  let index = start;
  while (index < lines.length && (lines[index] ?? '').trim() === '') index += 1;
  const sign = quoteSigns.find((pattern) => pattern.test(lines[index] ?? ''));
  if (!sign) return undefined;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const broken = (): boolean => isBrokenLink(line) || isRestOf(lines[index - 1] ?? '', line);
    if (!sign.test(line) && !(sign.test(lines[index + 1] ?? '') && broken())) break;
    index += 1;
  }
  return index;
}

/** A link that the sender's program broke off a quoted line: one word, with or without the sign that ends a link in the text of HTML. */
function isBrokenLink(line: string): boolean {
  const bare = line.trim();
  const word = bare.endsWith('>') ? bare.slice(0, -1).trimEnd() : bare;
  return /:\/\/|[=)]/.test(word) && !/\s/.test(word);
}

/** `line` is what a relay broke off `above`, a quoted line that was too long for it: in the middle of a sentence. An answer of one word is none. */
function isRestOf(above: string, line: string): boolean {
  const [first = '', ...others] = line.split(' ', 3);
  return (
    quoted.test(above) &&
    above.length >= shortestBroken &&
    above.length + first.length >= brokenAt &&
    /[\p{L},]$/u.test(above) &&
    /^\p{Ll}/u.test(first) &&
    others.length > 0 &&
    !answer.test(line)
  );
}
