/** Pairs of labelled records scored by the product's model. */
import { addBlocks, type SkippedBlock } from '@patchbay/domain/identity/linkage/blocks';
import { PairCollector } from '@patchbay/domain/identity/linkage/pairs';
import { countTerms, frequencyOf } from '@patchbay/domain/identity/linkage/terms';
import { blockingKeys } from '@patchbay/domain/identity/blocking-keys';
import type { LinkageModel } from '@patchbay/domain/identity/score/model';
import { RecordComparer } from '@patchbay/domain/identity/score/comparison';
import { type ComparedRecord, customerFields, readRecord } from '@patchbay/domain/identity/score/record';
import { Scorer } from '@patchbay/domain/identity/score/score';
import type { LabelledRecord } from './data-set.ts';

/** Records with one key up to which all are compared with each other. */
const BLOCK_CAP = 100;

export interface CandidatePairs {
  records: ComparedRecord[];
  pairs: { left: number; right: number; same: boolean }[];
  skipped: SkippedBlock[];
}

/** Pairs that share a blocking key. */
export function candidatePairs(labelled: readonly LabelledRecord[]): CandidatePairs {
  const collector = new PairCollector(labelled.length, null);
  const skipped = addBlocks(
    labelled.map(({ raw }) => blockingKeys(raw)),
    BLOCK_CAP,
    collector,
  );
  const { left, right } = collector.take();
  const pairs = Array.from(left, (one, at) => {
    const other = right[at] ?? 0;
    return { left: one, right: other, same: labelled[one]?.person === labelled[other]?.person };
  });
  return { records: labelled.map(({ raw }) => readRecord(raw, customerFields)), pairs, skipped };
}

export interface ScoredPair {
  score: number;
  same: boolean;
}

/** Best first. */
export function scorePairs({ records, pairs }: CandidatePairs, model: LinkageModel): ScoredPair[] {
  const comparer = new RecordComparer(customerFields);
  const scorer = new Scorer(model, frequencyOf(countTerms(records, customerFields), customerFields));
  return pairs
    .map(({ left, right, same }) => ({
      score: scorer.score(comparer.compare(records[left] ?? [], records[right] ?? [])).score,
      same,
    }))
    .toSorted((a, b) => b.score - a.score);
}
