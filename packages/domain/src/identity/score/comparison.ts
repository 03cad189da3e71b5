/** What two records have in common, field by field. */
import { compareNames, type NamePart } from '../compare/names.ts';
import type { WordWeight } from '../compare/tokens.ts';
import type { EmailHint } from '../normal/email-hint.ts';
import { soundKey } from '../normal/romanise.ts';
import { fields, type FieldValue, type RecordField } from './fields.ts';
import type { ComparedRecord } from './record.ts';

/** In place of a level where one side has no value: neither for nor against. */
export const MISSING = 255;

const noneOf = (list: readonly FieldValue[] | null | undefined): list is null | undefined =>
  list === null || list === undefined;

/** The best level of any value with any, and the terms that reached it. */
export interface FieldComparison {
  level: number;
  left: FieldValue | null;
  right: FieldValue | null;
}

const missing: FieldComparison = { level: MISSING, left: null, right: null };

function compareField(
  { kind }: RecordField,
  left: readonly FieldValue[] | null | undefined,
  right: readonly FieldValue[] | null | undefined,
  weight?: WordWeight,
): FieldComparison {
  if (noneOf(left) || noneOf(right)) return missing;
  let best = missing;
  for (const a of left) {
    for (const b of right) {
      const level = fields[kind].compare(a, b, weight);
      if (level < best.level) best = { level, left: a, right: b };
    }
  }
  return best;
}

const alikeMailboxes = new Set(['same-local', 'similar'].map((level) => fields.email.levels.indexOf(level)));

const agrees = (a: FieldValue, b: FieldValue) =>
  // Both are name fields, whose parts are of one type.
  ['equal', 'transliterated', 'nickname', 'close'].includes(compareNames(a.parts as NamePart, b.parts as NamePart));

const crossed = (left: readonly FieldValue[], right: readonly FieldValue[]) =>
  left.some((a) => right.some((b) => agrees(a, b)));

/** True when each one's given name is the other's family name. */
function namesSwapped(a: ComparedRecord, b: ComparedRecord, given: number, family: number): boolean {
  const [givenA, familyA, givenB, familyB] = [a[given], a[family], b[given], b[family]];
  if (noneOf(givenA) || noneOf(familyA) || noneOf(givenB) || noneOf(familyB)) return false;
  return crossed(givenA, familyB) && crossed(familyA, givenB);
}

/** True when the address is made of the person's names: then its likeness to another says what the names say already. */
function isNamedMailbox(email: FieldValue, names: readonly (readonly FieldValue[] | null | undefined)[]): boolean {
  const { local } = email.parts as EmailHint;
  const readings = names.flatMap((values) => values ?? []).flatMap(({ parts }) => (parts as NamePart).readings);
  return readings.some((reading) => reading.length > 2 && soundKey(local).includes(reading));
}

/** Compares records of one schema. */
export class RecordComparer {
  readonly #schema: readonly RecordField[];
  readonly #weights: readonly (WordWeight | undefined)[];
  readonly #given: number;
  readonly #family: number;
  readonly #email: number;

  /** @param weights how much a word of each field says; by default all say the same. */
  constructor(schema: readonly RecordField[], weights: readonly (WordWeight | undefined)[] = []) {
    this.#schema = schema;
    this.#weights = weights;
    this.#given = schema.findIndex(({ kind }) => kind === 'givenName');
    this.#family = schema.findIndex(({ kind }) => kind === 'familyName');
    this.#email = schema.findIndex(({ kind }) => kind === 'email');
  }

  compare(a: ComparedRecord, b: ComparedRecord): FieldComparison[] {
    const found = this.#schema.map((field, index) => compareField(field, a[index], b[index], this.#weights[index]));
    this.#noteSwapped(a, b, found);
    this.#noteNamedMailboxes(a, b, found);
    return found;
  }

  #noteSwapped(a: ComparedRecord, b: ComparedRecord, found: FieldComparison[]): void {
    const [given, family] = [found[this.#given], found[this.#family]];
    if (given === undefined || family === undefined) return;
    const swapped = (name: 'givenName' | 'familyName') => fields[name].levels.indexOf('swapped');
    // Names that agree as they stand are not swapped.
    if (given.level < swapped('givenName') - 1 || family.level < swapped('familyName') - 1) return;
    if (!namesSwapped(a, b, this.#given, this.#family)) return;
    given.level = swapped('givenName');
    family.level = swapped('familyName');
  }

  #noteNamedMailboxes(a: ComparedRecord, b: ComparedRecord, found: FieldComparison[]): void {
    const { left, right, level } = found[this.#email] ?? missing;
    if (left === null || right === null || !alikeMailboxes.has(level)) return;
    const namesOf = (record: ComparedRecord) => [record[this.#given], record[this.#family]];
    if (isNamedMailbox(left, namesOf(a)) && isNamedMailbox(right, namesOf(b))) found[this.#email] = missing;
  }
}
