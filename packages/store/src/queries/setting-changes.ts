/** Changes of the configuration, as events: who changed what, and from what to what. */
import type { HubEvent, SettingChangeFilter, SettingName } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { eventColumns, type EventRow, presentEvent } from './events.ts';
import { cut, type Cut, type Slice } from './paging.ts';

export interface SettingChange {
  readonly setting: SettingName;
  /** Which one of its kind; null where there is one only. */
  readonly key: string | null;
  readonly from: Readonly<Record<string, unknown>> | null;
  readonly to: Readonly<Record<string, unknown>> | null;
}

/** Until the transaction ends nobody else changes this one, so that what is told of follows what was told before. */
export async function lockSetting(tx: Queryable, setting: SettingName, key: string | null): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 22))', [`setting:${setting}:${key ?? ''}`]);
}

export async function insertSettingChange(
  tx: Queryable,
  change: SettingChange,
  by: { readonly actorId: string; readonly correlationId: string },
): Promise<void> {
  await tx.query(`insert into event (type, actor_id, correlation_id, data) values ('setting.changed', $1, $2, $3)`, [
    by.actorId,
    by.correlationId,
    JSON.stringify(change),
  ]);
}

/** Newest first. */
export async function listSettingChanges(
  sql: Queryable,
  filter: SettingChangeFilter,
  slice: Slice<number>,
): Promise<Cut<HubEvent, number>> {
  const { rows } = await sql.query<EventRow>(
    `select ${eventColumns} from event where type = 'setting.changed' and seq is not null
       and ($2::bigint is null or id < $2) and ($3::text is null or data ->> 'setting' = $3) and ($4::text is null or data ->> 'key' = $4)
       and ($5::text is null or actor_id = $5)
     order by id desc limit $1`,
    [slice.limit + 1, slice.after, filter.setting ?? null, filter.key ?? null, filter.actorId ?? null],
  );
  return cut(rows.map(presentEvent), slice.limit, (event) => Number(event.id));
}

/** An id for what is about to be written. */
export async function nextId(sql: Queryable): Promise<string> {
  const { rows } = await sql.query<{ id: string }>('select uuid_v7() as id', []);
  return (rows[0] as { id: string }).id;
}
