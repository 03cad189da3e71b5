/** Precision and recall by threshold. */
import type { Thresholds } from '@patchbay/domain/identity/linkage/thresholds';
import { type Measures, measuresOf } from './measures.ts';
import type { ScoredPair } from './pairs.ts';

export type CurvePoint = Measures & { threshold: number };

const STEPS = [-5, -2, 0, 2, 4, 6, 8, 10, 12, 14, 16, 20, 25, 30];
/** Wrong pairs allowed among those taken as `same`: half of what is promised, since other data is never quite like this. */
const WRONG_SHARE = 0.000_5;

/** Of pairs that are best first, those at or above a score, measured against all true ones. */
export function measuresAt(threshold: number, scored: readonly ScoredPair[], all: number): Measures {
  const taken = scored.filter(({ score }) => score >= threshold);
  return measuresOf(taken.filter(({ same }) => same).length, taken.length, all);
}

export const curveOf = (scored: readonly ScoredPair[], all: number): CurvePoint[] =>
  STEPS.map((threshold) => ({ threshold, ...measuresAt(threshold, scored, all) }));

export const rowOf = ({ threshold, precision, recall, f1 }: CurvePoint): string =>
  `${threshold.toFixed(1).padStart(8)}  ${precision.toFixed(4)}  ${recall.toFixed(4)}  ${f1.toFixed(4)}`;

/** `same`: the lowest score with hardly a wrong pair at or above it. `suggest`: the best balance of precision and recall. */
export function chosenThresholds(scored: readonly ScoredPair[], all: number): Thresholds {
  let [right, same, suggest, best] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (const [index, pair] of scored.entries()) {
    if (pair.same) right++;
    const { precision, f1 } = measuresOf(right, index + 1, all);
    if (1 - precision <= WRONG_SHARE) same = pair.score;
    if (f1 > best) [best, suggest] = [f1, pair.score];
  }
  // Upwards, so that rounding takes no pair more.
  const up = (score: number) => Math.ceil(score * 100) / 100;
  return { same: up(Math.max(same, suggest)), suggest: up(suggest) };
}
