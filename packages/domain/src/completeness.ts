/** How complete a customer's file is (service norm C3). */
import type { CustomField } from '@patchbay/contracts';

export const completenessFormula = 'filled required fields ÷ required fields × 100';
export const completenessRateFormula =
  'filled required fields of all customers ÷ required fields of all customers × 100';

export interface FileOwner {
  /** Null where customers are not graded. */
  readonly grade: string | null;
  /** Types of the tickets that the customer has. */
  readonly requestTypes: readonly string[];
}

/** Whether a field has to be filled in: always, for one of these request types, or for this grade. */
export function isRequired(field: CustomField, { grade, requestTypes }: FileOwner): boolean {
  return (
    field.required ||
    (grade !== null && field.requiredGrades.includes(grade)) ||
    field.requiredTypes.some((type) => requestTypes.includes(type))
  );
}

export interface Completeness {
  readonly filled: number;
  readonly required: number;
  /** Of 100, to one decimal; 100 where nothing is required. */
  readonly percent: number;
  readonly missing: string[];
}

/** A value counts as filled when there is one: an empty text or list is none. */
export function completenessOf(
  fields: readonly CustomField[],
  owner: FileOwner,
  values: Readonly<Record<string, unknown>>,
): Completeness {
  const required = fields.filter((field) => isRequired(field, owner)).map(({ key }) => key);
  const missing = required.filter((key) => !isFilled(Object.hasOwn(values, key) ? values[key] : undefined));
  const filled = required.length - missing.length;
  return { filled, required: required.length, percent: percentOf(filled, required.length), missing };
}

export function isFilled(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === 'string' ? value.trim() !== '' : Array.isArray(value) ? value.length > 0 : true;
}

/** `part` of `whole` as a percentage to one decimal. Rounded down, so that 100 means all of it. Of nothing, all is there. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 1000) / 10;
}
