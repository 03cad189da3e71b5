/** How probable it is that two records are one person, and why. */
import { type FieldComparison, MISSING } from './comparison.ts';
import { fields } from './fields.ts';
import { type LinkageModel, NAME_AND_BIRTHDAY, type TermFrequency } from './model.ts';

/** One reason, in codes that a screen puts into words: `{ field: 'email', level: 'equal', weight: 9.1 }`. */
export interface ScoreReason {
  /** A field's name; `rarity` is how rare one person among all pairs is, `household` that two people of one household fit as well. */
  field: string;
  /** A level of the field, or `prior`. */
  level: string;
  /** In bits: how much it speaks for (positive) or against (negative) one person. */
  weight: number;
  /** The two values in normal form; null where the reason is none of a field. */
  left: string | null;
  right: string | null;
}

export interface Score {
  /** Binary logarithm of the odds that the records are one person: 0 is even, 10 is about a thousand to one. */
  score: number;
  /** Weightiest first. */
  reasons: ScoreReason[];
}

/** Least share that a term is taken to have. */
const RAREST = 1e-7;
/** Smallest weight worth a reason. */
const LEAST_WEIGHT = 0.05;

/** The probability that a score stands for. */
export const probabilityOf = (score: number): number => 1 / (1 + 2 ** -score);

/** The model's probabilities as logarithms, looked up for each pair. */
export class Scorer {
  readonly #model: LinkageModel;
  readonly #frequency: TermFrequency | undefined;
  readonly #same: readonly (readonly number[])[];
  readonly #stranger: readonly (readonly number[])[];
  readonly #household: readonly (readonly number[])[];
  readonly #samePrior: number;
  readonly #householdPrior: number;
  readonly #given: number;
  readonly #birth: number;

  constructor(model: LinkageModel, frequency?: TermFrequency) {
    this.#model = model;
    this.#frequency = frequency;
    this.#same = model.fields.map(({ same }) => same.map(Math.log2));
    this.#stranger = model.fields.map(({ stranger }) => stranger.map(Math.log2));
    this.#household = model.fields.map(({ household }) => household.map(Math.log2));
    this.#samePrior = Math.log2(model.samePrior);
    this.#householdPrior = Math.log2(model.householdPrior);
    this.#given = model.schema.findIndex(({ kind }) => kind === 'givenName');
    this.#birth = model.schema.findIndex(({ kind }) => kind === 'birthDate');
  }

  /** The score alone, for many pairs. `levels` has one level for each field. */
  scoreOf(levels: ArrayLike<number>, termOf: (field: number) => string | undefined): number {
    let [same, stranger, household] = [this.#samePrior, 0, this.#householdPrior];
    for (let field = 0; field < this.#same.length; field++) {
      const level = levels[field] ?? MISSING;
      if (level === MISSING) continue;
      const [s, u, h] = this.#logs(field, level, level === 0 ? termOf(field) : undefined);
      same += s;
      stranger += u;
      household += h;
    }
    return same - sumOfLogs(stranger, household + this.#together((field) => levels[field]));
  }

  score(comparisons: readonly FieldComparison[]): Score {
    const reasons: ScoreReason[] = [];
    let [stranger, household] = [0, this.#householdPrior];
    for (const [index, { level, left, right }] of comparisons.entries()) {
      const field = this.#model.schema[index];
      if (level === MISSING || field === undefined) continue;
      const [s, u, h] = this.#logs(index, level, left?.term);
      stranger += u;
      household += h;
      const terms = { left: left?.term ?? null, right: right?.term ?? null };
      reasons.push({ field: field.name, level: fields[field.kind].levels[level] ?? '', weight: s - u, ...terms });
    }
    household += this.#together((field) => comparisons[field]?.level);
    const none = { left: null, right: null };
    reasons.push({ field: 'rarity', level: 'prior', weight: this.#samePrior, ...none });
    reasons.push({ field: 'household', level: 'prior', weight: stranger - sumOfLogs(stranger, household), ...none });
    return {
      score: reasons.reduce((sum, { weight }) => sum + weight, 0),
      reasons: reasons
        .filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT)
        .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
    };
  }

  /** What one household loses when given name and birthday are equal together. */
  #together(levelOf: (field: number) => number | undefined): number {
    return levelOf(this.#given) === 0 && levelOf(this.#birth) === 0 ? Math.log2(NAME_AND_BIRTHDAY) : 0;
  }

  /** Logarithms of same, stranger, household. Two strangers share a term as often as the term is frequent. */
  #logs(field: number, level: number, term: string | undefined): readonly [number, number, number] {
    const [s, h] = [this.#same[field]?.[level] ?? 0, this.#household[field]?.[level] ?? 0];
    const u = this.#stranger[field]?.[level] ?? 0;
    if (level !== 0 || term === undefined) return [s, u, h];
    const share = this.#frequency?.(field, term);
    return [s, share === undefined ? u : Math.log2(Math.max(share, RAREST)), h];
  }
}

/** log2(2^a + 2^b), without leaving the range of numbers. */
function sumOfLogs(a: number, b: number): number {
  const [less, more] = a < b ? [a, b] : [b, a];
  return more + Math.log2(1 + 2 ** (less - more));
}
