import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quarantineAlert } from './quarantine-alert.ts';
import { defaultWatchLimits } from './watch-limits.ts';

const now = new Date('2026-03-02T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const limits = defaultWatchLimits.quarantine;

describe('the alert about the quarantine', () => {
  it.each([
    ['an empty one', { newContacts: 0, waiting: 0, oldestAt: null }, []],
    ['a few new ones', { newContacts: 9, waiting: 9, oldestAt: ago(5) }, []],
    ['many new ones', { newContacts: 10, waiting: 12, oldestAt: ago(5) }, ['many-new']],
    ['new ones that are all worked off', { newContacts: 30, waiting: 0, oldestAt: null }, []],
    ['many that wait', { newContacts: 0, waiting: 50, oldestAt: ago(59) }, ['many-waiting']],
    ['one that has waited for an hour', { newContacts: 0, waiting: 1, oldestAt: ago(60) }, ['old']],
    ['one by a clock that runs ahead', { newContacts: 1, waiting: 1, oldestAt: ago(-3) }, []],
    ['all at once', { newContacts: 60, waiting: 60, oldestAt: ago(90) }, ['many-new', 'many-waiting', 'old']],
  ])('%s', (_name, situation, codes) => {
    expect(quarantineAlert({ now, ...situation }, limits, []).map(({ code }) => code)).toEqual(codes);
  });

  it.each([
    ['new ones around the limit', { newContacts: 9, waiting: 9, oldestAt: ago(5) }, ['many-new']],
    ['half as many new ones', { newContacts: 5, waiting: 9, oldestAt: ago(5) }, ['many-new']],
    ['fewer new ones', { newContacts: 4, waiting: 49, oldestAt: ago(5) }, ['many-waiting']],
    ['an oldest of half an hour', { newContacts: 1, waiting: 1, oldestAt: ago(30) }, ['old']],
    ['an oldest of less', { newContacts: 1, waiting: 1, oldestAt: ago(29) }, []],
    ['none', { newContacts: 0, waiting: 0, oldestAt: null }, []],
  ])('goes on until a limit is clearly left: %s', (_name, situation, codes) => {
    const reached = ['many-new', 'many-waiting', 'old'] as const;
    expect(quarantineAlert({ now, ...situation }, limits, reached).map(({ code }) => code)).toEqual(codes);
  });

  it('says by what a limit was reached', () => {
    expect(quarantineAlert({ now, newContacts: 0, waiting: 1, oldestAt: ago(61.9) }, limits, [])).toEqual([
      { code: 'old', value: 3660, limit: 3600 },
    ]);
  });

  it('never goes away because more is waiting', () => {
    const situation = fc.record({
      newContacts: fc.nat(100),
      waiting: fc.integer({ min: 1, max: 100 }),
      age: fc.nat(120),
    });
    const told = fc.subarray(['many-new', 'many-waiting', 'old'] as const);
    fc.assert(
      fc.property(situation, fc.nat(50), told, (some, more, reached) => {
        const at = (extra: number) =>
          quarantineAlert(
            { now, newContacts: some.newContacts + extra, waiting: some.waiting + extra, oldestAt: ago(some.age) },
            limits,
            reached,
          ).length;
        expect(at(more)).toBeGreaterThanOrEqual(at(0));
      }),
    );
  });
});
