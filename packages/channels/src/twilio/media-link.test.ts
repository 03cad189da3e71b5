import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaLink, readMediaToken } from './media-link.ts';

const key = Buffer.alloc(32, 7);
const now = new Date('2026-03-01T10:00:00Z');
const file = { sha256: 'a'.repeat(64), contentType: 'image/png', filename: '发票 "1".png' };
const tokenOf = (link: string) => new URL(link).pathname.split('/').at(-1) ?? '';
const token = tokenOf(mediaLink(file, { publicUrl: 'https://hub.example.test/', key, now }));
const later = (hours: number) => new Date(now.getTime() + hours * 3600_000);

describe('a link to a file', () => {
  test('gives the file back, and needs no encoding in a URL', () => {
    expect(readMediaToken(token, key, now)).toEqual(file);
    expect(token).toMatch(/^[\w.-]+$/);
  });
  test('is good for at least a day, and not for ever', () => {
    expect(readMediaToken(token, key, later(24))).toEqual(file);
    expect(readMediaToken(token, key, later(48))).toBe('expired');
  });
  test("is nobody else's: another key, another file", () => {
    expect(readMediaToken(token, Buffer.alloc(32, 8), now)).toBeNull();
    const [payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(['b'.repeat(64), 9e9, 'text/html', 'x'])).toString('base64url');
    expect(readMediaToken(`${other}.${signature}`, key, now)).toBeNull();
    expect(readMediaToken(`${payload}.${signature}.x`, key, now)).toBeNull();
  });
  test('made up or damaged is none', () => {
    fc.assert(fc.property(fc.string(), (text) => readMediaToken(text, key, now) === null));
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom('A', 'b', '.', '_'), (at, sign) => {
        const damaged = token.slice(0, at) + sign + token.slice(at + 1);
        const read = readMediaToken(damaged, key, now);
        // Bits beyond the last byte of base64 say nothing.
        if (
          Buffer.from(damaged.split('.')[1] ?? '', 'base64url').equals(
            Buffer.from(token.split('.')[1] ?? '', 'base64url'),
          ) &&
          damaged.split('.')[0] === token.split('.')[0]
        )
          expect(read).toEqual(file);
        else expect(read).toBeNull();
      }),
    );
  });
});
