import type { ChannelName, Queue, QueueSettings, QueueWrite } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

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

const settingsColumns = `
  q.id, q.name, q.channels, q.priority_base as "priorityBase", q.ageing, q.calendar, q.offer_seconds as "offerSeconds", q.pull,
  q.sticky_seconds as "stickySeconds", q.wrap_up_seconds as "wrapUpSeconds", q.rings, q.targets, q.language, q.call_back as "callBack", q.position,
  coalesce((select jsonb_agg(jsonb_build_object('skillId', s.skill_id, 'level', s.level) order by s.skill_id) from queue_skill s where s.queue_id = q.id), '[]') as skills,
  array(select t.team_id::text from queue_team t where t.queue_id = q.id order by t.team_id) as "teamIds",
  array(select m.agent_id from queue_member m where m.queue_id = q.id and m.direct order by m.agent_id) as "agentIds",
  (select count(*)::int from queue_member m where m.queue_id = q.id) as "memberCount",
  (select count(*)::int from ticket t where t.queue_id = q.id and t.waiting_since is not null) as waiting`;

/** How every queue is set up, in their order. */
export async function listQueueSettings(sql: Queryable): Promise<QueueSettings[]> {
  const { rows } = await sql.query(`select ${settingsColumns} from queue q order by q.position, q.name`, []);
  return rows.map((row) => present<QueueSettings>(row));
}

export async function readQueueSettings(sql: Queryable, id: string): Promise<QueueSettings | null> {
  const { rows } = await sql.query(`select ${settingsColumns} from queue q where q.id = $1`, [id]);
  return rows[0] ? present<QueueSettings>(rows[0]) : null;
}

/** In the order of the columns of {@link insertQueue}. */
const valuesOf = (queue: QueueWrite) => [
  queue.name,
  queue.channels,
  queue.priorityBase,
  queue.ageing,
  queue.calendar,
  queue.offerSeconds,
  queue.pull,
  queue.stickySeconds,
  queue.wrapUpSeconds,
  JSON.stringify(queue.rings),
  queue.language,
  queue.callBack,
  JSON.stringify(queue.targets),
];

/** Adds a queue at the end. False when there is one of this name. Raises 23503 for a skill, team or agent that there is not. */
export async function insertQueue(tx: Queryable, id: string, queue: QueueWrite): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into queue (id, name, channels, priority_base, ageing, calendar, offer_seconds, pull, sticky_seconds, wrap_up_seconds, rings, language,
       call_back, targets, position)
     values ($14, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, (select coalesce(max(position), 0) + 1 from queue))
     on conflict (name) do nothing`,
    [...valuesOf(queue), id],
  );
  if (rowCount !== 1) return false;
  await writeParts(tx, id, queue);
  return true;
}

/** False when there is no such queue. Raises 23505 when another has the name, 23503 as {@link insertQueue}. */
export async function updateQueue(tx: Queryable, id: string, queue: QueueWrite): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update queue set name = $1, channels = $2, priority_base = $3, ageing = $4, calendar = $5, offer_seconds = $6, pull = $7, sticky_seconds = $8,
       wrap_up_seconds = $9, rings = $10, language = $11, call_back = $12, targets = $13, updated_at = now() where id = $14`,
    [...valuesOf(queue), id],
  );
  if (rowCount !== 1) return false;
  await writeParts(tx, id, queue);
  return true;
}

async function writeParts(
  tx: Queryable,
  id: string,
  { skills, teamIds, agentIds, targets }: QueueWrite,
): Promise<void> {
  await noteTargets(tx, id, targets);
  await tx.query('delete from queue_skill where queue_id = $1', [id]);
  await tx.query(
    `insert into queue_skill (queue_id, skill_id, level) select $1, s."skillId", s.level from jsonb_to_recordset($2) s ("skillId" uuid, level int)`,
    [id, JSON.stringify(skills)],
  );
  await tx.query('delete from queue_team where queue_id = $1', [id]);
  await tx.query('insert into queue_team (queue_id, team_id) select distinct $1::uuid, t from unnest($2::uuid[]) t', [
    id,
    teamIds,
  ]);
  await tx.query('update queue_member set direct = agent_id = any ($2) where queue_id = $1', [id, agentIds]);
  await tx.query(
    `insert into queue_member (queue_id, agent_id) select distinct $1::uuid, a from unnest($2::text[]) a
     on conflict (queue_id, agent_id) do update set direct = true`,
    [id, agentIds],
  );
  await tx.query('select sync_team_queues()', []);
}

