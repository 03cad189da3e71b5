/** Finds the records of one person in one file or between two, without being told any. */
import { RecordComparer } from '../score/comparison.ts';
import { fields, type RecordField } from '../score/fields.ts';
import { type LinkageModel, tellsHouseholds } from '../score/model.ts';
import type { ComparedRecord } from '../score/record.ts';
import { probabilityOf, Scorer } from '../score/score.ts';
import { bestPartners } from './assignment.ts';
import { addBlocks, type SkippedBlock } from './blocks.ts';
import { fittedParameters } from '../parameters.ts';
import { expectedLevels } from './expected.ts';
import { fitModel, patternsOf } from './fit.ts';
import { addNeighbours } from './neighbours.ts';
import { PairCollector, type Pairs } from './pairs.ts';
import { pairCount, type Sides, strangerLevels } from './strangers.ts';
import { countTerms, frequencyOf, wordWeights } from './terms.ts';
import { chooseThresholds, type Thresholds } from './thresholds.ts';

export interface LinkInput {
  schema: readonly RecordField[];
  first: readonly ComparedRecord[];
  /** Null when records of one file are looked for among themselves. */
  second: readonly ComparedRecord[] | null;
  /** Blocking keys of each record, those of the second file after those of the first. */
  blockingKeys: readonly (readonly string[])[];
}

export interface Linkage {
  /** What was taken as one person or worth a suggestion, with its score. Indexes as in {@link Pairs}. */
  pairs: Pairs;
  scores: Float64Array;
  thresholds: Thresholds;
  model: LinkageModel;
  /** Number of pairs compared. */
  compared: number;
  skipped: SkippedBlock[];
  /** True when each record was given one partner at most. */
  oneToOne: boolean;
}

const NEIGHBOURS = 15;
const KEY_CAP = 400;
const BLOCK_CAP = 60;
const RANDOM_PAIRS = 200_000;
/** What is expected beforehand weighs at least so many pairs, and this share of those that are expected. */
const PRIOR_PAIRS = 20;
const PRIOR_SHARE = 0.2;
/**
 * A file counts as free of doubles when its records find a partner in their own file at most this often beside the other file:
 * what they find there is what the model mistakes.
 */
const DOUBLES = 0.15;
/** Records looked at to find that out. */
const DOUBLES_SAMPLE = 5000;
const PARTNER = 0.9;

function keysOf(record: ComparedRecord, schema: readonly RecordField[]): string[] {
  return record.flatMap((values, field) => {
    const kind = schema[field]?.kind;
    return kind === undefined
      ? []
      : (values ?? []).flatMap((value) => fields[kind].keys(value).map((key) => `${field} ${key}`));
  });
}

/** Every pair's levels in one row after the other. */
function compareAll(
  records: readonly ComparedRecord[],
  { left, right }: Pairs,
  comparer: RecordComparer,
  width: number,
): Uint8Array {
  const levels = new Uint8Array(left.length * width);
  for (let at = 0; at < left.length; at++) {
    const row = comparer.compare(records[left[at] ?? 0] ?? [], records[right[at] ?? 0] ?? []);
    for (let field = 0; field < width; field++) levels[at * width + field] = row[field]?.level ?? 0;
  }
  return levels;
}

function scoreAll(
  records: readonly ComparedRecord[],
  { left }: Pairs,
  levels: Uint8Array,
  width: number,
  scorer: Scorer,
): Float64Array {
  return Float64Array.from(left, (index, at) => {
    const record = records[index];
    return scorer.scoreOf(levels.subarray(at * width, (at + 1) * width), (field) => record?.[field]?.[0]?.term);
  });
}

/** Fits twice: only the first fit tells which equal values belong to one person and say nothing about strangers. */
function fit(input: LinkInput, levels: Uint8Array, sides: Sides, comparer: RecordComparer): LinkageModel {
  const { schema } = input;
  const patterns = patternsOf(levels, schema.length);
  const strangers = strangerLevels(sides, schema, comparer, RANDOM_PAIRS);
  const pairs = pairCount(sides);
  const known = tellsHouseholds(schema) ? fittedParameters.fields : {};
  const prior = schema.map(({ kind }) => known[kind]?.same ?? expectedLevels(kind));
  const guess = Math.min(sides.first.length, sides.second.length) / 5;
  const priorPairs = Math.max(PRIOR_PAIRS, PRIOR_SHARE * guess);
  const seen = { schema, patterns, pairs, prior, priorPairs, guess };
  const once = fitModel({ ...seen, stranger: strangers([]) });
  const alike = once.fields.map(({ same }) => (same[0] ?? 0) * once.samePrior * pairs);
  return fitModel({ ...seen, stranger: strangers(alike) });
}

function candidates(input: LinkInput, records: readonly ComparedRecord[], firstSize: number | null) {
  const collector = new PairCollector(records.length, firstSize);
  const skipped = addBlocks(input.blockingKeys, BLOCK_CAP, collector);
  const keys = records.map((record) => keysOf(record, input.schema));
  addNeighbours(keys, { neighbours: NEIGHBOURS, cap: KEY_CAP }, collector, firstSize);
  return { pairs: collector.take(), skipped };
}

/** The share of records of a file that have a double in it. */
function doubledShare(
  records: readonly ComparedRecord[],
  schema: readonly RecordField[],
  scorer: Scorer,
  comparer: RecordComparer,
): number {
  const sample = records.slice(0, DOUBLES_SAMPLE);
  const collector = new PairCollector(sample.length, null);
  const keys = sample.map((record) => keysOf(record, schema));
  addNeighbours(keys, { neighbours: 3, cap: KEY_CAP }, collector, null);
  const pairs = collector.take();
  const levels = compareAll(sample, pairs, comparer, schema.length);
  const scores = scoreAll(sample, pairs, levels, schema.length, scorer);
  const doubled = new Set(pairs.left.filter((_, at) => probabilityOf(scores[at] ?? 0) > PARTNER));
  return doubled.size / sample.length;
}

/** Links the records of a file, or of two. Deterministic. */
export function linkRecords(input: LinkInput): Linkage {
  const { schema, first, second } = input;
  const records = second === null ? first : [...first, ...second];
  const comparer = new RecordComparer(schema, wordWeights(records, schema));
  const { pairs, skipped } = candidates(input, records, second === null ? null : first.length);
  const levels = compareAll(records, pairs, comparer, schema.length);
  const model = fit(input, levels, { first, second: second ?? first }, comparer);
  const scorer = new Scorer(model, frequencyOf(countTerms(records, schema), schema));
  const scores = scoreAll(records, pairs, levels, schema.length, scorer);
  const linked = new Set(pairs.left.filter((_, at) => probabilityOf(scores[at] ?? 0) > PARTNER)).size / first.length;
  const free = (list: readonly ComparedRecord[]) => doubledShare(list, schema, scorer, comparer) <= DOUBLES * linked;
  const oneToOne = second !== null && free(first) && free(second);
  const kept = oneToOne ? bestPartners(pairs, scores, Number.NEGATIVE_INFINITY) : [...scores.keys()];
  const thresholds = chooseThresholds(kept.map((at) => scores[at] ?? 0));
  const taken = kept.filter((at) => (scores[at] ?? 0) >= thresholds.suggest);
  return {
    pairs: {
      left: Int32Array.from(taken, (at) => pairs.left[at] ?? 0),
      right: Int32Array.from(taken, (at) => pairs.right[at] ?? 0),
    },
    scores: Float64Array.from(taken, (at) => scores[at] ?? 0),
    thresholds,
    model,
    compared: scores.length,
    skipped,
    oneToOne,
  };
}
