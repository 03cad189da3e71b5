import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrange } from './arrange.ts';

const size = fc.constantFrom('small', 'wide', 'large');

describe('arrange', () => {
  it('gives every tile room of its own within the grid', () => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 24 }), (sizes) => {
        const { columns, rows, places } = arrange(sizes);
        const cells = places.flatMap(({ column, row, width, height }) =>
          Array.from({ length: width * height }, (_, n) => `${column + (n % width)} ${row + Math.floor(n / width)}`),
        );
        expect(places).toHaveLength(sizes.length);
        expect(new Set(cells).size).toBe(cells.length);
        for (const { column, row, width, height } of places) {
          expect(column + width).toBeLessThanOrEqual(columns);
          expect(row + height).toBeLessThanOrEqual(rows);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [['small'], 1, 1],
    [Array.from({ length: 12 }, () => 'small' as const), 4, 3],
    [['large', 'small', 'small', 'small', 'small'], 3, 3],
  ] as const)('lays %j out in %i by %i', (sizes, columns, rows) => {
    expect(arrange(sizes)).toMatchObject({ columns, rows });
  });
});
