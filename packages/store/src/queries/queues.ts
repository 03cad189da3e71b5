import type { Queue } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Every queue with what waits in it now. Waits are in seconds. */
export async function listQueues(sql: Queryable): Promise<Queue[]> {
  const { rows } = await sql.query<Queue>(
    `select q.id, q.name, q.channels, coalesce(w.waiting, 0) as waiting,
       case when w.since is not null then greatest(extract(epoch from now() - w.since), 0)::double precision end as "longestWaitSeconds"
     from queue q left join (
       select t.queue_id, count(*)::integer as waiting, min(t.waiting_since) as since from ticket t where t.waiting_since is not null group by t.queue_id
     ) w on w.queue_id = q.id order by q.position, q.name`,
  );
  return rows;
}
