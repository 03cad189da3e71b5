import { reviewSettings, type ReviewKind } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planReviews, reviewKinds, type ReviewedFile } from './review.ts';

const settings = reviewSettings.parse({});
const day = 24 * 3600_000;
const start = new Date('2026-01-01T00:00:00Z');
const after = (days: number) => new Date(start.getTime() + days * day);
const file = (more: Partial<ReviewedFile> = {}): ReviewedFile => ({
  createdAt: start,
  reviewed: {},
  kinds: ['contact-details', 'purchases', 'service'],
  open: [],
  ...more,
});
const due = (plan: ReturnType<typeof planReviews>) => plan.due.map(({ kind }) => kind);

describe('when records are to be reviewed', () => {
  it.each([
    ['nothing in the first month', file(), 29, [], 30],
    ['contact details after a month', file(), 30, ['contact-details'], 91],
    ['all of them after a quarter', file(), 91, ['contact-details', 'purchases', 'service'], null],
    ['a month after they were reviewed', file({ reviewed: { 'contact-details': after(20) } }), 49, [], 50],
    ['not while a task is open', file({ open: ['contact-details'] }), 60, [], 91],
    ['not what there is none of', file({ kinds: ['contact-details'] }), 91, ['contact-details'], 182],
  ] as const)('%s', (_what, given, days, kinds, next) => {
    const plan = planReviews(settings, given, after(days));
    expect(due(plan)).toEqual(kinds);
    expect(plan.nextAt).toEqual(next === null ? null : after(next));
  });

  it('leaves a week before a review is overdue', () => {
    expect(planReviews(settings, file(), after(30)).due[0]?.overdueAt).toEqual(after(37));
  });

  it('asks for nothing whose period is off', () => {
    const off = { contactDetails: null, purchases: null, service: null, grace: 7 };
    expect(planReviews(off, file(), after(1000))).toEqual({ due: [], nextAt: null, counted: 0 });
  });

  it('names no moment to look again that is past, and nothing due that is not', () => {
    const kinds = fc.subarray([...reviewKinds]) as fc.Arbitrary<ReviewKind[]>;
    fc.assert(
      fc.property(kinds, kinds, fc.nat(400), (has, open, days) => {
        const now = after(days);
        const plan = planReviews(settings, file({ kinds: has, open }), now);
        if (plan.nextAt) expect(plan.nextAt.getTime()).toBeGreaterThan(now.getTime());
        for (const one of plan.due) expect(one.at.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(due(plan).some((kind) => open.includes(kind) || !has.includes(kind))).toBe(false);
      }),
    );
  });
});
