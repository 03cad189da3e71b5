/** What can be asked for, and with which fields. */
import type { RequestField, RequestType } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `key, name_en as "nameEn", name_zh as "nameZh", description, queue_id as "queueId", priority, fields, position,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** In the order that they were put in. */
export async function listRequestTypes(
  sql: Queryable,
  { limit, after }: Slice<[number, string]>,
): Promise<Cut<RequestType, [number, string]>> {
  const { rows } = await sql.query(
    `select ${columns} from request_type where $1::integer is null or (position, key) > ($1, $2) order by position, key limit $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  return cut(
    rows.map((row) => present<RequestType>(row)),
    limit,
    (type) => [type.position, type.key],
  );
}

export async function readRequestType(sql: Queryable, key: string): Promise<RequestType | null> {
  const { rows } = await sql.query(`select ${columns} from request_type where key = $1`, [key]);
  return rows[0] ? present<RequestType>(rows[0]) : null;
}

/** The named types in the order of their names here; those that are gone are left out. */
export async function readRequestTypes(sql: Queryable, wanted: readonly string[]): Promise<RequestType[]> {
  const { rows } = await sql.query(
    `select ${columns} from request_type join unnest($1::text[]) with ordinality w (wanted, place) on w.wanted = key order by w.place`,
    [wanted],
  );
  return rows.map((row) => present<RequestType>(row));
}

export interface RequestTypeRow {
  key: string;
  nameEn: string;
  nameZh: string;
  description: string;
  queueId: string | null;
  priority: number;
  fields: readonly RequestField[];
  position: number;
}

const valuesOf = (type: RequestTypeRow) => [
  type.key,
  type.nameEn,
  type.nameZh,
  type.description,
  type.queueId,
  type.priority,
  JSON.stringify(type.fields),
  type.position,
];

/** False when there is one with this key. */
export async function insertRequestType(sql: Queryable, type: RequestTypeRow): Promise<boolean> {
  const { rowCount } = await sql.query(
    `insert into request_type (key, name_en, name_zh, description, queue_id, priority, fields, position)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    valuesOf(type),
  );
  return rowCount === 1;
}

/** False when there is none with this key. */
export async function updateRequestType(sql: Queryable, type: RequestTypeRow): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update request_type set name_en = $2, name_zh = $3, description = $4, queue_id = $5, priority = $6, fields = $7, position = $8,
       updated_at = now() where key = $1`,
    valuesOf(type),
  );
  return rowCount === 1;
}

/** Tickets keep the name and the fields that they have. */
export async function deleteRequestType(sql: Queryable, key: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from request_type where key = $1', [key]);
  return rowCount === 1;
}

/** Sets what a ticket asks for, with the event that tells of it. False when there is no such ticket. */
export async function setTicketRequest(
  sql: Queryable,
  ticketId: string,
  request: { type: string | null; fields: Readonly<Record<string, unknown>> },
  actorId: string | null,
): Promise<boolean> {
  const { rows } = await sql.query<{ done: boolean }>('select set_ticket_request($1, $2, $3, $4) as done', [
    ticketId,
    request.type,
    JSON.stringify(request.fields),
    actorId,
  ]);
  return rows[0]?.done ?? false;
}
