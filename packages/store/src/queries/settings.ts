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

/** A setting that may be changed; null when nobody has set it. */
export async function readSetting(sql: Queryable, key: string): Promise<unknown> {
  const { rows } = await sql.query<{ value: unknown }>('select value from setting where key = $1', [key]);
  return rows[0]?.value ?? null;
}

export async function writeSetting(sql: Queryable, key: string, value: unknown): Promise<void> {
  await sql.query(
    `insert into setting (key, value) values ($1, $2)
     on conflict (key) do update set value = excluded.value, updated_at = now()`,
    [key, JSON.stringify(value)],
  );
}

/** For how many hours a contact is recent, with the event that tells of it. */
export async function writeGuardSettings(sql: Queryable, value: { hours: number }, actorId: string): Promise<void> {
  await sql.query(
    `with written as (
       insert into setting (key, value) values ('contact-guard', $1)
       on conflict (key) do update set value = excluded.value, updated_at = now())
     insert into event (type, actor_id, data) values ('guard.set', $2, $1)`,
    [JSON.stringify(value), actorId],
  );
}
