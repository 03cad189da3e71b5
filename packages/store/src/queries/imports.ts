/** Imports: their files, what they are set to, how far they have come, and what they rejected. */
import type {
  CsvDelimiter,
  CsvEncoding,
  DataImport,
  ImportKind,
  ImportMapping,
  ImportReject,
  ImportSettings,
  ImportState,
} from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `id, kind, state, filename, size, encoding, delimiter, header, sample, settings, report, total, done, created, updated, unchanged, rejected,
  problem, created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt", key_sealed as "keySealed"`;

/** As it is kept: what is shown of its rows is sealed by the import's own key. */
export type StoredImport = Omit<DataImport, 'sample' | 'report'> & {
  readonly sample: unknown;
  readonly report: unknown;
  readonly keySealed: string | null;
};

export async function insertImport(tx: Queryable, kind: ImportKind, filename: string, by: string): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `with made as (insert into data_import (kind, filename, created_by) values ($1, $2, $3) returning id),
     told as (insert into event (type, actor_id, data) select 'import.changed', $3, jsonb_build_object('importId', id, 'state', 'draft', 'done', 0) from made)
     select id from made`,
    [kind, filename, by],
  );
  return (rows[0] as { id: string }).id;
}

export async function readImport(sql: Queryable, id: string): Promise<StoredImport | null> {
  const { rows } = await sql.query(`select ${columns} from data_import where id = $1`, [id]);
  return rows[0] ? present<StoredImport>(rows[0]) : null;
}

/** By which name the file store has it; null before there is a file. */
export async function readImportFile(sql: Queryable, id: string): Promise<string | null> {
  const { rows } = await sql.query<{ sha256: string | null }>('select sha256 from data_import where id = $1', [id]);
  return rows[0]?.sha256 ?? null;
}

/** The newest first. */
export async function listImports(sql: Queryable, slice: Slice<string>): Promise<Cut<StoredImport, string>> {
  const { rows } = await sql.query(
    `select ${columns} from data_import where $1::uuid is null or id < $1 order by id desc limit $2`,
    [slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<StoredImport>(row)),
    slice.limit,
    ({ id }) => id,
  );
}

export interface ImportFile {
  readonly sha256: string;
  readonly size: number;
  readonly encoding: CsvEncoding;
  readonly delimiter: CsvDelimiter;
  readonly header: readonly string[];
  /** Sealed by the key. */
  readonly sample: unknown;
  readonly keySealed: string | null;
}

/** Another file, or the same one read otherwise; what a dry run found is out of date then. False unless nothing was imported yet. */
export async function setImportFile(tx: Queryable, id: string, file: ImportFile): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update data_import set state = 'ready', sha256 = $2, size = $3, encoding = $4, delimiter = $5, header = $6, sample = $7, key_sealed = $8, report = null, total = null, problem = null
     where id = $1 and state in ('draft', 'ready')`,
    [
      id,
      file.sha256,
      file.size,
      file.encoding,
      file.delimiter,
      file.header,
      JSON.stringify(file.sample),
      file.keySealed,
    ],
  );
  return rowCount === 1;
}

/** False unless the import is ready. */
export async function setImportSettings(tx: Queryable, id: string, settings: ImportSettings): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update data_import set settings = $2, report = null, total = null, problem = null where id = $1 and state = 'ready'`,
    [id, JSON.stringify(settings)],
  );
  return rowCount === 1;
}

