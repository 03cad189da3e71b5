import { expect, it } from 'vitest';
import type { Parts } from '../parts.ts';
import { every } from './every.ts';

it('what fails time after time is told of once, and that it works again', async () => {
  const told: string[] = [];
  const tell = ({ failures }: { failures: number }, words: string) => told.push(`${words}: ${failures}`);
  const log = { error: tell, warn: tell } as unknown as Parts['log'];
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
  expect(told).toEqual(['sweep failed: 1', 'sweep works again: 19', 'sweep failed: 1']);
});
