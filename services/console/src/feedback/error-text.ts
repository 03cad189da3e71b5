/**
 * What went wrong, in the reader's language. The hub writes its errors in English; those with a fixed form are put into Chinese here.
 * What a provider, a server or a person said is not the hub's word: it stays as it was, within quotation marks.
 */
import { fixed, meanings, patterns } from './error-words.ts';

export function errorText(error: string, language: string | undefined): string {
  return language?.startsWith('zh') ? chinese(error, true) : english(error);
}

/** Those where the hub repeats somebody else after a colon. */
const repeats =
  /^(Twilio(?: \d+)?|The server refused the sign-in|The server refused a command|The server closed the connection|The address is marked|Not readable as mail): (.+)$/su;

function english(error: string): string {
  const [, said, words] = repeats.exec(error) ?? [];
  return said && words && !Object.hasOwn(meanings, words) ? `${said}: “${words}”` : error;
}

/** `foreign`: what is not known here is said to be in the original, for somebody else said it. */
function chinese(error: string, foreign: boolean): string {
  const whole = Object.hasOwn(fixed, error) ? fixed[error] : undefined;
  if (whole) return whole;
  for (const [pattern, say] of patterns) {
    const match = pattern.exec(error);
    if (match) return say((part) => chinese(part, false), ...match.slice(1));
  }
  return foreign && /\p{Script=Latin}/u.test(error) && !/\p{Script=Han}/u.test(error) ? `原文：“${error}”` : error;
}
