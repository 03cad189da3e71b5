/** Writes what the rules found: each table by one statement for the whole batch. */
import type { CustomerMove, GradeOutcome, LifecycleStage } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

/** What changes of one customer; what is not named stays as it is. */
export interface GradingChanges {
  readonly id: string;
  readonly grade?: {
    from: string | null;
    outcome: GradeOutcome;
    rule: string | null;
    priority: number;
    moves: boolean;
  };
  readonly stage?: { from: LifecycleStage | null; to: LifecycleStage; cause: string };
  readonly churn?: {
    score: number;
    /** Begins or ends; null: the score alone is another one. */
    turn: 'warned' | 'cleared' | null;
    signals: readonly string[];
  };
  readonly tasks: readonly NewTask[];
  readonly kept?: { taskId: string; at: Date; by: string; dueAt: Date };
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
}

export interface NewTask {
  readonly kind: 'win-back' | 'follow-up';
  readonly dueAt: Date;
  readonly assigneeId: string | null;
  readonly cause: string;
  readonly data: object;
  readonly key: string;
}

/** Locks customers in one fixed order and answers those that are nobody else's now; memberships of the others end. */
export async function lockCustomers(sql: Queryable, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string; merged: boolean }>(
    `select id, merged_into is not null as merged from customer where id = any ($1::uuid[]) order by id for no key update`,
    [ids],
  );
  const merged = rows.filter((row) => row.merged).map(({ id }) => id);
  if (merged.length > 0) await leaveAll(sql, merged);
  return rows.filter((row) => !row.merged).map(({ id }) => id);
}

const leaveAll = (sql: Queryable, ids: readonly string[]) =>
  sql.query(
    `with gone as (delete from segment_member where customer_id = any ($1::uuid[]) returning segment_id),
     fewer as (select segment_id, count(*)::int as n from gone group by 1)
     update segment s set member_count = s.member_count - f.n from fewer f where f.segment_id = s.id`,
    [ids],
  );

export async function writeGradings(
  sql: Queryable,
  changes: readonly GradingChanges[],
  version: number,
  now: Date,
): Promise<void> {
  await writeGrades(sql, changes, version, now);
  await writeStages(sql, changes, version, now);
  await writeChurn(sql, changes, version, now);
  await writeTasks(sql, changes, now);
  await keepFollowUps(sql, changes);
  await writeMemberships(sql, changes, now);
}

async function writeGrades(sql: Queryable, changes: readonly GradingChanges[], version: number, now: Date) {
  const rows = changes.flatMap(({ id, grade }) => (grade ? [{ id, ...grade, ...grade.outcome }] : []));
  if (rows.length === 0) return;
  await sql.query(
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) r (id uuid, "from" text, grade text, value text, loyalty text, vip boolean, rule text, priority int, moves boolean)
     ), graded as (
       update customer c set grade = g.grade, grade_value = g.value, loyalty = g.loyalty, vip = g.vip, grade_rule = g.rule, queue_priority = g.priority
       from given g where c.id = g.id
     ), told as (
       insert into event (type, customer_id, data)
       select 'customer.graded', id, jsonb_build_object('from', "from", 'to', grade, 'rule', rule, 'version', $2::int)
       from given where moves and "from" is not null
     )
     insert into customer_move (customer_id, kind, from_value, to_value, cause, version, at)
     select id, 'grade', "from", grade, rule, $2::int, $3::timestamptz from given where moves`,
    [JSON.stringify(rows), version, now],
  );
}

async function writeStages(sql: Queryable, changes: readonly GradingChanges[], version: number, now: Date) {
  const rows = changes.flatMap(({ id, stage }) => (stage ? [{ id, ...stage }] : []));
  if (rows.length === 0) return;
  await sql.query(
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) r (id uuid, "from" text, "to" text, cause text)
     ), staged as (
       update customer c set stage = g."to", stage_since = $3::timestamptz from given g where c.id = g.id
     ), told as (
       insert into event (type, customer_id, data)
       select 'customer.stage-moved', id, jsonb_build_object('from', "from", 'to', "to", 'cause', cause) from given where "from" is not null
     )
     insert into customer_move (customer_id, kind, from_value, to_value, cause, version, at)
     select id, 'stage', "from", "to", cause, $2::int, $3::timestamptz from given`,
    [JSON.stringify(rows), version, now],
  );
}

