/**
 * The model of Fellegi and Sunter (A Theory for Record Linkage, 1969), with a third kind of pair beside one person and two strangers:
 * two people of one household or firm, who share name, address and telephone and are the usual cause of wrong merges.
 */
import { fields, type RecordField } from './fields.ts';

/** How often each level is seen, by what the pair is. Each list adds up to one. */
export interface FieldModel {
  /** One person (the m-probabilities). */
  same: readonly number[];
  /** Two strangers (the u-probabilities). */
  stranger: readonly number[];
  /** Two people who live or work together. */
  household: readonly number[];
}

export interface LinkageModel {
  schema: readonly RecordField[];
  fields: readonly FieldModel[];
  /** Probability that two records taken at random are one person; and two people of one household. */
  samePrior: number;
  householdPrior: number;
}

/** The share of records that have this term; undefined where it is not known. */
export type TermFrequency = (field: number, term: string) => number | undefined;

/** The share of pairs of one household who have one given name, where the data tells nothing of it. */
export const NAMESAKES = 0.05;

/** Father and son of one name, twins of one birthday, couples with one mailbox: seen this often in a household at least. */
const sharedByChance: Readonly<Record<string, number>> = {
  birthDate: 0.06,
  email: 0.12,
  gender: 0.4,
  middleName: 0.05,
};

/** Colleagues behind one switchboard have names of their own; a household has telephones of its own. */
const apart: Readonly<Record<string, number>> = { familyName: 0.3, phone: 0.3, organisation: 0.2 };

function mixed(same: readonly number[], stranger: readonly number[], share: number): number[] {
  return stranger.map((probability, level) => probability * (1 - share) + (same[level] ?? 0) * share);
}

/** Two people of one household who share a given name or a birthday hardly ever share both: this much less often than by chance. */
export const NAME_AND_BIRTHDAY = 2 ** -6;

/** What a field looks like between two people of one household, from what it looks like for one person and for strangers. */
export function householdLevels(
  kind: RecordField['kind'],
  same: readonly number[],
  stranger: readonly number[],
  namesakes = NAMESAKES,
): number[] {
  const { scope } = fields[kind];
  if (scope === 'household') return mixed(same, stranger, 1 - (apart[kind] ?? 0));
  const share = kind === 'givenName' ? namesakes : scope === 'person' ? (sharedByChance[kind] ?? 0) : 0;
  return mixed(same, stranger, share);
}

/** True when the fields can tell two people of one household from one person. */
export function tellsHouseholds(schema: readonly RecordField[]): boolean {
  const kinds = schema.map(({ kind }) => kind);
  return kinds.includes('givenName') && kinds.includes('familyName');
}
