import { checkRequest, type RequestField } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { matchAllInTime, matchesInTime } from './field-pattern.ts';

describe('a pattern of a field', () => {
  it.each([
    ['[A-Z]{2}\\d{6}', 'AB123456', true],
    ['[A-Z]{2}\\d{6}', 'xAB123456', false],
    ['a|b', 'ab', false],
    ['.{2}', '😀😀', true],
    ['`x`', 'x', false],
    ['(', 'anything', true],
  ])('%s on %s', (pattern, text, matches) => {
    expect(matchesInTime(pattern, text)).toBe(matches);
  });

  it.each(['(\\w+\\s?)+', '(?:[A-Za-z]+ ?)+', '(a*)*b'])('that would look for days is ended: %s', (pattern) => {
    const field: RequestField = { key: 'name', labelEn: 'Name', labelZh: '名', type: 'text', required: true, pattern };
    const begun = process.cpuUsage();
    const { problems } = checkRequest([field], { name: `${'a'.repeat(60)}!` }, matchesInTime);
    expect(problems).toEqual([{ field: 'name', problem: 'wrong-form' }]);
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000).toBeLessThan(2_000);
  });

  it('on many texts: those that would hang are left undecided, and the others decided', async () => {
    const hangs = '(\\w+\\s?)+';
    const bad = `${'a'.repeat(60)}!`;
    const looks = [
      ...Array.from({ length: 500 }, (_, index) => ({
        pattern: '[A-Z]\\d+',
        text: `${index % 2 ? 'A' : 'a'}${index}`,
      })),
      { pattern: '(', text: 'anything' },
      { pattern: hangs, text: bad },
      { pattern: hangs, text: 'two words' },
      { pattern: hangs, text: '!' },
      ...Array.from({ length: 20 }, () => ({ pattern: hangs, text: bad })),
      { pattern: hangs, text: 'three words more' },
    ];
    const turns = { had: 0, wanted: true };
    const take = () => {
      turns.had += 1;
      if (turns.wanted) setImmediate(take);
    };
    setImmediate(take);
    const begun = process.cpuUsage();
    const found = await matchAllInTime(looks);
    const { user, system } = process.cpuUsage(begun);
    turns.wanted = false;
    expect(found).toEqual([
      ...Array.from({ length: 500 }, (_, index) => index % 2 === 1),
      true,
      null,
      true,
      false,
      ...Array.from({ length: 20 }, () => null),
      true,
    ]);
    expect((user + system) / 1000).toBeLessThan(20 * 250);
    expect(turns.had).toBeGreaterThanOrEqual(20);
  });
});
