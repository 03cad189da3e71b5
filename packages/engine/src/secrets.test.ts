import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createVault } from './secrets.ts';

const key = Buffer.alloc(32, 7);
const refusal = /cannot be opened/;

describe('a vault', () => {
  test('opens what it sealed, for the same context only', () => {
    const vault = createVault(key);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uuid(), fc.uuid(), (plain, context, other) => {
        const text = plain.toWellFormed();
        const sealed = vault.seal(text, context);
        expect(vault.unseal(sealed, context)).toBe(text);
        if (other !== context) expect(() => vault.unseal(sealed, other)).toThrow(refusal);
      }),
    );
  });

  test('never seals alike twice, and shows nothing of the secret', () => {
    const vault = createVault(key);
    const sealed = vault.seal('correct horse', 'a');
    expect(vault.seal('correct horse', 'a')).not.toBe(sealed);
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('horse');
  });

  test('refuses what was changed in any bit', () => {
    const vault = createVault(key);
    const bytes = Buffer.from(vault.seal('correct horse', 'a').slice(3), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => vault.unseal(`v1.${changed.toString('base64url')}`, 'a'), `bit ${bit}`).toThrow(refusal);
    }
  });

  test.each(['', 'v1.', 'v1.AAAA', 'plain text', 'v2.AAAA'])('refuses %j', (sealed) => {
    expect(() => createVault(key).unseal(sealed, 'a')).toThrow(refusal);
  });

  test('does not open under another key, and takes no key of another size', () => {
    const sealed = createVault(key).seal('correct horse', 'a');
    expect(() => createVault(Buffer.alloc(32, 8)).unseal(sealed, 'a')).toThrow(refusal);
    expect(() => createVault(Buffer.alloc(16))).toThrow(/32 bytes/);
  });
});
