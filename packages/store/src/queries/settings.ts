import type { Queryable } from '../database.ts';

/** Keeps the first value that anybody wrote under a key, and answers it: many processes that start together agree. */
export async function settingOnce<T>(sql: Queryable, key: string, value: T): Promise<T> {
  await sql.query('insert into setting (key, value) values ($1, $2) on conflict do nothing', [
    key,
    JSON.stringify(value),
  ]);
  const { rows } = await sql.query<{ value: T }>('select value from setting where key = $1', [key]);
  return rows[0]?.value as T;
}