/** Adds what has changed to the record of targets. */
async function noteTargets(tx: Queryable, id: string, targets: QueueWrite['targets']): Promise<void> {
  await tx.query(
    `with latest as (select distinct on (channel) channel, seconds from queue_target where queue_id = $1 order by channel, since desc),
     wanted as (select w.channel, w.seconds from jsonb_to_recordset($2) w (channel text, seconds int))
     insert into queue_target (queue_id, channel, seconds)
     select $1, channel, w.seconds from latest l full join wanted w using (channel) where w.seconds is distinct from l.seconds
     on conflict (queue_id, channel, since) do update set seconds = excluded.seconds`,
    [id, JSON.stringify(targets)],
  );
}

/** Of the queues that have targets of their own. */
export async function readTargetsOfQueues(
  sql: Queryable,
): Promise<{ name: string; targets: QueueSettings['targets'] }[]> {
  const { rows } = await sql.query<{ name: string; targets: QueueSettings['targets'] }>(
    `select name, targets from queue where targets <> '[]' order by position, name`,
    [],
  );
  return rows;
}

export interface QueueTargetRow {
  queueId: string;
  channel: ChannelName;
  since: Date;
  /** Null: the usual one from then on. */
  seconds: number | null;
}

/** What "in time" was in the queues, oldest first. */
export async function readQueueTargets(sql: Queryable): Promise<QueueTargetRow[]> {
  const { rows } = await sql.query<QueueTargetRow>(
    'select queue_id as "queueId", channel, since, seconds from queue_target order by since',
    [],
  );
  return rows;
}

/** What keeps a queue from being deleted, or null. */
export type QueueInUse = 'last' | 'tickets' | 'request-types' | 'mail-identities' | 'rings';

/** Deletes a queue that nothing refers to; answers what does. */
export async function deleteQueue(tx: Queryable, id: string): Promise<'deleted' | 'no-queue' | QueueInUse> {
  // One at a time, so that two of them do not delete the last two.
  const { rows: all } = await tx.query<{ id: string }>('select id from queue order by id for update', []);
  if (!all.some((queue) => queue.id === id)) return 'no-queue';
  if (all.length === 1) return 'last';
  const { rows } = await tx.query<{ use: QueueInUse }>(
    `select 'tickets' as use where exists (select 1 from ticket where queue_id = $1)
     union all select 'request-types' where exists (select 1 from request_type where queue_id = $1)
     union all select 'mail-identities' where exists (select 1 from mail_identity where queue_id = $1)
     union all select 'rings' where exists (select 1 from queue q, jsonb_array_elements(q.rings) r where q.id <> $1 and r ->> 'queueId' = $1::text)`,
    [id],
  );
  if (rows[0]) return rows[0].use;
  await tx.query('delete from queue where id = $1', [id]);
  return 'deleted';
}

/** Puts the queues into this order; those that are not named come after them as they were. */
export async function orderQueues(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query(
    `update queue q set position = o.position from (
       select id, row_number() over (order by array_position($1::uuid[], id), position, name) as position from queue) o
     where o.id = q.id and q.position <> o.position`,
    [ids],
  );
}

/** Which of the queues that rings lead to there is not. */
export async function missingQueues(sql: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    'select u.id from unnest($1::uuid[]) u (id) where not exists (select 1 from queue q where q.id = u.id)',
    [ids],
  );
  return rows.map((row) => row.id);
}

export interface HoursRow {
  /** Of the service plan. */
  readonly version: number;
  /** In the order in which a channel's contacts look for theirs. */
  readonly queues: readonly { id: string; channels: ChannelName[]; calendar: string | null }[];
}

/** By which calendars the queues are open. */
export async function readHoursKeys(sql: Queryable): Promise<HoursRow> {
  const { rows } = await sql.query<HoursRow>(
    `select (select coalesce(max(version), 0) from service_plan) as version,
       coalesce((select jsonb_agg(jsonb_build_object('id', id, 'channels', channels, 'calendar', calendar) order by position, name) from queue), '[]') as queues`,
    [],
  );
  return rows[0] as HoursRow;
}

/** Names of the queues that go by the calendar. */
export async function queuesByCalendar(sql: Queryable, calendar: string): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>('select name from queue where calendar = $1 order by name', [
    calendar,
  ]);
  return rows.map(({ name }) => name);
}

/** Takes were so long ago that nobody asks for them. */
export async function deleteOldAnswers(sql: Queryable, limit: number): Promise<void> {
  await sql.query(
    `delete from queue_answer where id in (select id from queue_answer where at < now() - interval '2 hours' order by at limit $1)`,
    [limit],
  );
}
