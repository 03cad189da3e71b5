import type { ChannelName } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Buckets of a histogram (domain/histogram) with their counts. */
export type Buckets = [bucket: number, count: number][];

/** An account of a channel as the database knows it. Moments as PostgreSQL writes them into JSON. */
export interface AccountRow {
  channel: ChannelName;
  account: string;
  /** What a source is called; null for all others. */
  name: string | null;
  lastContactAt: string | null;
  lastSentAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  lastSendErrorAt: string | null;
  pending: number;
  oldestPendingAt: string | null;
  quarantined: number;
  outgoing: number;
  oldestOutgoingAt: string | null;
  /** Of those that were not put off. */
  oldestSendableAt: string | null;
  retrying: number;
  putOff: number;
  failed: number;
  unknown: number;
  sent: number;
  contactsToday: number;
  course: { at: string; contacts: number }[];
  providerDelay: Buckets;
  ingestDelay: Buckets;
}

/** How every account stands, see `channel_health` in the migrations. @param day the centre's local day, `YYYY-MM-DD` */
export async function readAccounts(sql: Queryable, day: string, timeZone: string): Promise<AccountRow[]> {
  const { rows } = await sql.query<{ accounts: AccountRow[] }>(
    'select channel_health($1::date::timestamp at time zone $2) as accounts',
    [day, timeZone],
  );
  return rows[0]?.accounts ?? [];
}

/** The moment by the clock that dates everything in the database, from which that of a hub may differ. */
export async function databaseNow(sql: Queryable): Promise<Date> {
  const { rows } = await sql.query<{ now: Date }>('select clock_timestamp() as now', []);
  return (rows[0] as { now: Date }).now;
}

/** Keeps the accounts' figures complete while nobody looks at them. */
export async function rollChannelFigures(sql: Queryable): Promise<void> {
  await sql.query('select roll_channel_figures()', []);
}
