import { expect, test } from 'vitest';
import { Breaks } from './breaks.ts';

test('mails are asked for one by one after a break, and one is given up when it breaks off at it five times more', () => {
  const breaks = new Breaks();
  expect([breaks.isAskedAlone(1), breaks.isGivenUp(3)]).toEqual([false, false]);
  breaks.note(3, 40);
  expect([breaks.isAskedAlone(40), breaks.isAskedAlone(41)]).toEqual([true, false]);
  for (let times = 0; times < 4; times += 1) breaks.note(3, 3);
  breaks.note(7, 7);
  expect(breaks.isGivenUp(3)).toBe(false);
  breaks.note(3, 3);
  expect([breaks.isGivenUp(3), breaks.isGivenUp(7)]).toEqual([true, false]);
  breaks.forget();
  expect([breaks.isAskedAlone(1), breaks.isGivenUp(3)]).toEqual([false, false]);
});
