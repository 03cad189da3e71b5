/** Dates as people write them, in ISO 8601. */
import { foldText } from './text.ts';

/** Which of day and month comes first where a date of numbers leaves it open. */
export type DateOrder = 'day-first' | 'month-first';

const monthNames: readonly (readonly string[])[] = [
  ['jan', 'january', 'januar', 'janner', 'janvier', 'enero', 'gennaio', 'janeiro', 'ene', 'янв', 'января'],
  ['feb', 'february', 'februar', 'fevrier', 'febrero', 'febbraio', 'fevereiro', 'fev', 'фев', 'февраля'],
  ['mar', 'march', 'marz', 'maerz', 'mars', 'marzo', 'marco', 'mrz', 'мар', 'марта'],
  ['apr', 'april', 'avril', 'abril', 'aprile', 'abr', 'avr', 'апр', 'апреля'],
  ['may', 'mai', 'mayo', 'maggio', 'maio', 'мая', 'маи'],
  ['jun', 'june', 'juni', 'juin', 'junio', 'giugno', 'junho', 'июн', 'июня'],
  ['jul', 'july', 'juli', 'juillet', 'julio', 'luglio', 'julho', 'июл', 'июля'],
  ['aug', 'august', 'aout', 'agosto', 'авг', 'августа'],
  ['sep', 'sept', 'september', 'septembre', 'septiembre', 'settembre', 'setembro', 'set', 'сен', 'сентября'],
  ['oct', 'october', 'oktober', 'octobre', 'octubre', 'ottobre', 'outubro', 'okt', 'окт', 'октября'],
  ['nov', 'november', 'novembre', 'noviembre', 'novembro', 'ноя', 'ноября'],
  ['dec', 'december', 'dezember', 'decembre', 'diciembre', 'dicembre', 'dezembro', 'dez', 'дек', 'декабря'],
];
const monthOf = new Map(monthNames.flatMap((names, index) => names.map((name) => [name, index + 1] as const)));
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const two = (value: number) => String(value).padStart(2, '0');

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** ISO 8601 of a day that exists between the years 1000 and 2999. */
function iso(year: number, month: number, day: number): string | null {
  const longest = month === 2 && !isLeap(year) ? 28 : (DAYS[month - 1] ?? 0);
  if (year < 1000 || year > 2999 || day < 1 || day > longest) return null;
  return `${String(year)}-${two(month)}-${two(day)}`;
}

function either(year: number, first: number, second: number, order: DateOrder): string | null {
  const [day, month] = order === 'day-first' ? [first, second] : [second, first];
  return iso(year, month, day) ?? iso(year, day, month);
}

/** Years of two digits: those up to the pivot are of this century. */
function fullYear(digits: string, pivot: number): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year > pivot ? 1900 + year : 2000 + year;
}

export interface DateReading {
  /** Default `day-first`, as most of the world writes. */
  order?: DateOrder;
  /** Two-digit years above this are of the 1900s. Default 29. */
  pivot?: number;
}

function fromNumbers(parts: readonly string[], { order = 'day-first', pivot = 29 }: DateReading): string | null {
  const [first = '', second = '', third = ''] = parts;
  const [a, b, c] = [Number(first), Number(second), Number(third)];
  if (first.length === 4) return iso(a, b, c);
  return third.length === 4 || third.length === 2 ? either(fullYear(third, pivot), a, b, order) : null;
}

function fromWords(text: string, pivot: number): string | null {
  const words = text.match(/[\p{L}]+|\d+/gu) ?? [];
  const month = words.map((word) => monthOf.get(word)).find((found) => found !== undefined);
  const numbers = words.filter((word) => /^\d{1,4}$/.test(word));
  if (month === undefined || numbers.length !== 2) return null;
  const [first = '', second = ''] = numbers;
  return first.length > 2
    ? iso(Number(first), month, Number(second))
    : iso(fullYear(second, pivot), month, Number(first));
}

/**
 * `YYYY-MM-DD` of `1980-05-12`, `12.5.1980`, `5/12/80`, `19800512`, `12 May 1980`, `May 12, 1980`, `1980年5月12日`. Null when it is no
 * date that exists. Where the given order makes no date, the other is tried.
 */
export function normaliseDate(raw: string, reading: DateReading = {}): string | null {
  const text = foldText(raw).replace(/t\d\d:\d\d.*$|\s\d\d?:\d\d.*$/u, '');
  const chinese = /^(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?$/u.exec(text);
  if (chinese) return iso(Number(chinese[1]), Number(chinese[2]), Number(chinese[3]));
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact) return iso(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const numbers = /^(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})\.?$/.exec(text);
  if (numbers) return fromNumbers(numbers.slice(1), reading);
  return fromWords(text, reading.pivot ?? 29);
}
