import type { CustomField } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completenessOf, isFilled, percentOf } from './completeness.ts';

const field = (key: string, rules: Partial<CustomField> = {}): CustomField => ({
  id: '00000000-0000-7000-8000-000000000000',
  scope: 'customer',
  key,
  labelEn: key,
  labelZh: key,
  type: 'text',
  options: [],
  pattern: null,
  min: null,
  max: null,
  required: false,
  requiredTypes: [],
  requiredGrades: [],
  sensitive: false,
  standard: false,
  position: 0,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  ...rules,
});
const fields = [
  field('city', { required: true }),
  field('passport', { requiredGrades: ['vip'] }),
  field('serial', { requiredTypes: ['repair'] }),
  field('notes'),
];
const anybody = { grade: null, requestTypes: [] };

describe('how complete a file is', () => {
  it.each([
    ['what is always required', anybody, {}, { filled: 0, required: 1, percent: 0, missing: ['city'] }],
    ['blanks are nothing', anybody, { city: ' ' }, { filled: 0, required: 1, percent: 0, missing: ['city'] }],
    ['all of it', anybody, { city: 'Oslo' }, { filled: 1, required: 1, percent: 100, missing: [] }],
    [
      'more of a grade',
      { grade: 'vip', requestTypes: [] },
      { city: 'Oslo' },
      { filled: 1, required: 2, percent: 50, missing: ['passport'] },
    ],
    [
      'more of a type',
      { grade: 'low', requestTypes: ['repair'] },
      { serial: 7 },
      { filled: 1, required: 2, percent: 50, missing: ['city'] },
    ],
  ])('%s', (_what, owner, values, expected) => {
    expect(completenessOf(fields, owner, values)).toEqual(expected);
  });

  it('is whole where nothing is required', () => {
    expect(completenessOf([field('notes')], anybody, {})).toMatchObject({ percent: 100, required: 0 });
  });

  it('is 100 only when nothing is missing, and grows with what is filled', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (a, b) => {
        const [part, whole] = a < b ? [a, b] : [b, a];
        expect(percentOf(part, whole) === 100).toBe(part === whole);
        if (part < whole) expect(percentOf(part + 1, whole)).toBeGreaterThanOrEqual(percentOf(part, whole));
      }),
    );
  });

  it('counts a no and a zero as answers', () => {
    expect([false, 0, 'x', ['a']].map(isFilled)).toEqual([true, true, true, true]);
    expect([null, undefined, '', []].map(isFilled)).toEqual([false, false, false, false]);
  });
});
