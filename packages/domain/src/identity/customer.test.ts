import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContactIdentifier, IdentifierGrade, IdentifierKind } from '@patchbay/contracts';
import { lockKeys, resolveCustomer } from './customer.ts';
import type { CustomerCandidate } from './customer.ts';

const id = (kind: IdentifierKind, value: string, grade: IdentifierGrade = 'known'): ContactIdentifier => ({
  kind,
  value,
  grade,
});
const held = (customerId: string, by: ContactIdentifier, shared = false): CustomerCandidate => ({
  customerId,
  ...by,
  shared,
});

const phone = id('phone', '+4930123456');
const mail = id('email', 'anna@example.com');
const visitor = id('visitor', 'v1', 'verified');
const claim = id('email', 'anna@example.com', 'claimed');

describe('resolveCustomer', () => {
  it.each([
    ['nothing is known', [phone], [], 'new', []],
    ['a known identifier joins', [phone], [held('anna', phone)], 'anna', []],
    ['a claim does not join, it suggests', [claim], [held('anna', mail)], 'new', ['anna']],
    ['an identifier that the customer only claimed suggests', [mail], [held('anna', claim)], 'new', ['anna']],
    ['a shared identifier neither joins nor suggests', [phone], [held('anna', phone, true)], 'new', []],
    [
      'a proved identifier of two customers joins neither',
      [phone],
      [held('anna', phone), held('bob', phone)],
      'new',
      ['anna', 'bob'],
    ],
    [
      'contact order decides between known ones',
      [phone, mail],
      [held('anna', mail), held('bob', phone)],
      'bob',
      ['anna'],
    ],
    ['verified decides before known', [phone, visitor], [held('anna', visitor), held('bob', phone)], 'anna', ['bob']],
    [
      'another kind with the same value is another identifier',
      [id('external', '+4930123456')],
      [held('anna', phone)],
      'new',
      [],
    ],
    [
      'the claimed pre-chat email of a returning visitor changes nothing',
      [visitor, claim],
      [held('bob', visitor), held('anna', mail)],
      'bob',
      [],
    ],
  ])('%s', (_name, identifiers, candidates, outcome, others) => {
    const decision = resolveCustomer(identifiers, candidates, null);
    if (decision.outcome === 'same') {
      expect([decision.customerId, decision.alsoProved]).toEqual([outcome, others]);
    } else {
      expect(['new', decision.suggests.map((suggestion) => suggestion.customerId)]).toEqual([outcome, others]);
    }
    expect(decision.reason).not.toBe('');
  });

  it.each([
    ['a claim alone', [claim], [held('cleo', claim), held('anna', claim)], 'anna'],
    ['a claim that others proved', [claim], [held('bob', mail)], 'anna'],
    ['what somebody else proves', [claim, phone], [held('bob', phone)], 'bob'],
    ['what nobody has proved yet', [claim, phone], [], null],
  ])('%s, at the signed address at which anna is answered', (_name, identifiers, candidates, customerId) => {
    const decision = resolveCustomer(identifiers, candidates, 'anna');
    expect(decision.outcome === 'same' ? decision.customerId : null).toBe(customerId);
  });

  const identifiers = fc.array(
    fc.record({
      kind: fc.constantFrom<IdentifierKind>('email', 'phone', 'visitor'),
      value: fc.constantFrom('a', 'b', 'c'),
      grade: fc.constantFrom<IdentifierGrade>('verified', 'known', 'claimed'),
    }),
    { maxLength: 5 },
  );
  const candidates = fc
    .tuple(identifiers, fc.infiniteStream(fc.constantFrom('anna', 'bob', 'cleo')), fc.infiniteStream(fc.boolean()))
    .map(([list, customers, shared]) => list.map((by) => held(customers.next().value, by, shared.next().value)));

  it('joins only by a proved identifier that is not shared', () => {
    fc.assert(
      fc.property(identifiers, candidates, (contact, known) => {
        const decision = resolveCustomer(contact, known, null);
        if (decision.outcome === 'new') return;
        const proof = contact.some(
          (own) =>
            own.grade !== 'claimed' &&
            known.some(
              (c) =>
                c.customerId === decision.customerId &&
                c.grade !== 'claimed' &&
                !c.shared &&
                c.kind === own.kind &&
                c.value === own.value,
            ),
        );
        expect(proof).toBe(true);
      }),
    );
  });

  it('decides the same customer whatever the order of the candidates', () => {
    fc.assert(
      fc.property(identifiers, candidates, (contact, known) => {
        const there = resolveCustomer(contact, known, null);
        const back = resolveCustomer(contact, known.toReversed(), null);
        expect(there.outcome === 'same' && there.customerId).toBe(back.outcome === 'same' && back.customerId);
      }),
    );
  });

  it('is not moved by claimed identifiers', () => {
    fc.assert(
      fc.property(identifiers, candidates, (contact, known) => {
        const decision = resolveCustomer(contact, known, null);
        const proved = resolveCustomer(
          contact.filter((own) => own.grade !== 'claimed'),
          known,
          null,
        );
        expect(decision.outcome).toBe(proved.outcome);
        if (decision.outcome === 'same') expect(decision).toEqual(proved);
      }),
    );
  });
});

describe('lockKeys', () => {
  it('names proved identifiers once, in one order', () => {
    expect(lockKeys([visitor, phone, mail, claim, phone])).toEqual([
      'email:anna@example.com',
      'phone:+4930123456',
      'visitor:v1',
    ]);
    expect(lockKeys([claim])).toEqual([]);
  });

  it('is the same for every order of the identifiers', () => {
    const list = fc.array(
      fc.record({
        kind: fc.constantFrom<IdentifierKind>('email', 'phone'),
        value: fc.string({ minLength: 1 }),
        grade: fc.constantFrom<IdentifierGrade>('known', 'claimed'),
      }),
    );
    fc.assert(
      fc.property(list, (identifiers) => {
        expect(lockKeys(identifiers.toReversed())).toEqual(lockKeys(identifiers));
      }),
    );
  });
});
