import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveryStatus } from '@patchbay/contracts';
import type { DeliveryStatus } from '@patchbay/contracts';
import { forwardStatus } from './delivery.ts';

const statuses = deliveryStatus.options;

describe('forwardStatus', () => {
  it.each<[DeliveryStatus, DeliveryStatus, DeliveryStatus]>([
    ['queued', 'sending', 'sending'],
    ['sending', 'unknown', 'unknown'],
    ['unknown', 'sent', 'sent'],
    ['sent', 'delivered', 'delivered'],
    ['delivered', 'read', 'read'],
    ['delivered', 'sent', 'delivered'],
    ['read', 'delivered', 'read'],
    ['queued', 'failed', 'failed'],
    ['sending', 'failed', 'failed'],
    ['unknown', 'failed', 'failed'],
    ['sent', 'failed', 'failed'],
    ['failed', 'sent', 'failed'],
    ['failed', 'delivered', 'delivered'],
    ['delivered', 'failed', 'delivered'],
    ['read', 'failed', 'read'],
  ])('%s then %s is %s', (current, report, expected) => {
    expect(forwardStatus(current, report)).toBe(expected);
  });

  it('is a join: idempotent, commutative and associative for all statuses', () => {
    for (const a of statuses) {
      expect(forwardStatus(a, a)).toBe(a);
      for (const b of statuses) {
        expect(forwardStatus(a, b)).toBe(forwardStatus(b, a));
        for (const c of statuses)
          expect(forwardStatus(forwardStatus(a, b), c)).toBe(forwardStatus(a, forwardStatus(b, c)));
      }
    }
  });

  it('gives one result for every order and repetition of reports', () => {
    const reports = fc.array(fc.constantFrom(...statuses), { minLength: 1 });
    const shuffled = reports.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc
          .array(fc.constantFrom(...list))
          .chain((again) => fc.shuffledSubarray([...list, ...again], { minLength: list.length + again.length })),
      ),
    );
    const result = (list: readonly DeliveryStatus[]) => list.reduce(forwardStatus, 'queued');
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(result(other)).toBe(result(list));
      }),
    );
  });
});
