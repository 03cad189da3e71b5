/** Automation rules: their versions, in the order in which they act. */
import type { AutomationDefinition, AutomationRule, AutomationVersion } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

/** How many a centre can have: every event is held against all of them. */
export const mostRules = 200;

const columns = `r.id, r.position, r.enabled, r.version, v.definition, v.published_at as "publishedAt", a.name as "publishedByName"`;
const joined = `automation_rule r join automation_rule_version v on v.rule_id = r.id and v.version = r.version
  left join agent a on a.id = v.published_by`;

function ruleOf(row: object): AutomationRule {
  const { definition, ...rest } = present<
    Omit<AutomationRule, keyof AutomationDefinition> & { definition: AutomationDefinition }
  >(row);
  return { ...definition, ...rest };
}

export async function listRules(sql: Queryable): Promise<AutomationRule[]> {
  const { rows } = await sql.query(
    `select ${columns} from ${joined} where r.removed_at is null order by r.position, r.id limit ${mostRules}`,
    [],
  );
  return rows.map(ruleOf);
}

/** Those that act. */
export async function activeRules(sql: Queryable): Promise<AutomationRule[]> {
  const { rows } = await sql.query(
    `select ${columns} from ${joined} where r.removed_at is null and r.enabled order by r.position, r.id limit ${mostRules}`,
    [],
  );
  return rows.map(ruleOf);
}

export async function readRule(sql: Queryable, id: string): Promise<AutomationRule | null> {
  const { rows } = await sql.query(`select ${columns} from ${joined} where r.id = $1 and r.removed_at is null`, [id]);
  return rows[0] ? ruleOf(rows[0]) : null;
}

export interface NewVersion {
  readonly ruleId: string;
  readonly definition: AutomationDefinition;
  readonly note: string;
  readonly agentId: string;
}

/** At the end of the others. False when there are too many. */
export async function insertRule(tx: Queryable, input: NewVersion & { readonly enabled: boolean }): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into automation_rule (id, position, enabled, version)
     select $1, coalesce(max(position), 0) + 1, $2, 1 from automation_rule where removed_at is null having count(*) < ${mostRules}`,
    [input.ruleId, input.enabled],
  );
  if (rowCount === 1) await insertRuleVersion(tx, 1, input);
  return rowCount === 1;
}

/** The next version; null when there is no such rule or another version than the one seen. */
export async function publishRule(tx: Queryable, basedOn: number, input: NewVersion): Promise<number | null> {
  const { rows } = await tx.query<{ version: number }>(
    `update automation_rule set version = version + 1, updated_at = now() where id = $1 and version = $2 and removed_at is null returning version`,
    [input.ruleId, basedOn],
  );
  const version = rows[0]?.version;
  if (version === undefined) return null;
  await insertRuleVersion(tx, version, input);
  return version;
}

async function insertRuleVersion(tx: Queryable, version: number, input: NewVersion): Promise<void> {
  await tx.query(
    'insert into automation_rule_version (rule_id, version, definition, note, published_by) values ($1, $2, $3, $4, $5)',
    [input.ruleId, version, JSON.stringify(input.definition), input.note, input.agentId],
  );
}

export async function switchRule(tx: Queryable, id: string, enabled: boolean): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update automation_rule set enabled = $2, updated_at = now() where id = $1 and removed_at is null',
    [id, enabled],
  );
  return rowCount === 1;
}

/** What waits of it is not done any more. */
export async function removeRule(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update automation_rule set removed_at = now(), enabled = false where id = $1 and removed_at is null',
    [id],
  );
  return rowCount === 1;
}

/** Ids that are not named keep their place behind those that are. */
export async function orderRules(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query(
    `update automation_rule r set position = o.place, updated_at = now() from (
       select id, row_number() over (order by array_position($1::uuid[], id) nulls last, position, id) as place
       from automation_rule where removed_at is null) o
     where o.id = r.id and r.position <> o.place`,
    [ids],
  );
}

/** Newest first. */
export async function listRuleVersions(
  sql: Queryable,
  ruleId: string,
  slice: Slice<number>,
): Promise<Cut<AutomationVersion, number>> {
  const { rows } = await sql.query(
    `select v.version, v.definition, v.note, v.published_at as "publishedAt", a.name as "publishedByName"
     from automation_rule_version v left join agent a on a.id = v.published_by
     where v.rule_id = $1 and ($2::int is null or v.version < $2) order by v.version desc limit $3`,
    [ruleId, slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<AutomationVersion>(row)),
    slice.limit,
    ({ version }) => version,
  );
}
