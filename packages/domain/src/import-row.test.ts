import type { RequestField } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { planCustomerRow, type KnownWorld, type PlanOptions } from './import-plan.ts';
import { normaliseIdentifier } from './identity/normal/identifier.ts';
import { readCustomerRow, readPurchaseRow, type CustomerRow, type RowForm } from './import-row.ts';

const text = (key: string, more: Partial<RequestField> = {}): RequestField => ({
  key,
  labelEn: key,
  labelZh: key,
  type: 'text',
  required: false,
  ...more,
});
const formOf = (columns: Record<string, string | null>, currency: string | null = null): RowForm => ({
  header: Object.keys(columns),
  columns: Object.values(columns),
  dateOrder: 'dmy',
  currency,
  fields: [
    text('givenName', { pattern: '\\p{L}+' }),
    text('familyName'),
    text('birthDate', { type: 'date' }),
    text('size', { type: 'number' }),
  ],
  timeZone: 'Europe/Berlin',
  toPhone: (given) => normaliseIdentifier('phone', given, 'DE'),
});
const people = formOf({
  No: 'externalId',
  First: 'field:givenName',
  Last: 'field:familyName',
  Mail: 'email',
  Mobile: 'phone',
  Born: 'field:birthDate',
  Ignored: null,
});

const readPerson = (cells: readonly string[], fits: boolean | null = true) =>
  readCustomerRow(people, cells, () => fits);

describe('a row of a person', () => {
  it('is read by what its columns are', () => {
    expect(readPerson(['7', 'Ada', 'Lovelace', 'Ada@Example.com ', '+491511234567', '10.12.1815', 'x'])).toEqual({
      row: {
        displayName: 'Ada Lovelace',
        externalId: '7',
        customerId: null,
        identifiers: [
          { kind: 'email', value: 'ada@example.com', extension: null },
          { kind: 'phone', value: '+491511234567', extension: null },
        ],
        organisations: [],
        fields: { givenName: 'Ada', familyName: 'Lovelace', birthDate: '1815-12-10' },
      },
    });
  });

  it('has a Chinese name in its own order', () => {
    expect(readPerson(['', '丽', '王', '', '', '', ''])).toMatchObject({ row: { displayName: '王丽' } });
  });

  it('says all that is wrong at once, by the columns of the file', () => {
    expect(readPerson(['', '', 'Ohm', 'no mail', '12', '31.2.2000', ''])).toEqual({
      reasons: [
        { column: 'Mail', code: 'not-an-email' },
        { column: 'Mobile', code: 'not-a-phone' },
        { column: 'Born', code: 'not-a-date' },
      ],
    });
  });

  it.each([
    ['nobody', ['', '', '', '', '', '1.1.2000', '']],
    ['too-few-cells', ['7', 'Ada']],
    ['too-many-cells', ['7', 'Ada', 'L', '', '', '', '', '', '']],
    ['bad-characters', ['7', 'A\0', '', '', '', '', '']],
    ['bad-characters', ['7', 'M\uFFFDller', '', '', '', '', '']],
    ['too-long', ['7'.repeat(201), 'Ada', '', '', '', '', '']],
  ])('is rejected: %s', (code, cells) => {
    expect(readPerson(cells)).toMatchObject({ reasons: [{ code }] });
  });

  it.each([
    ['wrong-form', false],
    ['not-checked', null],
  ])('is rejected: %s by the pattern of its field', (code, fits) => {
    expect(readPerson(['7', 'Ada', '', '', '', '', ''], fits)).toEqual({ reasons: [{ column: 'First', code }] });
  });

  it('is read back when it was exported with a sign against formulas', () => {
    expect(readPerson(['7', '', '', '', "'+491511234567", '', ''])).toMatchObject({
      row: { identifiers: [{ kind: 'phone', value: '+491511234567' }] },
    });
  });

  it('has several addresses in one cell as exports write them', () => {
    expect(
      readPerson(['7', '', '', 'a@x.example; b@x.example', '+4930901820;ext=12; +491511234567', '', '']),
    ).toMatchObject({
      row: {
        identifiers: [
          { value: 'a@x.example' },
          { value: 'b@x.example' },
          { value: '+4930901820', extension: '12' },
          { value: '+491511234567' },
        ],
      },
    });
  });

  it('keeps the extension of a telephone apart', () => {
    expect(readPerson(['7', '', '', '', '030 901820 Durchwahl 12', '', ''])).toMatchObject({
      row: { identifiers: [{ kind: 'phone', value: '+4930901820', extension: '12' }] },
    });
  });
});

describe('a row of an order', () => {
  const orders = formOf({ Order: 'externalId', Who: 'email', On: 'occurredAt', Sum: 'amount', State: 'state' }, 'EUR');

  it('is read in minor units', () => {
    expect(readPurchaseRow(orders, ['A1', 'ada@example.com', '24.12.2025', '1.299,90', 'paid'])).toMatchObject({
      row: {
        externalId: 'A1',
        occurredAt: '2025-12-23T23:00:00.000Z',
        amountMinor: 129_990,
        currency: 'EUR',
        state: 'completed',
      },
    });
  });

  it('says what is missing and what is wrong', () => {
    expect(readPurchaseRow(orders, ['', '', 'x', 'much', 'lost'])).toEqual({
      reasons: [
        { column: 'Order', code: 'required' },
        { column: null, code: 'nobody' },
        { column: 'On', code: 'not-a-date' },
        { column: 'Sum', code: 'not-an-amount' },
        { column: 'State', code: 'not-an-option' },
      ],
    });
  });
});

