/** Telephone numbers in E.164 (ITU-T E.164), by the numbering plans of libphonenumber. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import { foldText } from './text.ts';

export interface PhoneNumber {
  /** `+` and digits. */
  e164: string;
  /** The number inside the house behind the switchboard. Two extensions of one number are two people. */
  extension: string | null;
}

/** A number with letters is a word or a name, unless the letters announce an extension. */
const NUMBER = /^\+?[\d\s()./-]{3,}(?:(?:;ext=|,|#|x|ext\.?|extension|durchwahl|dw\.?|转|分机)[\s.:]*\d{1,9}#?)?$/u;

/** How an extension is written in the languages at hand, as the library reads it. */
const EXTENSION_WORDS = /\s*(?:durchwahl|dw\.?|转|分机)[\s.:]*(?=\d+#?$)/u;

/**
 * The number in E.164 with its extension apart. A number without `+` or `00` is read as one of `defaultRegion` (ISO 3166-1
 * alpha-2). Null when no country could have given it out.
 */
export function normalisePhone(raw: string, defaultRegion?: string): PhoneNumber | null {
  const region = defaultRegion?.toUpperCase();
  const text = foldText(raw)
    .replaceAll(/\p{Pd}/gu, '-')
    .replace(/^tel:/, '')
    // (+49) 30 …
    .replace(/^\(\+(\d+)\)/, '+$1 ')
    .replace(/^00(?=[1-9])/, '+');
  if (!NUMBER.test(text)) return null;
  const country: CountryCode | undefined = region !== undefined && isSupportedCountry(region) ? region : undefined;
  const parsed = parsePhoneNumberFromString(text.replace(EXTENSION_WORDS, ' ext. '), country);
  if (!parsed?.isPossible()) return null;
  return { e164: parsed.number, extension: parsed.ext ?? null };
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
