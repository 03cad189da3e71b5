/** A handful of keys for each record. Records that share one are worth comparing; SQL indexes them, so that candidates are never scanned for. */
import { normaliseDate } from './normal/date.ts';
import { addressTokens, normalisePostalCode } from './normal/address.ts';
import { emailHint } from './normal/email-hint.ts';
import { parsePersonName } from './normal/person-name.ts';
import { normalisePhone } from './normal/phone.ts';
import { normaliseAccountNumber } from './normal/reference.ts';
import { phoneticKey } from './normal/romanise.ts';
import { wordsOf } from './normal/text.ts';
import type { Reading } from './score/fields.ts';
import { FULL_NAME, type RawRecord } from './score/record.ts';

/** Digits of a telephone number that stay when it is written without its country or area. */
const PHONE_DIGITS = 8;
const SHORTEST_LOCAL_PART = 4;

interface Name {
  family: string;
  given: string;
}

function listOf(record: RawRecord, field: string): readonly string[] {
  const value = record[field];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function namesOf(record: RawRecord): Name[] {
  const whole = listOf(record, FULL_NAME)
    .map(parsePersonName)
    .map(({ family, given }) => ({ family: family.join(''), given: given.join('') }));
  const families = listOf(record, 'familyName');
  const givens = listOf(record, 'givenName');
  const parts = families.map((family, index) => ({
    family: wordsOf(family).join(''),
    given: wordsOf(givens[index] ?? givens[0] ?? '').join(''),
  }));
  return [...whole, ...parts].filter(({ family, given }) => family !== '' || given !== '');
}

/** Both names by sound, in one order: the same when they are swapped. */
function soundsOf({ family, given }: Name): string {
  const sounds = [phoneticKey(family, 'family'), phoneticKey(given, 'given').slice(0, 3)];
  return sounds.toSorted((a, b) => (a < b ? -1 : Number(a > b))).join('+');
}

function contactKeys(record: RawRecord, reading: Reading): string[] {
  const phones = listOf(record, 'phone').map(
    (raw) => normalisePhone(raw, reading.region)?.e164 ?? raw.replaceAll(/\D/g, ''),
  );
  const mails = listOf(record, 'email').flatMap((raw) => emailHint(raw) ?? []);
  return [
    ...phones.filter((digits) => digits.length >= PHONE_DIGITS).map((digits) => `phone:${digits.slice(-PHONE_DIGITS)}`),
    ...mails
      .filter(({ role, local }) => !role && local.length >= SHORTEST_LOCAL_PART)
      .map(({ local }) => `mail:${local}`),
    ...mails.filter(({ role }) => role).map(({ address }) => `mail:${address}`),
    ...listOf(record, 'accountNumber').flatMap((raw) => {
      const number = normaliseAccountNumber(raw);
      return number === null ? [] : [`account:${number}`];
    }),
  ];
}

function nameKeys(record: RawRecord, reading: Reading): string[] {
  const names = namesOf(record);
  const born = listOf(record, 'birthDate').flatMap((raw) => normaliseDate(raw, reading) ?? []);
  const codes = listOf(record, 'postalCode').flatMap((raw) => normalisePostalCode(raw) ?? []);
  const streets = listOf(record, 'street').map(addressTokens);
  const families = names.map(({ family }) => phoneticKey(family, 'family')).filter((sound) => sound !== '');
  return [
    ...born.map((date) => `born:${date}`),
    ...families.flatMap((sound) => born.map((date) => `name-year:${sound}:${date.slice(0, 4)}`)),
    ...families.flatMap((sound) => codes.map((code) => `name-code:${sound}:${code}`)),
    ...names.filter(({ family, given }) => family !== '' && given !== '').map((name) => `names:${soundsOf(name)}`),
    ...codes.flatMap((code) =>
      streets.flatMap(({ numbers, words }) =>
        numbers[0] === undefined ? [] : [`door:${code}:${numbers[0]}:${words[0]?.slice(0, 4) ?? ''}`],
      ),
    ),
  ];
}

/**
 * | key | what it catches |
 * | --- | --- |
 * | `phone` last eight digits | the same telephone, written with or without country and area, and its extensions |
 * | `mail` local part without dots and tag, or a role's whole address | the same mailbox, or the same person with another provider |
 * | `account` | a customer or account number in any grouping |
 * | `born` date of birth | whoever changed name, address and telephone |
 * | `name-year` family name by sound, year of birth | misspelled or transliterated names, wrong day or month, moved house |
 * | `name-code` family name by sound, postal code | no date of birth; households |
 * | `names` both names by sound, sorted | swapped names, Chinese and Western order, nothing else known |
 * | `door` postal code, house number, street | married names, households, colleagues |
 *
 * A key is stable: it depends on this record alone. Whoever looks keys up skips those with more records than he can compare.
 */
export function blockingKeys(record: RawRecord, reading: Reading = {}): string[] {
  return [...new Set([...contactKeys(record, reading), ...nameKeys(record, reading)])];
}