describe('whose row it is', () => {
  const empty = (): KnownWorld => ({
    externals: new Map(),
    present: new Map(),
    proved: new Map(),
    rows: new Map(),
    shared: new Set(),
    files: new Map(),
  });
  let made = 0;
  const options = (vouches: boolean, onExisting: PlanOptions['onExisting'] = 'keep'): PlanOptions => ({
    vouches,
    onExisting,
    newId: () => `c${(made += 1)}`,
    rowKey: null,
  });
  const row = (more: Partial<CustomerRow> = {}): CustomerRow => ({
    displayName: 'Ada',
    externalId: null,
    customerId: null,
    identifiers: [{ kind: 'email', value: 'ada@example.com', extension: null }],
    organisations: [],
    fields: { city: 'London' },
    ...more,
  });

  it('a claimed identifier joins nobody, not even the row before', () => {
    const world = empty();
    world.proved.set('email:ada@example.com', 'somebody');
    const first = planCustomerRow(row(), world, options(false));
    const second = planCustomerRow(row(), world, options(false));
    expect([first, second]).toMatchObject([{ outcome: 'created' }, { outcome: 'created' }]);
    expect(first).toMatchObject({ identifiers: [{ grade: 'claimed' }] });
  });

  it('an identifier that the source vouches for joins whom it proves, and later rows of the file', () => {
    const world = empty();
    const [first, second] = [
      planCustomerRow(row(), world, options(true)),
      planCustomerRow(row(), world, options(true)),
    ];
    expect([first, second]).toMatchObject([{ outcome: 'created' }, { outcome: 'unchanged' }]);
    expect(second).toMatchObject({ customerId: 'customerId' in first ? first.customerId : '' });
  });

  it('the same row once more is nobody new, whoever proves what it claims', () => {
    const world = empty();
    const again = { ...options(false), rowKey: 'digest' };
    const [first, second] = [planCustomerRow(row(), world, again), planCustomerRow(row(), world, again)];
    expect([first, second]).toMatchObject([
      { outcome: 'created', rowKey: 'digest' },
      { outcome: 'unchanged', rowKey: null },
    ]);
    const other = { ...options(true), rowKey: 'other' };
    world.proved.set('email:ada@example.com', 'somebody');
    expect(planCustomerRow(row(), world, other)).toMatchObject({ customerId: 'somebody', rowKey: null });
  });

  it("the source's own number joins without being vouched for", () => {
    const world = empty();
    world.externals.set('7', 'known');
    expect(planCustomerRow(row({ externalId: '7' }), world, options(false))).toMatchObject({
      customerId: 'known',
      outcome: 'updated',
      externalId: '7',
    });
  });

  it('what points to two people is rejected', () => {
    const world = empty();
    world.externals.set('7', 'one');
    world.proved.set('email:ada@example.com', 'other');
    expect(planCustomerRow(row({ externalId: '7' }), world, options(true))).toEqual({ reason: 'several-customers' });
  });

  it('a shared identifier joins nobody and stays shared', () => {
    const world = empty();
    world.shared.add('email:ada@example.com');
    expect(planCustomerRow(row(), world, options(true))).toMatchObject({
      outcome: 'created',
      identifiers: [{ shared: true }],
    });
  });

  it('a number with an extension is a switchboard’s, also for the rows before and after', () => {
    const world = empty();
    const number = (extension: string | null) =>
      row({ identifiers: [{ kind: 'phone', value: '+4930901820', extension }] });
    const plan = (extension: string | null) => planCustomerRow(number(extension), world, options(true));
    expect([plan(null), plan('12'), plan('13'), plan(null)]).toMatchObject([
      { outcome: 'created', identifiers: [{ shared: false }] },
      { outcome: 'created', identifiers: [{ shared: true, extension: '12' }] },
      { outcome: 'created', identifiers: [{ shared: true, extension: '13' }] },
      { outcome: 'created', identifiers: [{ shared: true }] },
    ]);
  });

  it('a proof raises what was only claimed', () => {
    const world = empty();
    world.externals.set('7', 'ada');
    const file = { id: 'ada', fields: { city: 'Rome' }, organisations: new Set<string>(), externalIds: new Set(['7']) };
    const held = new Map([['email:ada@example.com', { grade: 'claimed' as const, extension: null }]]);
    world.files.set('ada', { ...file, identifiers: held });
    const plan = (vouches: boolean) => planCustomerRow(row({ externalId: '7' }), world, options(vouches));
    expect([plan(false), plan(true), plan(true)]).toMatchObject([
      { outcome: 'unchanged' },
      { outcome: 'updated', identifiers: [{ grade: 'known' }] },
      { outcome: 'unchanged' },
    ]);
  });

  it.each([
    ['keep', []],
    ['replace', [{ key: 'city', value: 'London' }]],
  ] as const)('what is filled in is left or replaced as was said: %s', (onExisting, fields) => {
    const world = empty();
    world.proved.set('email:ada@example.com', 'ada');
    world.files.set('ada', {
      id: 'ada',
      fields: { city: 'Paris' },
      identifiers: new Map([['email:ada@example.com', { grade: 'known', extension: null }]]),
      organisations: new Set(),
      externalIds: new Set(),
    });
    expect(planCustomerRow(row(), world, options(true, onExisting))).toMatchObject({ fields });
  });
});
