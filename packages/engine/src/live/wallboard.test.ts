import { expect, test } from 'vitest';
import { throttle } from './wallboard.ts';

test('what fails is told, and done again at the next call', async () => {
  const told: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  let runs = 0;
  const work = async () => {
    runs += 1;
    if (runs === 1) throw new Error('the database is gone');
    done.resolve();
  };
  const call = throttle(work, 1, (error) => {
    told.push(error);
    failed.resolve();
  });
  call();
  await failed.promise;
  call();
  await done.promise;
  expect(told).toEqual([new Error('the database is gone')]);
});

test('any number of calls while it works are one more', async () => {
  const began: (() => void)[] = [];
  const second = Promise.withResolvers<void>();
  const work = () => {
    if (began.length === 1) second.resolve();
    return new Promise<void>((resolve) => void began.push(resolve));
  };
  const call = throttle(work, 1, () => undefined);
  for (let index = 0; index < 5; index += 1) call();
  expect(began).toHaveLength(1);
  began[0]?.();
  await second.promise;
  expect(began).toHaveLength(2);
});
