import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storableText } from './storable-text.ts';

it.each([
  ['as it is', 'as it is'],
  ['a\0b', 'ab'],
  ['half \ud83d', 'half \ufffd'],
  ['12345678😀', '12345678😀'],
  ['123456789😀1', '123456789😀'],
  ['😀😀😀😀😀😀😀😀😀😀😀', '😀😀😀😀😀😀😀😀😀😀'],
])('%j is kept as %j', (given, kept) => expect(storableText(given, 10)).toBe(kept));

it('is always well-formed, short and the beginning of what was said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(40), (text, most) => {
      const kept = storableText(text, most);
      expect(kept.isWellFormed() && !kept.includes('\0')).toBe(true);
      expect(Array.from(kept).length).toBeLessThanOrEqual(most);
      expect(storableText(kept, most)).toBe(kept);
      expect(text.replaceAll('\0', '').toWellFormed().startsWith(kept)).toBe(true);
    }),
  );
});
