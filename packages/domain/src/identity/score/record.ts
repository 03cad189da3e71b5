/** Records made ready to be compared, each value read once. */
import { parsePersonName } from '../normal/person-name.ts';
import { fields, type FieldKind, type FieldValue, type Reading, type RecordField } from './fields.ts';

/** A record as it came: for each field its values, of which there may be several (two telephones). */
export type RawRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A record's values by field, in the order of the fields; null where it has none. */
export type ComparedRecord = readonly (readonly FieldValue[] | null)[];

/** The field of {@link RawRecord} that holds a whole name; it is read into given and family name. */
export const FULL_NAME = 'fullName';

/** The fields of a customer. */
export const customerFields: readonly RecordField[] = (
  [
    'givenName',
    'familyName',
    'generation',
    'birthDate',
    'email',
    'phone',
    'accountNumber',
    'street',
    'postalCode',
    'city',
    'organisation',
  ] satisfies FieldKind[]
).map((kind) => ({ name: kind, kind }));

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function withNameParts(raw: RawRecord): RawRecord {
  const names = listOf(raw[FULL_NAME])
    .filter((name) => name.trim() !== '')
    .map(parsePersonName);
  if (names.length === 0) return raw;
  const join = (part: 'given' | 'family') => names.map((name) => name[part].join(' ')).filter((words) => words !== '');
  return {
    ...raw,
    givenName: [...listOf(raw.givenName), ...join('given')],
    familyName: [...listOf(raw.familyName), ...join('family')],
    generation: [...listOf(raw.generation), ...names.flatMap(({ generation }) => generation ?? [])],
  };
}

/** Reads a record. A value that its field does not understand counts as missing. */
export function readRecord(raw: RawRecord, schema: readonly RecordField[], reading: Reading = {}): ComparedRecord {
  const named = withNameParts(raw);
  return schema.map(({ name, kind }) => {
    const values = listOf(named[name]).flatMap((value) => fields[kind].read(value, reading) ?? []);
    return values.length === 0 ? null : values;
  });
}
