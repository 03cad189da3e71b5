import type { Alert, AlertReason } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface QuarantineCounts {
  /** By the database's clock, as the moments of the contacts are. */
  now: Date;
  newContacts: number;
  waiting: number;
  oldestAt: Date | null;
}

/** What the alert about the quarantine is decided by. It counts up to the highest limits that can be set and no further. */
export async function quarantineCounts(sql: Queryable, windowMinutes: number): Promise<QuarantineCounts> {
  const { rows } = await sql.query<QuarantineCounts>(
    `select now() as now, (select count(*)::int from (select 1 from inbox where state = 'quarantined' limit 10000) counted) as waiting,
       (select count(*)::int from (select 1 from inbox where state = 'quarantined'
          and quarantined_at > now() - make_interval(mins => $1) limit 10000) counted) as "newContacts",
       (select min(quarantined_at) from inbox where state = 'quarantined') as "oldestAt"`,
    [windowMinutes],
  );
  return rows[0] as QuarantineCounts;
}

/**
 * Moves an alert, and tells of it when it fires, clears, or gains a reason or an account of one; new values and what goes are written down in silence.
 * Answers whether it told: of several clocks that see the same, one does.
 */
export async function setAlert(sql: Queryable, key: string, reasons: readonly AlertReason[]): Promise<boolean> {
  const firing = reasons.length > 0;
  const { rowCount } = await sql.query(
    `with told as (
       insert into alert as a (key, firing, reasons) select $1::text, $2::boolean, $3::jsonb where $2::boolean or exists (select 1 from alert where key = $1::text)
       on conflict (key) do update set firing = excluded.firing, since = now(), reasons = excluded.reasons
         where a.firing <> excluded.firing
           or not jsonb_path_query_array(a.reasons, '$[*].code') @> jsonb_path_query_array(excluded.reasons, '$[*].code')
           or not jsonb_path_query_array(a.reasons, '$[*].accounts[*]') @> jsonb_path_query_array(excluded.reasons, '$[*].accounts[*]')
       returning key),
     refreshed as (
       update alert set reasons = $3::jsonb where key = $1::text and firing and reasons <> $3::jsonb and not exists (select from told))
     insert into event (type, data)
     select case when $2::boolean then 'system.alert' else 'system.alert-cleared' end,
       case when $2::boolean then jsonb_build_object('key', key, 'reasons', $3::jsonb) else jsonb_build_object('key', key) end from told`,
    [key, firing, JSON.stringify(reasons)],
  );
  return (rowCount ?? 0) > 0;
}

/** What an alert tells of now; empty while it does not fire. */
export async function firingReasons(sql: Queryable, key: string): Promise<AlertReason[]> {
  const { rows } = await sql.query<{ reasons: AlertReason[] }>('select reasons from alert where key = $1 and firing', [
    key,
  ]);
  return rows[0]?.reasons ?? [];
}

/** Every alert that has ever fired, those that fire now first. */
export async function listAlerts(sql: Queryable): Promise<Alert[]> {
  const { rows } = await sql.query<Omit<Alert, 'since'> & { since: Date }>(
    'select key, firing, since, reasons from alert order by firing desc, since desc',
    [],
  );
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}
