/** How often terms and words occur in a data set. */
import type { WordWeight } from '../compare/tokens.ts';
import { fields, type RecordField } from '../score/fields.ts';
import type { TermFrequency } from '../score/model.ts';
import type { ComparedRecord } from '../score/record.ts';

/** For each field how many records have each term. */
export function countTerms(records: readonly ComparedRecord[], schema: readonly RecordField[]): Map<string, number>[] {
  const counts = schema.map(() => new Map<string, number>());
  for (const record of records) {
    for (const [field, count] of counts.entries()) {
      for (const { term } of record[field] ?? []) count.set(term, (count.get(term) ?? 0) + 1);
    }
  }
  return counts;
}

/** Shares from counts, for the fields where rarity tells something. */
export function frequencyOf(
  counts: readonly ReadonlyMap<string, number>[],
  schema: readonly RecordField[],
): TermFrequency {
  const totals = counts.map((count) => count.values().reduce((sum, n) => sum + n, 0));
  return (field, term) => {
    const kind = schema[field]?.kind;
    const count = counts[field]?.get(term);
    return kind === undefined || !fields[kind].frequencies || count === undefined
      ? undefined
      : count / (totals[field] ?? 1);
  };
}

/** For each field with words how much each says: the logarithm of one over the share of records that have it. */
export function wordWeights(
  records: readonly ComparedRecord[],
  schema: readonly RecordField[],
): (WordWeight | undefined)[] {
  return schema.map((_, field) => {
    const counts = new Map<string, number>();
    let total = 0;
    for (const record of records) {
      for (const { words } of record[field] ?? []) {
        total++;
        for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    return counts.size === 0 ? undefined : (word) => Math.log2(1 + total / (counts.get(word) ?? 1));
  });
}
