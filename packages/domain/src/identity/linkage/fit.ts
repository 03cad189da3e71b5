/**
 * The model's probabilities from the data itself, without labels: expectation and maximisation (Dempster, Laird, Rubin 1977; Winkler
 * 1988) over all pairs, of which those that were not compared count as strangers.
 */
import { MISSING } from '../score/comparison.ts';
import { fields, type RecordField } from '../score/fields.ts';
import { type FieldModel, householdLevels, type LinkageModel, NAMESAKES, tellsHouseholds } from '../score/model.ts';

/** Pairs with the same levels count as one. */
export interface Pattern {
  levels: Uint8Array;
  count: number;
}

export interface Observations {
  schema: readonly RecordField[];
  patterns: readonly Pattern[];
  /** Number of pairs there are, compared or not. */
  pairs: number;
  /** How often strangers show each level, from pairs taken at random. */
  stranger: readonly (readonly number[])[];
  /** What is expected of one person's records before any data is seen, and the number of pairs that this weighs. */
  prior: readonly (readonly number[])[];
  priorPairs: number;
  /** Number of pairs of one person to begin with. */
  guess: number;
}

const ROUNDS = 200;
const SETTLED = 1e-6;
const LEAST = 1e-9;
/** The usual share of namesakes weighs so many pairs. */
const NAMESAKE_PAIRS = 50;

/** The patterns in a matrix of levels, one row of `width` for each pair. */
export function patternsOf(levels: Uint8Array, width: number): Pattern[] {
  const patterns = new Map<string, Pattern>();
  for (let at = 0; at < levels.length; at += width) {
    const row = levels.subarray(at, at + width);
    const key = String.fromCharCode(...row);
    const known = patterns.get(key);
    if (known) known.count++;
    else patterns.set(key, { levels: row.slice(), count: 1 });
  }
  return [...patterns.values()];
}

export function normalised(values: readonly number[]): number[] {
  const floored = values.map((value) => Math.max(value, LEAST));
  const sum = floored.reduce((total, value) => total + value, 0);
  return floored.map((value) => value / sum);
}

/** The third kind of pair: people of one household, whatever is related without being the same, or no such kind. */
type Others = 'households' | 'related' | 'none';

/** As good as never, and still a number with a logarithm. */
const LEAST_PRIOR = 1e-300;

interface Sums {
  same: number;
  household: number;
  levels: number[][];
  /** Of pairs that are related without being the same, where nothing else is known of them. */
  related: number[][];
  /** Pairs of one household whom their birthdays tell apart, and those of them who have one given name. */
  apart: number;
  namesakes: number;
}

function product(probabilities: readonly FieldModel[], of: keyof FieldModel, levels: Uint8Array): number {
  let all = 1;
  for (let field = 0; field < levels.length; field++) {
    const level = levels[field] ?? MISSING;
    if (level !== MISSING) all *= probabilities[field]?.[of][level] ?? LEAST;
  }
  return all;
}

function add(row: number[] | undefined, level: number, share: number): void {
  if (row) row[level] = (row[level] ?? 0) + share;
}

const indexOf = (schema: readonly RecordField[], kind: RecordField['kind']) =>
  schema.findIndex((field) => field.kind === kind);

/** Fathers and sons of one name are as many as the birthdays in the data tell, and never fewer than anywhere. */
function namesakeShare({ apart, namesakes }: Sums): number {
  return Math.max(NAMESAKES, (namesakes + NAMESAKES * NAMESAKE_PAIRS) / (apart + NAMESAKE_PAIRS));
}

/** The expected number of pairs of each kind, and of one person's pairs at each level. */
function expect(model: LinkageModel, patterns: readonly Pattern[]): Sums {
  const empty = () => model.schema.map(({ kind }) => fields[kind].levels.map(() => 0));
  const sums: Sums = { same: 0, household: 0, levels: empty(), related: empty(), apart: 0, namesakes: 0 };
  const [given, birth] = [indexOf(model.schema, 'givenName'), indexOf(model.schema, 'birthDate')];
  const otherBirthday = fields.birthDate.levels.length - 1;
  for (const { levels, count } of patterns) {
    const same = model.samePrior * product(model.fields, 'same', levels);
    const household = model.householdPrior * product(model.fields, 'household', levels);
    const all = same + household + product(model.fields, 'stranger', levels);
    const share = all === 0 ? 0 : (count * same) / all;
    sums.same += share;
    const related = all === 0 ? 0 : (count * household) / all;
    sums.household += related;
    if (levels[birth] === otherBirthday && levels[given] !== MISSING) {
      sums.apart += related;
      if (levels[given] === 0) sums.namesakes += related;
    }
    for (let field = 0; field < levels.length; field++) {
      const level = levels[field] ?? MISSING;
      if (level === MISSING) continue;
      add(sums.levels[field], level, share);
      add(sums.related[field], level, related);
    }
  }
  return sums;
}

