import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signReplyAddress, verifyReplyAddress } from './reply-address.ts';

const key = Buffer.alloc(32, 1);
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

describe('signed reply address', () => {
  test('names its ticket whatever happens to its case', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.infiniteStream(fc.boolean()), (ticketId, upper) => {
        const address = signReplyAddress(ticketId, 'centre.test', key);
        const recased = Array.from(address, (character) =>
          upper.next().value ? character.toUpperCase() : character,
        ).join('');
        expect(address.indexOf('@')).toBeLessThanOrEqual(64);
        expect(verifyReplyAddress(recased, key)).toBe(ticketId);
      }),
    );
  });

  test('is refused when any character of it is another', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(42), fc.constantFrom(...alphabet), (ticketId, place, letter) => {
        const address = signReplyAddress(ticketId, 'centre.test', key);
        const index = 'reply+'.length + place;
        fc.pre(address[index] !== letter);
        expect(verifyReplyAddress(address.slice(0, index) + letter + address.slice(index + 1), key)).toBeUndefined();
      }),
    );
  });

  test.each([
    '',
    '@',
    'reply+@centre.test',
    'service@centre.test',
    'reply+a.b@centre.test',
    `reply+${'a'.repeat(26)}.${'a'.repeat(16)}@centre.test`,
  ])('%j is none', (address) => {
    expect(verifyReplyAddress(address, key)).toBeUndefined();
  });

  test('holds only under its own key', () => {
    expect(
      verifyReplyAddress(signReplyAddress('5f1c2f0e-9d9c-4a8e-8a52-0d9a3b6f7c11', 'centre.test', key), randomBytes(32)),
    ).toBeUndefined();
  });
});
