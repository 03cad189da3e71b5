import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, sketchOf, mergeSketches, quantile, valueOf } from './sketch.ts';

const duration = fc.oneof(
  fc.double({ min: 0.001, max: 1, noNaN: true }),
  fc.double({ min: 1, max: 1e7, noNaN: true }),
  fc.integer({ min: 1, max: 100_000 }).map((ms) => ms / 1000),
);
const sorted = (counts: ReadonlyMap<number, number>) => [...counts].toSorted(([a], [b]) => a - b);

describe('bucketOf', () => {
  it.each([
    [1, 0],
    [1.02, 1],
    [60, 205],
    [3600, 410],
    [0.001, -345],
    [0, -345],
    [-5, -345],
  ])('%d s is in bucket %d', (seconds, bucket) => {
    expect(bucketOf(seconds)).toBe(bucket);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (seconds) => {
    expect(() => bucketOf(seconds)).toThrow(RangeError);
  });

  it('is given back within 1 % by valueOf', () => {
    fc.assert(
      fc.property(duration, (seconds) => {
        expect(Math.abs(valueOf(bucketOf(seconds)) - seconds) / seconds).toBeLessThanOrEqual(0.01 + 1e-9);
      }),
    );
  });

  it('keeps the order of durations', () => {
    fc.assert(
      fc.property(duration, duration, (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      }),
    );
  });
});

describe('mergeSketches', () => {
  it('gives the histogram of everything, in whatever parts and order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(duration)), (parts) => {
        const histograms = parts.map(sketchOf);
        const whole = sorted(sketchOf(parts.flat()));
        expect(sorted(mergeSketches(histograms))).toEqual(whole);
        expect(sorted(mergeSketches(histograms.toReversed()))).toEqual(whole);
        const [first, ...rest] = histograms;
        if (first) expect(sorted(mergeSketches([mergeSketches(rest), first]))).toEqual(whole);
      }),
    );
  });
});

describe('quantile', () => {
  it('is null of nothing', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(quantile(new Map([[3, 0]]), 0.5)).toBeNull();
  });

  it('does not depend on the order of the buckets', () => {
    expect(
      quantile(
        new Map([
          [9, 1],
          [1, 2],
        ]),
        0.5,
      ),
    ).toBe(valueOf(1));
    expect(
      quantile(
        new Map([
          [9, 1],
          [1, 2],
        ]),
        0.9,
      ),
    ).toBe(valueOf(9));
  });

  it('is within 1 % of the exact nearest rank', () => {
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 0, max: 100 }),
        (durations, percent) => {
          // Whole numbers: no rounding in the exact rank.
          const rank = Math.max(1, Math.ceil((percent * durations.length) / 100));
          const exact = durations.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
          const estimate = quantile(sketchOf(durations), percent / 100) ?? Number.NaN;
          expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(0.01 + 1e-9);
        },
      ),
      { numRuns: 500 },
    );
  });
});
