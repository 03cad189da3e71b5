/** What the files of customers and the tickets have places for. */
import type { CustomField } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

const columns = `id, scope, key, label_en as "labelEn", label_zh as "labelZh", type, options, pattern, min, max, required,
  required_types as "requiredTypes", required_grades as "requiredGrades", sensitive, standard, position, created_at as "createdAt", updated_at as "updatedAt"`;

/** How many fields a centre can have: they are listed whole. */
const mostFields = 300;

/** In the order in which screens show them. */
export async function listCustomFields(sql: Queryable, scope?: CustomField['scope']): Promise<CustomField[]> {
  const { rows } = await sql.query(
    `select ${columns} from custom_field where $1::text is null or scope = $1 order by scope, position, key limit ${mostFields}`,
    [scope ?? null],
  );
  return rows.map((row) => present<CustomField>(row));
}

/** The fields of a file as they stay until the end of the transaction: nobody takes one away or makes it sensitive meanwhile. */
export async function holdCustomerFields(tx: Queryable): Promise<CustomField[]> {
  await tx.query(`select 1 from custom_field where scope = 'customer' order by id for share`);
  return listCustomFields(tx, 'customer');
}

export async function readCustomField(sql: Queryable, id: string): Promise<CustomField | null> {
  const { rows } = await sql.query(`select ${columns} from custom_field where id = $1`, [id]);
  return rows[0] ? present<CustomField>(rows[0]) : null;
}

export async function readCustomFieldOf(
  sql: Queryable,
  scope: CustomField['scope'],
  key: string,
): Promise<CustomField | null> {
  const { rows } = await sql.query(`select ${columns} from custom_field where scope = $1 and key = $2`, [scope, key]);
  return rows[0] ? present<CustomField>(rows[0]) : null;
}

export type CustomFieldRow = Omit<CustomField, 'id' | 'standard' | 'createdAt' | 'updatedAt'>;

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
const valuesOf = (field: Omit<CustomFieldRow, 'scope' | 'key' | 'type'>) => [
  field.labelEn,
  field.labelZh,
  JSON.stringify(field.options),
  field.pattern,
  json(field.min),
  json(field.max),
  field.required,
  field.requiredTypes,
  field.requiredGrades,
  field.sensitive,
  field.position,
];

/** Null when the scope has a field with this key, or as many as it can have. */
export async function insertCustomField(tx: Queryable, field: CustomFieldRow): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into custom_field (label_en, label_zh, options, pattern, min, max, required, required_types, required_grades, sensitive, position, scope, key, type)
     select $1, $2, $3::jsonb, $4, $5::jsonb, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $14
     where (select count(*) from custom_field) < ${mostFields} on conflict do nothing returning id`,
    [...valuesOf(field), field.scope, field.key, field.type],
  );
  return rows[0]?.id ?? null;
}

/** False when there is no such field. */
export async function updateCustomField(
  tx: Queryable,
  id: string,
  field: Omit<CustomFieldRow, 'scope' | 'key' | 'type'>,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update custom_field set label_en = $1, label_zh = $2, options = $3, pattern = $4, min = $5, max = $6, required = $7, required_types = $8,
       required_grades = $9, sensitive = $10, position = $11, updated_at = now() where id = $12`,
    [...valuesOf(field), id],
  );
  return rowCount === 1;
}

/** Values stay, with their history. False when there is none, or the hub itself knows it. */
export async function deleteCustomField(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from custom_field where id = $1 and not standard', [id]);
  return rowCount === 1;
}

/** Every file has to be looked at again: a walk over all customers begins anew. */
export async function recheckAllFiles(tx: Queryable): Promise<void> {
  await tx.query(`update customer_file_total set walked_to = '00000000-0000-0000-0000-000000000000'`);
}
