import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arranged, moved } from './order.ts';

it.each([
  ['up', 1, 0, ['b', 'a', 'c']],
  ['down', 1, 2, ['a', 'c', 'b']],
  ['past others', 0, 2, ['b', 'c', 'a']],
  ['past others, back', 2, 0, ['c', 'a', 'b']],
  ['over the beginning', 0, -1, null],
  ['over the end', 2, 3, null],
  ['to where it is', 1, 1, null],
  ['what is not there', 3, 0, null],
])('moves one %s', (_what, from, to, expected) => expect(moved(['a', 'b', 'c'], from, to)).toEqual(expected));

describe('an order that was wished for', () => {
  it('leaves out who is gone, and puts behind who is new', () =>
    expect(arranged(['new', 'a', 'b'], ['b', 'gone', 'a'], String)).toEqual(['b', 'a', 'new']));

  it('is what was moved, and a move back undoes it', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2 }), fc.nat(), fc.nat(), (keys, one, other) => {
        const [from, to] = [one % keys.length, other % keys.length];
        const order = moved(keys, from, to) ?? keys;
        expect(arranged(keys, order, String)).toEqual(order);
        expect(moved(order, to, from) ?? order).toEqual(keys);
      }),
    ));
});
