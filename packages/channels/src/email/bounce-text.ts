/**
 * Bounces that are written for people: which recipients they name, and what they say of each. The shapes are those of qmail, Exim, Postfix,
 * Sendmail, Exchange, Notes and mobile carriers, read as: an address at the start of a line, in angle brackets, or behind
 * a word that announces it.
 */
import { isMailAddress } from './addresses.ts';

const mostText = 32_768;
const mostRecipients = 100;

/** Here the report ends and the mail that came back begins: behind a row of signs, or by itself. */
const copyBehindSigns =
  /^(this is a copy|original (message|mail)|returned (message|mail)|(message|mail) (header|text|as|follows)|below this line|included is|undelivered message|unsent message|the (header|body|attached|original)|header|begin|enclosed|copy)/i;
const copyBegins =
  /^(below this line is a copy|original message (follows|header|text)|the (original )?message (follows|header)|unsent message (follows|below)|received: (from|by)\b|return-path:|\[message header)/i;
const longestMark = 400;

function beginsCopy(line: string): boolean {
  if (line.length > longestMark) return false;
  const signs = /^[\s>*=_-]*/.exec(line)?.[0] ?? '';
  const words = line.slice(signs.length);
  return copyBegins.test(words) || (/[-=_*]{2}/.test(signs) && copyBehindSigns.test(words));
}

// Bounded as addresses are, so that a text without any takes linear time.
const address = String.raw`[^\s<>()[\]:;,"'@]{1,64}@[^\s<>()[\]:;,"'@]{1,255}`;
const leading = new RegExp(
  String.raw`^[\s>*+•-]*(?:mailto:)?(?:[^<>\n]{0,80}<(${address})>|(${address}))[\s.]*(?:$|[:;,(\[]|\.\.\.|\s-|\s+(?:\(|\[|\d{3}\b))`,
  'i',
);
const announced = new RegExp(
  String.raw`(?:rcpt to:|could not be delivered to|not (?:be )?delivered to|wasn'?t delivered to|undeliverable to|unable to deliver(?: (?:to|message to|mail to))?|deliver(?:y|ed)?(?: your message)? (?:to|for)|recipients?|(?:failed|invalid|unknown|intended|final|e-?mail|receiver|destination) (?:address(?:es)?|recipients?|user|receiver)|user|mailbox|(?:sent|send) to|addressee|^[ \t]{0,40}to|address(?:es)?|宛先|送信先|收件人)\s{0,20}[:=]{0,3}\s{0,20}(?:the following (?:recipients?|address(?:es)?):?)?\s{0,20}["'<\[(]{0,5}(?:mailto:)?(${address})`,
  'gim',
);
const anywhere = new RegExp(address, 'g');
/** Fields of the mail that came back, which some systems quote in their report. */
const quotedField =
  /^[\s>]*(message-id|in-reply-to|references|from|reply-to|sender|return-path|x-[\w-]{1,40}|received)\s?:/i;

export interface Named {
  readonly recipient: string;
  /** The lines about this one. */
  readonly diagnostic: string;
}

/** The part of the text that is the report. */
export function reportText(text: string): string {
  const lines = text.slice(0, mostText).split('\n');
  const copy = lines.findIndex((line, index) => index > 0 && beginsCopy(line));
  return (copy < 0 ? lines : lines.slice(0, copy)).join('\n');
}

/** `ours`: addresses that the report itself is from or to; they failed nowhere. */
export function recipientsNamed(report: string, ours: ReadonlySet<string>): Named[] {
  const lines = report.split('\n');
  const found = new Map<string, Named>();
  const usable = (text: string | undefined) => {
    const clean = trimmed(text ?? '');
    return isMailAddress(clean) && !ours.has(clean.toLowerCase()) && !found.has(clean.toLowerCase())
      ? clean
      : undefined;
  };
  for (const [index, line] of lines.entries()) {
    const match = line.length > 1000 || quotedField.test(line) ? null : leading.exec(line);
    const recipient = usable(match?.[1] ?? match?.[2]);
    if (recipient && found.size < mostRecipients)
      found.set(recipient.toLowerCase(), { recipient, diagnostic: linesAbout(lines, index) });
  }
  if (found.size === 0) {
    const one = [...report.matchAll(announced)].map((match) => usable(match[1])).find(Boolean);
    const first = one ?? [...report.matchAll(anywhere)].map((match) => usable(match[0])).find(Boolean);
    if (first) found.set(first.toLowerCase(), { recipient: first, diagnostic: '' });
  }
  return [...found.values()];
}

function trimmed(text: string): string {
  return text.replace(/^[<"'([]+/, '').replace(/[>"')\].,;:!]+$/, '');
}

/** The line itself and those below it, to the next blank line or address. */
function linesAbout(lines: readonly string[], start: number): string {
  const about = [lines[start] ?? ''];
  for (let index = start + 1; index < Math.min(start + 15, lines.length); index += 1) {
    const line = lines[index] ?? '';
    if (leading.test(line) && !/^\s*(<<<|>>>|\d{3}[ :-])/.test(line)) break;
    if (line.trim() === '' && about.length > 1) break;
    about.push(line);
  }
  return about.join('\n').trim();
}
