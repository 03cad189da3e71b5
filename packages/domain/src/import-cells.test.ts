import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minorDigits, readAmount, readDay, readMoment } from './import-cells.ts';

describe('a written day', () => {
  it.each([
    ['2024-03-05', 'dmy', '2024-03-05'],
    ['2024/3/5', 'mdy', '2024-03-05'],
    ['2024年3月5日', 'ymd', '2024-03-05'],
    ['20240305', 'ymd', '2024-03-05'],
    ['5.3.2024', 'dmy', '2024-03-05'],
    ['3/5/2024', 'mdy', '2024-03-05'],
    ['29.2.2023', 'dmy', null],
    ['13/13/2024', 'mdy', null],
    ['5.3.24', 'dmy', null],
    ['soon', 'ymd', null],
  ] as const)('%s as %s', (text, order, day) => {
    expect(readDay(text, order)).toBe(day);
  });
});

describe('a written moment', () => {
  it.each([
    ['2024-03-05', '2024-03-04T23:00:00.000Z'],
    ['2024-07-05 7:08', '2024-07-05T05:08:00.000Z'],
    // The clocks show 2:30 never in March and twice in October.
    ['2024-03-31 2:30', '2024-03-31T01:30:00.000Z'],
    ['2024-03-31 3:00', '2024-03-31T01:00:00.000Z'],
    ['2024-10-27 2:30', '2024-10-27T00:30:00.000Z'],
    ['2024-10-27 3:00', '2024-10-27T02:00:00.000Z'],
    ['2024-03-05 7:08Z', '2024-03-05T07:08:00.000Z'],
    ['2024-03-05T07:08:09+08:00', '2024-03-04T23:08:09.000Z'],
    ['2024-03-05T25:00', null],
    ['', null],
  ])('%s', (text, moment) => {
    expect(readMoment(text, 'ymd', 'Europe/Berlin')).toBe(moment);
  });
});

describe('a written amount', () => {
  it.each([
    ['1,234.56', 2, 123_456],
    ['1.234,56', 2, 123_456],
    ['1 234,5', 2, 123_450],
    ['¥1,200', 2, 120_000],
    ['1,200', 0, 1200],
    ['12.5', 2, 1250],
    ['-3.10', 2, -310],
    ['(3.10)', 2, -310],
    ['EUR 7', 2, 700],
    ['1.234.567,8', 2, 123_456_780],
    ['12,34,567.89', 2, 123_456_789],
    ['0.125', 2, null],
    ['0.120', 2, 12],
    ['1234.500', 2, 123_450],
    ['1234.567', 2, null],
    ['1.2.3', 2, null],
    ['1,23.4,5', 2, null],
    ['(3.10', 2, null],
    ['--3', 2, null],
    ['1.2345', 2, null],
    ['1.500', 3, 1500],
    ['twelve', 2, null],
    ['', 2, null],
    ['1e5', 2, null],
  ])('%s with %i decimals', (text, digits, minor) => {
    expect(readAmount(text, digits)).toBe(minor);
  });

  it('is none when it names another currency', () => {
    expect([readAmount('USD 7', 2, 'EUR'), readAmount('7 EUR', 2, 'EUR')]).toEqual([null, 700]);
  });

  it('is read back as it was written, whichever sign stands before the decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom('.', ','), (minor, sign) => {
        const text = (minor / 100).toFixed(2).replace('.', sign);
        expect(readAmount(text, 2)).toBe(minor);
      }),
    );
  });

  it('has the decimals of its currency', () => {
    expect(['EUR', 'JPY', 'KWD', 'euro'].map(minorDigits)).toEqual([2, 0, 3, null]);
  });
});
