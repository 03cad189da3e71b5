/** Versions of the policy, and the ways through the customers. */
import type {
  GradeOutcome,
  GradingCounts,
  GradingPolicy,
  GradingRun,
  GradingVersion,
  LifecycleStage,
} from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

// --- Versions ------------------------------------------------------------------------------------------------------

const versionColumns = `v.version, v.policy, v.note, v.published_by as "publishedBy", a.name as "publishedByName", v.published_at as "publishedAt"`;
const versions = `select ${versionColumns} from grading_version v left join agent a on a.id = v.published_by`;

/** The newest version; null before the first was published. */
export async function newestVersion(sql: Queryable): Promise<GradingVersion | null> {
  const { rows } = await sql.query(`${versions} order by v.version desc limit 1`, []);
  return rows[0] ? present<GradingVersion>(rows[0]) : null;
}

export async function readVersion(sql: Queryable, version: number): Promise<GradingVersion | null> {
  const { rows } = await sql.query(`${versions} where v.version = $1`, [version]);
  return rows[0] ? present<GradingVersion>(rows[0]) : null;
}

/** Newest first. */
export async function listVersions(sql: Queryable, slice: Slice<number>): Promise<Cut<GradingVersion, number>> {
  const { rows } = await sql.query(
    `${versions} where $1::int is null or v.version < $1 order by v.version desc limit $2`,
    [slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<GradingVersion>(row)),
    slice.limit,
    ({ version }) => version,
  );
}

/** Publishes the version after `basedOn`, with its event. Null when that is not the newest any more. */
export async function insertVersion(
  sql: Queryable,
  input: { basedOn: number; policy: GradingPolicy; note: string; agentId: string },
): Promise<number | null> {
  const { rows } = await sql.query<{ version: number }>(
    `with made as (
       insert into grading_version (version, policy, note, published_by)
       select $1::int + 1, $2, $3, $4 where $1::int = (select coalesce(max(version), 0) from grading_version)
       on conflict do nothing returning version, note),
     told as (
       insert into event (type, actor_id, data)
       select 'grading.published', $4, jsonb_build_object('version', version, 'note', note) from made)
     select version from made`,
    [input.basedOn, JSON.stringify(input.policy), input.note, input.agentId],
  );
  return rows[0]?.version ?? null;
}

// --- Runs ----------------------------------------------------------------------------------------------------------

// Names are looked up when they are shown: a run does not keep them.
const runColumns = `r.id, r.kind, r.state, r.done, r.total, r.version, r.started_at as "startedAt", r.finished_at as "finishedAt",
  r.counts || jsonb_build_object('sample', (
    select coalesce(jsonb_agg(s.item || jsonb_build_object('name', c.display_name) order by s.place), '[]')
    from jsonb_array_elements(r.counts -> 'sample') with ordinality s (item, place) join customer c on c.id = (s.item ->> 'customerId')::uuid)) as counts`;

export interface NewRun {
  readonly kind: GradingRun['kind'];
  readonly uniqueKey?: string;
  /** What a preview tries; others go by the newest version. */
  readonly policy?: GradingPolicy;
  readonly version?: number;
  readonly agentId?: string;
}

/** Null when the same occasion has begun one already. */
export async function beginRun(sql: Queryable, run: NewRun): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into grading_run (kind, unique_key, policy, version, started_by) values ($1, $2, $3, $4, $5)
     on conflict (unique_key) do nothing returning id`,
    [
      run.kind,
      run.uniqueKey ?? null,
      run.policy ? JSON.stringify(run.policy) : null,
      run.version ?? null,
      run.agentId ?? null,
    ],
  );
  return rows[0]?.id ?? null;
}

export async function readRun(sql: Queryable, id: string): Promise<GradingRun | null> {
  const { rows } = await sql.query(`select ${runColumns} from grading_run r where r.id = $1`, [id]);
  return rows[0] ? present<GradingRun>(rows[0]) : null;
}

/** Somebody who tries another policy does not wait for the one that they tried before. */
export async function endPreviews(sql: Queryable, agentId: string): Promise<void> {
  await sql.query(
    `update grading_run set state = 'done', finished_at = now() where kind = 'preview' and state = 'running' and started_by = $1`,
    [agentId],
  );
}

/** A run over all customers has everything in it that the others under way were begun for. */
export async function endOtherRuns(sql: Queryable, runId: string | null): Promise<void> {
  await sql.query(
    `with others as (
       update grading_run set state = 'done', finished_at = now() where kind <> 'preview' and state = 'running' and id <> $1 returning id)
     update segment set run_id = $1 where run_id in (select id from others)`,
    [runId],
  );
}

/** Newest first. `applied`: all but previews. */
export async function listRuns(
  sql: Queryable,
  kind: GradingRun['kind'] | 'applied' | undefined,
  slice: Slice<string>,
): Promise<Cut<GradingRun, string>> {
  const { rows } = await sql.query(
    `select ${runColumns} from grading_run r
     where ($1::text is null or kind = $1 or ($1 = 'applied' and kind <> 'preview')) and ($2::uuid is null or id < $2)
     order by id desc limit $3`,
    [kind ?? null, slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<GradingRun>(row)),
    slice.limit,
    ({ id }) => id,
  );
}

export interface RunState {
  id: string;
  kind: GradingRun['kind'];
  policy: GradingPolicy | null;
  cursor: string | null;
  done: number;
  total: number;
  counts: GradingCounts;
}

/** The run that is next: somebody waits for a preview, and otherwise the oldest goes first. */
export async function nextRun(sql: Queryable): Promise<RunState | null> {
  const { rows } = await sql.query<RunState>(
    `select id, kind, policy, cursor, done, total, counts from grading_run where state = 'running'
     order by kind = 'preview' desc, id limit 1`,
    [],
  );
  return rows[0] ?? null;
}

export async function countCustomers(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    'select count(*)::int as n from customer where merged_into is null and erased_at is null',
    [],
  );
  return rows[0]?.n ?? 0;
}

/** The next customers of a run, in the order of their ids. */
export async function customersAfter(sql: Queryable, cursor: string | null, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from customer where merged_into is null and erased_at is null and ($1::uuid is null or id > $1) order by id limit $2`,
    [cursor, limit],
  );
  return rows.map(({ id }) => id);
}

