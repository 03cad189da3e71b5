import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';

it('a connection that is cut between two statements of a transaction fails it, and ends nothing else', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  await using other = openDatabase({ url: database.url, poolSize: 1 });
  const uncaught: Error[] = [];
  const keep = (error: Error) => void uncaught.push(error);
  const before = process.rawListeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', keep);
  try {
    const cut = db.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await other.sql.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      // The end of the connection has come, and no statement was under way.
      for (let turn = 0; turn < 20; turn += 1) await other.sql.query('select 1');
      await tx.query('select 1');
    });
    await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
  } finally {
    process.off('uncaughtException', keep);
    for (const listener of before) process.on('uncaughtException', listener as (error: Error) => void);
  }
  expect(uncaught).toEqual([]);
  // Another takes its place.
  expect((await db.sql.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
