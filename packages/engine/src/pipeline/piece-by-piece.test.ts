import { HubError } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { pieceByPiece } from './piece-by-piece.ts';

const takes = (answers: readonly (() => number)[]) =>
  answers.map((answer) => {
    try {
      return answer();
    } catch (error) {
      return (error as Error).message;
    }
  });

it.each([
  [[1, 2, 3], [10, 20, 30], 1],
  [[1, -2, 3], [10, 'bad', 30], 4],
  [[-1], ['bad'], 1],
])('%j give %j', async (items, expected, calls) => {
  let called = 0;
  const work = pieceByPiece(async (batch: readonly number[]) => {
    called += 1;
    if (batch.some((item) => item < 0)) throw new Error('bad');
    return batch.map((item) => item * 10);
  });
  expect([takes(await work(items)), called]).toEqual([expected, calls]);
});

it('does not ask each alone when the world fails', async () => {
  let called = 0;
  const work = pieceByPiece(async (): Promise<number[]> => {
    called += 1;
    throw new HubError('unavailable', 'away');
  });
  expect([takes(await work([1, 2])), called]).toEqual([['away', 'away'], 1]);
});
