import { expect, test } from 'vitest';
import { Breaks } from './breaks.ts';

test('mails are asked for one by one after a break, and one at which it then breaks off is left for later', () => {
  const breaks = new Breaks();
  expect([breaks.isAskedAlone(1), breaks.isSuspect(3), breaks.hasSuspects]).toEqual([false, false, false]);
  breaks.note(3, 40);
  expect([breaks.isAskedAlone(40), breaks.isAskedAlone(41), breaks.isSuspect(3)]).toEqual([true, false, false]);
  breaks.note(3, 3);
  expect([breaks.isSuspect(3), breaks.isSuspect(7), breaks.hasSuspects]).toEqual([true, false, true]);
  breaks.forget();
  expect([breaks.isAskedAlone(1), breaks.isSuspect(3), breaks.hasSuspects]).toEqual([false, false, false]);
});

test('of many that are refused in a row none is left for later before it was refused often, and for now never', () => {
  const breaks = new Breaks();
  const refused = (uids: number[], isForNow: boolean) => uids.map((uid) => breaks.mayBeLeft(uid, isForNow));
  expect(refused([1, 2, 3, 4], false)).toEqual([true, true, true, false]);
  breaks.came();
  expect(refused([4, 5, 6], true)).toEqual([true, true, true]);
  for (let times = 0; times < 20; times += 1) expect(refused([7], true)).toEqual([false]);
  for (let times = 0; times < 5; times += 1) expect(refused([8], false)).toEqual([false]);
  expect(refused([8], false)).toEqual([true]);
});

test('mails that were passed over are asked for again now and then, and new ones at once', () => {
  const breaks = new Breaks();
  expect([0, 500, 1_000].map((at) => breaks.isTimeToAskAgain(at, 1_000))).toEqual([true, false, true]);
  breaks.passedOver();
  expect([1_001, 1_002].map((at) => breaks.isTimeToAskAgain(at, 1_000))).toEqual([true, false]);
});
