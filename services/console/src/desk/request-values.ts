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

/** What an editor begins with: a value that is hidden is not there to be changed letter by letter. */
export const editableValues = ({ fields, hiddenFields = [] }: Pick<Ticket, 'fields' | 'hiddenFields'>): Values =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !hiddenFields.includes(key)));

/** A hidden value that nobody wrote over goes back as it is shown, and so stays. */
export function withHidden(
  { fields, hiddenFields = [] }: Pick<Ticket, 'fields' | 'hiddenFields'>,
  known: readonly RequestField[],
  given: Values,
): Values {
  const kept = hiddenFields.filter((hidden) => known.some(({ key }) => key === hidden));
  return { ...Object.fromEntries(kept.map((key) => [key, fields[key]])), ...given };
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
