/** What the centre has of a person, as rows of the tables that the register names. */
import type { Queryable } from '../database.ts';
import type { CatalogueTable } from './catalogue.ts';
import { columnsOf, register } from './register.ts';

export interface ExportedTable {
  readonly table: string;
  /** The name of its file. */
  readonly name: string;
}

export const exportedTables = (): ExportedTable[] =>
  Object.entries(register).flatMap(([table, { exported }]) => (exported ? [{ table, name: exported }] : []));

const batch = 200;

/** The person's rows of a table in the order of its key, without credentials and without raw bytes, read a batch at a time. */
export async function* exportedRows(
  sql: Queryable,
  [table, catalogue]: readonly [string, CatalogueTable],
  customerIds: readonly string[],
): AsyncGenerator<Record<string, unknown>> {
  const entry = register[table];
  if (!entry?.own) return;
  const hidden = columnsOf(entry, 'secret', 'bytes');
  const key = catalogue.key.map(({ column }) => `t."${column}"`).join(', ');
  const after = catalogue.key.map(({ type }, index) => `($2::jsonb ->> ${index})::${type}`).join(', ');
  const text = `select to_jsonb(t) - $4::text[] as row, jsonb_build_array(${key}) as key from "${table}" t
    where (${entry.own}) and ($2::jsonb is null or (${key}) > (${after})) order by ${key} limit $3`;
  for (let cursor: string | null = null; ;) {
    const { rows }: { rows: { row: Record<string, unknown>; key: unknown }[] } = await sql.query(text, [
      customerIds,
      cursor,
      batch,
      hidden,
    ]);
    for (const { row } of rows) yield row;
    const last = rows.at(-1);
    if (!last || rows.length < batch) return;
    cursor = JSON.stringify(last.key);
  }
}

export interface ExportedFile {
  /** Where it is in the export. */
  readonly path: string;
  readonly raw: Buffer | null;
  readonly sha256: string | null;
}

/** Attachments, recordings and the raw copies of what the person sent and was sent. */
export async function* exportedFiles(sql: Queryable, customerIds: readonly string[]): AsyncGenerator<ExportedFile> {
  for (let after: string | null = null; ;) {
    const {
      rows,
    }: {
      rows: {
        id: string;
        files: { path: string; sha256: string | null }[];
        inboxId: string | null;
        outboundId: string | null;
      }[];
    } = await sql.query(
      `select m.id, (select coalesce(jsonb_agg(jsonb_build_object('path', 'files/' || m.id || '/' || a.position || '-' || a.filename, 'sha256', a.sha256)
             order by a.position), '[]') from attachment a where a.message_id = m.id) as files,
           case when m.customer_id = any ($1) then m.inbox_id end as "inboxId", o.id as "outboundId"
         from message m join ticket k on k.id = m.ticket_id left join outbound o on o.message_id = m.id
         where ((m.customer_id = any ($1) and m.direction = 'in') or (k.customer_id = any ($1) and m.direction = 'out'))
           and ($2::uuid is null or m.id > $2) order by m.id limit 100`,
      [customerIds, after],
    );
    for (const { files, inboxId, outboundId } of rows) {
      for (const file of files) yield { ...file, raw: null };
      yield* rawCopy(sql, 'inbox', inboxId);
      yield* rawCopy(sql, 'outbound', outboundId);
    }
    const last = rows.at(-1);
    if (!last || rows.length < 100) return;
    after = last.id;
  }
}

async function* rawCopy(sql: Queryable, table: 'inbox' | 'outbound', id: string | null): AsyncGenerator<ExportedFile> {
  if (id === null) return;
  const { rows } = await sql.query<{ raw: Buffer | null; sha256: string | null; mail: boolean }>(
    table === 'inbox'
      ? `select raw, nullif(raw_sha256, '') as sha256, channel = 'email' as mail from inbox where id = $1`
      : `select k.raw, o.raw_sha256 as sha256, o.channel = 'email' as mail from outbound o left join kept_mail k on k.outbound_id = o.id where o.id = $1`,
    [id],
  );
  const [found] = rows;
  if (!found || (found.raw === null && found.sha256 === null)) return;
  const folder = table === 'inbox' ? 'received' : 'sent';
  yield { path: `${folder}/${id}.${found.mail ? 'eml' : 'txt'}`, raw: found.raw, sha256: found.sha256 };
}
