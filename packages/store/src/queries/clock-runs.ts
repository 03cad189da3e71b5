/** Runs over the clocks of open tickets. */
import type { ClockRun, ClockRunCounts } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `id, kind, state, version, done, reason, counts, started_at as "startedAt", finished_at as "finishedAt"`;

export async function beginClockRun(
  sql: Queryable,
  run: Pick<ClockRun, 'kind' | 'version' | 'reason' | 'counts'> & { agentId: string | null },
): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    'insert into clock_run (kind, version, reason, counts, started_by) values ($1, $2, $3, $4, $5) returning id',
    [run.kind, run.version, run.reason, JSON.stringify(run.counts), run.agentId],
  );
  return (rows[0] as { id: string }).id;
}

export async function readClockRun(sql: Queryable, id: string): Promise<ClockRun | null> {
  const { rows } = await sql.query(`select ${columns} from clock_run where id = $1`, [id]);
  return rows[0] ? present<ClockRun>(rows[0]) : null;
}

/** Newest first. */
export async function listClockRuns(sql: Queryable, slice: Slice<string>): Promise<Cut<ClockRun, string>> {
  const { rows } = await sql.query(
    `select ${columns} from clock_run where $1::uuid is null or id < $1 order by id desc limit $2`,
    [slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<ClockRun>(row)),
    slice.limit,
    ({ id }) => id,
  );
}

export interface ClockRunState {
  id: string;
  kind: ClockRun['kind'];
  version: number;
  reason: string;
  cursor: string | null;
  done: number;
  counts: ClockRunCounts;
  agentId: string | null;
}

/** The oldest that is not done, for this transaction; null also while somebody else is at it. */
export async function takeClockRun(tx: Queryable): Promise<ClockRunState | null> {
  const { rows } = await tx.query<ClockRunState>(
    `select id, kind, version, reason, cursor, done, counts, started_by as "agentId" from clock_run where state = 'running'
     order by id limit 1 for update skip locked`,
    [],
  );
  return rows[0] ?? null;
}

export async function advanceClockRun(tx: Queryable, run: ClockRunState, finished: boolean): Promise<void> {
  await tx.query(
    `update clock_run set cursor = $2, done = $3, counts = $4, state = case when $5::boolean then 'done' else state end,
       finished_at = case when $5::boolean then now() end where id = $1`,
    [run.id, run.cursor, run.done, JSON.stringify(run.counts), finished],
  );
}

export async function hasClockRun(sql: Queryable): Promise<boolean> {
  return truth(sql, `select exists (select 1 from clock_run where state = 'running') as yes`, []);
}
