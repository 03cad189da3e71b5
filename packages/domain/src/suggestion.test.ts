import type { IdentifierGrade, IdentifierKind } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockingKeys, score, type IdentityRecord } from './suggestion.ts';

type Held = [kind: IdentifierKind, value: string, grade?: IdentifierGrade, shared?: boolean];

const record = (id: string, displayName: string, ...held: Held[]): IdentityRecord => ({
  id,
  displayName,
  identifiers: held.map(([kind, value, grade = 'known', shared = false]) => ({ kind, value, grade, shared })),
});

describe('score', () => {
  it.each([
    ['nothing in common', record('a', 'Ann Lee'), record('b', 'Bob Ray'), 0, []],
    [
      'one claims what the other proved',
      record('a', 'Ann Lee', ['email', 'ann@x.test']),
      record('b', 'A', ['email', 'ann@x.test', 'claimed']),
      0.9,
      ['claims-proved'],
    ],
    [
      'and they have one name, in another order',
      record('a', 'Ann Lee', ['email', 'ann@x.test']),
      record('b', 'LEE, Ann', ['email', 'ann@x.test', 'claimed']),
      0.95,
      ['claims-proved', 'same-name'],
    ],
    [
      'both only claim',
      record('a', 'A', ['phone', '+4930123456', 'claimed']),
      record('b', 'B', ['phone', '+4930123456', 'claimed']),
      0.8,
      ['both-claim'],
    ],
    [
      'a shared identifier says nothing',
      record('a', 'A', ['phone', '+4930123456', 'known', true]),
      record('b', 'B', ['phone', '+4930123456', 'known', true]),
      0,
      [],
    ],
    ['a name in Chinese', record('a', '王小明'), record('b', '王小明'), 0.5, ['same-name']],
    ['an address as a name is no name', record('a', 'x@x.test'), record('b', 'x@x.test'), 0, []],
    [
      'the same mailbox name elsewhere',
      record('a', 'A', ['email', 'ann.lee@x.test']),
      record('b', 'B', ['email', 'ann.lee@y.test']),
      0.3,
      ['same-mailbox-name'],
    ],
    [
      'different proved accounts tell them apart',
      record('a', 'Ann Lee', ['account', '1', 'verified'], ['email', 'ann@x.test']),
      record('b', 'Ann Lee', ['account', '2', 'verified'], ['email', 'ann@x.test', 'claimed']),
      0.285,
      ['claims-proved', 'same-name', 'different-account'],
    ],
  ])('%s', (_what, a, b, expected, codes) => {
    const found = score(a, b);
    expect([found.score, found.reasons.map(({ code }) => code)]).toEqual([expected, codes]);
  });

  const records = fc.record({
    id: fc.uuid(),
    displayName: fc.constantFrom('Ann Lee', 'Lee Ann', 'Bob', '王小明', 'ann@x.test'),
    identifiers: fc.array(
      fc.record({
        kind: fc.constantFrom<IdentifierKind>('email', 'phone', 'account', 'visitor'),
        value: fc.constantFrom('ann.lee@x.test', 'ann.lee@y.test', '+4930123456789', '+1930123456789', '7'),
        grade: fc.constantFrom<IdentifierGrade>('verified', 'known', 'claimed'),
        shared: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  });

  it('is the same in both directions, and never finds what no key leads to', () => {
    fc.assert(
      fc.property(records, records, (a, b) => {
        const found = score(a, b);
        expect(score(b, a).score).toBe(found.score);
        expect(found.score).toBeGreaterThanOrEqual(0);
        expect(found.score).toBeLessThan(1);
        const keys = new Set(blockingKeys(a));
        if (found.score > 0) expect(blockingKeys(b).some((key) => keys.has(key))).toBe(true);
      }),
    );
  });
});
