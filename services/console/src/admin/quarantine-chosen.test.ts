import { bulkLimit } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { chosenOf } from './quarantine-chosen.ts';

const shown = Array.from({ length: bulkLimit + 3 }, (_, index) => `contact ${index}`);

describe('contacts that are chosen', () => {
  it('count wherever they are in the list', () =>
    expect(chosenOf(shown, new Set([shown[1] ?? '', shown[bulkLimit + 1] ?? '', 'one of another list']))).toEqual({
      ids: ['contact 1', `contact ${bulkLimit + 1}`],
      left: 0,
    }));

  it('go as many at once as the hub takes, and the others are told of', () => {
    const { ids, left } = chosenOf(shown, new Set(shown));
    expect(ids).toEqual(shown.slice(0, bulkLimit));
    expect(left).toBe(3);
  });
});
