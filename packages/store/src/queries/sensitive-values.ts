/** Values of sensitive fields: sealed each for its row, and opened again where a field is not sensitive any more. */
import type { Queryable } from '../database.ts';

export interface HeldValue {
  readonly customerId: string;
  readonly key: string;
  readonly id: string;
  readonly value: unknown;
}

/** The values that hold of these fields of these customers. */
export async function readHeldValues(
  sql: Queryable,
  customerIds: readonly string[],
  keys: readonly string[],
): Promise<HeldValue[]> {
  if (customerIds.length === 0 || keys.length === 0) return [];
  const { rows } = await sql.query<HeldValue>(
    `select distinct on (v.customer_id, v.key) v.customer_id as "customerId", v.key, v.id, v.value from customer_field_value v
     where v.customer_id = any ($1::uuid[]) and v.key = any ($2) order by v.customer_id, v.key, v.at desc, v.id desc`,
    [customerIds, keys],
  );
  return rows;
}

/** Ids for values that are sealed before they are written. */
export async function newValueIds(sql: Queryable, count: number): Promise<string[]> {
  if (count === 0) return [];
  const { rows } = await sql.query<{ id: string }>('select uuid_v7() as id from generate_series(1, $1)', [count]);
  return rows.map(({ id }) => id);
}

export interface FieldWalk {
  readonly fieldId: string;
  readonly key: string;
  readonly sensitive: boolean;
  readonly values: readonly { readonly id: string; readonly value: unknown }[];
}

/**
 * The next values of a field whose sensitivity changed that are not yet as it says; the walk is moved on by that, in the order of the ids of all
 * values. Null when no walk is under way.
 */
export async function nextFieldValues(tx: Queryable, step: number): Promise<FieldWalk | null> {
  const { rows: fields } = await tx.query<{ id: string; key: string; sensitive: boolean; after: string }>(
    `select id, key, sensitive, values_walked_to as after from custom_field where values_walked_to is not null order by id limit 1 for no key update skip locked`,
  );
  const field = fields[0];
  if (!field) return null;
  const { rows } = await tx.query<{ last: string | null; values: { id: string; value: unknown }[] }>(
    `with page as materialized (select id, key, value from customer_field_value where id > $1 order by id limit $2)
     select max(id::text) as last, coalesce(jsonb_agg(jsonb_build_object('id', id, 'value', value))
       filter (where key = $3 and value is not null and is_sealed_value(value) <> $4), '[]') as values from page`,
    [field.after, step, field.key, field.sensitive],
  );
  await tx.query('update custom_field set values_walked_to = $2 where id = $1', [field.id, rows[0]?.last ?? null]);
  return { fieldId: field.id, key: field.key, sensitive: field.sensitive, values: rows[0]?.values ?? [] };
}

export async function writeFieldValues(
  tx: Queryable,
  values: readonly { readonly id: string; readonly value: unknown }[],
): Promise<void> {
  if (values.length === 0) return;
  await tx.query(
    `update customer_field_value v set value = g.value from jsonb_to_recordset($1::jsonb) g (id uuid, value jsonb) where v.id = g.id`,
    [JSON.stringify(values)],
  );
}
