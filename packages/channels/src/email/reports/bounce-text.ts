/**
 * Bounces that are written for people: which recipients they name, and what they say of each. The shapes are those of qmail, Exim, Postfix,
 * Sendmail, Exchange, Notes and mobile carriers, read as: an address at the start of a line, in angle brackets, or behind
 * a word that announces it.
 */
import { isMailAddress } from '../addresses.ts';

const mostText = 32_768;
const mostRecipients = 100;

/** Here the report ends and the mail that came back begins: behind a row of signs, or by itself. */
const copyBehindSigns =
  /^(this is a copy|original (message|mail)|returned (message|mail)|(message|mail) (header|text|as|follows)|below this line|included is|undelivered message|unsent message|the (header|body|attached|original)|header|begin|enclosed|copy)/i;
const copyBegins = new RegExp(
  `^(${[
    'below this line is a copy',
    'original message (follows|headers?|text)',
    'the (original )?message (follows|header)',
    'unsent message (follows|below)',
    'received: (from|by)\\b',
    'return-path:',
    '\\[message header',
    '(here|included|below|attached|enclosed|this|following) is (an? |the )?(copy|headers?|first|beginning|original|part|top)\\b',
    '(the |a )?copy of (the|your) (original )?(message|mail|e-?mail)\\b',
    '(the |your )?(original |old |returned |unsent |undelivered |rejected )?(message|e-?mail|mail) (headers? |text |body |contents? )?(follows?|reads)\\b',
    '(the )?(headers?|first \\d{1,3} lines|top \\d{1,3} lines|beginning)( and .{1,30})? of (the|your)( original)? (message|e-?mail|mail)\\b',
    '(old|original|returned) (message|mail): *$',
  ].join('|')})`,
  'i',
);
const longestMark = 400;

function beginsCopy(line: string): boolean {
  if (line.length > longestMark) return false;
  const signs = /^[\s>*=_-]*/.exec(line)?.[0] ?? '';
  const words = line.slice(signs.length);
  return copyBegins.test(words) || (/[-=_*]{2}/.test(signs) && copyBehindSigns.test(words));
}

// Bounded as addresses are, so that a text without any takes linear time.
// Ideographic and full-width signs end an address, too (RFC 6532 would let them stand in one).
const ends = String.raw`\s<>()[\]:;,"'@\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201f`;
const address = `[^${ends}]{1,64}@[^${ends}]{1,255}`;
const leading = new RegExp(
  String.raw`^[\s>*+•-]*(?:\d{1,3}[.)]\s{1,9})?(?:mailto:)?(?:[^<>\n]{0,80}<(${address})>|(${address}))[\s.]*(?:$|[:;,(\[]|\.\.\.|\s-|\s+(?:\(|\[|\d{3}\b|on\s)|\t|\s{2})`,
  'i',
);
/** Between a word that announces an address and the address. */
const upTo = String.raw`(?:\s{0,20}[:=]{1,3}\s{0,20}|\s{1,20}|(?=["'<\[(]))(?:the following (?:recipients?|address(?:es)?):?\s{0,20})?["'<\[(]{0,5}(?:(?:mailto|smtp|rfc822)[:;=]\s?)?`;
const announced = new RegExp(
  String.raw`(?:\b(?:rcpt to|destinat[oi] all'utente|indirizzat[oi] ad?|could not be delivered to|not (?:be )?delivered to|wasn'?t delivered to|undeliverable to|unable to deliver(?: (?:to|message to|mail to))?|deliver(?:y|ed)?(?: your message)? (?:to|for)|recipients?|(?:failed|invalid|unknown|intended|final|e-?mail|receiver|destination) (?:address(?:es)?|recipients?|user|receiver)|user|mailbox|(?:sent|send|addressed) to|(?:generated|expanded) from|addressee|address(?:es)?|dda:smtp|error-for)${upTo}|(?:宛先|送信先|收件人)\s{0,20}[:=\uff1a]{0,3}\s{0,20}["'<\[(]{0,5})(${address})`,
  'gim',
);
/** A list in the form of fields: each names one. */
const field = new RegExp(
  String.raw`^[\s>*-]{0,40}(?:(?:failed|invalid|unknown|intended|undeliverable|bad) )?(?:recipients?|address(?:ee)?|recipient address|error-for)\s{0,20}[:=]\s{0,20}["'<\[(]{0,5}(?:(?:mailto|smtp|rfc822)[:;=]\s?)?(${address})`,
  'i',
);
/** Whom the mail was for at first, beside where it went on to. */
const origin = new RegExp(
  String.raw`(?:\((?:ultimately )?(?:generated|expanded) from:?|\boriginal(?:ly)? (?:address|recipient|addressed to|sent to):?|\bwas addressed to)\s{1,20}["'<]{0,3}(${address})`,
  'i',
);
const addressed = new RegExp(String.raw`^[ \t]{0,40}to\s{0,20}:\s{0,20}["'<]{0,3}(${address})`, 'gim');
const anywhere = new RegExp(address, 'g');
/** Fields of the mail that came back, which some systems quote in their report. */
const quotedField =
  /^[\s>]*(message-id|in-reply-to|references|from|reply-to|sender|return-path|x-[\w-]{1,40}|received)\s?:/i;

