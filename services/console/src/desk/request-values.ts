/** The fields of a request as agents read and write them. */
import {
  asRequestField,
  checkRequest,
  type CustomField,
  type FieldProblem,
  type RequestField,
  type RequestType,
  type Ticket,
} from '@patchbay/contracts';
import type { i18n, TFunction } from 'i18next';
import { bilingual } from '../feedback/bilingual.ts';

type Values = Ticket['fields'];

/** The fields of the request type, and those that the centre added to every ticket. */
export function ticketFields(type: RequestType | undefined, custom: readonly CustomField[]): readonly RequestField[] {
  const asked = type?.fields ?? [];
  const added = custom.filter(({ scope, key }) => scope === 'ticket' && !asked.some((field) => field.key === key));
  const needs = ({ required, requiredTypes }: CustomField) =>
    required || (type !== undefined && requiredTypes.includes(type.key));
  return [...asked, ...added.map((field) => asRequestField(field, needs(field)))];
}

/** What has to be filled in before the ticket can be resolved, and is not. */
export function missingFields(fields: readonly RequestField[], values: Values): ReadonlySet<string> {
  const { problems } = checkRequest(fields, values);
  return new Set(problems.filter(({ problem }) => problem === 'required').map(({ field }) => field));
}

/** A value in words: an option by its name, a checkbox by yes or no. */
export function valueText(
  t: TFunction,
  language: Pick<i18n, 'resolvedLanguage'>,
  value: Values[string],
  field?: RequestField,
): string {
  if (Array.isArray(value)) return value.map((one) => valueText(t, language, one, field)).join(', ');
  const option = field?.options?.find((one) => one.value === value);
  if (option) return bilingual(language, option.labelEn, option.labelZh).shown;
  if (typeof value === 'boolean') return t(value ? 'request.yes' : 'request.no');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** What is sent for a ticket with these fields, and what of it does not fit. An empty field is left out and no problem yet. */
export function checkedValues(
  fields: readonly RequestField[],
  given: Values,
): { fields: Values; problems: ReadonlyMap<string, FieldProblem> } {
  const known = Object.fromEntries(
    fields.flatMap(({ key }) => {
      const value = given[key];
      return isEmpty(value) ? [] : [[key, value]];
    }),
  );
  const { problems } = checkRequest(fields, known);
  const wrong = problems.filter(({ problem }) => problem !== 'required');
  return { fields: known, problems: new Map(wrong.map(({ field, problem }) => [field, problem])) };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
