import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normaliseIdentifier } from './identifier.ts';

it.each<[kind: Parameters<typeof normaliseIdentifier>[0], raw: string, value: string | null, extension?: string]>([
  ['phone', '030 901820', '+4930901820'],
  ['phone', '０３０ ９０１８２０', '+4930901820'],
  ['phone', '0049 (0)30–901820', '+4930901820'],
  ['phone', '（+49）30 901820', '+4930901820'],
  ['phone', 'tel:+4930901820', '+4930901820'],
  ['phone', '030 901820 Durchwahl 55', '+4930901820', '55'],
  ['phone', '+86 21 6666 7777 转 801', '+862166667777', '801'],
  ['phone', 'none', null],
  ['email', ' Ann@BÜCHER.example ', 'ann@xn--bcher-kva.example'],
  ['email', 'ann at example.org', null],
  ['account', ' Ｋ-１２３４ ', 'K-1234'],
  ['external', ' Abc ', 'Abc'],
  ['external', ' ', null],
])('%s %s', (kind, raw, value, extension) => {
  expect(normaliseIdentifier(kind, raw, 'DE')).toEqual(value === null ? null : { value, extension: extension ?? null });
});

it('has no number without a country and a region', () => expect(normaliseIdentifier('phone', '030 901820')).toBeNull());

it('normalises a normal form to itself', () => {
  const raw = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('+', '4', '9', '0', '５', ' ', '-', '(', ')') }));
  fc.assert(
    fc.property(fc.constantFrom('phone', 'email', 'account', 'external'), raw, (kind, text) => {
      const once = normaliseIdentifier(kind, text, 'DE');
      if (once) expect(normaliseIdentifier(kind, once.value, 'DE')?.value).toBe(once.value);
    }),
  );
});
