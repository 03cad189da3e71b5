import type { Purchase, PurchaseFilter } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters } from './tickets.ts';

const columns = `p.id, p.customer_id as "customerId", p.source, p.external_id as "externalId", p.occurred_at as "occurredAt", p.amount_minor as "amountMinor",
  p.currency, p.items, p.state, p.created_at as "createdAt", p.updated_at as "updatedAt"`;

export type PurchaseRow = Omit<Purchase, 'id' | 'createdAt' | 'updatedAt'>;

export interface WrittenPurchases {
  readonly created: number;
  readonly updated: number;
  readonly ids: readonly string[];
}

/**
 * Writes purchases down, each once by its source and order number: what is said again replaces what was said before, but whose it is stays, since a
 * merge may have moved it. No two of one call may be the same order. `tell`: with an event for each.
 */
export async function writePurchases(
  tx: Queryable,
  purchases: readonly PurchaseRow[],
  tell: { actorId: string | null } | null,
): Promise<WrittenPurchases> {
  const { rows } = await tx.query<{ id: string; made: boolean }>(
    `with given as (
       select * from jsonb_to_recordset($1::jsonb) p ("customerId" uuid, source text, "externalId" text, "occurredAt" timestamptz, "amountMinor" bigint,
         currency text, items jsonb, state text)),
     written as (
       insert into purchase as p (customer_id, source, external_id, occurred_at, amount_minor, currency, items, state)
       select "customerId", source, "externalId", "occurredAt", "amountMinor", currency, items, state from given order by source, "externalId"
       on conflict (source, external_id) do update set occurred_at = excluded.occurred_at, amount_minor = excluded.amount_minor,
         currency = excluded.currency, items = excluded.items, state = excluded.state, updated_at = now()
       where (p.occurred_at, p.amount_minor, p.currency, p.items, p.state) is distinct from
         (excluded.occurred_at, excluded.amount_minor, excluded.currency, excluded.items, excluded.state)
       returning p.id, p.customer_id, p.source, p.xmax = 0 as made),
     told as (insert into event (type, customer_id, actor_id, data)
       select 'purchase.recorded', customer_id, $3, jsonb_build_object('purchaseId', id, 'source', source) from written where $2)
     select id, made from written`,
    [JSON.stringify(purchases), tell !== null, tell?.actorId ?? null],
  );
  const created = rows.filter(({ made }) => made).length;
  return { created, updated: rows.length - created, ids: rows.map(({ id }) => id) };
}

export async function readPurchaseByNumber(
  sql: Queryable,
  source: string,
  externalId: string,
): Promise<Purchase | null> {
  const { rows } = await sql.query(`select ${columns} from purchase p where p.source = $1 and p.external_id = $2`, [
    source,
    externalId,
  ]);
  return rows[0] ? present<Purchase>(rows[0]) : null;
}

/** Microseconds since 1970 and the id. */
type PurchaseKey = [number, string];

/** The newest first. */
export async function listPurchases(
  sql: Queryable,
  filter: PurchaseFilter,
  slice: Slice<PurchaseKey>,
): Promise<Cut<Purchase, PurchaseKey>> {
  const { values, bind } = parameters();
  const conditions = ['true'];
  if (filter.customerId) conditions.push(`p.customer_id = ${bind(filter.customerId)}`);
  if (filter.source) conditions.push(`p.source = ${bind(filter.source)}`);
  if (filter.from) conditions.push(`p.occurred_at >= ${bind(filter.from)}`);
  if (filter.to) conditions.push(`p.occurred_at < ${bind(filter.to)}`);
  if (slice.after)
    conditions.push(
      `(p.occurred_at, p.id) < (timestamptz 'epoch' + ${bind(slice.after[0])}::bigint * interval '1 microsecond', ${bind(slice.after[1])}::uuid)`,
    );
  const { rows } = await sql.query<{ us: number }>(
    `select ${columns}, (extract(epoch from p.occurred_at) * 1000000)::bigint as us from purchase p where ${conditions.join(' and ')}
     order by p.occurred_at desc, p.id desc limit ${bind(slice.limit + 1)}`,
    values,
  );
  const found = cut(
    rows.map(({ us, ...row }) => ({ us, purchase: present<Purchase>(row) })),
    slice.limit,
    ({ us, purchase }): PurchaseKey => [us, purchase.id],
  );
  return { items: found.items.map(({ purchase }) => purchase), next: found.next };
}

/** Who is meant: by a proved identifier that they alone hold, or by the name under which a source knows them. Null when nobody is. */
export async function findCustomer(
  sql: Queryable,
  by: { kind: string; value: string } | { source: string; externalId: string },
): Promise<string | null> {
  const { rows } =
    'kind' in by
      ? await sql.query<{ id: string }>(
          `select i.customer_id as id from identifier i where i.kind = $1 and i.value = $2 and i.grade <> 'claimed' and not i.shared limit 2`,
          [by.kind, by.value],
        )
      : await sql.query<{ id: string }>(
          'select customer_id as id from customer_source_key where source = $1 and external_id = $2',
          [by.source, by.externalId],
        );
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}

/** Which of these orders are there already, and whether they would stay as they are. */
export async function compareOrders(
  sql: Queryable,
  source: string,
  purchases: readonly PurchaseRow[],
): Promise<{ externalId: string; same: boolean }[]> {
  const { rows } = await sql.query<{ externalId: string; same: boolean }>(
    `select p.external_id as "externalId", (p.occurred_at, p.amount_minor, p.currency, p.items, p.state) is not distinct from
         (g."occurredAt", g."amountMinor", g.currency, g.items, g.state) as same
     from jsonb_to_recordset($1::jsonb) g ("externalId" text, "occurredAt" timestamptz, "amountMinor" bigint, currency text, items jsonb, state text)
     join purchase p on p.source = $2 and p.external_id = g."externalId"`,
    [JSON.stringify(purchases), source],
  );
  return rows;
}
