import type { AuditEntry } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

export interface AuditDraft {
  readonly action: string;
  readonly actorId: string | null;
  readonly customerId?: string | null;
  readonly correlationId?: string | null;
  readonly detail?: object;
}

/** Looking at the same file again within ten minutes is one entry. */
export async function recordAudit(sql: Queryable, entry: AuditDraft): Promise<void> {
  await sql.query(
    `insert into audit_entry (action, actor_id, customer_id, correlation_id, detail) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [
      entry.action,
      entry.actorId,
      entry.customerId ?? null,
      entry.correlationId ?? null,
      JSON.stringify(entry.detail ?? {}),
    ],
  );
}

export interface AuditFilter {
  readonly action?: string | undefined;
  readonly actorId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Newest first. */
export async function listAudit(
  sql: Queryable,
  filter: AuditFilter,
  slice: Slice<number>,
): Promise<Cut<AuditEntry, number>> {
  const { rows } = await sql.query(
    `select e.id::integer, e.at, e.action, e.actor_id as "actorId", a.name as "actorName", e.customer_id as "customerId",
       c.display_name as "customerName", e.ticket_id as "ticketId", e.correlation_id as "correlationId", e.detail, e.seal_id as "sealId"
     from audit_entry e left join agent a on a.id = e.actor_id left join customer c on c.id = e.customer_id
     where ($2::bigint is null or e.id < $2) and ($3::text is null or e.action = $3) and ($4::text is null or e.actor_id = $4)
       and ($5::uuid is null or e.customer_id = $5) and ($6::timestamptz is null or e.at >= $6) and ($7::timestamptz is null or e.at < $7)
     order by e.id desc limit $1`,
    [
      slice.limit + 1,
      slice.after,
      filter.action ?? null,
      filter.actorId ?? null,
      filter.customerId ?? null,
      filter.from ?? null,
      filter.to ?? null,
    ],
  );
  return cut(
    rows.map((row) => present<AuditEntry>(row)),
    slice.limit,
    (entry) => entry.id,
  );
}

/** Answers how many entries it sealed. */
export async function sealAudit(sql: Queryable, limit: number): Promise<number> {
  const { rows } = await sql.query<{ n: number }>('select seal_audit($1) as n', [limit]);
  return rows[0]?.n ?? 0;
}

/** Seals after one of them, in order, and whether each is broken. */
export async function checkSeals(
  sql: Queryable,
  after: number,
  limit: number,
): Promise<{ sealId: number; broken: boolean }[]> {
  const { rows } = await sql.query<{ sealId: number; broken: boolean }>(
    'select seal_id::integer as "sealId", broken from broken_audit_seals($1, $2)',
    [after, limit],
  );
  return rows;
}