async function writeChurn(sql: Queryable, changes: readonly GradingChanges[], version: number, now: Date) {
  const rows = changes.flatMap(({ id, churn }) => (churn ? [{ id, ...churn }] : []));
  if (rows.length === 0) return;
  await sql.query(
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) r (id uuid, score int, turn text, signals jsonb)
     ), scored as (
       update customer c set churn_score = g.score,
         churn_since = case g.turn when 'warned' then $3::timestamptz when 'cleared' then null else c.churn_since end
       from given g where c.id = g.id
     ), told as (
       insert into event (type, customer_id, data)
       select 'customer.churn-' || turn, id, case turn when 'warned' then jsonb_build_object('score', score, 'signals', signals)
         else jsonb_build_object('score', score) end
       from given where turn is not null
     )
     insert into customer_move (customer_id, kind, from_value, to_value, cause, version, at)
     select id, 'churn', case turn when 'warned' then 'none' else 'warned' end, case turn when 'warned' then 'warned' else 'none' end,
       (select string_agg(s, ', ') from jsonb_array_elements_text(signals) s), $2::int, $3::timestamptz
     from given where turn is not null`,
    [JSON.stringify(rows), version, now],
  );
}

/** The key makes a task once; only a task that is new is told of. Nobody is won back twice at the same time. */
async function writeTasks(sql: Queryable, changes: readonly GradingChanges[], now: Date) {
  const rows = changes.flatMap(({ id, tasks }) => tasks.map((task) => ({ customerId: id, ...task })));
  if (rows.length === 0) return;
  await sql.query(
    `with made as (
       insert into task (kind, customer_id, due_at, assignee_id, cause, cause_data, unique_key, created_at)
       select kind, "customerId", "dueAt", "assigneeId", cause, data, key, $2::timestamptz
       from jsonb_to_recordset($1::jsonb) r (kind text, "customerId" uuid, "dueAt" timestamptz, "assigneeId" text, cause text, data jsonb, key text)
       where kind <> 'win-back' or not exists (
         select 1 from task t where t.customer_id = r."customerId" and t.kind = 'win-back' and t.state = 'open')
       on conflict (unique_key) do nothing returning id, kind, customer_id, due_at)
     insert into event (type, customer_id, data)
     select 'follow-up.planned', customer_id, jsonb_build_object('taskId', id, 'dueAt', due_at) from made where kind = 'follow-up'`,
    [JSON.stringify(rows), now],
  );
}

/** One contact does all that are open, as after two customers became one. */
async function keepFollowUps(sql: Queryable, changes: readonly GradingChanges[]) {
  const rows = changes.flatMap(({ id, kept }) => (kept ? [{ id, ...kept }] : []));
  if (rows.length === 0) return;
  await sql.query(
    `with kept as (
       update task t set state = 'done', done_at = r.at, done_by = r.by
       from jsonb_to_recordset($1::jsonb) r (id uuid, at timestamptz, by text)
       where t.customer_id = r.id and t.kind = 'follow-up' and t.state = 'open' and t.created_at < r.at returning t.id, t.customer_id, t.due_at, t.done_at, t.done_by)
     insert into event (type, customer_id, actor_id, data)
     select 'follow-up.kept', customer_id, done_by, jsonb_build_object('taskId', id, 'dueAt', due_at, 'at', done_at) from kept`,
    [JSON.stringify(rows)],
  );
}

async function writeMemberships(sql: Queryable, changes: readonly GradingChanges[], now: Date) {
  const rows = changes.flatMap(({ id, joins, leaves }) => [
    ...joins.map((segmentId) => ({ customerId: id, segmentId, joins: true })),
    ...leaves.map((segmentId) => ({ customerId: id, segmentId, joins: false })),
  ]);
  if (rows.length === 0) return;
  await sql.query(
    `with given as (
       select r.* from jsonb_to_recordset($1::jsonb) r ("customerId" uuid, "segmentId" uuid, joins boolean)
       join segment s on s.id = r."segmentId"
     ), joined as (
       insert into segment_member (segment_id, customer_id, since) select "segmentId", "customerId", $2::timestamptz from given where joins
       on conflict do nothing returning segment_id, 1 as n
     ), left_it as (
       delete from segment_member m using given g where not g.joins and m.segment_id = g."segmentId" and m.customer_id = g."customerId"
       returning m.segment_id, -1 as n
     ), sums as (
       select segment_id, sum(n)::int as n from (select * from joined union all select * from left_it) moved group by 1
     )
     update segment s set member_count = s.member_count + u.n from sums u where u.segment_id = s.id`,
    [JSON.stringify(rows), now],
  );
}

/** How a customer began, before the first move that was written down: said of them when they are asked about, and kept nowhere. */
const began = `
  select ('00000000-0000-7000-8000-00000000000' || k.place)::uuid as id, k.kind, null::text as from_value, coalesce(f.from_value, k.present) as to_value,
    case when k.kind = 'stage' then case coalesce(f.from_value, k.present) when 'prospect' then 'not-a-customer-yet' else 'became-customer' end end as cause,
    coalesce((select max(v.version) from grading_version v where v.published_at <= c.created_at), 0) as version, c.created_at as at
  from customer c cross join lateral (values ('stage', 1, c.stage), ('grade', 2, c.grade)) k (kind, place, present)
  left join lateral (select m.id, m.from_value from customer_move m where m.customer_id = c.id and m.kind = k.kind order by m.id limit 1) f on true
  where c.id = $1 and (f.id is null or f.from_value is not null) and coalesce(f.from_value, k.present) is not null`;

/** A customer's moves, newest first. */
export async function listMoves(
  sql: Queryable,
  customerId: string,
  slice: Slice<string>,
): Promise<Cut<CustomerMove, string>> {
  const { rows } = await sql.query(
    `select id, kind, from_value as "from", to_value as "to", cause, version, at from (
       select id, kind, from_value, to_value, cause, version, at from customer_move where customer_id = $1
       union all ${began}) moves
     where $2::uuid is null or id < $2 order by id desc limit $3`,
    [customerId, slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<CustomerMove>(row)),
    slice.limit,
    ({ id }) => id,
  );
}
