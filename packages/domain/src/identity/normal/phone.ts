/** Telephone numbers in E.164 (ITU-T E.164), by the numbering plans of libphonenumber. */
import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type PhoneNumber as Parsed,
} from 'libphonenumber-js';
import { foldText } from './text.ts';

export interface PhoneNumber {
  /** `+` and digits. */
  e164: string;
  /** The number inside the house behind the switchboard. Two extensions of one number are two people. */
  extension: string | null;
}

/** A number with letters is a word or a name, unless the letters announce an extension. */
const NUMBER = /^\+?[\d\s()./-]{3,}$/u;

/** How an extension is announced in the languages at hand, folded. */
const EXTENSION_WORDS = (
  'extension extn ext x durchwahl dw apparat app nebenstelle poste interno interior int anexo ramal toestel tst anknytning ankn lokalnummer lokal ' +
  'wewnetrzny wewn wew w klapka linka mellek dahili добавочныи доб внутреннии вн 转 轉 转接 轉接 分机 分機 内线 内線 內線 내선 구내 داخلي'
)
  .split(' ')
  .toSorted((a, b) => b.length - a.length);
/** A comma or hash may as well stand between two numbers, so what follows has to be short. */
const EXTENSION = new RegExp(
  `^(.+?)[\\s(]*(?:(?:;ext=|(?:,\\s*)?(?:${EXTENSION_WORDS.join('|')})\\.?)[\\s.:]*(\\d{1,9})|(?:,{1,2}|#)\\s*(\\d{1,6}))[#)\\s]*$`,
  'u',
);
/** China writes the extension behind a hyphen: 021-66667777-801. */
const HYPHENED = /^(.*\d{7,8})-(\d{1,5})$/u;
/** Digits of other scripts, by their zero. */
const ZEROS = [0x660, 0x6f0, 0x966];
const FOREIGN_DIGIT = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/gu;

const digitOf = (character: string) => {
  const code = character.codePointAt(0) ?? 0;
  return String(code - (ZEROS.findLast((zero) => zero <= code) ?? 0));
};

/** A number that is read as another one, once more written, is none that a country gives out. */
const isItself = (e164: string) => parsePhoneNumberFromString(e164)?.number === e164;

function readNumber(text: string, region: CountryCode | undefined): Parsed | null {
  if (!NUMBER.test(text)) return null;
  // Mexico's mobile 1, which messengers keep.
  const international = text.replace(/^00[\s-]*(?=[1-9])/, '+').replace(/^\+52[\s-]?1(?=(?:[\s-]?\d){10}$)/, '+52');
  const readings = [...new Set([text, international])]
    .map((form) => parsePhoneNumberFromString(form, region))
    .filter((found) => found?.isPossible() && (found.isValid() || isItself(found.number)));
  // What a region dials before a country's code may begin with 00 itself: 0011 in Australia, 001 in Korea.
  return readings.find((found) => found?.isValid()) ?? readings.at(-1) ?? null;
}

/** The number and what is announced behind it. */
function withExtension(text: string, region: CountryCode | undefined): PhoneNumber | null {
  const said = NUMBER.test(text) ? null : EXTENSION.exec(text);
  const [, before = text, announced = null, short = null] = said ?? [];
  const whole = readNumber(before, region);
  if (whole) return { e164: whole.number, extension: announced ?? short };
  const [, main = '', extension = null] = said ? [] : (HYPHENED.exec(text) ?? []);
  const number = readNumber(main, region);
  return number?.country === 'CN' ? { e164: number.number, extension } : null;
}

/**
 * The number in E.164 with its extension apart. A number without `+` or `00` is read as one of `defaultRegion` (ISO 3166-1
 * alpha-2). Null when no country could have given it out.
 */
export function normalisePhone(raw: string, defaultRegion?: string): PhoneNumber | null {
  const region = defaultRegion?.toUpperCase();
  const text = foldText(raw.replaceAll(/\p{Cf}/gu, ''))
    .replaceAll(FOREIGN_DIGIT, digitOf)
    .replaceAll(/\p{Pd}/gu, '-')
    .replace(/^tel:/, '')
    // (+49) 30 …
    .replace(/^\(\+(\d+)\)/, '+$1 ');
  return withExtension(text, region !== undefined && isSupportedCountry(region) ? region : undefined);
}

/** RFC 3966 without the scheme: `+4930123456;ext=12`. Normalising it gives the same number. */
export function formatPhone({ e164, extension }: PhoneNumber): string {
  return extension === null ? e164 : `${e164};ext=${extension}`;
}

/** Country calling code and national number of a number in E.164; null when it is none. */
export function phoneParts(e164: string): { callingCode: string; national: string } | null {
  const parsed = parsePhoneNumberFromString(e164);
  return parsed ? { callingCode: parsed.countryCallingCode, national: parsed.nationalNumber } : null;
}
