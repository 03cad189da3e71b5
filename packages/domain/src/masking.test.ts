import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShown, maskedValue } from './masking.ts';

describe('what is seen of a hidden value', () => {
  it.each([
    ['email', 'anna.example@mail.example.com', undefined, 'a••••@••••.com'],
    ['email', 'al@example.org', undefined, '••••@••••.org'],
    ['email', 'admin@localhost', undefined, 'a••••@••••'],
    ['phone', '+447700900123', '44', '+44 •••• 123'],
    ['phone', '+447700900123', undefined, '•••• 123'],
    ['phone', '+4412345', '44', '+44 ••••'],
    ['account', 'DE-2210-99', undefined, '••••99'],
    ['account', '12345', undefined, '••••'],
    ['sensitive', '', undefined, '••••'],
  ])('%s %s', (kind, value, country, shown) => expect(maskedValue(kind, value, country)).toBe(shown));

  const email = fc
    .tuple(
      fc.stringMatching(/^[a-z0-9._+]{1,20}$/),
      fc.stringMatching(/^[a-z0-9-]{1,12}$/),
      fc.constantFrom('com', 'org', 'example'),
    )
    .map(([local, host, end]) => `${local}@${host}.${end}`);
  const digits = fc.stringMatching(/^[1-9]\d{4,14}$/);

  it('of a mail address is at most its first letter and its last label', () => {
    fc.assert(
      fc.property(email, (value) => {
        const shown = maskedValue('email', value).replaceAll('••••', '');
        expect(shown.length).toBeLessThanOrEqual(1 + '@.'.length + (value.split('.').at(-1) ?? '').length);
        expect(maskedValue('email', value)).toMatch(/^.?••••@••••(?:\.[a-z]+)?$/);
      }),
    );
  });

  it('of a number is at most the country and three digits, and at least four digits stay hidden', () => {
    fc.assert(
      fc.property(digits, fc.integer({ min: 1, max: 999 }), (value, country) => {
        const code = String(country);
        const known = value.startsWith(code) ? code.length : 0;
        const seen = maskedValue('phone', `+${value}`, code).replaceAll(/\D/g, '').length - known;
        expect(seen).toBeLessThanOrEqual(3);
        expect(seen === 0 || value.length - known - seen >= 4).toBe(true);
      }),
    );
  });

  it('does not tell how long the value is, and of anything else at most two signs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
        const [a, b] = [maskedValue('account', one), maskedValue('account', other)];
        expect([...a].length).toBeLessThanOrEqual(6);
        if ([...one].length >= 8 && [...other].length >= 8) expect([...a].length).toBe([...b].length);
      }),
    );
  });

  it('depends on the work one does where the manager said so', () => {
    expect([isShown('shown', false), isShown('own', true), isShown('own', false), isShown('masked', true)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
