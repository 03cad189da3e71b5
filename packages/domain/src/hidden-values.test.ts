import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHider, possibleIdentifiers } from './hidden-values.ts';

const hide = createHider([
  { kind: 'email', value: 'ada.o+shop@example.org', instead: 'MAIL' },
  { kind: 'phone', value: '+4915112359871', instead: 'PHONE', callingCode: '49', national: '15112359871' },
  { kind: 'account', value: 'K-4711', instead: 'ACCOUNT' },
]);

it.each([
  ['ada.o+shop@example.org', 'MAIL'],
  ['Write to ADA.O+shop@Example.ORG.', 'Write to MAIL.'],
  ['<a href="mailto:ada.o%2Bshop%40example.org?subject=x">', '<a href="mailto:MAIL?subject=x">'],
  [`'ada.o+shop@example.org'`, `'MAIL'`],
  ['to=ada.o+shop@example.org&x', 'to=MAIL&x'],
  ['xada.o+shop@example.org, ada.o+shop@example.org.uk', 'xada.o+shop@example.org, ada.o+shop@example.org.uk'],
  ['+4915112359871', 'PHONE'],
  ['0151 1235-9871 or +49 (0)151 12359871 or 0049.151.1235.9871', 'PHONE or +PHONE or PHONE'],
  ['tel:+49%20151%2012359871', 'tel:+PHONE'],
  ['915112359871, 4915112359871 2026', '915112359871, PHONE 2026'],
  ['account k-4711, not K-47110', 'account ACCOUNT, not K-47110'],
])('%s', (text, shown) => expect(hide(text)).toBe(shown));

it('leaves no trace of a number however it is spaced, between whatever words', () => {
  const gap = fc.constantFrom('', ' ', '-', '.', ' / ', '\u00a0');
  fc.assert(
    fc.property(fc.array(gap, { minLength: 13, maxLength: 13 }), fc.string(), fc.string(), (gaps, before, after) => {
      const spaced = [...'4915112359871'].map((digit, index) => digit + (gaps[index] ?? '')).join('');
      const digits = hide(`${before.replaceAll(/\d/g, '')} ${spaced} ${after.replaceAll(/\d/g, '')}`).replaceAll(
        /\D/g,
        '',
      );
      expect(digits).not.toContain('12359871');
    }),
  );
});

it('looks up numbers by the lines and the cells of tables in which they stand', () => {
  const found = possibleIdentifiers('Pieces\t5\t0151 12359871\t12\n7\tPhone\n+49 151 2000 3000\n5 pieces', 'DE');
  expect(found).toEqual(expect.arrayContaining(['+4915112359871', '+4915120003000']));
});

it('finds by what it is looked up whose an identifier is', () => {
  const found = possibleIdentifiers('Call 0151 1235 9871 or ask Ada.O+shop@example.org about K-4711', 'DE');
  expect(found).toEqual(expect.arrayContaining(['+4915112359871', 'ada.o+shop@example.org', 'K-4711']));
});

it('takes no longer for a text without blanks', () => {
  expect(hide('a'.repeat(300_000))).toHaveLength(300_000);
});
