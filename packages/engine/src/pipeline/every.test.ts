import { expect, it } from 'vitest';
import type { Parts } from '../parts.ts';
import { every } from './every.ts';

it('what fails time after time is told of ever more seldom, and anew once it worked', async () => {
  const told: number[] = [];
  const log = { error: ({ failures }: { failures: number }) => told.push(failures) } as unknown as Parts['log'];
  const enough = Promise.withResolvers<void>();
  let runs = 0;
  const stop = every(
    0,
    async () => {
      runs += 1;
      if (runs === 30) enough.resolve();
      if (runs !== 20) throw new Error('The database does not answer');
    },
    { log },
  );
  await enough.promise;
  await stop();
  expect(told).toEqual([1, 2, 4, 8, 16, 1, 2, 4, 8]);
});
