import { expect, it } from 'vitest';
import { filesThatGo, reachSame } from './mail-choice.ts';

it.each([
  ['the same, whoever is in copy', { to: ['a'], cc: ['b'] }, { to: ['b'], cc: ['a'] }, true],
  ['the same, whoever is named twice', { to: ['a', 'a'], cc: ['b'] }, { to: ['a', 'b'], cc: ['b'] }, true],
  ['one fewer', { to: ['a'], cc: ['b'] }, { to: ['a'], cc: [] }, false],
  ['one more', { to: ['a'], cc: [] }, { to: ['a'], cc: ['b'] }, false],
  ['somebody else', { to: ['a'], cc: [] }, { to: ['b'], cc: [] }, false],
])('recipients reach %s', (_, one, other, same) => {
  expect(reachSame(one, other)).toBe(same);
});

it.each([
  ['all, while nothing was chosen', null, ['a', 'b']],
  ['all of what was handed in without a choice', undefined, ['a', 'b']],
  ['those that were left, in their order', ['b', 'a'], ['a', 'b']],
  ['none, when all were taken out', [], []],
  ['nothing of another mail', ['c'], []],
])('files that go with a mail: %s', (_, chosen, expected) => {
  const file = (id: string) => ({
    id,
    filename: `${id}.txt`,
    contentType: 'text/plain',
    size: 1,
    sha256: '',
    inline: false,
    contentId: null,
    url: '',
  });
  expect(filesThatGo([file('a'), file('b')], chosen).map(({ id }) => id)).toEqual(expected);
});