/** Moves an import on, with the event that tells of it. False when it is in none of the states it may come from. */
export async function moveImport(
  tx: Queryable,
  id: string,
  from: readonly ImportState[],
  to: ImportState,
  by: string | null,
  problem: string | null = null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with moved as (update data_import set state = $3, problem = $5, lease_until = null, lease_holder = null,
         started_at = case when $3 = 'running' then coalesce(started_at, now()) else started_at end,
         finished_at = case when $3 in ('done', 'cancelled', 'failed') then now() end
       where id = $1 and state = any ($2) returning id, done),
     told as (insert into event (type, actor_id, data)
       select 'import.changed', $4, jsonb_build_object('importId', id, 'state', $3::text, 'done', done) from moved)
     select 1 from moved`,
    [id, from, to, by, problem],
  );
  return rowCount === 1;
}

/** What a run has to know. */
export interface ClaimedImport {
  readonly id: string;
  readonly kind: ImportKind;
  readonly state: 'checking' | 'running';
  readonly sha256: string;
  readonly encoding: CsvEncoding;
  readonly delimiter: CsvDelimiter;
  readonly header: string[];
  readonly settings: ImportSettings;
  readonly done: number;
  readonly createdBy: string;
  readonly keySealed: string | null;
}

/** Makes one process the one that works on the import. Null when another one does, or there is nothing to do. */
export async function claimImport(
  sql: Queryable,
  id: string,
  holder: string,
  leaseMs: number,
): Promise<ClaimedImport | null> {
  const { rows } = await sql.query<ClaimedImport>(
    `update data_import set lease_holder = $2, lease_until = now() + $3::double precision * interval '1 millisecond'
     where id = $1 and state in ('checking', 'running') and (lease_until is null or lease_until < now()) and settings is not null
     returning id, kind, state, sha256, encoding, delimiter, header, settings, done, created_by as "createdBy", key_sealed as "keySealed"`,
    [id, holder, leaseMs],
  );
  return rows[0] ?? null;
}

/** Milliseconds for which somebody still holds an import that is under way; null when nobody does, or it is not. */
export async function importHeldMs(sql: Queryable, id: string): Promise<number | null> {
  const { rows } = await sql.query<{ ms: number }>(
    `select ceil(extract(epoch from lease_until - now()) * 1000)::float8 as ms from data_import
     where id = $1 and state in ('checking', 'running') and lease_until >= now()`,
    [id],
  );
  return rows[0]?.ms ?? null;
}

/** Gives the import back, so that another process goes on at once. */
export async function freeImport(sql: Queryable, id: string, holder: string): Promise<void> {
  await sql.query(
    'update data_import set lease_until = null, lease_holder = null where id = $1 and lease_holder = $2',
    [id, holder],
  );
}

/** Imports that nobody works on. */
export async function waitingImports(sql: Queryable, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from data_import where state in ('checking', 'running') and (lease_until is null or lease_until < now()) limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

export interface ChunkCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

/**
 * Takes the next rows of an import for this transaction. False when the import was paused, another process has it, or these rows are done: then nothing may be
 * written.
 */
export async function holdImport(
  tx: Queryable,
  { id, state }: Pick<ClaimedImport, 'id' | 'state'>,
  holder: string,
  done: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from data_import where id = $1 and state = $2 and lease_holder = $3 and done = $4 for update',
    [id, state, holder, done],
  );
  return rowCount === 1;
}

/** Writes down, in the transaction that wrote what they say, that rows are done. */
export async function advanceImport(
  tx: Queryable,
  id: string,
  done: number,
  counts: ChunkCounts,
  rejects: readonly ImportReject[],
  leaseMs: number,
): Promise<void> {
  if (rejects.length > 0)
    await tx.query(
      `insert into import_reject (import_id, row_number, reasons, cells)
       select $1, r."rowNumber", r.reasons, array(select jsonb_array_elements_text(r.cells)) from jsonb_to_recordset($2::jsonb) r ("rowNumber" int, reasons jsonb, cells jsonb)`,
      [id, JSON.stringify(rejects)],
    );
  await tx.query(
    `update data_import set done = $2, created = created + $3, updated = updated + $4, unchanged = unchanged + $5, rejected = rejected + $6,
       lease_until = now() + $7::double precision * interval '1 millisecond' where id = $1`,
    [id, done, counts.created, counts.updated, counts.unchanged, rejects.length, leaseMs],
  );
}

/** Of a dry run. False when it was called off or another process has it. */
export async function advanceCheck(
  sql: Queryable,
  id: string,
  holder: string,
  done: number,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update data_import set done = $3, lease_until = now() + $4::double precision * interval '1 millisecond'
     where id = $1 and lease_holder = $2 and state = 'checking'`,
    [id, holder, done, leaseMs],
  );
  return rowCount === 1;
}

/** `report` as it is kept; `total`: the number of the last row. */
export async function finishCheck(
  tx: Queryable,
  id: string,
  holder: string,
  report: unknown,
  total: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update data_import set report = $3, total = $4, done = 0 where id = $1 and lease_holder = $2 and state = 'checking'`,
    [id, holder, JSON.stringify(report), total],
  );
  return rowCount === 1;
}

/** Tells whoever looks how far the import is. */
export async function tellProgress(sql: Queryable, id: string): Promise<void> {
  await sql.query(
    `insert into event (type, data) select 'import.changed', jsonb_build_object('importId', id, 'state', state, 'done', done) from data_import where id = $1`,
    [id],
  );
}

/** In the order of the file. */
export async function listRejects(
  sql: Queryable,
  id: string,
  slice: Slice<number>,
): Promise<Cut<ImportReject, number>> {
  const { rows } = await sql.query<ImportReject>(
    `select row_number as "rowNumber", reasons, cells from import_reject where import_id = $1 and row_number > $2 order by row_number limit $3`,
    [id, slice.after ?? 0, slice.limit + 1],
  );
  return cut(rows, slice.limit, ({ rowNumber }) => rowNumber);
}

// --- Mappings ----------------------------------------------------------------------------------------------------

const mostMappings = 200;

export async function listMappings(sql: Queryable): Promise<ImportMapping[]> {
  const { rows } = await sql.query(
    `select name, kind, settings, updated_at as "updatedAt" from import_mapping order by name limit ${mostMappings}`,
  );
  return rows.map((row) => present<ImportMapping>(row));
}

export async function readMapping(sql: Queryable, name: string): Promise<ImportMapping | null> {
  const { rows } = await sql.query(
    'select name, kind, settings, updated_at as "updatedAt" from import_mapping where name = $1',
    [name],
  );
  return rows[0] ? present<ImportMapping>(rows[0]) : null;
}

/** False when there are as many as there can be. */
export async function writeMapping(
  tx: Queryable,
  name: string,
  kind: ImportKind,
  settings: ImportSettings,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into import_mapping (name, kind, settings) select $1, $2, $3
     where exists (select 1 from import_mapping where name = $1) or (select count(*) from import_mapping) < ${mostMappings}
     on conflict (name) do update set kind = excluded.kind, settings = excluded.settings, updated_at = now()`,
    [name, kind, JSON.stringify(settings)],
  );
  return rowCount === 1;
}

export async function deleteMapping(tx: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from import_mapping where name = $1', [name]);
  return rowCount === 1;
}
