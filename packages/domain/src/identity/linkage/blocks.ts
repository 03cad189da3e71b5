/** Which records are worth comparing: those that share a key which few others have. */
import type { PairCollector } from './pairs.ts';

/** A key that too many records have to compare them all. */
export interface SkippedBlock {
  key: string;
  size: number;
}

/**
 * Adds every pair of records that share a key. A key of more than `cap` records is skipped and said: it tells little, and its pairs
 * grow with the square.
 */
export function addBlocks(keysOf: readonly (readonly string[])[], cap: number, pairs: PairCollector): SkippedBlock[] {
  const skipped: SkippedBlock[] = [];
  for (const [key, records] of recordsByKey(keysOf)) {
    if (records.length > cap) skipped.push({ key, size: records.length });
    else addBlock(records, pairs);
  }
  return skipped.toSorted((a, b) => b.size - a.size);
}

function addBlock(records: readonly number[], pairs: PairCollector): void {
  for (const [position, one] of records.entries()) {
    for (let next = position + 1; next < records.length; next++) pairs.add(one, records[next] ?? one);
  }
}

/** Records by key, in the order of the records. */
export function recordsByKey(keysOf: readonly (readonly string[])[]): Map<string, number[]> {
  const records = new Map<string, number[]>();
  for (const [index, keys] of keysOf.entries()) {
    for (const key of new Set(keys)) {
      const list = records.get(key);
      if (list) list.push(index);
      else records.set(key, [index]);
    }
  }
  return records;
}
