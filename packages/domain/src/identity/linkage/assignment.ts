/** One to one: where each file names everybody once, a record has one partner at most. */
import type { Pairs } from './pairs.ts';

/** The positions of the pairs that stay when each record keeps the best partner that is still free, best pairs first. */
export function bestPartners({ left, right }: Pairs, scores: Float64Array, least: number): number[] {
  const order = Array.from(scores.keys())
    .filter((at) => (scores[at] ?? 0) >= least)
    .toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const taken = new Set<number>();
  return order.filter((at) => {
    const [one, other] = [left[at] ?? -1, right[at] ?? -1];
    if (taken.has(one) || taken.has(other)) return false;
    taken.add(one).add(other);
    return true;
  });
}
