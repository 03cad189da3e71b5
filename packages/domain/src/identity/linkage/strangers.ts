/** What two strangers' values have in common, measured on pairs taken at random. */
import { MISSING, type RecordComparer } from '../score/comparison.ts';
import { fields, type RecordField } from '../score/fields.ts';
import type { ComparedRecord } from '../score/record.ts';
import { normalised } from './fit.ts';
import { countTerms } from './terms.ts';

/** Numbers from 0 to below 1, the same ones every time (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The two sides that pairs are made of; one and the same where a file is compared with itself. */
export interface Sides {
  first: readonly ComparedRecord[];
  second: readonly ComparedRecord[];
}

/** Number of pairs that can be made. */
export function pairCount({ first, second }: Sides): number {
  return first === second ? (first.length * (first.length - 1)) / 2 : first.length * second.length;
}

/** For each field how many pairs have values on both sides, and how many of them have equal ones. */
function equalPairs(sides: Sides, schema: readonly RecordField[]): { equal: number; both: number }[] {
  const one = countTerms(sides.first, schema);
  const self = sides.first === sides.second;
  const other = self ? one : countTerms(sides.second, schema);
  return one.map((counts, field) => {
    const [theirs, total] = [
      other[field],
      (list: ReadonlyMap<string, number>) => list.values().reduce((a, b) => a + b, 0),
    ];
    const equal = counts.entries().reduce((sum, [term, n]) => sum + n * ((theirs?.get(term) ?? 0) - Number(self)), 0);
    const both = total(counts) * (total(theirs ?? new Map()) - Number(self));
    return self ? { equal: equal / 2, both: both / 2 } : { equal, both };
  });
}

function sampleLevels(
  { first, second }: Sides,
  schema: readonly RecordField[],
  comparer: RecordComparer,
  count: number,
) {
  const seen = schema.map(({ kind }) => fields[kind].levels.map(() => 0));
  const random = numbersFrom(1);
  const anyOf = (list: readonly ComparedRecord[]) => list[Math.floor(random() * list.length)] ?? [];
  for (let n = 0; n < count; n++) {
    const [a, b] = [anyOf(first), anyOf(second)];
    if (a === b) continue;
    for (const [field, { level }] of comparer.compare(a, b).entries()) {
      const row = seen[field];
      if (level !== MISSING && row) row[level] = (row[level] ?? 0) + 1;
    }
  }
  return seen;
}

/**
 * The probability of each level between strangers: of equality by counting, of the rest from `count` random pairs. `alike` is how many
 * equal pairs of each field belong to one person, as far as that is known.
 */
export function strangerLevels(
  sides: Sides,
  schema: readonly RecordField[],
  comparer: RecordComparer,
  count: number,
): (alike: readonly number[]) => number[][] {
  const counted = equalPairs(sides, schema);
  const sampled = sampleLevels(sides, schema, comparer, count);
  return (alike) =>
    sampled.map((row, field) => {
      const { equal, both } = counted[field] ?? { equal: 0, both: 1 };
      const equality = Math.max(equal - (alike[field] ?? 0), 0.5) / Math.max(both, 1);
      const rest = normalised(row.slice(1).map((seen) => seen + 0.5));
      return normalised([equality, ...rest.map((share) => share * (1 - Math.min(equality, 0.999)))]);
    });
}
