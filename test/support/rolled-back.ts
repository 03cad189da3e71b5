import type { Database, Queryable } from '@patchbay/store';

class RollBack extends Error {}

/** Runs `work` in a transaction of which nothing stays, so that every run finds the same empty database. */
export async function rolledBack<T>(db: Database, work: (tx: Queryable) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await db
    .transaction(async (tx) => {
      result = { value: await work(tx) };
      throw new RollBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RollBack)) throw error;
    });
  if (!result) throw new Error('The work did not end');
  return result.value;
}
