import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseAddress, normalisePostalCode } from './address.ts';
import { normaliseDate } from './date.ts';
import { emailHint } from './email-hint.ts';
import { normaliseOrganisation } from './organisation.ts';
import { formatPhone, normalisePhone } from './phone.ts';
import { normaliseAccountNumber, normaliseOpaqueId } from './reference.ts';
import { foldText, wordsOf } from './text.ts';

describe('foldText', () => {
  it.each([
    ['  Müller  Straße ', 'muller strasse'],
    ['ＡＢＣ　１２３', 'abc 123'],
    ['Łódź', 'lodz'],
    ['Ångström ﬁn', 'angstrom fin'],
    ['İstanbul', 'istanbul'],
    ['ガ', 'ガ'.normalize('NFC')],
  ])('%s', (raw, folded) => expect(foldText(raw)).toBe(folded));

  it('takes a long text of one word in one pass', () => {
    const word = 'a'.repeat(20_000);
    expect(foldText(`${word}!A`)).toBe(`${word}!a`);
  });

  it('parts words at every sign but apostrophes', () => {
    expect(wordsOf("O’Brien-Smith, d'Arc")).toEqual(['obrien', 'smith', 'darc']);
  });
});

describe('normalisePhone', () => {
  it.each([
    ['030 123456', 'DE', '+4930123456'],
    ['0049 30 123456', 'GB', '+4930123456'],
    ['+49 (30) 123-456', undefined, '+4930123456'],
    ['(212) 555-0123 ext. 12', 'US', '+12125550123;ext=12'],
    ['030/123456 Durchwahl 7', 'DE', '+4930123456;ext=7'],
    ['010-12345678 转 801', 'CN', '+861012345678;ext=801'],
    ['１３８００１３８０００', 'CN', '+8613800138000'],
    ['310/246-1501', 'US', '+13102461501'],
    ['01 23 45 67 89 poste 12', 'FR', '+33123456789;ext=12'],
    ['8 (495) 123-45-67 (доб. 123)', 'RU', '+74951234567;ext=123'],
    ['03-1234-5678 内線12', 'JP', '+81312345678;ext=12'],
    ['02-123-4567 내선 12', 'KR', '+8221234567;ext=12'],
    ['(02)2345-6789#123', 'TW', '+886223456789;ext=123'],
    ['021-66667777-801', 'CN', '+862166667777;ext=801'],
    ['+55 11 3333-4444 ramal 12', 'BR', '+551133334444;ext=12'],
    ['030/901820-55', 'DE', '+493090182055'],
    // What a region dials before a country.
    ['0011 49 30 901820', 'AU', '+4930901820'],
    ['00 49 30 901820', 'US', '+4930901820'],
    ['001 49 30 901820', 'KR', '+4930901820'],
    ['+52 1 55 1234 5678', undefined, '+525512345678'],
    ['٠٣٠٩٠١٨٢٠', 'DE', '+4930901820'],
    // Copied from an address book, with its marks of direction.
    ['\u202a+1 212 555\u20110100\u202c', undefined, '+12125550100'],
  ])('%s in %s', (raw, region, form) => {
    const number = normalisePhone(raw, region);
    expect(number && formatPhone(number)).toBe(form);
  });

  it.each([
    ['030 123456', undefined],
    ['call me', 'DE'],
    ['12', 'DE'],
    ['', 'DE'],
    ['+1 800 FLOWERS', 'US'],
    ['030 901820, 040 901820', 'DE'],
    ['10086', 'CN'],
  ])('%s in %s is none', (raw, region) => expect(normalisePhone(raw, region)).toBeNull());
});

describe('emailHint', () => {
  it.each([
    ['Anna.Smith+news@Gmail.com', 'annasmith@gmail.com', 'annasmith', false],
    ['annasmith@googlemail.com', 'annasmith@gmail.com', 'annasmith', false],
    ['a.smith+x@example.com', 'a.smith@example.com', 'asmith', false],
    ['info@example.com', 'info@example.com', 'info', true],
    ['+x@example.com', '+x@example.com', '+x', false],
  ])('%s', (raw, address, local, role) => {
    expect(emailHint(raw)).toMatchObject({ address, local, role });
  });

  it('is none of what is no address', () => expect(emailHint('anna')).toBeNull());
});

