import { expect, it } from 'vitest';
import { reachSame } from './mail-choice.ts';

it.each([
  ['the same, whoever is in copy', { to: ['a'], cc: ['b'] }, { to: ['b'], cc: ['a'] }, true],
  ['the same, whoever is named twice', { to: ['a', 'a'], cc: ['b'] }, { to: ['a', 'b'], cc: ['b'] }, true],
  ['one fewer', { to: ['a'], cc: ['b'] }, { to: ['a'], cc: [] }, false],
  ['one more', { to: ['a'], cc: [] }, { to: ['a'], cc: ['b'] }, false],
  ['somebody else', { to: ['a'], cc: [] }, { to: ['b'], cc: [] }, false],
])('recipients reach %s', (_, one, other, same) => {
  expect(reachSame(one, other)).toBe(same);
});
