/**
 * Which customer a record is, by likeness. In the pipeline nothing but a proved identifier joins ({@link resolveCustomer}); what is
 * found here is a suggestion there, and a decision only where a manager accepts in bulk, imports, or evaluates.
 */
import { RecordComparer } from './score/comparison.ts';
import { customerModel, fittedParameters } from './parameters.ts';
import type { TermFrequency } from './score/model.ts';
import { type ComparedRecord, customerFields } from './score/record.ts';
import { Scorer, type ScoreReason } from './score/score.ts';
import type { Thresholds } from './linkage/thresholds.ts';

export interface Resolution {
  /** `same` at or above the first threshold, `suggest` at or above the second, else `new`. */
  outcome: 'same' | 'suggest' | 'new';
  /** The best candidate; null when there is none. */
  customerId: string | null;
  /** Binary logarithm of the odds that they are one person. Null without candidates. */
  score: number | null;
  reasons: ScoreReason[];
}

export interface ResolutionCandidate {
  customerId: string;
  record: ComparedRecord;
}

export interface ResolutionOptions {
  /** Number of customers: among more of them a chance likeness is likelier. */
  population: number;
  /** How frequent a field's term is among the customers, by the field's place in `customerFields`. */
  frequency?: TermFrequency;
  thresholds?: Thresholds;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The best candidate with its score and reasons. Candidates of one score are taken by their id, whatever order they come in. */
export function resolve(
  record: ComparedRecord,
  candidates: readonly ResolutionCandidate[],
  { population, frequency, thresholds = fittedParameters.thresholds }: ResolutionOptions,
): Resolution {
  const [comparer, scorer] = [new RecordComparer(customerFields), new Scorer(customerModel(population), frequency)];
  const scored = candidates.map(({ customerId, record: other }) => ({
    customerId,
    ...scorer.score(comparer.compare(record, other)),
  }));
  const [best] = scored.toSorted((a, b) => b.score - a.score || compareText(a.customerId, b.customerId));
  if (best === undefined) return { outcome: 'new', customerId: null, score: null, reasons: [] };
  const outcome = best.score >= thresholds.same ? 'same' : best.score >= thresholds.suggest ? 'suggest' : 'new';
  return { outcome, ...best };
}
