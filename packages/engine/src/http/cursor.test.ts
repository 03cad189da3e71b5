import { HubError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { countKey, decodeCursor, encodeCursor, idKey, nameKey, pageOf, sliceOf } from './cursor.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('cursors', () => {
  it.each([
    [idKey, id],
    [countKey, 12345],
    [nameKey, ['Zoë "Z" 中', id]],
  ] as const)('come back as they were made', (schema, key) => {
    const cursor = encodeCursor(key);
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor<unknown>(schema, cursor)).toEqual(key);
  });

  it.each([
    '',
    'x',
    '%%%',
    'e30',
    encodeCursor('not an id'),
    encodeCursor(-1),
    encodeCursor(1.5),
    encodeCursor(1e300),
    encodeCursor([id]),
    'A'.repeat(500),
  ])('refuses %j', (cursor) => {
    for (const schema of [idKey, countKey, nameKey]) {
      expect(() => decodeCursor<unknown>(schema, cursor)).toThrow(
        expect.objectContaining({ constructor: HubError, code: 'invalid_input' }),
      );
    }
  });

  it('begins without a cursor, and ends with a null one', () => {
    expect(sliceOf(idKey, { limit: 10 })).toEqual({ limit: 10, after: null });
    expect(pageOf({ items: [1], next: null })).toEqual({ items: [1], nextCursor: null });
    expect(sliceOf(countKey, { limit: 1, cursor: pageOf({ items: [1], next: 7 }).nextCursor ?? '' })).toEqual({
      limit: 1,
      after: 7,
    });
  });
});