/** Words before an address at which somebody helps, or from which the mail came. */
const notFailed =
  /(\b(contact|write to|assistance|questions?|help|ask|notify|sender|from( your)?|by|hello|hi|dear|sorry|reply to|report (this|it|problems?) to|problem report to)|\bpostmaster( at)?|(?<!\b(mail ?box|account|address)[ -])\b(owner|moderator|administrator)s?)[\s:<"'([]{0,10}$/i;

export interface Named {
  readonly recipient: string;
  /** Whom we wrote to, where it went on from there. */
  readonly original?: string;
  /** The lines about this one. */
  readonly diagnostic: string;
}

/** The part of the text that is the report. */
export function reportText(text: string): string {
  const lines = linesOf(text);
  const copy = copyAt(lines);
  return (copy < 0 ? lines : lines.slice(0, copy)).join('\n');
}

/** Below the report begins a copy of the mail that came back. */
export const holdsCopy = (text: string): boolean => copyAt(linesOf(text)) > 0;

const linesOf = (text: string): string[] => text.slice(0, mostText).split('\n');
const copyAt = (lines: readonly string[]): number => lines.findIndex((line, index) => index > 0 && beginsCopy(line));

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
  const name = (recipient: string, diagnostic: string) => {
    const original = trimmed(origin.exec(diagnostic)?.[1] ?? '');
    found.set(recipient.toLowerCase(), { recipient, diagnostic, ...(isMailAddress(original) && { original }) });
  };
  for (const shape of [leading, field]) {
    for (const [index, line] of lines.entries()) {
      const match = line.length > 1000 || quotedField.test(line) ? null : shape.exec(line);
      const written = match?.[1] ?? match?.[2];
      const recipient = written === undefined || helps(lines, index, written) ? undefined : usable(written);
      if (recipient && found.size < mostRecipients) name(recipient, linesAbout(lines, index));
      if (recipient)
        for (const other of besides(line)) if (usable(other)) name(trimmed(other), linesAbout(lines, index));
    }
    if (found.size > 0) return [...found.values()];
  }
  for (const shape of [announced, addressed, anywhere]) {
    const first = [...report.matchAll(shape)]
      .map((match) =>
        shape === anywhere && notFailed.test(report.slice(Math.max(0, match.index - 40), match.index))
          ? undefined
          : usable(match[1] ?? match[0]),
      )
      .find(Boolean);
    if (first) return [{ recipient: first, diagnostic: '' }];
  }
  return [];
}

/** Above names that stand without their domain: those of the system that wrote the report. */
const announcesNames =
  /\b(?:recipients?|users?|mailbox(?:es)?|address(?:es)?|screen names?)\b[^\n]{0,160}:[ \t]*\n((?:[ \t]{1,20}[\w.+-]{1,64}[ \t]*(?:\n|$)){1,100})/i;

/** Recipients that are named by their local part alone, as AOL did. */
export function namesWithoutDomain(report: string): string[] {
  const names = announcesNames.exec(report)?.[1] ?? '';
  return names.split('\n').flatMap((line) => line.trim() || []);
}

/** Whoever helps stands also alone on a line, below the words for it. Of whom it failed for a server's answer stands below. */
const helpsBelow = /\b(owner|moderator|administrator)s?( at)?:?\s*$/i;
const linesAbove = 3;
const answered = /(?:^|\s)[45][0-5]\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b/;

function helps(lines: readonly string[], index: number, written: string): boolean {
  const line = lines[index] ?? '';
  if (notFailed.test(line.slice(0, line.indexOf(written)))) return true;
  const above = lines.slice(Math.max(0, index - linesAbove), index).join(' ');
  return helpsBelow.test(above.trimEnd().slice(-40)) && !answered.test(linesAbout(lines, index));
}

/** Chinese and Japanese put no space between an address and the words around it. */
const amongIdeographs =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]*([!-~]+@[a-z0-9.-]+\.[a-z]{2,24})[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]*/iu;

function trimmed(text: string): string {
  const bare = text.replace(/^[<"'([]+/, '').replace(/[>"')\].,;:!]+$/, '');
  return amongIdeographs.exec(bare)?.[1] ?? bare;
}

/** The line itself and those below it, to the next blank line or address. */
function linesAbout(lines: readonly string[], start: number): string {
  const about = [lines[start] ?? ''];
  const own = addressAtStart(lines[start] ?? '');
  const beginsAnother = (line: string) => {
    const other = addressAtStart(line);
    return other !== undefined && other !== own;
  };
  const above = lines[start - 1] ?? '';
  const inList = alone(lines[start] ?? '') && alone(above);
  for (let index = start + 1; index < Math.min(start + 15, lines.length); index += 1) {
    const line = lines[index] ?? '';
    if (beginsAnother(line) && !/^\s*(<<<|>>>|\d{3}[ :-])/.test(line)) break;
    if (line.trim() === '' && (about.length > 1 || inList)) break;
    about.push(line);
  }
  return about.join('\n').trim();
}

const addressAtStart = (line: string): string | undefined => {
  const match = leading.exec(line);
  return match === null ? undefined : trimmed(match[1] ?? match[2] ?? '').toLowerCase();
};
/** The others of several in one line, where nothing else stands. */
function besides(line: string): string[] {
  const words = line
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
    .slice(0, mostRecipients);
  return words.length > 1 && words.every((word) => isMailAddress(trimmed(word))) ? words.slice(1) : [];
}
/** Nothing else stands there, but for the sign of a list. */
const alone = (line: string): boolean => isMailAddress(trimmed(line.trim().replace(/^[*•+-]\s+/, '')));
