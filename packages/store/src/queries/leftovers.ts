/** Rows that only time makes superfluous, deleted in bounded batches. */
import type { Queryable } from '../database.ts';

/** Reports that belong to no message so long after they came. */
export async function deleteStrayReports(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query('select delete_stray_reports($1, $2)', [days, limit]);
}

/** Files that were handed in so long ago: a message that took one has a row of its own for it. The bytes stay. */
export async function deleteOldUploads(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query(
    `delete from upload where id in (
       select id from upload where created_at < now() - make_interval(days => $1) order by created_at limit $2 for update skip locked)`,
    [days, limit],
  );
}
