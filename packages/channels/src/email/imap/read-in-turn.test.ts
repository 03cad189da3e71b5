import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mailSizeLimit } from '../inlet.ts';
import { readInTurn } from './read-in-turn.ts';

const mebibyte = 1024 * 1024;

it.each<[string, number[], number[]]>([
  ['eight of the largest mails, and the ninth after one of them', Array<number>(9).fill(mailSizeLimit), [8]],
  ['small ones though large ones wait', [...Array<number>(9).fill(mailSizeLimit), 1, mebibyte], [8]],
  ['nothing beside what is larger than all that may be read', [9 * mailSizeLimit, 2 * mebibyte], [1]],
])('reads at once %s', async (_name, sizes, waiting) => {
  const ends = sizes.map(() => Promise.withResolvers<void>());
  const begun: number[] = [];
  const reads = sizes.map((bytes, index) =>
    readInTurn(bytes, async () => {
      begun.push(index);
      await ends[index]?.promise;
    }),
  );
  await setImmediate();
  const all = [...sizes.keys()];
  expect(begun).toEqual(all.filter((index) => !waiting.includes(index)));
  ends[0]?.resolve();
  await setImmediate();
  expect(begun.toSorted((a, b) => a - b)).toEqual(all);
  ends.forEach(({ resolve }) => resolve());
  await Promise.all(reads);
});
