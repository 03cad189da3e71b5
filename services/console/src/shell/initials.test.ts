import { expect, it } from 'vitest';
import { initials } from './initials.ts';

it('shortens names as their languages do', () => {
  expect(['Ada Lovelace', 'Ada', 'Maria de la Cruz', '王小明', '', '+49 30 1'].map(initials)).toEqual([
    'AL',
    'A',
    'MC',
    '小明',
    '#',
    '#',
  ]);
});