/** The likelier a level is between strangers, the less it may speak for one person: pools levels that say otherwise. */
function inOrder(same: readonly number[], stranger: readonly number[]): number[] {
  const pools: { same: number; stranger: number; size: number }[] = [];
  for (const [level, value] of same.entries()) {
    pools.push({ same: value, stranger: stranger[level] ?? LEAST, size: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last && before; last = pools.at(-1), before = pools.at(-2)) {
      if (before.same / before.stranger >= last.same / last.stranger) break;
      pools.splice(-2, 2, {
        same: before.same + last.same,
        stranger: before.stranger + last.stranger,
        size: before.size + last.size,
      });
    }
  }
  let level = 0;
  return pools.flatMap((pool) =>
    Array.from({ length: pool.size }, () => (pool.same * (stranger[level++] ?? LEAST)) / pool.stranger),
  );
}

/**
 * Of one person's records at most so many differ in what tells a household apart. Without a bound, where most people of a household are
 * in the data, one person comes to be whoever shares the address, and no household is left.
 */
const differAtMost: Readonly<Partial<Record<RecordField['kind'], number>>> = { givenName: 0.2, birthDate: 0.1 };

/** The last level, `different`, within its bound. */
function bounded(levels: readonly number[], most: number): readonly number[] {
  const different = levels.at(-1) ?? 0;
  if (different <= most) return levels;
  return levels.map((value, level) => (level === levels.length - 1 ? most : (value * (1 - most)) / (1 - different)));
}

function maximise(sums: Sums, seen: Observations, others: Others): LinkageModel {
  const models = seen.schema.map(({ kind }, field): FieldModel => {
    const [prior, stranger, counts] = [seen.prior[field] ?? [], seen.stranger[field] ?? [], sums.levels[field] ?? []];
    const found = normalised(counts.map((count, level) => count + seen.priorPairs * (prior[level] ?? 0)));
    const mixed = bounded(found, others === 'households' ? (differAtMost[kind] ?? 1) : 1);
    const ordered = fields[kind].scope === 'neutral' ? normalised(inOrder(mixed, stranger)) : mixed;
    const between = ordered.map((same, level) => (same + (stranger[level] ?? 0)) / 2);
    const household =
      others === 'households'
        ? householdLevels(kind, ordered, stranger, namesakeShare(sums))
        : normalised(
            (sums.related[field] ?? []).map((count, level) => count + seen.priorPairs * (between[level] ?? 0)),
          );
    return { same: ordered, stranger, household };
  });
  return {
    schema: seen.schema,
    fields: models,
    samePrior: Math.max(sums.same, 1) / seen.pairs,
    householdPrior: others === 'none' ? LEAST_PRIOR : Math.max(sums.household, 1) / seen.pairs,
  };
}

function settle(start: LinkageModel, seen: Observations, others: Others): LinkageModel {
  let model = start;
  for (let round = 0; round < ROUNDS; round++) {
    const next = maximise(expect(model, seen.patterns), seen, others);
    const moved = Math.abs(Math.log(next.samePrior / model.samePrior));
    model = next;
    if (moved < SETTLED) break;
  }
  return model;
}

/** Share of what was one person without a third kind of pair that has to remain so with it. */
const REMAINS = 0.5;

/** The model that explains the observations best, starting from what is expected. Deterministic. */
export function fitModel(seen: Observations): LinkageModel {
  const zeros = seen.prior.map((row) => row.map(() => 0));
  const none: Sums = { same: seen.guess, household: seen.guess, levels: zeros, related: zeros, apart: 0, namesakes: 0 };
  const started = { ...seen, priorPairs: Math.max(1, seen.priorPairs) };
  const fitWith = (others: Others) => settle(maximise(none, started, others), seen, others);
  if (tellsHouseholds(seen.schema)) return fitWith('households');
  // What is merely related is free to look like anything; where it took what is the same, it is done without.
  const [two, three] = [fitWith('none'), fitWith('related')];
  return three.samePrior < REMAINS * two.samePrior ? two : three;
}
