/** The fields that records are compared by: how each is read, and what two values can have in common. */
import { normaliseEmail } from '../../email-address.ts';
import { compareAmounts, compareDates, compareReferences } from '../compare/digits.ts';
import { compareNames, type NamePart, namePart } from '../compare/names.ts';
import { jaroWinkler, withinOneEdit } from '../compare/strings.ts';
import { tokenLikeness, tokenSet, type WordWeight } from '../compare/tokens.ts';
import { addressTokens, normalisePostalCode } from '../normal/address.ts';
import { type DateReading, normaliseDate } from '../normal/date.ts';
import { type EmailHint, emailHint } from '../normal/email-hint.ts';
import { normaliseOrganisation } from '../normal/organisation.ts';
import { formatPhone, normalisePhone } from '../normal/phone.ts';
import { normaliseAccountNumber } from '../normal/reference.ts';
import { phoneticKey } from '../normal/romanise.ts';
import { foldText, wordsOf } from '../normal/text.ts';

/** How values that leave something open are read. */
export interface Reading extends DateReading {
  /** ISO 3166-1 alpha-2: whose telephone numbers are written without a country. */
  region?: string;
}

/** A value that was understood. */
export interface FieldValue {
  /** Its normal form: equal forms are equal values, and their frequency is counted by it. */
  term: string;
  /** What comparing needs; each field knows its own. */
  parts: unknown;
  /** Words of long texts, by which the rare ones are weighed. */
  words: readonly string[];
}

export interface Field {
  /** Codes of what two values can have in common. The first is equality, the last is nothing. */
  levels: readonly string[];
  /** Whether people who live or work together share it. */
  scope: 'person' | 'household' | 'neutral';
  /** True when an equal value says more the rarer it is. */
  frequencies: boolean;
  read(raw: string, reading: Reading): FieldValue | null;
  /** The level as an index. Symmetric; 0 on equal terms. */
  compare(a: FieldValue, b: FieldValue, weight?: WordWeight): number;
  /** What a record with this value can be found by. */
  keys(value: FieldValue): string[];
}

interface Definition<P> {
  levels: readonly string[];
  scope: Field['scope'];
  frequencies?: boolean;
  read(raw: string, reading: Reading): { term: string; parts: P; words?: readonly string[] } | null;
  compare(a: P, b: P, weight?: WordWeight): string;
  keys?(parts: P, term: string): string[];
}

function field<P>(definition: Definition<P>): Field {
  const { levels, scope, frequencies = true, read, compare, keys } = definition;
  const last = levels.length - 1;
  // Values come from this very field's read.
  const partsOf = (value: FieldValue) => value.parts as P;
  return {
    levels,
    scope,
    frequencies,
    read: (raw, reading) => {
      const value = read(raw, reading);
      return value === null || value.term === '' ? null : { words: [], ...value };
    },
    compare: (a, b, weight) => {
      if (a.term === b.term) return 0;
      const level = levels.indexOf(compare(partsOf(a), partsOf(b), weight));
      return level < 0 ? last : level;
    },
    keys: (value) => keys?.(partsOf(value), value.term) ?? [value.term],
  };
}

const plain = (term: string) => (term === '' ? null : { term, parts: term });

function nameField(part: 'family' | 'given'): Field {
  const nickname = part === 'given' ? ['nickname'] : [];
  return field<NamePart>({
    levels: ['equal', 'transliterated', ...nickname, 'part', 'close', 'similar', 'swapped', 'different'],
    scope: part === 'given' ? 'person' : 'household',
    read: (raw) => {
      const parts = namePart(wordsOf(raw), part);
      return parts && { term: parts.joined, parts };
    },
    compare: compareNames,
    keys: ({ joined, readings }) => [readings[0] ?? joined, `~${phoneticKey(joined, part)}`],
  });
}

const birthDate = field<string>({
  levels: ['equal', 'mistyped', 'swapped', 'two-parts', 'year', 'different'],
  scope: 'person',
  read: (raw, reading) => {
    const iso = normaliseDate(raw, reading)?.replaceAll('-', '');
    const digits = raw.replaceAll(/\D/g, '');
    // Data has days that do not exist; compared by its digits such a date still tells something.
    return iso === undefined ? plain(digits.length === 8 ? digits : '') : plain(iso);
  },
  compare: compareDates,
});

function compareEmails(a: EmailHint, b: EmailHint): string {
  if (a.role && b.role) return a.address === b.address ? 'role' : 'different';
  if (a.address === b.address) return 'same-mailbox';
  if (a.role || b.role || Math.min(a.local.length, b.local.length) < 4) return 'different';
  if (a.local === b.local) return 'same-local';
  const oneLetter = withinOneEdit(`${a.local}@${a.domain}`, `${b.local}@${b.domain}`);
  return oneLetter || jaroWinkler(a.local, b.local) >= 0.93 ? 'similar' : 'different';
}

const email = field<EmailHint>({
  levels: ['equal', 'same-mailbox', 'same-local', 'similar', 'role', 'different'],
  scope: 'person',
  read: (raw) => {
    const [term, hint] = [normaliseEmail(raw), emailHint(raw)];
    return term === null || hint === null ? null : { term, parts: hint };
  },
  compare: compareEmails,
  keys: ({ address, local, role }) => (role ? [address] : [address, `~${local}`]),
});

