/** What managers do with many quarantined contacts at once. Each row moves by compare-and-set; events are written with it. */
import type { InboxBulkAnswer } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { inboxConditions, type InboxCondition } from './inbox-list.ts';

type Outcome = InboxBulkAnswer['outcomes'][number]['outcome'];

/** The oldest contacts that match and are still to be moved by the action, and how many match in all where there is an `until`. */
export async function inboxIds(
  sql: Queryable,
  filter: InboxCondition,
  toReplay: boolean,
  limit: number,
): Promise<{ ids: string[]; matching: number | null }> {
  const values: unknown[] = [limit];
  const conditions = ['true', ...inboxConditions(filter, values)];
  if (toReplay) conditions.push('replay_requested_at is null');
  const counted = filter.until !== undefined;
  const { rows } = await sql.query<{ id: string; matching: number | null }>(
    `select id, ${counted ? 'count(*) over ()::int' : 'null'} as matching from inbox where ${conditions.join(' and ')} order by id limit $1`,
    values,
  );
  return { ids: rows.map((row) => row.id), matching: counted ? (rows[0]?.matching ?? 0) : null };
}

/**
 * Marks quarantined contacts for replay. The mark is the record and the job a hint, as with everything on the queue. Answers those
 * that were marked by this call.
 */
export async function requestReplay(sql: Queryable, ids: readonly string[], actorId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `update inbox set replay_requested_at = now(), replay_requested_by = $2
     where id = any($1::uuid[]) and state = 'quarantined' and replay_requested_at is null returning id`,
    [ids, actorId],
  );
  return rows.map((row) => row.id);
}

/** Who asked for the replay, or null when it is not wanted any more. */
export async function requestedReplay(sql: Queryable, id: string): Promise<{ actorId: string | null } | null> {
  const { rows } = await sql.query<{ actorId: string | null }>(
    `select replay_requested_by as "actorId" from inbox where id = $1 and state = 'quarantined' and replay_requested_at is not null`,
    [id],
  );
  return rows[0] ?? null;
}

/** Ends a replay that did not succeed: the contact stays where it is, with what was wrong this time. */
export async function failReplay(sql: Queryable, id: string, reason: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with failed as (update inbox set replay_requested_at = null, reason = $2, attempts = attempts + 1
       where id = $1 and state = 'quarantined' and replay_requested_at is not null returning id, replay_requested_by, correlation_id)
     insert into event (type, actor_id, correlation_id, data)
     select 'contact.replay-failed', replay_requested_by, correlation_id, jsonb_build_object('inboxId', id, 'reason', $2::text) from failed`,
    [id, reason],
  );
  return (rowCount ?? 0) > 0;
}

/** Replays whose job must have been lost, oldest first. */
export async function dueReplays(sql: Queryable, graceMs: number, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from inbox where replay_requested_at < now() - make_interval(secs => $1 / 1000.0) and state = 'quarantined'
     order by replay_requested_at limit $2`,
    [graceMs, limit],
  );
  return rows.map((row) => row.id);
}

/** Puts quarantined contacts away, with who, when and why. A replay that was asked for and has not begun is called off. */
export async function discardInbox(
  sql: Queryable,
  ids: readonly string[],
  actorId: string,
  reason: string,
): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `with moved as (update inbox set state = 'discarded', discarded_at = now(), discarded_by = $2, discard_reason = $3,
         replay_requested_at = null, replay_requested_by = null
       where id = any($1::uuid[]) and state = 'quarantined' returning id, correlation_id),
     told as (insert into event (type, actor_id, correlation_id, data)
       select 'contact.discarded', $2, correlation_id, jsonb_build_object('inboxId', id, 'reason', $3::text) from moved)
     select id from moved`,
    [ids, actorId, reason],
  );
  return rows.map((row) => row.id);
}

/** Takes discarding back. The events keep who had done it. */
export async function restoreInbox(sql: Queryable, ids: readonly string[], actorId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `with moved as (update inbox set state = 'quarantined', discarded_at = null, discarded_by = null, discard_reason = null
       where id = any($1::uuid[]) and state = 'discarded' returning id, correlation_id),
     told as (insert into event (type, actor_id, correlation_id, data)
       select 'contact.restored', $2, correlation_id, jsonb_build_object('inboxId', id) from moved)
     select id from moved`,
    [ids, actorId],
  );
  return rows.map((row) => row.id);
}

/** What became of those that this call did not move. `target`: the state in which nothing was left to do. */
export async function unmovedOutcomes(
  sql: Queryable,
  ids: readonly string[],
  target: 'replaying' | 'discarded' | 'quarantined',
): Promise<{ id: string; outcome: Outcome }[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query<{ id: string; reached: boolean | null }>(
    `select asked.id, case when $2 = 'replaying' then i.replay_requested_at is not null else i.state = $2 end as reached
     from unnest($1::uuid[]) asked (id) left join inbox i on i.id = asked.id`,
    [ids, target],
  );
  return rows.map(({ id, reached }) => ({
    id,
    outcome: reached === null ? 'not-found' : reached ? 'unchanged' : 'conflict',
  }));
}
