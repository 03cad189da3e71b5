import { describe, expect, it } from 'vitest';
import { addressesIn, looksLikeAddress } from './mail-address.ts';

describe('addresses in what was typed', () => {
  it.each([
    ['ann@x.example', ['ann@x.example']],
    ['Ann <ann@x.example>, bob@x.example; cy@x.example', ['ann@x.example', 'bob@x.example', 'cy@x.example']],
    ['ann@x.example bob@x.example', ['ann@x.example', 'bob@x.example']],
    ['Ann Smith', ['Ann Smith']],
    [' , ;', []],
  ])('%j', (text, found) => expect(addressesIn(text)).toEqual(found));

  it.each([
    '',
    'ann',
    'ann@x',
    'a b@x.example',
    'a@b@x.example',
    'a<b@x.example',
    'ann@x.',
    `${'a'.repeat(330)}@x.example`,
  ])('%j is none', (text) => expect(looksLikeAddress(text)).toBe(false));
});
