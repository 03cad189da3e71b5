/** The connections by which a hub without Redis reaches its queues. */
import { openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { eventually } from '../support/client.ts';
import { startTextCentre } from '../support/text-centre.ts';

/** A worker gives the connection on which it is told of jobs the name of its queue. */
const workers = ['dispatch', 'files', 'ingest', 'mail', 'media', 'questions', 'sources', 'texts', 'webhooks'];

it('are few, and when all of them break every worker listens again and nothing is left behind', async () => {
  await using centre = await startTextCentre('postgres');
  await using db = openDatabase({ url: centre.ground.databaseUrl, poolSize: 1 });
  const connections = async () => {
    const { rows } = await db.sql.query<{ pid: number; name: string }>(
      `select pid, application_name as name from pg_stat_activity
       where datname = current_database() and application_name = any ($1) order by 2`,
      [['patchbay-queue', ...workers]],
    );
    return rows;
  };
  const listening = async () => (await connections()).filter(({ name }) => workers.includes(name));
  const texts = (prefix: string) =>
    Promise.all(
      Array.from({ length: 40 }, (_, at) => centre.textFrom(`+49${prefix}${String(at).padStart(2, '0')}`, 'Hello')),
    );
  await texts('15110000');
  const open = await connections();
  expect(open.length).toBeLessThanOrEqual(18);
  expect((await listening()).map(({ name }) => name)).toEqual(workers);

  const pids = open.map(({ pid }) => pid);
  await db.sql.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [pids]);
  await texts('15120000');
  await eventually(
    async () => (await listening()).filter(({ pid }) => !pids.includes(pid)).map(({ name }) => name),
    (names) => names.join() === workers.join(),
  );
});
