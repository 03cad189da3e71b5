import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockingKeys } from './blocking-keys.ts';
import { resolve } from './resolution.ts';
import { RecordComparer } from './score/comparison.ts';
import { customerFields, type RawRecord, readRecord } from './score/record.ts';

const read = (raw: RawRecord) => readRecord(raw, customerFields, { region: 'US' });
const anna: RawRecord = {
  fullName: 'Anna Featherstone',
  birthDate: '1980-05-12',
  email: 'anna.f@example.com',
  phone: '(212) 555-0123',
  street: '12 Oak Street',
  postalCode: '10001',
  city: 'New York',
};
const among = (raw: RawRecord, population = 20_000) =>
  resolve(read(raw), [{ customerId: 'anna', record: read(anna) }], { population });

describe('resolve', () => {
  it.each<[string, RawRecord, string]>([
    ['all is equal', anna, 'same'],
    [
      'moved, with a new telephone',
      { fullName: 'Featherstone, Anna', birthDate: '12.5.1980', email: 'anna.f@example.com', phone: '+1 646 555 0199' },
      'same',
    ],
    ['a twin', { ...anna, fullName: 'Maria Featherstone', email: 'maria@example.com' }, 'new'],
    [
      'a colleague',
      { fullName: 'Ben Miller', phone: '(212) 555-0123', street: '12 Oak St', postalCode: '10001' },
      'new',
    ],
    ['a rare name alone', { fullName: 'Anna Featherstone' }, 'new'],
    ['nothing in common', { fullName: 'Ben Miller', email: 'ben@example.org' }, 'new'],
  ])('%s', (_name, raw, outcome) => expect(among(raw).outcome).toBe(outcome));

  it('says why, weightiest first, and the weights add up to the score', () => {
    const { score, reasons } = among(anna);
    expect(reasons).toContainEqual(
      expect.objectContaining({ field: 'email', level: 'equal', left: 'anna.f@example.com' }),
    );
    expect(Math.abs(reasons[0]?.weight ?? 0)).toBeGreaterThanOrEqual(Math.abs(reasons.at(-1)?.weight ?? 0));
    expect(reasons.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(score ?? 0, 0);
  });

  it('asks for more among more people, and takes a frequent name for less', () => {
    const raw = { fullName: 'Anna Featherstone', birthDate: '1980-05-12' };
    expect(among(raw, 1_000_000).score ?? 0).toBeLessThan(among(raw, 1000).score ?? 0);
    const frequent = resolve(read(raw), [{ customerId: 'anna', record: read(anna) }], {
      population: 1000,
      frequency: () => 0.1,
    });
    expect(frequent.score ?? 0).toBeLessThan(among(raw, 1000).score ?? 0);
  });

  it('suggests name and birthday alone among many people', () => {
    expect(among({ fullName: 'Anna Featherstone', birthDate: '1980-05-12' }, 10_000_000).outcome).toBe('suggest');
  });

  it('is new without candidates', () => {
    expect(resolve(read(anna), [], { population: 1 })).toEqual({
      outcome: 'new',
      customerId: null,
      score: null,
      reasons: [],
    });
  });

  const value = fc.constantFrom(
    undefined,
    'Anna Featherstone',
    'Featherstone Anna',
    '1980-05-12',
    '王小明',
    'a@example.com',
    '12 Oak Street',
    '+12125550123',
  );
  const record = fc.record(
    Object.fromEntries(
      ['fullName', 'birthDate', 'email', 'phone', 'street', 'familyName', 'givenName'].map((field) => [field, value]),
    ),
  );

  it('compares both ways alike, and finds every record equal to itself', () => {
    const comparer = new RecordComparer(customerFields);
    const levels = (a: RawRecord, b: RawRecord) => comparer.compare(read(a), read(b)).map(({ level }) => level);
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(levels(a, b)).toEqual(levels(b, a));
        expect(levels(a, a).every((level) => level === 0 || level === 255)).toBe(true);
      }),
    );
  });

  it('decides the same whatever the order of the candidates', () => {
    fc.assert(
      fc.property(record, fc.array(record, { maxLength: 5 }), (raw, others) => {
        const candidates = others.map((other, index) => ({ customerId: String(index), record: read(other) }));
        const population = 10_000;
        expect(resolve(read(raw), candidates, { population })).toEqual(
          resolve(read(raw), candidates.toReversed(), { population }),
        );
      }),
    );
  });
});

describe('blockingKeys', () => {
  const shared = (a: RawRecord, b: RawRecord) => {
    const keys = new Set(blockingKeys(a, { region: 'US' }));
    return blockingKeys(b, { region: 'US' })
      .filter((key) => keys.has(key))
      .map((key) => key.split(':')[0]);
  };
  it.each<[string, RawRecord, RawRecord, string]>([
    ['the same telephone without area', { phone: '(212) 555-0123' }, { phone: '+1 212 555 0123 ext. 4' }, 'phone'],
    ['another provider', { email: 'anna.feather@gmail.com' }, { email: 'annafeather+x@example.com' }, 'mail'],
    ['a customer number', { accountNumber: 'C-12 34' }, { accountNumber: 'c1234' }, 'account'],
    [
      'another name',
      { fullName: 'Anna Smith', birthDate: '1980-05-12' },
      { fullName: 'Anna Miller', birthDate: '12.05.1980' },
      'born',
    ],
    [
      'misspelled, another day',
      { fullName: 'Jan Meyer', birthDate: '1980-05-12' },
      { fullName: 'Jan Maier', birthDate: '1980-05-21' },
      'name-year',
    ],
    [
      'no birthday',
      { fullName: '王小明', postalCode: '100000' },
      { fullName: 'Wang Xiaoming', postalCode: '100000' },
      'name-code',
    ],
    ['swapped', { givenName: 'Smith', familyName: 'Anna' }, { givenName: 'Anna', familyName: 'Smith' }, 'names'],
    ['married', { street: '12 Oak Street', postalCode: '10001' }, { street: '12 Oak St', postalCode: '10001' }, 'door'],
  ])('%s', (_name, a, b, kind) => expect(shared(a, b)).toContain(kind));

  it('has a handful for a whole record and none for an empty one', () => {
    expect(blockingKeys(anna, { region: 'US' })).toHaveLength(7);
    expect(blockingKeys({})).toEqual([]);
  });
});
