import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { takeTurns } from './turns.ts';

function hold(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

/** Does pieces of work of so many milliseconds, and answers after how many of them somebody else had a turn first. */
async function firstTurnOfOthers(pieces: number, ms: number): Promise<number> {
  const ownTurn = takeTurns();
  let done = 0;
  const other = setImmediate().then(() => done);
  for (let piece = 0; piece < pieces; piece += 1) {
    await ownTurn();
    hold(ms);
    done += 1;
  }
  return other;
}

test('others have their turn once the pieces have taken long together, and not before', async () => {
  expect(await firstTurnOfOthers(100, 3)).toBe(1);
  expect(await firstTurnOfOthers(2, 0)).toBe(2);
});
