import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextMap } from './text-map.ts';

const key = fc.integer({ min: 0, max: 400 }).map((n) => `key ${n}`);
const text = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('王丽', 'x'.repeat(300_000)));
const step = fc.oneof(fc.record({ key, text }), fc.record({ key, text: fc.constant(null) }));

describe('texts by key', () => {
  it('are what a map has', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 800 }), (steps) => {
        const map = createTextMap(1_000);
        const model = new Map<string, string>();
        for (const one of steps) {
          if (one.text === null) {
            map.delete(one.key);
            model.delete(one.key);
          } else {
            map.set(one.key, one.text.toWellFormed());
            model.set(one.key, one.text.toWellFormed());
          }
        }
        for (let n = 0; n <= 400; n += 1) expect(map.get(`key ${n}`)).toBe(model.get(`key ${n}`));
      }),
      { numRuns: 30 },
    );
  });

  it('are as many as there can be', () => {
    const map = createTextMap(2);
    for (const name of ['a', 'b', 'c', 'a']) map.set(name, `${name}!`);
    expect(['a', 'b', 'c'].map((name) => map.get(name))).toEqual(['a!', 'b!', undefined]);
  });
});
