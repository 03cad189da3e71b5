/** Takes identifiers out of any text, in the spellings in which people and programs write them. */
import { normaliseEmail } from './email-address.ts';
import { normaliseIdentifier } from './identity/normal/identifier.ts';

export interface HiddenValue {
  readonly kind: string;
  /** In normal form. */
  readonly value: string;
  /** What is shown in its place. */
  readonly instead: string;
  /** Of a phone number: the country's digits, and those after them. */
  readonly callingCode?: string | undefined;
  readonly national?: string | undefined;
}

/** Bounded, so that a long text without blanks costs no more than its length. */
const addresses = /[^\s<>()[\]{}",;:\\|]{1,80}(?:@|%40|&#64;|&commat;)[^\s<>()[\]{}",;:\\|/?&=]{1,255}/giu;
const at = /@|%40|&#64;|&commat;/i;
const digitRuns = /\d(?:(?:[\s().\u00a0\u2009\u202f\u2010-\u2015/-]|%20|&nbsp;){0,3}\d){5,}/gu;
/** Ids of accounts and programs as they stand in a sentence. */
const words = /[\p{L}\p{N}](?:[\p{L}\p{N}._+-]{2,98}[\p{L}\p{N}])/gu;
/** Shorter ids are too common among other words; as the whole of a value they are hidden from this length on. */
const shortestInText = 4;
const shortestAlone = 3;
/** A number without its country is told from other numbers by its length. */
const shortestNational = 9;

/** What of a text could be an identifier, in normal form: by these it is looked up whose it is. */
export function possibleIdentifiers(text: string, region: string): string[] {
  const mails = [...text.matchAll(addresses)].flatMap(([token]) => addressesIn(token).map(({ value }) => value));
  const phones = [...text.matchAll(digitRuns)].flatMap((run) => {
    const from = Math.max(0, run.index - 1);
    const signed = text.slice(from, run.index + run[0].length).replaceAll('%20', ' ');
    // Lines and cells of a table may each begin or end with other digits.
    const apart = /[\t\n]/.test(signed) ? signed.split(/[\t\n]/) : [];
    return [signed, run[0], ...apart].flatMap((one) => normaliseIdentifier('phone', one.trim(), region)?.value ?? []);
  });
  const ids = [...text.matchAll(words)].map(([word]) => word).filter((word) => /\d/.test(word) || word === text);
  return [...mails, ...phones, ...ids, ...(text.length <= 200 ? [text] : [])];
}

interface FoundAddress {
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/** The addresses that a token may be: what stands before or after one without a blank is none of it. */
function addressesIn(token: string): FoundAddress[] {
  const sign = at.exec(token);
  if (!sign) return [];
  const starts = [0, ...[...token.slice(0, sign.index).matchAll(/[=/?&'*_`#~]/g)].map(({ index }) => index + 1)];
  const trimmed = token.replace(/[.!?'*_`~-]+$/u, '');
  const ends = [...new Set([trimmed.length, token.length])];
  return starts.flatMap((from) =>
    ends.flatMap((to) => {
      const local = token.slice(from, sign.index).replaceAll(/%2b/gi, '+');
      const value = normaliseEmail(`${local}@${token.slice(sign.index + sign[0].length, to)}`);
      return value === null ? [] : [{ value, from, to }];
    }),
  );
}

/** A function that replaces all of these wherever they stand in a text. */
export function createHider(hidden: readonly HiddenValue[]): (text: string) => string {
  const whole = new Map(hidden.filter(({ value }) => value.length >= shortestAlone).map((one) => [one.value, one]));
  const mails = new Map(hidden.filter(({ kind }) => kind === 'email').map(({ value, instead }) => [value, instead]));
  const numbers = new Map(hidden.flatMap(digitsOf));
  const lengths = [...new Set([...numbers.keys()].map((digits) => digits.length))].toSorted((a, b) => b - a);
  const ids = hidden
    .filter(({ kind, value }) => kind !== 'email' && kind !== 'phone' && value.length >= shortestInText)
    .map(({ value, instead }) => ({
      lower: value.toLowerCase(),
      pattern: new RegExp(String.raw`(?<![\w.+-])${RegExp.escape(value)}(?![\w-])`, 'giu'),
      instead,
    }));
  return (text) => {
    const alone = whole.get(text)?.instead;
    if (alone !== undefined) return alone;
    const withoutMails = mails.size === 0 ? text : text.replaceAll(addresses, (token) => withoutAddress(token, mails));
    const withoutNumbers = numbers.size === 0 ? withoutMails : hideNumbers(withoutMails, numbers, lengths);
    const lower = ids.length === 0 ? '' : withoutNumbers.toLowerCase();
    return ids.reduce(
      (shown, id) => (lower.includes(id.lower) ? shown.replaceAll(id.pattern, () => id.instead) : shown),
      withoutNumbers,
    );
  };
}

function withoutAddress(token: string, mails: ReadonlyMap<string, string>): string {
  const found = addressesIn(token).find(({ value }) => mails.has(value));
  return found ? token.slice(0, found.from) + (mails.get(found.value) ?? '') + token.slice(found.to) : token;
}

function digitsOf({ kind, value, instead, callingCode, national }: HiddenValue): [string, string][] {
  if (kind !== 'phone') return [];
  const digits = value.replaceAll(/\D/g, '');
  if (digits.length < 6) return [];
  const spellings = [digits, `00${digits}`];
  if (national !== undefined && callingCode !== undefined) spellings.push(`${callingCode}0${national}`);
  if (national !== undefined && national.length >= shortestNational) spellings.push(national, `0${national}`);
  return spellings.map((one) => [one, instead]);
}

/** Digits with whatever people put between them; never a part of a longer row of digits. */
function hideNumbers(text: string, numbers: ReadonlyMap<string, string>, lengths: readonly number[]): string {
  return text.replaceAll(digitRuns, (run: string, start: number) => {
    const places = [...run.matchAll(/%20|\d/g)].filter(([sign]) => sign !== '%20').map(({ index }) => index);
    const digits = places.map((place) => run[place]).join('');
    const touches = (place: number) => /\d/.test(text[start + place] ?? '');
    let shown = '';
    let kept = 0;
    for (let first = 0; first < places.length; first += 1) {
      const from = places[first] ?? 0;
      if (from < kept || (touches(from - 1) && !text.slice(0, start + from).endsWith('%20'))) continue;
      const length = lengths.find((one) => {
        const last = places[first + one - 1];
        return last !== undefined && !touches(last + 1) && numbers.has(digits.slice(first, first + one));
      });
      if (length === undefined) continue;
      const instead = numbers.get(digits.slice(first, first + length)) ?? '';
      // The sign may stand in the text already, before the digits.
      const isSigned = instead.startsWith('+') && text[start + from - 1] === '+';
      shown += run.slice(kept, from) + (isSigned ? instead.slice(1) : instead);
      kept = (places[first + length - 1] ?? 0) + 1;
    }
    return shown + run.slice(kept);
  });
}