/** Writes down how far a run has come. At its end the counts of the segments' members are taken anew. */
export async function advanceRun(sql: Queryable, run: RunState, finished: boolean): Promise<void> {
  await sql.query(
    `update grading_run set cursor = $2, done = $3::int, total = greatest($4::int, $3::int), counts = $5, state = case when $6::boolean then 'done' else state end,
       finished_at = case when $6::boolean then now() end where id = $1`,
    [run.id, run.cursor, run.done, run.total, JSON.stringify(run.counts), finished],
  );
  if (finished && run.kind !== 'preview')
    await sql.query(
      `update segment s set member_count = n.members
       from (select g.id, count(m.id)::int as members from segment g left join segment_member m on m.segment_id = g.id group by g.id) n
       where n.id = s.id and s.member_count <> n.members`,
      [],
    );
}

// --- Who is due ----------------------------------------------------------------------------------------------------

/** Of events, those after which a customer's facts may be others. What grading itself tells is not among them. */
const passed = `
with passed as materialized (
  select e.seq, e.type, e.customer_id, e.data from event e where e.seq > (select seq from grading_cursor) order by e.seq limit $1
), concerned as (
  select p.customer_id from passed p where p.customer_id is not null and (
    p.type in ('message.received', 'message.created', 'ticket.opened', 'ticket.request-changed', 'call.changed', 'score.recorded')
    or p.type like 'purchase%'
    or (p.type like 'customer.%' and p.type not in ('customer.graded', 'customer.stage-moved', 'customer.churn-warned', 'customer.churn-cleared')))
  union
  select (p.data ->> 'otherId')::uuid from passed p where p.type in ('customer.merged', 'customer.merge-undone')
), moved as (
  update grading_cursor set seq = (select max(seq) from passed) where exists (select 1 from passed)
)
select array(select customer_id from concerned where customer_id is not null) as ids, (select count(*)::int from passed) as n`;

/** Reads on in the events, as part of the transaction that grades the customers whom they concern. */
export async function passEvents(tx: Queryable, limit: number): Promise<{ ids: string[]; n: number }> {
  const { rows } = await tx.query<{ ids: string[]; n: number }>(passed, [limit]);
  return rows[0] ?? { ids: [], n: 0 };
}

export async function hasGradingWork(sql: Queryable): Promise<boolean> {
  return truth(
    sql,
    `select (select last_seq from relay_state) > (select seq from grading_cursor) or exists (select 1 from grading_due)
       or exists (select 1 from grading_run where state = 'running') as yes`,
    [],
  );
}

/** Takes customers off the list of those that are due; part of the transaction that grades them. */
export async function takeDue(sql: Queryable, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `with chosen as (select distinct customer_id from (select customer_id from grading_due order by id limit $1) oldest),
     taken as (delete from grading_due d using chosen s where d.customer_id = s.customer_id)
     select customer_id as id from chosen`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

// --- How a customer begins -----------------------------------------------------------------------------------------

export interface GradingStart {
  readonly version: number;
  readonly outcome: GradeOutcome;
  readonly rule: string | null;
  readonly priority: number;
  readonly stage: LifecycleStage;
}

/** The version of the rules by which new customers begin; -1 while none does. */
export async function startVersion(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ version: number }>('select version from grading_start', []);
  return rows[0]?.version ?? -1;
}

/** New customers begin so from now on. */
export async function writeStart(sql: Queryable, { version, outcome, rule, priority, stage }: GradingStart) {
  await sql.query(
    `update grading_start set version = $1, grade = $2, grade_value = $3, loyalty = $4, vip = $5, grade_rule = $6, queue_priority = $7, stage = $8
     where version < $1`,
    [version, outcome.grade, outcome.value, outcome.loyalty, outcome.vip, rule, priority, stage],
  );
}

/** False when another worker is at it. Held until the transaction ends. */
export async function tryGradingLock(sql: Queryable): Promise<boolean> {
  const { rows } = await sql.query<{ got: boolean }>('select pg_try_advisory_xact_lock(7421023) as got', []);
  return rows[0]?.got ?? false;
}
