import { afterEach, expect, it, vi } from 'vitest';
import { keepAwake } from './keep-awake.ts';
import { startStandIn } from './stand-in.ts';

afterEach(() => void vi.useRealTimers());

it('a server hears something while nothing is asked of it, and is then asked as ever', async () => {
  const third = Promise.withResolvers<void>();
  await using server = await startStandIn((command) => {
    if (command === 'NOOP' && server.asked.filter((one) => one === 'NOOP').length === 3) third.resolve();
    return command.startsWith('UID SEARCH') ? '* SEARCH 1 2\r\n' : '';
  });
  await keepAwake(server.client, () => third.promise, 5);
  expect(await server.client.search({ uid: '1:*' }, { uid: true })).toEqual([1, 2]);
});

it.each(['resolves', 'rejects'] as const)('twice a minute until what is waited for %s', async (how) => {
  vi.useFakeTimers();
  const noop = vi.fn(() => Promise.reject(new Error('The connection is gone')));
  const task = Promise.withResolvers<string>();
  const kept = keepAwake({ noop }, () => task.promise);
  await vi.advanceTimersByTimeAsync(95_000);
  expect(noop).toHaveBeenCalledTimes(3);
  if (how === 'resolves') task.resolve('done');
  else task.reject(new Error('failed'));
  const outcome = await Promise.allSettled([kept]);
  expect(outcome).toMatchObject([how === 'resolves' ? { value: 'done' } : { reason: { message: 'failed' } }]);
  await vi.advanceTimersByTimeAsync(95_000);
  expect(noop).toHaveBeenCalledTimes(3);
});
