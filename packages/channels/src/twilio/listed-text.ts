/** Whether a text on Twilio's list is one that was handed to it: it is not always listed sign by sign as it left. */

/** Handed over and listed text are one; in falling order of how sure that is. */
export const sameness: readonly ((text: string, body: string) => boolean)[] = [
  (text, body) => body === text,
  (text, body) => inPlainSigns(body) === inPlainSigns(text),
  (text, body) => hasWhole(inPlainSigns(body), inPlainSigns(text)),
];

/**
 * The listed text may be the one that was handed over, or has it in it. Of both only the letters and digits count, since Smart Encoding
 * (twilio.com/docs/messaging/services#smart-encoding) writes other signs for many. A text without any can be told from no other, and neither
 * can one whose words are not listed, as Message Redaction has it (twilio.com/docs/messaging/guides/privacy-message-redaction).
 */
export function mayBe(text: string, body: string): boolean {
  const [handed, shown] = [words(text), words(body)];
  if (shown === '' || shown === 'REDACTED') return true;
  return shown.includes(handed) || (body.length >= segmentLength && handed.startsWith(shown));
}

/** Of the shortest segment of a long text (UCS-2); what is shorter is hardly the beginning of one that was cut off. */
const segmentLength = 67;

const words = (text: string): string => text.normalize('NFKD').replaceAll(/[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}\p{N}]/gu, '');

/** As typed on a plain keyboard, with single blanks, and none at the ends of the text and its lines. */
function inPlainSigns(text: string): string {
  return text
    .replaceAll(/[‘’‚‛ʻʼ`´′]/g, "'")
    .replaceAll(/[“”„‟«»″]/g, '"')
    .replaceAll(/\p{Pd}/gu, '-')
    .normalize('NFKC')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim();
}

/** Words that are put around a text stand on lines of their own, or are set apart by a dash, a colon, a bar or a bracket. */
const setBefore = /(?:^|[-–—:|\])>]\s*|\n\s*)$/;
const setAfter = /^(?:$|\s*[-–—|[(<]|\s*\n)/;

/** A message of files alone has no text by which it could be told. */
function hasWhole(body: string, text: string): boolean {
  const at = body.indexOf(text);
  return text !== '' && at >= 0 && setBefore.test(body.slice(0, at)) && setAfter.test(body.slice(at + text.length));
}
