/** Likeness of dates and of numbers that stand for something. */
import { editDistance, withinOneEdit } from './strings.ts';

export type DateLikeness = 'equal' | 'mistyped' | 'swapped' | 'two-parts' | 'year' | 'different';

/**
 * Two dates as eight digits (`19800512`), also of days that do not exist, as data has them. `mistyped` is one digit wrong or two
 * neighbours exchanged, `swapped` is day and month exchanged.
 */
export function compareDates(a: string, b: string): DateLikeness {
  if (a === b) return 'equal';
  const [yearA, monthA, dayA] = [a.slice(0, 4), a.slice(4, 6), a.slice(6)];
  const [yearB, monthB, dayB] = [b.slice(0, 4), b.slice(4, 6), b.slice(6)];
  if (yearA === yearB && monthA === dayB && dayA === monthB) return 'swapped';
  if (withinOneEdit(a, b)) return 'mistyped';
  const equal = Number(yearA === yearB) + Number(monthA === monthB) + Number(dayA === dayB);
  if (equal === 2) return 'two-parts';
  return yearA === yearB ? 'year' : 'different';
}

export type NumberLikeness = 'equal' | 'mistyped' | 'similar' | 'different';

/** Two reference numbers as text: one sign wrong, missing or exchanged is `mistyped`, two are `similar`. Short ones allow less. */
export function compareReferences(a: string, b: string): NumberLikeness {
  if (a === b) return 'equal';
  const long = Math.min(a.length, b.length);
  const edits = editDistance(a, b, 2);
  if (edits === 1 && long >= 3) return 'mistyped';
  return edits === 2 && long >= 6 ? 'similar' : 'different';
}

export type AmountLikeness = 'equal' | 'within-1%' | 'within-5%' | 'within-20%' | 'different';

/** Two amounts, by how far the larger exceeds the smaller. */
export function compareAmounts(a: number, b: number): AmountLikeness {
  if (a === b) return 'equal';
  const apart = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  if (apart <= 0.01) return 'within-1%';
  if (apart <= 0.05) return 'within-5%';
  return apart <= 0.2 ? 'within-20%' : 'different';
}
