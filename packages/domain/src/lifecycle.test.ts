import type { LifecycleStage } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStage, type StageSigns } from './lifecycle.ts';

const now = new Date('2026-03-01T12:00:00Z');
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const signs = (...held: (keyof StageSigns)[]): StageSigns => ({
  customer: held.length > 0,
  new: held.includes('new'),
  atRisk: held.includes('atRisk'),
  lost: held.includes('lost'),
});

describe('the stages of a customer', () => {
  it.each<[LifecycleStage | null, number, StageSigns, LifecycleStage, string | null]>([
    [null, 0, signs(), 'prospect', 'not-a-customer-yet'],
    ['prospect', 3, signs(), 'prospect', null],
    ['prospect', 3, signs('customer', 'new'), 'new', 'became-customer'],
    [null, 0, signs('customer'), 'active', 'became-customer'],
    ['new', 90, signs('customer'), 'active', 'settled'],
    ['active', 90, signs('customer', 'atRisk'), 'at-risk', 'risk-condition'],
    ['at-risk', 9, signs('customer'), 'active', 'recovered'],
    ['at-risk', 9, signs('customer', 'atRisk', 'lost'), 'lost', 'lost-condition'],
    ['lost', 9, signs('customer', 'atRisk'), 'lost', null],
    ['lost', 9, signs('customer'), 'won-back', 'came-back'],
    ['lost', 9, signs('customer', 'new'), 'won-back', 'came-back'],
    ['won-back', 29, signs('customer'), 'won-back', null],
    ['won-back', 30, signs('customer'), 'active', 'settled'],
    ['won-back', 3, signs('customer', 'lost'), 'lost', 'lost-condition'],
    ['active', 3, signs(), 'prospect', 'no-longer-customer'],
  ])('from %s after %i days', (from, days, found, stage, cause) => {
    expect(nextStage(from && { stage: from, since: ago(days) }, found, 30, now)).toEqual({ stage, cause });
  });

  it('are settled at one look: a second one moves nobody', () => {
    const stages: LifecycleStage[] = ['prospect', 'new', 'active', 'at-risk', 'lost', 'won-back'];
    fc.assert(
      fc.property(
        fc.option(fc.record({ stage: fc.constantFrom(...stages), since: fc.integer({ min: 0, max: 400 }).map(ago) })),
        fc.record({ customer: fc.boolean(), new: fc.boolean(), atRisk: fc.boolean(), lost: fc.boolean() }),
        fc.integer({ min: 1, max: 365 }),
        (before, found, wonBackDays) => {
          const { stage, cause } = nextStage(before, found, wonBackDays, now);
          expect(cause === null).toBe(before?.stage === stage);
          const since = cause === null && before ? before.since : now;
          expect(nextStage({ stage, since }, found, wonBackDays, now)).toEqual({ stage, cause: null });
        },
      ),
    );
  });
});
