/** Who a carrier's `From` or `To` names. */
import { type ContactIdentifier, HubError } from '@patchbay/contracts';
import { normaliseIdentifier } from '@patchbay/domain';

/**
 * What carriers put in place of a withheld number: words spelled on a phone's keypad
 * (twilio.com/docs/voice, "caller ID is blocked"). They name nobody: two of them are not the same person.
 */
const withheldWords = ['anonymous', 'restricted', 'blocked', 'unknown', 'unavailable', 'private'];
const keypad = ['', '', 'abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];
const onKeypad = (word: string) =>
  '+' +
  word
    .split('')
    .map((letter) => keypad.findIndex((key) => key.includes(letter)))
    .join('');
const withheld = new Set([...withheldWords, ...withheldWords.map(onKeypad), '']);

/** Short codes and numbers without a country (digits only), sender names, and addresses of other networks (`whatsapp:…`, `sip:…`). */
const otherSender = /^(?:\d{3,15}|[a-z]+:\S{1,250}|(?!\+)(?=.*\p{L})[\p{L}\p{N} &+._-]{1,20})$/u;

/** The number in E.164, or null when it is not one that any country could have given out. */
export function toE164(value: string): string | null {
  const number = value.trim();
  // No network vouches for an extension.
  return /^\+[\d\s().-]+$/.test(number) ? (normaliseIdentifier('phone', number)?.value ?? null) : null;
}

/** True when the caller hid the number. */
export function isWithheld(value: string): boolean {
  return withheld.has(value.trim().toLowerCase());
}

/** A name in place of a number: the sender's own choice (GSM 03.40, 9.1.2.5), which no network vouches for and any number of senders may use. */
const senderName = /^(?!(?:whatsapp|messenger|rcs|sip|client):)(?!\d+$)/;

/**
 * The identifier of a sender. Only a full international number is a `phone`; anything else that a network delivers is
 * kept as it came, as `external`, and a name is only claimed. Throws `invalid_input` for what can be neither.
 */
export function senderIdentifier(value: string): ContactIdentifier {
  const phone = toE164(value);
  if (phone !== null) return { kind: 'phone', value: phone, grade: 'known' };
  const other = value.trim();
  if (!otherSender.test(other))
    throw new HubError('invalid_input', 'From: not a phone number, short code or sender name');
  return { kind: 'external', value: other, grade: senderName.test(other) ? 'claimed' : 'known' };
}

/** The centre's own number as a channel account: E.164 where it is a number, otherwise as it came (a short code). */
export function accountOf(value: string): string {
  return toE164(value) ?? value.trim();
}
