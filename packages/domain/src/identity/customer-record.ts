/** A customer's file as it is compared with others: names, birthday, address, organisations, and what they are reached by. */
import type { IdentifierGrade, IdentifierKind } from '@patchbay/contracts';
import { unnamed } from './customer.ts';
import { formatPhone } from './normal/phone.ts';
import type { Reading } from './score/fields.ts';
import { type ComparedRecord, customerFields, FULL_NAME, type RawRecord, readRecord } from './score/record.ts';

export interface HeldIdentifier {
  readonly kind: IdentifierKind;
  readonly value: string;
  readonly grade: IdentifierGrade;
  readonly shared: boolean;
  /** Behind a switchboard's number. */
  readonly extension: string | null;
}

/** What is known of a customer. */
export interface ComparedFile {
  readonly displayName: string;
  /** By the keys of the customer's fields; those that say nothing about who somebody is are passed over. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly organisations: readonly string[];
  readonly identifiers: readonly HeldIdentifier[];
}

const identifierFields = { email: 'email', phone: 'phone', account: 'accountNumber' } as const;
type FieldIdentifier = HeldIdentifier & { readonly kind: keyof typeof identifierFields };

/** An identifier of several people is nobody's. A number with its extension is one person's again. */
function own({ identifiers }: ComparedFile): FieldIdentifier[] {
  return identifiers.filter(
    (one): one is FieldIdentifier => one.kind in identifierFields && (!one.shared || one.extension !== null),
  );
}

const valueOf = ({ value, extension }: HeldIdentifier) =>
  extension === null ? value : formatPhone({ e164: value, extension });

const fileFields = ['givenName', 'familyName', 'birthDate', 'street', 'postalCode', 'city'] as const;

/** Whoever gave no name is called by an address or a number. */
function isName({ displayName, identifiers }: ComparedFile): boolean {
  return (
    displayName !== unnamed && !/[@\d]/.test(displayName) && !identifiers.some(({ value }) => value === displayName)
  );
}

/** The file by the names of {@link customerFields}. */
export function customerRecord(file: ComparedFile): RawRecord {
  const held = own(file);
  const valuesOf = (kind: keyof typeof identifierFields) => held.filter((one) => one.kind === kind).map(valueOf);
  const known = fileFields.flatMap((key) => {
    const value = file.fields[key];
    return typeof value === 'string' && value.trim() !== '' ? [[key, value] as const] : [];
  });
  return {
    ...Object.fromEntries(known),
    ...(isName(file) && { [FULL_NAME]: file.displayName }),
    organisation: file.organisations,
    email: valuesOf('email'),
    phone: valuesOf('phone'),
    accountNumber: valuesOf('account'),
  };
}

/** Reads the file. What was proved is marked as exact. */
export function readCustomer(file: ComparedFile, reading: Reading = {}): ComparedRecord {
  const record = readRecord(customerRecord(file), customerFields, reading);
  const proved = readRecord(
    customerRecord({ ...file, identifiers: file.identifiers.filter(({ grade }) => grade !== 'claimed') }),
    customerFields,
    reading,
  );
  const identifying: readonly string[] = Object.values(identifierFields);
  return record.map((values, index) => {
    if (values === null || !identifying.includes(customerFields[index]?.name ?? '')) return values;
    const terms = new Set(proved[index]?.map(({ term }) => term));
    return values.map((value) => (terms.has(value.term) ? { ...value, exact: true } : value));
  });
}

/**
 * How far two customers name one identifier: `proved` when one of them proved it, `claimed` when both only say so, null when they
 * have none in common. One both proved there is none: it is one customer's, or shared.
 */
export function commonIdentifier(a: ComparedFile, b: ComparedFile): 'proved' | 'claimed' | null {
  const theirs = new Map(own(b).map((one) => [`${one.kind}:${valueOf(one)}`, one.grade]));
  const grades = own(a).flatMap((one) => {
    const other = theirs.get(`${one.kind}:${valueOf(one)}`);
    return other === undefined ? [] : [one.grade !== 'claimed' || other !== 'claimed'];
  });
  if (grades.length === 0) return null;
  return grades.some(Boolean) ? 'proved' : 'claimed';
}
