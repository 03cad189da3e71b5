import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlindIndex, createVault, keyIdOf, openField, sealField } from './secrets.ts';

const key = Buffer.alloc(32, 7);
const refusal = /cannot be opened/;
const bytesOf = (sealed: string) => sealed.split('.').at(-1) ?? '';

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
    expect(Buffer.from(bytesOf(sealed), 'base64url').toString('latin1')).not.toContain('horse');
  });

  test('refuses what was changed in any bit', () => {
    const vault = createVault(key);
    const bytes = Buffer.from(bytesOf(vault.seal('correct horse', 'a')), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => vault.unseal(`v2.${vault.keyId}.${changed.toString('base64url')}`, 'a'), `bit ${bit}`).toThrow(
        refusal,
      );
    }
  });

  test.each(['', 'v1.', 'v1.AAAA', 'plain text', 'v2.AAAA', 'v2.00000000.AAAA'])('refuses %j', (sealed) => {
    expect(() => createVault(key).unseal(sealed, 'a')).toThrow(refusal);
  });

  test('does not open under another key, and takes no key of another size', () => {
    const sealed = createVault(key).seal('correct horse', 'a');
    expect(() => createVault(Buffer.alloc(32, 8)).unseal(sealed, 'a')).toThrow(refusal);
    expect(() => createVault(Buffer.alloc(16))).toThrow(/32 bytes/);
  });

  test('opens what an earlier key sealed, also in the form that names none, and seals with the newest', () => {
    const [old, young] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const before = createVault(old);
    const sealed = before.seal('correct horse', 'a');
    const nameless = `v1.${bytesOf(sealed)}`;
    const vault = createVault(() => [young, old]);
    expect([vault.unseal(sealed, 'a'), vault.unseal(nameless, 'a')]).toEqual(['correct horse', 'correct horse']);
    expect([keyIdOf(sealed), keyIdOf(nameless), keyIdOf(vault.seal('x', 'a')), keyIdOf('text')]).toEqual([
      before.keyId,
      'v1',
      vault.keyId,
      null,
    ]);
    expect(() => createVault(young).unseal(sealed, 'a')).toThrow(refusal);
  });

  test('learns a key that another process has given when it meets it', () => {
    const [old, young] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    let keys = [old];
    const vault = createVault(() => keys);
    const first = vault.keyId;
    keys = [young, old];
    const other = createVault(() => keys);
    expect(vault.unseal(other.seal('correct horse', 'a'), 'a')).toBe('correct horse');
    expect([vault.keyId === first, vault.keyId]).toEqual([false, other.keyId]);
  });
});

describe('a sensitive field', () => {
  const place = { table: 'customer_field_value', column: 'value', rowId: '1' };

  test('opens at its place only', () => {
    const vault = createVault(key);
    const sealed = sealField(vault, place, '4711');
    expect(openField(vault, place, sealed)).toBe('4711');
    for (const other of [{ rowId: '2' }, { column: 'note' }, { table: 'note' }])
      expect(() => openField(vault, { ...place, ...other }, sealed)).toThrow(refusal);
  });

  test('is found by an index that nobody makes without the key', () => {
    const [index, other] = [createBlindIndex(key), createBlindIndex(Buffer.alloc(32, 8))];
    expect(index('iban', 'DE1')).toBe(index('iban', 'DE1'));
    expect(new Set([index('iban', 'DE1'), index('iban', 'DE2'), index('card', 'DE1'), other('iban', 'DE1')]).size).toBe(
      4,
    );
  });
});
