/** With BENCH_PROFILE=1: which statements cost the database most, beside the CPU profile that the hub writes as it ends. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@patchbay/store';

export interface StatementProfile extends AsyncDisposable {
  write(): Promise<void>;
}

/** Counts statements of this database from now on. Does nothing when not asked for. */
export async function writeStatements(
  to: { artifacts: string },
  url: string,
  backend: string,
  wanted: boolean,
): Promise<StatementProfile> {
  if (!wanted) return { write: async () => {}, [Symbol.asyncDispose]: async () => {} };
  const db = openDatabase({ url, poolSize: 1 });
  await db.sql.query('create extension if not exists pg_stat_statements');
  await db.sql.query('select pg_stat_statements_reset()');
  return {
    async write() {
      const { rows } = await db.sql.query<{ ms: number; mean: number; calls: number; top: boolean; query: string }>(
        `select total_exec_time as ms, mean_exec_time as mean, calls, toplevel as top, left(regexp_replace(query, '\\s+', ' ', 'g'), 200) as query
         from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = current_database() order by total_exec_time desc limit 60`,
      );
      const lines = rows.map(
        ({ ms, mean, calls, top, query }) =>
          `${ms.toFixed(0).padStart(8)} ms ${mean.toFixed(3).padStart(9)} ms each ${String(calls).padStart(8)} × ${top ? ' ' : '·'} ${query}`,
      );
      await writeFile(join(to.artifacts, `statements-${backend}.txt`), `${lines.join('\n')}\n`);
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}
