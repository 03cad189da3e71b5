import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeBetween, secretMark } from './setting-changes.ts';

describe('a change of a setting', () => {
  test.each([
    ['nothing', null, null, null],
    ['no difference', { a: [1], createdAt: 1 }, { a: [1], createdAt: 2 }, null],
    ['something new', null, { a: 1, updatedAt: 2 }, { from: null, to: { a: 1 } }],
    ['something gone', { a: 1 }, null, { from: { a: 1 }, to: null }],
    ['one field of two', { a: 1, b: 2 }, { a: 1, b: 3 }, { from: { b: 2 }, to: { b: 3 } }],
    ['a field that was not there', { a: 1 }, { a: 1, b: 2 }, { from: { b: null }, to: { b: 2 } }],
    ['a moment', { at: new Date(0) }, { at: null }, { from: { at: '1970-01-01T00:00:00.000Z' }, to: { at: null } }],
  ])('tells of %s', (_name, before, after, told) => {
    expect(changeBetween(before, after)).toEqual(told);
  });

  test('what was, with what is told of it, is what is', () => {
    const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(fields, fields, (before, after) => {
        const told = changeBetween(before, after);
        const all = { a: null, b: null, c: null, d: null };
        const plain = (value: object) => JSON.parse(JSON.stringify(value));
        expect({ ...all, ...plain(before), ...told?.to }).toEqual({ ...all, ...plain(after) });
        expect({ ...all, ...plain(after), ...told?.from }).toEqual({ ...all, ...plain(before) });
      }),
    );
  });

  test('marks a secret by what it is sealed as', () => {
    expect([secretMark(null), secretMark('v1.a'), secretMark('v1.a') === secretMark('v1.b')]).toEqual([
      null,
      expect.stringMatching(/^[0-9a-f]{8}$/),
      false,
    ]);
  });
});
