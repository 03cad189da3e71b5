/**
 * Which records are worth comparing when nothing is known about the data: each one's nearest by the keys they share, where rare
 * keys weigh more (cosine of inverse record frequencies).
 */
import { recordsByKey } from './blocks.ts';
import type { PairCollector } from './pairs.ts';

export interface NeighbourLimits {
  /** How many neighbours each record gets. */
  neighbours: number;
  /** A key of more records than this finds nobody. */
  cap: number;
}

interface Index {
  /** For each record its key numbers. */
  keys: Int32Array[];
  /** For each key number its records, and what sharing it weighs. Empty where there are too many. */
  records: readonly (readonly number[])[];
  weight: Float64Array;
  /** One over the length of each record's vector. */
  scale: Float64Array;
}

function indexOf(keysOf: readonly (readonly string[])[], cap: number): Index {
  const byKey = recordsByKey(keysOf);
  const numbers = new Map([...byKey.keys()].map((key, number) => [key, number]));
  const all = [...byKey.values()];
  const weight = Float64Array.from(all, (records) => Math.log2(1 + keysOf.length / records.length) ** 2);
  const keys = keysOf.map((list) => Int32Array.from(new Set(list), (key) => numbers.get(key) ?? 0));
  const scale = Float64Array.from(
    keys,
    (list) => 1 / Math.sqrt(list.reduce((sum, key) => sum + (weight[key] ?? 0), 1)),
  );
  return { keys, records: all.map((records) => (records.length > cap ? [] : records)), weight, scale };
}

/** The best few of what was touched, best first; equal ones in the order they were touched. */
function best(touched: readonly number[], score: Float64Array, count: number): number[] {
  const chosen: number[] = [];
  const of = (index: number | undefined) => (index === undefined ? 0 : (score[index] ?? 0));
  for (const one of touched) {
    if (chosen.length === count && of(one) <= of(chosen[count - 1])) continue;
    let place = chosen.length;
    while (place > 0 && of(chosen[place - 1]) < of(one)) place--;
    chosen.splice(place, 0, one);
    if (chosen.length > count) chosen.pop();
  }
  return chosen;
}

/** Adds each record's nearest. With two files the nearest are those of the other file. */
export function addNeighbours(
  keysOf: readonly (readonly string[])[],
  { neighbours, cap }: NeighbourLimits,
  pairs: PairCollector,
  firstSize: number | null,
): void {
  const { keys, records, weight, scale } = indexOf(keysOf, cap);
  const score = new Float64Array(keysOf.length);
  const isOther = (one: number, other: number) =>
    firstSize === null ? one !== other : one < firstSize !== other < firstSize;
  for (const [index, list] of keys.entries()) {
    const touched: number[] = [];
    for (const key of list) {
      for (const other of records[key] ?? []) {
        if (!isOther(index, other)) continue;
        if (score[other] === 0) touched.push(other);
        score[other] = (score[other] ?? 0) + (weight[key] ?? 0) * (scale[other] ?? 0);
      }
    }
    for (const other of best(touched, score, neighbours)) pairs.add(index, other);
    for (const other of touched) score[other] = 0;
  }
}
