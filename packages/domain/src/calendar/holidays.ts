/** Public holidays, computed from rules (npm `date-holidays`). */
import Holidays, { type HolidaysTypes } from 'date-holidays';

export interface Holiday {
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly name: string;
  /** What it is computed from, the same each year. */
  readonly rule: string;
}

const known = new Map<string, readonly Holiday[]>();
const dayMs = 86_400_000;

/** Days on which a country, or a region of it, is closed by law; several for one that lasts. Empty for an unknown country. */
export function holidaysOf(
  country: string,
  region: string | null,
  year: number,
  language: 'en' | 'zh',
): readonly Holiday[] {
  const key = `${country} ${region ?? ''} ${year} ${language}`;
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const made = computed(country, region, year, language);
  known.set(key, made);
  return made;
}

function computed(country: string, region: string | null, year: number, language: 'en' | 'zh'): readonly Holiday[] {
  if (!Object.hasOwn(new Holidays().getCountries(), country)) return [];
  const days = new Map<string, Holiday>();
  const rules = new Holidays(country, region ?? '', { types: ['public'] });
  // One that begins in the year before may last into this one.
  for (const holiday of [year - 1, year].flatMap((asked) => rules.getHolidays(asked, language)))
    for (const date of daysOf(holiday))
      if (date.startsWith(String(year)) && !days.has(date))
        days.set(date, { date, name: holiday.name, rule: holiday.rule });
  return [...days.values()].toSorted((a, b) => (a.date < b.date ? -1 : 1));
}

/** One from sunset to sunset is the day of its light; an afternoon off is no holiday. */
function daysOf({ date, start, end, rule }: HolidaysTypes.Holiday): string[] {
  if (/ \d\d:\d\d/.test(rule)) return [];
  const length = Math.round((end.getTime() - start.getTime()) / dayMs);
  const begins = Date.parse(date.slice(0, 10)) + (Number(date.slice(11, 13)) < 12 ? 0 : dayMs);
  return Array.from({ length }, (_, day) => new Date(begins + day * dayMs).toISOString().slice(0, 10));
}

export interface Place {
  readonly code: string;
  readonly name: string;
}

const places = (names: Record<string, string> | undefined): Place[] =>
  Object.entries(names ?? {}).map(([code, name]) => ({ code, name }));

export const holidayCountries = (): Place[] => places(new Holidays().getCountries('en'));
export const holidayRegions = (country: string): Place[] => places(new Holidays().getStates(country, 'en'));
