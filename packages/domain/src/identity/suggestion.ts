/** Whether two customers may be one person: their likeness, and what they say of themselves. It suggests, and never joins. */
import { commonIdentifier, type ComparedFile } from './customer-record.ts';
import { rank, type ResolutionOptions } from './resolution.ts';
import type { ComparedRecord } from './score/record.ts';
import { probabilityOf, type ScoreReason } from './score/score.ts';

export interface ComparedCustomer {
  readonly id: string;
  readonly file: ComparedFile;
  readonly record: ComparedRecord;
}

export interface Likeness {
  /** Probability that they are one person, from 0 to 1. */
  readonly score: number;
  /** Weightiest first. */
  readonly reasons: readonly ScoreReason[];
}

/** Whoever names another's number says more than that two records have one: it is hardly ever a stranger's. Bits. */
const wordWeight = { proved: 3, claimed: 1.5 } as const;
/** As far as a word can bring a pair, and a word alone leave it, in bits: 16 to 1. Nobody is certain because somebody says so. */
const farthest = 4;
/** And where the name or something else is alike as well: below what is merged unseen, since names and account numbers are read on letters. */
const farthestWithMore = 6.9;
const named = ['email', 'phone', 'accountNumber'];
const aboutIdentity = ['email', 'phone', 'accountNumber', 'rarity', 'household'];

/** What the word of one of them adds, or takes from what nothing but the word stands for. */
function weightOfWord(score: number, reasons: readonly ScoreReason[], common: 'proved' | 'claimed'): number {
  const alone = !reasons.some(({ field, weight }) => weight > 0 && !aboutIdentity.includes(field));
  if (score >= farthest && alone) return farthest - score;
  if (score >= farthest) {
    const said = reasons.filter(({ field, weight }) => weight > 0 && named.includes(field));
    const rest = score - said.reduce((sum, { weight }) => sum + weight, 0);
    return Math.min(0, Math.max(rest, farthestWithMore) - score);
  }
  return Math.min(wordWeight[common], farthest - score);
}

/** How likely it is that the two are one person. The same both ways, but for the sides of the reasons. */
export function likeness(one: ComparedCustomer, other: ComparedCustomer, options: ResolutionOptions): Likeness {
  const [found] = rank(one.record, [{ customerId: other.id, record: other.record }], options);
  const { score, reasons } = found ?? { score: Number.NEGATIVE_INFINITY, reasons: [] };
  const common = commonIdentifier(one.file, other.file);
  const weight = common === null ? 0 : weightOfWord(score, reasons, common);
  if (weight === 0) return { score: probabilityOf(score), reasons };
  const word: ScoreReason = { field: 'claim', level: common ?? '', weight, left: null, right: null };
  return {
    score: probabilityOf(score + weight),
    reasons: [...reasons, word].toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
  };
}
