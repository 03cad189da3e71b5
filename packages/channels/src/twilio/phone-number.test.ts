import { HubError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { accountOf, isWithheld, senderIdentifier, toE164 } from './phone-number.ts';

describe('senders', () => {
  test.each([
    ['+49 1511 2345678', 'known', 'phone', '+4915112345678'],
    ['+1 (415) 555-2671', 'known', 'phone', '+14155552671'],
    ['+8613800138000', 'known', 'phone', '+8613800138000'],
    ['22395', 'known', 'external', '22395'],
    ['DHL', 'claimed', 'external', 'DHL'],
    ['3com', 'claimed', 'external', '3com'],
    ['中国移动', 'claimed', 'external', '中国移动'],
    ['whatsapp:+4915112345678', 'known', 'external', 'whatsapp:+4915112345678'],
    ['5551234567', 'known', 'external', '5551234567'],
  ])('%s is %s %s %s', (value, grade, kind, normal) => {
    expect(senderIdentifier(value)).toEqual({ kind, value: normal, grade });
  });
  test.each(['', '+', '+1', '+999999999999999999', '<script>', 'a'.repeat(400), '+49-abc'])(
    '%j is nonsense',
    (value) => {
      expect(() => senderIdentifier(value)).toThrow(HubError);
    },
  );
});

test('a short code of the centre stays as it is', () => {
  expect(accountOf(' 22395 ')).toBe('22395');
  expect(accountOf('+49 30 901820')).toBe('+4930901820');
  expect(toE164('030 901820')).toBeNull();
});

test.each(['anonymous', 'Restricted', '+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253', ''])(
  '%j hides the number',
  (value) => {
    expect(isWithheld(value)).toBe(true);
    expect(isWithheld('+4930901820')).toBe(false);
  },
);
