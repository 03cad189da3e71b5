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
      const { rows } = await db.sql.query<{
        ms: number;
        mean: number;
        calls: number;
        top: boolean;
        query: string;
        planning: number;
      }>(
        `select total_exec_time as ms, total_plan_time as planning, mean_exec_time as mean, calls, toplevel as top, left(regexp_replace(query, '\\s+', ' ', 'g'), 200) as query
         from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = current_database() order by total_exec_time + total_plan_time desc limit 60`,
      );
      const lines = rows.map(
        ({ ms, mean, calls, top, query, planning }) =>
          `${ms.toFixed(0).padStart(8)} ms ${mean.toFixed(3).padStart(9)} ms each, planned ${planning.toFixed(0).padStart(5)} ms ${String(calls).padStart(8)} × ${top ? ' ' : '·'} ${query}`,
      );
      const { rows: tables } = await db.sql.query<{
        name: string;
        ins: number;
        upd: number;
        hot: number;
        del: number;
        seq: number;
      }>(
        `select relname as name, n_tup_ins as ins, n_tup_upd as upd, n_tup_hot_upd as hot, n_tup_del as del, seq_tup_read as seq from pg_stat_user_tables
         where n_tup_ins + n_tup_upd + n_tup_del > 0 order by n_tup_ins + n_tup_upd desc`,
      );
      lines.push('', 'table: inserted, updated (of which in place), deleted, read by scans of the whole');
      for (const { name, ins, upd, hot, del, seq } of tables)
        lines.push(`${name}: ${ins}, ${upd} (${hot}), ${del}, ${seq}`);
      const { rows: indexes } = await db.sql.query<{
        table: string;
        name: string;
        scans: string;
        read: string;
        size: string;
      }>(
        `select i.relname as table, i.indexrelname as name, i.idx_scan as scans, i.idx_tup_read as read, pg_relation_size(i.indexrelid) as size
         from pg_stat_user_indexes i join pg_stat_user_tables t on t.relid = i.relid
         where t.n_tup_ins + t.n_tup_upd > 1000 order by i.idx_tup_read desc, size desc`,
      );
      lines.push('', 'index: looked at, entries read, bytes');
      for (const { table, name, scans, read, size } of indexes)
        lines.push(`${table} ${name}: ${scans}, ${read}, ${size}`);
      await writeFile(join(to.artifacts, `statements-${backend}.txt`), `${lines.join('\n')}\n`);
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  };
}
