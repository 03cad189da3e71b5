/** Versions of the service targets and calendars. */
import type { PlanVersion, ServicePlan } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const versions = `select v.version, v.plan, v.note, v.published_by as "publishedBy", a.name as "publishedByName", v.published_at as "publishedAt"
  from service_plan v left join agent a on a.id = v.published_by`;

export async function newestPlan(sql: Queryable): Promise<PlanVersion | null> {
  const { rows } = await sql.query(`${versions} order by v.version desc limit 1`, []);
  return rows[0] ? present<PlanVersion>(rows[0]) : null;
}

/** 0 before the first. */
export async function newestPlanNumber(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from service_plan',
    [],
  );
  return rows[0]?.version ?? 0;
}

export async function readPlans(sql: Queryable, numbers: readonly number[]): Promise<PlanVersion[]> {
  const { rows } = await sql.query(`${versions} where v.version = any ($1)`, [numbers]);
  return rows.map((row) => present<PlanVersion>(row));
}

/** Newest first. */
export async function listPlans(sql: Queryable, slice: Slice<number>): Promise<Cut<PlanVersion, number>> {
  const { rows } = await sql.query(
    `${versions} where $1::int is null or v.version < $1 order by v.version desc limit $2`,
    [slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<PlanVersion>(row)),
    slice.limit,
    ({ version }) => version,
  );
}

/** Publishes the version after `basedOn`. False when that is not the newest any more. */
export async function insertPlan(
  sql: Queryable,
  input: { basedOn: number; plan: ServicePlan; note: string; agentId: string | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into service_plan (version, plan, note, published_by)
     select $1::int + 1, $2, $3, $4 where $1::int = (select coalesce(max(version), 0) from service_plan) on conflict do nothing`,
    [input.basedOn, JSON.stringify(input.plan), input.note, input.agentId],
  );
  return rowCount === 1;
}
