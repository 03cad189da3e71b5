import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LeftBehind } from './left-behind.ts';

const ascending = (length: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: length }).map((all) => all.toSorted((a, b) => a - b));

it('counts what lies between where the cursor was and where it is', () => {
  fc.assert(
    fc.property(ascending(200), ascending(40), (uids, stops) => {
      const left = new LeftBehind(uids);
      let cursor = 0;
      for (const stop of stops.flatMap((uid) => [uid, uid])) {
        expect(left.upTo(stop)).toBe(uids.filter((uid) => uid > cursor && uid <= stop).length);
        cursor = stop;
      }
    }),
  );
});

it('takes no longer for each of many portions', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => index + 1);
  let looked = 0;
  const watched = new Proxy(many, {
    get(target, key) {
      looked += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  const left = new LeftBehind(watched);
  let counted = 0;
  for (let uid = 0; uid <= many.length; uid += 50) counted += left.upTo(uid);
  expect(counted).toBe(many.length);
  expect(looked).toBeLessThan(3 * many.length);
});
