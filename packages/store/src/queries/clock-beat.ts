/** That a process with the role `clock` runs, kept in one row that each of them writes. */
import type { Queryable } from '../database.ts';
import { writeSetting } from './settings.ts';

const key = 'clock-beat';

export async function beatClock(sql: Queryable): Promise<void> {
  await writeSetting(sql, key, true);
}

/** When a clock last beat, and how many seconds ago by the database's clock; null when none ever did. */
export async function lastClockBeat(sql: Queryable): Promise<{ at: Date; age: number } | null> {
  const { rows } = await sql.query<{ at: Date; age: number }>(
    `select updated_at as at, greatest(0, extract(epoch from clock_timestamp() - updated_at))::float8 as age from setting where key = $1`,
    [key],
  );
  return rows[0] ?? null;
}
