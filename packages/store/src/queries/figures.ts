import type { ChannelName, PresenceState } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface WallboardSnapshot {
  seq: number;
  queues: { name: string; waiting: number; oldestWaitingSince: Date | null }[];
  agents: { state: PresenceState; count: number }[];
  contactsToday: { channel: ChannelName; count: number }[];
  firstResponse: { bucket: number; count: number }[];
}

/** Everything the first wallboard shows, from the running figures and the queues as they stand: its cost does not grow with history. */
export async function readWallboardSnapshot(sql: Queryable, day: string): Promise<WallboardSnapshot> {
  const { rows } = await sql.query<{
    snapshot: WallboardSnapshot & { queues: { oldestWaitingSince: string | null }[] };
  }>(
    `select jsonb_build_object(
       'seq', (select last_seq from relay_state),
       'queues', (select coalesce(jsonb_agg(jsonb_build_object('name', q.name, 'waiting', w.waiting, 'oldestWaitingSince', w.oldest) order by q.position, q.name), '[]')
         from queue q cross join lateral (select count(*)::int as waiting, min(waiting_since) as oldest from ticket t where t.queue_id = q.id and t.waiting_since is not null) w),
       'agents', (select coalesce(jsonb_agg(jsonb_build_object('state', presence, 'count', n)), '[]') from (select presence, count(*)::int as n from agent group by 1) a),
       'contactsToday', (select coalesce(jsonb_agg(jsonb_build_object('channel', dimension, 'count', count)), '[]') from figure_count where day = $1::date and figure = 'contacts'),
       'firstResponse', (select coalesce(jsonb_agg(jsonb_build_object('bucket', bucket, 'count', n)), '[]')
         from (select bucket, sum(count)::int as n from figure_latency where day = $1::date and figure = 'first-response' group by 1) l)
     ) as snapshot`,
    [day],
  );
  const snapshot = rows[0]?.snapshot;
  if (!snapshot) return { seq: 0, queues: [], agents: [], contactsToday: [], firstResponse: [] };
  return {
    ...snapshot,
    queues: snapshot.queues.map((queue) => ({
      ...queue,
      oldestWaitingSince: queue.oldestWaitingSince === null ? null : new Date(queue.oldestWaitingSince),
    })),
  };
}
