/** Rows that only time makes superfluous, deleted in bounded batches. */
import type { Queryable } from '../database.ts';
import { fileIdsOf } from './held-replies.ts';

/** Reports that belong to no message so long after they came. */
export async function deleteStrayReports(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query('select delete_stray_reports($1, $2)', [days, limit]);
}

/**
 * Files that were handed in so long ago: a message that took one has a row of its own for it. A reply that has not left, and that its author has
 * not taken back, needs them still. The bytes stay.
 */
export async function deleteOldUploads(sql: Queryable, days: number, limit: number): Promise<void> {
  await sql.query(
    `delete from upload where id in (
       select u.id from upload u where u.created_at < now() - make_interval(days => $1)
         and not exists (select 1 from held_reply h
           where h.author_id = u.owner_id and h.state in ('held', 'leaving', 'failed') and u.id in (${fileIdsOf('h.input')}))
       order by u.created_at limit $2 for update skip locked)`,
    [days, limit],
  );
}
