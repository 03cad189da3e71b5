/** The fields of a request as agents read and write them. */
import { checkRequest, type FieldProblem, type RequestField, type RequestType, type Ticket } from '@patchbay/contracts';
import type { i18n, TFunction } from 'i18next';
import { bilingual } from '../feedback/bilingual.ts';

type Values = Ticket['fields'];

/** What has to be filled in before the ticket can be resolved, and is not. */
export function missingFields(type: RequestType | undefined, values: Values): ReadonlySet<string> {
  if (!type) return new Set();
  const { problems } = checkRequest(type.fields, values);
  return new Set(problems.filter(({ problem }) => problem === 'required').map(({ field }) => field));
}

/** A value in words: an option by its name, a checkbox by yes or no. */
export function valueText(
  t: TFunction,
  language: Pick<i18n, 'resolvedLanguage'>,
  value: Values[string],
  field?: RequestField,
): string {
  const option = field?.options?.find((one) => one.value === value);
  if (option) return bilingual(language, option.labelEn, option.labelZh).shown;
  if (typeof value === 'boolean') return t(value ? 'request.yes' : 'request.no');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** What is sent for a ticket of this type, and what of it does not fit. An empty field is left out and no problem yet. */
export function checkedValues(
  type: RequestType | undefined,
  given: Values,
): { fields: Values; problems: ReadonlyMap<string, FieldProblem> } {
  if (!type) return { fields: {}, problems: new Map() };
  const known = Object.fromEntries(
    type.fields.flatMap(({ key }) => {
      const value = given[key];
      return value === undefined || value === null || value === '' ? [] : [[key, value]];
    }),
  );
  const { problems } = checkRequest(type.fields, known);
  const wrong = problems.filter(({ problem }) => problem !== 'required');
  return { fields: known, problems: new Map(wrong.map(({ field, problem }) => [field, problem])) };
}
