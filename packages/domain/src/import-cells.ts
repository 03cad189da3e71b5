/** Dates and amounts as people write them into tables. */
import type { DateOrder } from '@patchbay/contracts';

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

/** A written day with or without a time of day, as an ISO 8601 moment; without an offset it is UTC. Null when it is none. */
export function readMoment(text: string, order: DateOrder): string | null {
  const trimmed = text.trim();
  const parts = /^(.*?\S)(?:[T ]+(\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,6})?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(trimmed);
  const day = readDay(parts?.[1] ?? '', order);
  if (day === null) return null;
  const time = parts?.[2] ? two(parts[2].split(':')[0] ?? '') + parts[2].slice(parts[2].indexOf(':')) : '00:00';
  const moment = new Date(`${day}T${time}${parts?.[3] ?? 'Z'}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** Decimals of a currency's minor unit; null for what is no currency code. */
export function minorDigits(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? null;
}

/**
 * A written amount in minor units; null when it is none or finer than the currency. The last of several kinds of separators is the decimal
 * one; a lone separator before exactly three digits groups thousands unless the currency has three decimals.
 */
export function readAmount(text: string, digits: number): number | null {
  const bare = text.replaceAll(/[\p{Sc}\s'’]/gu, '').replace(/^[A-Z]{3}|[A-Z]{3}$/, '');
  const negative = /^-|^\(.*\)$/.test(bare);
  const number = bare.replaceAll(/^[-+(]|\)$/g, '');
  if (!/^\d[\d.,]*$/.test(number)) return null;
  const at = Math.max(number.lastIndexOf('.'), number.lastIndexOf(','));
  const decimal = at >= 0 && isDecimal(number, at, digits);
  const whole = (decimal ? number.slice(0, at) : number).replaceAll(/[.,]/g, '');
  const fraction = decimal ? number.slice(at + 1).replace(/0+$/, '') : '';
  if (fraction.length > digits) return null;
  const minor = Number(whole + fraction.padEnd(digits, '0'));
  return Number.isSafeInteger(minor) ? (negative && minor !== 0 ? -minor : minor) : null;
}

function isDecimal(number: string, at: number, digits: number): boolean {
  const sign = number[at] ?? '';
  if (number.indexOf(sign) !== at) return false;
  const other = sign === '.' ? ',' : '.';
  return number.includes(other) || number.length - at - 1 !== 3 || digits === 3;
}
