import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainDomain, normaliseEmail } from './email-address.ts';

describe('normaliseEmail', () => {
  it.each([
    [' Anna@Example.COM ', 'anna@example.com'],
    ['a.b+c@gmail.com', 'a.b+c@gmail.com'],
    ['a@bücher.de', 'a@xn--bcher-kva.de'],
    ['a@XN--BCHER-KVA.de', 'a@xn--bcher-kva.de'],
    ['a@\uFF45xample.com', 'a@example.com'],
    ['a@example.com.', 'a@example.com'],
    ['a@localhost', 'a@localhost'],
    ['a@[192.0.2.1]', 'a@[192.0.2.1]'],
    ['a@[IPv6:2001:DB8::1]', 'a@[ipv6:2001:db8::1]'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    ['JÜRGEN@example.com', 'jürgen@example.com'],
    // The Kelvin sign is not the letter k.
    ['\u212A@example.com', '\u212A@example.com'],
    ['', null],
    ['anna', null],
    ['@example.com', null],
    ['anna@', null],
    ['a b@example.com', null],
    ['a@b@example.com', null],
    ['a@example.com, b@example.com', null],
    ['Anna <a@example.com>', null],
    ['a@example..com', null],
    ['a@1', null],
    ['a@0x7f.1', null],
    ['a@example.com/path', null],
    ['a@user:secret', null],
    ['a\u0000@example.com', null],
    ['a\u200B@example.com', null],
    [`${'a'.repeat(320)}@example.com`, null],
  ])('%j becomes %j', (raw, expected) => {
    expect(normaliseEmail(raw)).toBe(expected);
  });

  it('does not change what is in normal form', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'grapheme' }).map((local) => `${local}@example.com`),
          fc.webAuthority().map((host) => `a@${host}`),
        ),
        (raw) => {
          const once = normaliseEmail(raw);
          if (once !== null) expect(normaliseEmail(once)).toBe(once);
        },
      ),
    );
  });

  it('does not tell upper from lower case', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (raw) => {
        expect(normaliseEmail(raw.toUpperCase())).toBe(normaliseEmail(raw));
      }),
    );
  });
});

/** This package is compiled without any platform's types. */
declare const URL: { parse(url: string): { readonly hostname: string } | null };

describe('isPlainDomain', () => {
  const labels = fc.array(
    fc.oneof(fc.domain(), fc.stringMatching(/^[a-z\d-]{1,70}$/), fc.constantFrom('xn--', '0x', '1', '-', '')),
  );

  it('is true of nothing that a parser of hosts would write in another way', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const domain = all.join('.').toLowerCase();
        if (isPlainDomain(domain)) expect(URL.parse(`http://${domain}/`)?.hostname).toBe(domain);
      }),
    );
  });

  it.each([
    ['example.com', true],
    ['a-b.c--d.example', true],
    ['localhost', false],
    ['xn--bcher-kva.de', false],
    ['127.0.0.1', false],
    ['1.0x7f', false],
    ['example.com.', false],
    ['a..example', false],
    ['Example.com', false],
  ])('of %s: %s', (domain, plain) => {
    expect(isPlainDomain(domain)).toBe(plain);
  });
});
