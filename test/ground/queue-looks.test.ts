/** What a worker asks of PostgreSQL while there is nothing that it could take. */
import { setTimeout as delay } from 'node:timers/promises';
import { openBackend, openQueue, openWorker, type RawWorker } from '@patchbay/engine/queues/wiring';
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';

const onError = (error: Error) => {
  throw error;
};

/** A server process tells of its transactions once in a second at the most. */
const tellingMs = 1_600;

it('a job that another call is just taking is not looked for again and again, and is taken once it is left', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url }));
  const backend = stack.use(await openBackend({ kind: 'postgres', url }, onError));
  const queue = openQueue(backend, 'looks', onError);
  stack.defer(() => queue.close());
  await queue.addAll([{ name: 'one', data: {}, options: {} }]);
  const taken = Promise.withResolvers<void>();
  const commits = async () => {
    const { rows } = await db.sql.query<{ n: number }>(
      'select xact_commit as n from pg_stat_database where datname = current_database()',
    );
    return rows[0]?.n ?? 0;
  };

  let worker: RawWorker | undefined;
  const asked = await db.transaction(async (tx) => {
    await tx.query('select 1 from bullmq.job for update');
    worker = await openWorker(backend, 'looks', 1, async () => taken.resolve(), onError);
    const before = await commits();
    const begun = performance.now();
    await delay(tellingMs);
    return { times: (await commits()) - before, inMs: performance.now() - begun };
  });
  stack.defer(() => worker?.close());
  await taken.promise;

  // Four statements each time that it looks, at the most every 15 ms.
  expect(asked.times).toBeLessThan((asked.inMs / 15) * 4.5);
});
