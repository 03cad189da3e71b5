/** The ledger of merges and splits (see the functions in the migrations). */
import type { MergeEntry, MergeUndo } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `
  m.id, m.kind, m.customer_id as "customerId", c.display_name as "customerName", m.other_id as "otherId", o.display_name as "otherName", m.at,
  m.reason, a.name as by, m.undone_at as "undoneAt", u.name as "undoneBy", (
    select coalesce(jsonb_object_agg(k.kind, k.n), '{}') from (
      select r.kind, count(*) as n from customer_merge_row r where r.merge_id = m.id and r.action = 'moved' group by r.kind) k) as moved`;
const joined = `
  join customer c on c.id = m.customer_id join customer o on o.id = m.other_id
  left join agent a on a.id = m.by_agent_id left join agent u on u.id = m.undone_by_agent_id`;

/** Merges and splits that this customer took part in, newest first. */
export async function listMerges(
  sql: Queryable,
  customerId: string,
  slice: Slice<number>,
): Promise<Cut<MergeEntry, number>> {
  const { rows } = await sql.query<{ position: number }>(
    `select ${columns}, m.position from (
       select * from customer_merge where (customer_id = $1 or other_id = $1) and ($2::bigint is null or position < $2) order by position desc limit $3) m ${joined} order by m.position desc`,
    [customerId, slice.after, slice.limit + 1],
  );
  const page = cut(rows, slice.limit, ({ position }) => position);
  return { ...page, items: page.items.map(({ position: _position, ...row }) => present<MergeEntry>(row)) };
}

export async function readMerge(sql: Queryable, id: string): Promise<MergeEntry | null> {
  const { rows } = await sql.query(`select ${columns} from customer_merge m ${joined} where m.id = $1`, [id]);
  return rows[0] ? present<MergeEntry>(rows[0]) : null;
}

/** Raises PB003 when the two cannot be merged, PB004 when one does not exist. `agentId` null: the hub does it by itself. */
export async function mergeCustomers(
  sql: Queryable,
  customerId: string,
  otherId: string,
  agentId: string | null,
  reason: string | null = null,
): Promise<string> {
  const { rows } = await sql.query<{ id: string }>('select merge_customers($1, $2, $3, $4) as id', [
    customerId,
    otherId,
    agentId,
    reason,
  ]);
  return (rows[0] as { id: string }).id;
}

export interface Split {
  customerId: string;
  identifierId: string;
  /** Null: to a new customer, named `displayName`. */
  toCustomerId: string | null;
  displayName: string | null;
  agentId: string;
  reason: string;
}

/** Raises PB003 when it cannot be, PB004 when a customer or the identifier does not exist. Answers the entry of the ledger. */
export async function splitIdentifier(sql: Queryable, split: Split): Promise<string> {
  const { rows } = await sql.query<{ id: string }>('select split_identifier($1, $2, $3, $4, $5, $6) as id', [
    split.customerId,
    split.identifierId,
    split.toCustomerId,
    split.displayName,
    split.agentId,
    split.reason,
  ]);
  return (rows[0] as { id: string }).id;
}

/** False when it is undone already. Raises PB003 when a later entry has to be undone first, PB004 when there is no such entry. */
export async function undoMerge(sql: Queryable, mergeId: string, agentId: string): Promise<boolean> {
  return truth(sql, 'select undo_merge($1, $2) as yes', [mergeId, agentId]);
}

type Later = Pick<MergeUndo, 'blockedBy' | 'returns' | 'stays'>;

const laterOf = (goes: string) => `(
  select jsonb_build_object(
    'counts', coalesce((select jsonb_object_agg(k.kind, k.n) from (select l.kind, count(*) as n from later l where ${goes} group by l.kind) k), '{}'),
    'tickets', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'number', t.number) order by t.number) from (
      select t.id, t.number from later l join ticket t on t.id = l.id where l.kind = 'ticket' and ${goes} order by t.number limit 200) t), '[]')))`;

/** What undoing an entry would do with what came since; of one that is undone, what it did. */
export async function readMergeUndo(sql: Queryable, mergeId: string): Promise<Later> {
  const { rows } = await sql.query<Later>(
    `with later as materialized (
       select l.kind, l.id, l.goes from customer_merge m cross join lateral merge_later_rows(m.id) l where m.id = $1 and m.undone_at is null
       union all
       select k.key, v.value::uuid, s.goes from customer_merge m
       cross join lateral (values ('returned', true), ('stayed', false)) s (name, goes)
       cross join lateral jsonb_each(coalesce(m.later -> s.name, '{}')) k cross join lateral jsonb_array_elements_text(k.value) v
       where m.id = $1 and m.undone_at is not null)
     select case when m.undone_at is null then merge_blocked_by(m.id) end as "blockedBy", ${laterOf('l.goes')} as returns, ${laterOf('not l.goes')} as stays
     from customer_merge m where m.id = $1`,
    [mergeId],
  );
  return rows[0] as Later;
}
