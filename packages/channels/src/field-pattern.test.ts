import { checkRequest, type RequestField } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { matchesInTime } from './field-pattern.ts';

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
});