const LAST_DIGITS = 8;
const phone = field<{ number: string; extension: string | null }>({
  levels: ['equal', 'same-line', 'mistyped', 'different'],
  scope: 'household',
  read: (raw, { region }) => {
    const known = normalisePhone(raw, region);
    if (known) return { term: formatPhone(known), parts: { number: known.e164, extension: known.extension } };
    const digits = raw.replaceAll(/\D/g, '');
    return digits.length < 5 ? null : { term: digits, parts: { number: digits, extension: null } };
  },
  compare: (a, b) => {
    const ends = a.number.length >= LAST_DIGITS && a.number.slice(-LAST_DIGITS) === b.number.slice(-LAST_DIGITS);
    if (ends) return 'same-line';
    return withinOneEdit(a.number, b.number) ? 'mistyped' : 'different';
  },
  keys: ({ number }) => [number.slice(-LAST_DIGITS)],
});

function reference(scope: Field['scope'], levels: readonly string[], read: (raw: string) => string | null): Field {
  return field<string>({ levels, scope, read: (raw) => plain(read(raw) ?? ''), compare: compareReferences });
}

function compareStreets(a: StreetParts, b: StreetParts, weight?: WordWeight): string {
  const words = tokenLikeness(a.words, b.words, weight);
  const numbers = a.numbers.join(' ') === b.numbers.join(' ');
  if (words === 1) return numbers ? 'equal' : 'same-street';
  if (words >= 0.8) return numbers ? 'close' : 'similar';
  return words >= 0.5 && numbers ? 'similar' : 'different';
}

interface StreetParts {
  words: string[];
  numbers: string[];
}

const street = field<StreetParts>({
  levels: ['equal', 'close', 'same-street', 'similar', 'different'],
  scope: 'household',
  read: (raw) => {
    const { words, numbers } = addressTokens(raw);
    const parts = { words: tokenSet(words), numbers: tokenSet(numbers) };
    return { term: [...parts.numbers, ...parts.words].join(' '), parts, words: parts.words };
  },
  compare: compareStreets,
  keys: ({ words, numbers }, term) => [term, ...words, ...numbers.flatMap((n) => words.map((word) => `${n} ${word}`))],
});

const city = field<string>({
  levels: ['equal', 'close', 'similar', 'different'],
  scope: 'household',
  read: (raw) => plain(wordsOf(raw).join(' ')),
  compare: (a, b) => {
    if (withinOneEdit(a, b) || jaroWinkler(a, b) >= 0.95) return 'close';
    return jaroWinkler(a, b) >= 0.85 || tokenLikeness(a.split(' '), b.split(' ')) >= 0.5 ? 'similar' : 'different';
  },
});

function category(scope: Field['scope']): Field {
  return field<string>({
    levels: ['equal', 'mistyped', 'different'],
    scope,
    read: (raw) => plain(wordsOf(raw).join(' ')),
    compare: (a, b) => (Math.min(a.length, b.length) > 1 && withinOneEdit(a, b) ? 'mistyped' : 'different'),
  });
}

const TEXT_STEPS = [0.9, 0.75, 0.6, 0.45, 0.3, 0.15] as const;

/** Words in any order, weighed by how rare they are. */
function text(scope: Field['scope'], normal: (raw: string) => string[]): Field {
  return field<readonly string[]>({
    levels: ['equal', ...TEXT_STEPS.map((step) => `over-${String(Math.round(step * 100))}%`), 'different'],
    scope,
    frequencies: false,
    read: (raw) => {
      const words = tokenSet(normal(raw));
      return { term: words.join(' '), parts: words, words };
    },
    compare: (a, b, weight) => {
      const likeness = tokenLikeness(a, b, weight);
      const step = TEXT_STEPS.find((least) => likeness >= least);
      return step === undefined ? 'different' : `over-${String(Math.round(step * 100))}%`;
    },
    keys: (words) => [...words],
  });
}

const amount = field<number>({
  levels: ['equal', 'within-1%', 'within-5%', 'within-20%', 'different'],
  scope: 'neutral',
  frequencies: false,
  read: (raw) => {
    const number = Number(
      foldText(raw)
        .replaceAll(/[^\d.,-]/g, '')
        .replace(/,(?=\d{3}\b)/g, '')
        .replace(',', '.'),
    );
    return raw.trim() === '' || !Number.isFinite(number) || !/\d/.test(raw)
      ? null
      : { term: String(number), parts: number };
  },
  compare: compareAmounts,
  keys: () => [],
});

const year = field<number>({
  levels: ['equal', 'off-by-1', 'off-by-5', 'different'],
  scope: 'neutral',
  frequencies: false,
  read: (raw) => {
    const number = Math.trunc(Number(/-?\d+(?:\.\d+)?/.exec(foldText(raw))?.[0] ?? Number.NaN));
    return Number.isNaN(number) ? null : { term: String(number), parts: number };
  },
  compare: (a, b) => {
    const apart = Math.abs(a - b);
    if (apart === 1) return 'off-by-1';
    return apart <= 5 ? 'off-by-5' : 'different';
  },
  keys: () => [],
});

const codeLevels = ['equal', 'mistyped', 'different'] as const;

/** Every kind of field. `text`, `category`, `amount` are for what is no field of a person. */
export const fields = {
  givenName: nameField('given'),
  middleName: nameField('given'),
  familyName: nameField('family'),
  generation: category('person'),
  birthDate,
  gender: category('person'),
  email,
  phone,
  accountNumber: reference('person', ['equal', 'mistyped', 'similar', 'different'], normaliseAccountNumber),
  street,
  houseNumber: reference('household', codeLevels, normaliseAccountNumber),
  postalCode: reference('household', codeLevels, normalisePostalCode),
  city,
  region: category('household'),
  country: category('household'),
  organisation: text('household', (raw) => normaliseOrganisation(raw)?.split(' ') ?? []),
  text: text('neutral', wordsOf),
  category: category('neutral'),
  year,
  amount,
} satisfies Record<string, Field>;

export type FieldKind = keyof typeof fields;

/** A field of a particular data set: several columns may be of one kind. */
export interface RecordField {
  name: string;
  kind: FieldKind;
}