describe('normaliseDate', () => {
  it.each([
    ['1980-05-12', '1980-05-12'],
    ['19800512', '1980-05-12'],
    ['12.5.1980', '1980-05-12'],
    ['12/05/80', '1980-05-12'],
    ['5/13/1980', '1980-05-13'],
    ['12 May 1980', '1980-05-12'],
    ['May 12, 1980', '1980-05-12'],
    ['12. März 1980', '1980-03-12'],
    ['1980年5月12日', '1980-05-12'],
    ['１９８０／５／１２', '1980-05-12'],
    ['1980-05-12T10:00:00Z', '1980-05-12'],
    ['12 мая 1980', '1980-05-12'],
    ['2000-02-29', '2000-02-29'],
    ['1900-02-29', null],
    ['31.04.1980', null],
    ['yesterday', null],
    ['', null],
  ])('%s', (raw, iso) => expect(normaliseDate(raw)).toBe(iso));

  it('reads the month first when told so', () => {
    expect(normaliseDate('5/12/1980', { order: 'month-first' })).toBe('1980-05-12');
  });
});

describe('normaliseOrganisation', () => {
  it.each([
    ['Müller & Söhne GmbH & Co. KG', 'muller sohne'],
    ['The Acme Corporation, Inc.', 'acme'],
    ['ACME LTD', 'acme'],
    ['Acme G.m.b.H.', 'acme'],
    ['北京大华科技有限公司', '北京大华科技'],
    ['大华（集团）股份有限公司', '大华'],
    ['Ltd', 'ltd'],
    ['!', null],
  ])('%s', (raw, name) => expect(normaliseOrganisation(raw)).toBe(name));
});

describe('normaliseAddress', () => {
  it.each([
    ['12 Wombat St.', '12 wombat street'],
    ['Hauptstr. 5a', '5a haupt street'],
    ['Hauptstraße 5a', '5a haupt street'],
    ['朝阳区建国路88号', '88 朝阳区 建国路'],
    ['N. Oak Ave, Apt 4', '4 north oak avenue apartment'],
    [',', null],
  ])('%s', (raw, address) => expect(normaliseAddress(raw)).toBe(address));

  it.each([
    ['sw1a 1aa', 'SW1A1AA'],
    ['12345-6789', '12345'],
    ['１０００００', '100000'],
    [' ', null],
  ])('code %s', (raw, code) => expect(normalisePostalCode(raw)).toBe(code));
});

describe('references', () => {
  it.each([
    ['c-00 12', 'C0012'],
    ['Ｋ－１２', 'K12'],
    ['--', null],
  ])('account %s', (raw, number) => expect(normaliseAccountNumber(raw)).toBe(number));
  it.each([
    [' aB-1 ', 'aB-1'],
    ['', null],
    ['a\nb', null],
  ])('id %j', (raw, id) => expect(normaliseOpaqueId(raw)).toBe(id));
});

describe('a normal form of a normal form is itself', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          'GmbH',
          'Co.',
          '有限公司',
          '路',
          'Straße',
          'St',
          '12',
          'ß',
          '.',
          '-',
          ' ',
          'ü',
          'İ',
          '①',
          'ⅳ',
          'ﬁ',
          'T1',
          'a',
          '(',
          ')',
          '&',
          'the',
          '@gmail.com',
        ),
      )
      .map((parts) => parts.join('')),
  );
  it.each<[string, (raw: string) => string | null]>([
    ['text', foldText],
    ['account number', normaliseAccountNumber],
    ['opaque id', normaliseOpaqueId],
    ['organisation', normaliseOrganisation],
    ['address', normaliseAddress],
    ['postal code', normalisePostalCode],
    ['date', (raw) => normaliseDate(raw)],
    ['mail hint', (raw) => emailHint(raw)?.address ?? null],
  ])('%s', (_name, normal) => {
    fc.assert(
      fc.property(text, (raw) => {
        const once = normal(raw);
        if (once !== null) expect(normal(once)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('phone', () => {
    const digits = fc.stringMatching(/^\+?\d{4,14}( ext\. \d{1,4})?$/);
    fc.assert(
      fc.property(digits, fc.constantFrom('DE', 'US', 'CN'), (raw, region) => {
        const once = normalisePhone(raw, region);
        if (once) expect(normalisePhone(formatPhone(once), region)).toEqual(once);
      }),
    );
  });
});
