/** Whether others who read a mail find the author in it who is found here: a host that has checked a mail has checked the author whom it has read. */
import { normaliseEmail } from '@patchbay/domain';
import { cleanLine } from '../clean-text.ts';

const longestHead = 262_144;
/** Characters of a From. */
const longestField = 10_000;
const writtenAddress = /(?:"[^"]{1,64}"|[^\s<>",;:()]{1,64})@(?:\[[^\s\]]{1,64}\]|[^\s<>",;:()]{1,255})/g;

/**
 * False for a head that had to be mended, or that holds what some end a line or a text at. Lines that end with LF alone change nothing: programs
 * that keep mail write it so, and who checks signatures reads them as CRLF.
 *
 * @param raw as it came
 * @param mended as it is read
 */
export function isReadAlike(raw: Buffer, mended: Buffer): boolean {
  const head = raw.subarray(0, headLength(raw.subarray(0, longestHead)));
  return !hasLoneReturn(head) && !head.includes(0) && mended.subarray(0, head.length).equals(head);
}

/** Up to the end of the first empty line; all where there is none. */
function headLength(start: Buffer): number {
  for (let at = start.indexOf(10); at >= 0; at = start.indexOf(10, at + 1)) {
    const next = start[at + 1] === 13 ? at + 2 : at + 1;
    if (start[next] === 10) return next + 1;
  }
  return start.length;
}

/** A lone CR, where more of the line follows: some take it for a line's end, some for a character. */
function hasLoneReturn(head: Buffer): boolean {
  for (let at = head.indexOf(13); at >= 0; at = head.indexOf(13, at + 1))
    if (head[at + 1] !== 13 && head[at + 1] !== 10) return true;
  return false;
}

/** The address stands in From as it is taken: not in an encoded word, not in pieces, with nothing in it that is left out. */
export function isWrittenOut(from: string, address: string): boolean {
  const author = normaliseEmail(cleanLine(address));
  return [...from.slice(0, longestField).matchAll(writtenAddress)].some(([one]) => normaliseEmail(one) === author);
}
