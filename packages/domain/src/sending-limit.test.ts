import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeToken } from './sending-limit.ts';

const limits = fc.record({
  perSecond: fc.double({ min: 0.01, max: 200, noNaN: true }),
  burst: fc.integer({ min: 1, max: 50 }),
});

describe('takeToken', () => {
  it('never gives more than burst + rate * t in any window, whatever the moments', () => {
    fc.assert(
      fc.property(limits, fc.array(fc.integer({ min: -50, max: 3_000 }), { maxLength: 200 }), (limit, steps) => {
        let bucket = { tokens: limit.burst, at: 0 };
        let now = 0;
        // A step backwards is a clock that is set back: no time passes.
        let passed = 0;
        const taken: number[] = [];
        for (const step of steps) {
          now += step;
          passed += Math.max(0, step);
          const next = takeToken(bucket, limit, now);
          bucket = next.bucket;
          if (next.waitMs === 0) taken.push(passed);
        }
        for (const [from, start] of taken.entries())
          for (const [more, end] of taken.slice(from).entries())
            expect(more + 1).toBeLessThanOrEqual(limit.burst + (limit.perSecond * (end - start)) / 1000 + 1e-6);
      }),
    );
  });

  it('goes on after the clock was set back', () => {
    const empty = { tokens: 0, at: 3_600_000 };
    const { bucket, waitMs } = takeToken(empty, { perSecond: 5, burst: 2 }, 1_000);
    expect(waitMs).toBe(200);
    expect(takeToken(bucket, { perSecond: 5, burst: 2 }, 1_200).waitMs).toBe(0);
  });

  it('has a token when the wait that it named is over', () => {
    fc.assert(
      fc.property(limits, fc.double({ min: 0, max: 0.999, noNaN: true }), (limit, tokens) => {
        const { bucket, waitMs } = takeToken({ tokens, at: 1_000 }, limit, 1_000);
        expect(waitMs).toBeGreaterThan(0);
        expect(takeToken(bucket, limit, bucket.at + waitMs + 0.01).waitMs).toBe(0);
      }),
    );
  });
});
