/** Dates and amounts as people write them into tables. */
import type { DateOrder } from '@patchbay/contracts';
import { localMoment } from './calendar/zone.ts';

const two = (text: string) => text.padStart(2, '0');

/** A written day as `YYYY-MM-DD`; null when it is none. A year of four digits at the beginning is always a year. */
export function readDay(text: string, order: DateOrder): string | null {
  const parts = /^(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})\s*日?$/.exec(text.trim());
  if (!parts)
    return /^\d{8}$/.test(text) ? readDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`, 'ymd') : null;
  const [, a = '', b = '', c = ''] = parts;
  const [year, month, day] =
    a.length === 4 ? [a, b, c] : order === 'mdy' ? [c, a, b] : order === 'dmy' ? [c, b, a] : [a, b, c];
  if (year.length !== 4 || month.length > 2 || day.length > 2) return null;
  const iso = `${year}-${two(month)}-${two(day)}`;
  const moment = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(iso) ? iso : null;
}

/** A written day with or without a time of day, as an ISO 8601 moment; without an offset it is what the clocks of `timeZone` show. Null when it is none. */
export function readMoment(text: string, order: DateOrder, timeZone: string): string | null {
  const trimmed = text.trim();
  const parts = /^(.*?\S)(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(trimmed);
  const day = readDay(parts?.[1] ?? '', order);
  if (day === null) return null;
  const time = parts?.[2] ? two(parts[2].split(':')[0] ?? '') + parts[2].slice(parts[2].indexOf(':')) : '00:00';
  const moment = new Date(`${day}T${time}${parts?.[3] ?? 'Z'}`).getTime();
  if (Number.isNaN(moment)) return null;
  return new Date(parts?.[3] === undefined ? localMoment(moment, timeZone) : moment).toISOString();
}

/** Decimals of a currency's minor unit; null for what is no currency code. */
export function minorDigits(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? null;
}

/**
 * A written amount in minor units; null when it is none, finer than the currency, or says another currency. The last of several kinds of
 * separators is the decimal one; a lone separator before exactly three digits groups thousands, unless what is before it is no such group
 * (`0.125`, `1234.500`) or the currency has three decimals.
 */
export function readAmount(text: string, digits: number, currency?: string): number | null {
  const [, before, amount = '', after] =
    /^([A-Z]{3})?(.*?)([A-Z]{3})?$/u.exec(text.replaceAll(/[\p{Sc}\s'’]/gu, '')) ?? [];
  if ([before, after].some((code) => code !== undefined && currency !== undefined && code !== currency)) return null;
  const negative = /^(?:-.+|\(.+\))$/.test(amount);
  const number = negative ? amount.replaceAll(/^[-(]|\)$/g, '') : amount.replace(/^\+/, '');
  if (!/^\d[\d.,]*$/.test(number)) return null;
  const at = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','));
  const decimal = at >= 0 && isDecimal(number, at, digits);
  const written = decimal ? number.slice(0, at) : number;
  if (!isGrouped(written)) return null;
  const whole = written.replaceAll(/[.,]/g, '');
  const fraction = decimal ? number.slice(at + 1).replace(/0+$/, '') : '';
  if (fraction.length > digits) return null;
  const minor = Number(whole + fraction.padEnd(digits, '0'));
  return Number.isSafeInteger(minor) ? (negative && minor !== 0 ? -minor : minor) : null;
}

function isDecimal(number: string, at: number, digits: number): boolean {
  const sign = number[at] ?? '';
  if (number.indexOf(sign) !== at) return false;
  if (!/^[1-9]\d{0,2}$/.test(number.slice(0, at))) return true;
  const other = sign === '.' ? ',' : '.';
  return number.includes(other) || number.length - at - 1 !== 3 || digits === 3;
}

/** Digits in groups by one sign: of three, or of two before the last three as in India, or of four as in China. */
function isGrouped(number: string): boolean {
  return /^(?:\d+|\d{1,3}([.,])\d{3}(?:\1\d{3})*|\d{1,2}([.,])(?:\d{2}\2)*\d{3}|\d{1,4}([.,])\d{4}(?:\3\d{4})*)$/.test(
    number,
  );
}
