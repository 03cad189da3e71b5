/** Sensitive values of what tickets ask for. */
import type { Queryable } from '../database.ts';
import { readSetting, writeSetting } from './settings.ts';

/** Keys that are sensitive on tickets, whichever type or field says so. */
export async function sensitiveTicketKeys(sql: Queryable): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ key: string }>(
    `select key from custom_field where scope = 'ticket' and sensitive
     union select f ->> 'key' from request_type r cross join lateral jsonb_array_elements(r.fields) f where f -> 'sensitive' = 'true'`,
  );
  return new Set(rows.map(({ key }) => key));
}

const progress = 'sealed-ticket-fields';
const beginning = '00000000-0000-0000-0000-000000000000';

interface Walk {
  readonly keys: readonly string[];
  readonly after: string | null;
}

/** How far the walk over all tickets has come for these keys; it begins anew where there is another one. Null: it is done. */
export async function sealedWalk(tx: Queryable, keys: readonly string[]): Promise<(Walk & { after: string }) | null> {
  await tx.query('select pg_advisory_xact_lock(7421030)');
  const before = (await readSetting(tx, progress)) as Walk | null;
  const known = new Set(before?.keys);
  if (before && keys.every((key) => known.has(key)))
    return before.after === null ? null : { ...before, after: before.after };
  return keys.length === 0 ? null : { keys, after: beginning };
}

/** The next tickets with fields, held; the walk is moved on by that. */
export async function nextTicketFields(
  tx: Queryable,
  walk: Walk,
  step: number,
): Promise<{ id: string; fields: Record<string, unknown> }[]> {
  const { rows } = await tx.query<{ id: string; fields: Record<string, unknown> }>(
    'select id, fields from ticket where id > $1 order by id limit $2 for no key update',
    [walk.after, step],
  );
  await writeSetting(tx, progress, { keys: walk.keys, after: rows.length < step ? null : (rows.at(-1)?.id ?? null) });
  return rows.filter(({ fields }) => Object.keys(fields).length > 0);
}

/** Writes sealed values, and takes the plain ones out of the contacts they came with, the events and the trail. */
export async function writeTicketFields(
  tx: Queryable,
  tickets: readonly { readonly id: string; readonly fields: Readonly<Record<string, unknown>> }[],
  keys: readonly string[],
): Promise<void> {
  if (tickets.length === 0) return;
  const ids = tickets.map(({ id }) => id);
  await tx.query(
    'update ticket t set fields = g.fields from jsonb_to_recordset($1::jsonb) g (id uuid, fields jsonb) where t.id = g.id',
    [JSON.stringify(tickets)],
  );
  await tx.query(
    `update inbox i set contact = jsonb_set(i.contact, '{request,fields}', (i.contact #> '{request,fields}') - $2::text[]), raw = null, raw_sha256 = ''
     from message m where m.ticket_id = any ($1::uuid[]) and i.id = m.inbox_id and i.contact #> '{request,fields}' ?| $2::text[]`,
    [ids, keys],
  );
  await tx.query(`select set_config('patchbay.privacy', 'erasure', true)`);
  await tx.query(
    `update event e set data = without_sensitive_changes(e.data, $2) where e.ticket_id = any ($1::uuid[]) and e.type = 'ticket.request-changed'`,
    [ids, keys],
  );
  await tx.query(
    `update audit_entry a set detail = without_sensitive_changes(a.detail, $2), salt = null
     where a.ticket_id = any ($1::uuid[]) and a.action = 'ticket.request-changed'`,
    [ids, keys],
  );
  await tx.query(`select set_config('patchbay.privacy', '', true)`);
}

const sealedFields = `jsonb_path_exists(fields, '$.*.sealed')`;

/** Tickets with sealed values, in the order of their ids. */
export async function sealedTickets(
  sql: Queryable,
  after: string | null,
  limit: number,
): Promise<{ id: string; fields: Record<string, unknown> }[]> {
  const { rows } = await sql.query<{ id: string; fields: Record<string, unknown> }>(
    `select id, fields from ticket where ${sealedFields} and ($1::uuid is null or id > $1) order by id limit $2`,
    [after, limit],
  );
  return rows;
}

/** Only while they are still as they were read. */
export async function replaceTicketFields(sql: Queryable, id: string, before: unknown, after: unknown): Promise<void> {
  await sql.query('update ticket set fields = $3 where id = $1 and fields = $2::jsonb', [
    id,
    JSON.stringify(before),
    JSON.stringify(after),
  ]);
}

/** The sealed texts of tickets, and of contacts that are none yet, as a query for their keys. */
export const sealedRequestKeys = `
  select split_part(v ->> 'sealed', '.', 2) as id from ticket t cross join lateral jsonb_path_query(t.fields, '$.*') v
    where jsonb_path_exists(t.fields, '$.*.sealed') and jsonb_typeof(v) = 'object' and v ? 'sealed'
  union all select split_part(v ->> 'sealed', '.', 2) from inbox i cross join lateral jsonb_path_query(i.contact, '$.request.fields.*') v
    where i.state = 'pending' and jsonb_typeof(v) = 'object' and v ? 'sealed'`;
