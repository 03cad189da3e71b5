import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComparedFile, customerRecord, readCustomer } from './customer-record.ts';
import { frequencyOfNames, nameFrequencyKeys } from './name-frequency.ts';
import { customerFields } from './score/record.ts';
import { type ComparedCustomer, likeness } from './suggestion.ts';

type Held = ComparedFile['identifiers'][number];
const held = (kind: Held['kind'], value: string, grade: Held['grade'] = 'known', more: Partial<Held> = {}): Held => ({
  kind,
  value,
  grade,
  shared: false,
  extension: null,
  ...more,
});
const file = (displayName: string, ...identifiers: Held[]): ComparedFile => ({
  displayName,
  fields: {},
  organisations: [],
  identifiers,
});
const compared = (id: string, given: ComparedFile): ComparedCustomer => ({
  id,
  file: given,
  record: readCustomer(given, { region: 'DE' }),
});
const options = (population: number) => ({
  population,
  frequency: frequencyOfNames(new Map(), { population, countLimit: 100 }),
});
const between = (one: ComparedFile, other: ComparedFile, population = 1_000) =>
  likeness(compared('1', one), compared('2', other), options(population));

const phone = '+4915112380001';
const email = 'lee@example.test';

describe('likeness', () => {
  it.each<[string, ComparedFile, ComparedFile, [least: number, most: number]]>([
    [
      'claims the number of the other',
      file(phone, held('phone', phone)),
      file('Visitor', held('phone', phone, 'claimed')),
      [0.7, 0.95],
    ],
    [
      'both claim one address',
      file('Visitor', held('email', email, 'claimed')),
      file('Visitor', held('email', email, 'claimed')),
      [0.6, 0.95],
    ],
    [
      'claims the address under the same name',
      file('Ann Lee', held('email', email)),
      file('Lee, Ann', held('email', email, 'claimed')),
      [0.95, 0.995],
    ],
    [
      'claims the address under another name',
      file('Ann Lee', held('email', email)),
      file('Bob Ray', held('email', email, 'claimed')),
      [0, 0.6],
    ],
    [
      'claims an account, and nothing else is known',
      file('1', held('account', 'K1234567')),
      file('2', held('account', 'K1234567', 'claimed')),
      [0.9, 0.95],
    ],
    [
      'account and name',
      file('Ann Lee', held('account', 'K1234567')),
      file('Ann Lee', held('account', 'K1234567', 'claimed')),
      [0.95, 0.995],
    ],
    [
      'a slip in a claimed account',
      file('Ann Lee', held('account', 'K1234567')),
      file('Ann Lee', held('account', 'K1234568', 'claimed')),
      [0.9, 1],
    ],
    [
      'neighbouring accounts of namesakes',
      file('Ann Lee', held('account', 'K1234567')),
      file('Ann Lee', held('account', 'K1234568')),
      [0, 0.1],
    ],
    [
      'neighbouring numbers of namesakes',
      file('Ann Lee', held('phone', phone)),
      file('Ann Lee', held('phone', '+4915112380002')),
      [0, 0.8],
    ],
    [
      'a shared number',
      file('Ann', held('phone', phone, 'known', { shared: true })),
      file('Bob', held('phone', phone, 'known', { shared: true })),
      [0, 0.5],
    ],
  ])('%s', (_what, one, other, [least, most]) => {
    for (const population of [1_000, 50_000]) {
      const { score } = between(one, other, population);
      expect(score).toBeGreaterThanOrEqual(least);
      expect(score).toBeLessThanOrEqual(most);
    }
  });

  it('says what the word of one of them adds', () => {
    const { reasons } = between(file('Ann', held('phone', phone)), file('Visitor', held('phone', phone, 'claimed')));
    expect(reasons).toContainEqual({ field: 'claim', level: 'proved', weight: 3, left: null, right: null });
  });

  const identifier = fc.record({
    kind: fc.constantFrom('email' as const, 'phone' as const, 'account' as const, 'visitor' as const),
    value: fc.constantFrom(email, phone, 'K1234567', 'ann@example.test'),
    grade: fc.constantFrom('verified' as const, 'known' as const, 'claimed' as const),
    shared: fc.boolean(),
    extension: fc.constant(null),
  });
  const anyFile = fc.record({
    displayName: fc.constantFrom('Ann Lee', 'Lee, Ann', '王小明', phone, 'Visitor'),
    fields: fc.constantFrom({}, { birthDate: '1980-05-12', city: 'Berlin' }, { birthDate: null, title: 'Dr' }),
    organisations: fc.constantFrom([], ['Fern GmbH']),
    identifiers: fc.array(identifier, { maxLength: 3 }),
  });
  it('is the same both ways, and a probability', () => {
    fc.assert(
      fc.property(anyFile, anyFile, (one, other) => {
        const { score } = between(one, other);
        expect(between(other, one).score).toBeCloseTo(score, 9);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('a record has no name where the customer is called by an address, a number, or nothing', () => {
  for (const name of [phone, email, 'Visitor', 'ACME'])
    expect(customerRecord(file(name, held('external', 'ACME')))).not.toHaveProperty('fullName');
  const given = { ...file('Ann Lee'), fields: { street: '5 Birch Lane', title: 'Dr', birthDate: 7 } };
  expect(customerRecord(given)).toMatchObject({ fullName: 'Ann Lee', street: '5 Birch Lane' });
  expect(customerRecord(given)).not.toHaveProperty('birthDate');
});

it('names are as frequent as they are here, few customers borrowing from elsewhere; numbers are given out once', () => {
  const [given] = [customerFields.findIndex(({ name }) => name === 'givenName')];
  const of = (count: number, population: number) =>
    frequencyOfNames(new Map([['givenName:wei', count]]), { population, countLimit: 1_000 })(given, 'wei') ?? 0;
  expect(of(2, 10)).toBeCloseTo(0.008, 2);
  expect(of(502, 50_000)).toBeCloseTo(0.01, 3);
  expect(of(2, 1_000_000)).toBeLessThan(0.00002);
  expect(of(1_000, 1_000_000)).toBeGreaterThan(0.008);
  expect(
    frequencyOfNames(new Map(), { population: 9, countLimit: 9 })(
      customerFields.findIndex(({ name }) => name === 'phone'),
      phone,
    ),
  ).toBe(0);
  expect(nameFrequencyKeys(readCustomer(file('Wei Li')))).toEqual(['givenName:wei', 'familyName:li']);
});
