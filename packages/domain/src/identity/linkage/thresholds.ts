/** From which score on pairs are taken, chosen by what the scores themselves promise: no truth is looked at. */
import { probabilityOf } from '../score/score.ts';

export interface Thresholds {
  /** Of the pairs at or above it, at most one in a thousand is expected to be wrong. */
  same: number;
  /** Where precision and recall are expected to balance best (largest expected F1). */
  suggest: number;
}

const WRONG_SHARE = 0.001;
/** A single pair that may well be two people is never `same`, however good the others are. */
const LEAST_SAME = Math.log2(0.99 / 0.01);

/** Thresholds for these scores, whatever their order. */
export function chooseThresholds(scores: Iterable<number>): Thresholds {
  const sorted = Float64Array.from(scores).sort().reverse();
  const all = sorted.reduce((sum, score) => sum + probabilityOf(score), 0);
  let [right, same, suggest, best] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (const [index, score] of sorted.entries()) {
    right += probabilityOf(score);
    const taken = index + 1;
    if (score >= LEAST_SAME && 1 - right / taken <= WRONG_SHARE) same = score;
    const f1 = (2 * right) / (taken + all);
    if (f1 > best) [best, suggest] = [f1, score];
  }
  return { same: Math.max(same, suggest), suggest };
}
