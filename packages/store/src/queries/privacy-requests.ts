import type { PrivacyRequest, PrivacyRequestKind } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const columns = `r.id, r.kind, r.customer_id as "customerId", c.display_name as "customerName", r.state, r.reason, r.asked_by as "askedBy",
  r.asked_at as "askedAt", r.confirmed_by as "confirmedBy", r.confirmed_at as "confirmedAt", r.cancelled_by as "cancelledBy", r.due_at as "dueAt",
  r.obstacle, r.step, r.counts, r.finished_at as "finishedAt", r.size, r.expires_at as "expiresAt", r.downloaded_at as "downloadedAt"`;
const joined = 'privacy_request r join customer c on c.id = r.customer_id';

export async function readPrivacyRequest(sql: Queryable, id: string): Promise<PrivacyRequest | null> {
  const { rows } = await sql.query(`select ${columns} from ${joined} where r.id = $1`, [id]);
  return rows[0] ? present<PrivacyRequest>(rows[0]) : null;
}

/** Newest first. Of a customer also what was asked of those who were merged into it. */
export async function listPrivacyRequests(
  sql: Queryable,
  filter: { kind?: PrivacyRequestKind | undefined; customerId?: string | undefined },
  slice: Slice<string>,
): Promise<Cut<PrivacyRequest, string>> {
  const { rows } = await sql.query(
    `select ${columns} from ${joined} where ($2::uuid is null or r.id < $2) and ($3::text is null or r.kind = $3)
       and ($4::uuid is null or r.customer_id in (select merged_customers($4))) order by r.id desc limit $1`,
    [slice.limit + 1, slice.after, filter.kind ?? null, filter.customerId ?? null],
  );
  return cut(
    rows.map((row) => present<PrivacyRequest>(row)),
    slice.limit,
    (request) => request.id,
  );
}

export interface NewPrivacyRequest {
  readonly kind: PrivacyRequestKind;
  readonly customerId: string;
  readonly state: 'asked' | 'waiting';
  readonly reason: string;
  /** Null: retention. */
  readonly askedBy: string | null;
  /** Days from now. */
  readonly waitDays: number;
}

/** Answers the id, also of one like it that is still to be done. */
export async function insertPrivacyRequest(
  sql: Queryable,
  request: NewPrivacyRequest,
): Promise<{ id: string; made: boolean }> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into privacy_request (kind, customer_id, state, reason, asked_by, due_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(days => $6)) on conflict do nothing returning id`,
    [request.kind, request.customerId, request.state, request.reason, request.askedBy, request.waitDays],
  );
  if (rows[0]) return { id: rows[0].id, made: true };
  const { rows: live } = await sql.query<{ id: string }>(
    `select id from privacy_request where customer_id = $1 and kind = $2 and state in ('asked', 'waiting', 'running')`,
    [request.customerId, request.kind],
  );
  return live[0] ? { id: live[0].id, made: false } : insertPrivacyRequest(sql, request);
}

/** The waiting time begins when the second person has confirmed. False: it is not waiting for that any more. */
export async function confirmPrivacyRequest(
  sql: Queryable,
  id: string,
  agentId: string,
  waitDays: number,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update privacy_request set state = 'waiting', confirmed_by = $2, confirmed_at = now(), due_at = now() + make_interval(days => $3)
     where id = $1 and state = 'asked'`,
    [id, agentId, waitDays],
  );
  return rowCount === 1;
}

/** False: it has begun, or is over. */
export async function cancelPrivacyRequest(sql: Queryable, id: string, agentId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update privacy_request set state = 'cancelled', cancelled_by = $2, finished_at = now(), obstacle = null
     where id = $1 and state in ('asked', 'waiting')`,
    [id, agentId],
  );
  return rowCount === 1;
}

/** Takes a request back whose person has written, or was changed, since it was made; answers whose it was. */
export async function cancelHeardOf(tx: Queryable, id: string, customerIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ customerId: string }>(
    `update privacy_request r set state = 'cancelled', finished_at = now(), obstacle = null
     where r.id = $1 and (exists (select 1 from customer c where c.id = any ($2) and c.updated_at >= r.asked_at)
       or exists (select 1 from ticket k where k.customer_id = any ($2) and (k.status in ('open', 'pending') or k.last_activity_at >= r.asked_at)))
     returning r.customer_id as "customerId"`,
    [id, customerIds],
  );
  return rows.map(({ customerId }) => customerId);
}

export async function duePrivacyRequests(sql: Queryable, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from privacy_request where state in ('waiting', 'running') and due_at <= now()
       and (lease_until is null or lease_until < now()) order by due_at limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** Where a request stands, for whoever does its next step; others find it locked and leave it alone. */
export interface RunningRequest {
  readonly id: string;
  readonly kind: PrivacyRequestKind;
  readonly customerId: string;
  readonly state: 'waiting' | 'running';
  readonly askedBy: string | null;
  readonly soughtSealed: string | null;
  readonly step: string | null;
  readonly cursor: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

export async function lockDueRequest(tx: Queryable, id: string): Promise<RunningRequest | null> {
  const { rows } = await tx.query<RunningRequest>(
    `select id, kind, customer_id as "customerId", state, asked_by as "askedBy", sought_sealed as "soughtSealed", step, cursor, counts
     from privacy_request where id = $1 and state in ('waiting', 'running') and due_at <= now() for no key update skip locked`,
    [id],
  );
  return rows[0] ?? null;
}

export async function keepProgress(
  tx: Queryable,
  id: string,
  progress: { step: string; cursor: string | null; counts: Readonly<Record<string, number>>; soughtSealed?: string },
): Promise<void> {
  await tx.query(
    `update privacy_request set state = 'running', obstacle = null, step = $2, cursor = $3, counts = $4, sought_sealed = coalesce($5, sought_sealed)
     where id = $1`,
    [id, progress.step, progress.cursor, JSON.stringify(progress.counts), progress.soughtSealed ?? null],
  );
}

/** It is looked at again after so many seconds. */
export async function postponeRequest(tx: Queryable, id: string, obstacle: string, seconds: number): Promise<void> {
  await tx.query(
    `update privacy_request set obstacle = $2, due_at = now() + make_interval(secs => $3) where id = $1 and state in ('waiting', 'running')`,
    [id, obstacle, seconds],
  );
}

export async function finishErasure(
  tx: Queryable,
  id: string,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  await tx.query(
    `update privacy_request set state = 'done', step = null, cursor = null, counts = $2, sought_sealed = null, reason = '[erased]',
       finished_at = now(), obstacle = null where id = $1`,
    [id, JSON.stringify(counts)],
  );
}

/** Only the holder of the lease writes the file of an export. */
export async function leaseExport(
  sql: Queryable,
  id: string,
  seconds: number,
): Promise<{ customerId: string; askedBy: string | null } | null> {
  const { rows } = await sql.query<{ customerId: string; askedBy: string | null }>(
    `update privacy_request set state = 'running', lease_until = now() + make_interval(secs => $2)
     where id = $1 and kind = 'export' and state in ('waiting', 'running') and (lease_until is null or lease_until < now())
     returning customer_id as "customerId", asked_by as "askedBy"`,
    [id, seconds],
  );
  return rows[0] ?? null;
}

export async function finishExport(
  tx: Queryable,
  id: string,
  made: { size: number; counts: Readonly<Record<string, number>>; keepDays: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update privacy_request set state = 'done', lease_until = null, size = $2, counts = $3, finished_at = now(),
       expires_at = now() + make_interval(days => $4) where id = $1 and state = 'running'`,
    [id, made.size, JSON.stringify(made.counts), made.keepDays],
  );
  return rowCount === 1;
}

/** A new link in place of the one before it. Answers until when it holds; null: the export is not there, or not this agent's. */
export async function linkExport(
  sql: Queryable,
  id: string,
  link: { hash: string; agentId: string; minutes: number },
): Promise<Date | null> {
  const { rows } = await sql.query<{ until: Date }>(
    `update privacy_request set link_hash = $2, link_agent_id = $3, link_until = least(expires_at, now() + make_interval(mins => $4))
     where id = $1 and kind = 'export' and state = 'done' and expires_at > now() and asked_by = $3 returning link_until as until`,
    [id, link.hash, link.agentId, link.minutes],
  );
  return rows[0]?.until ?? null;
}

/** Uses a link up. Null: there is none, it was used, it ended, or it is somebody else's. */
export async function takeExportLink(
  sql: Queryable,
  hash: string,
  agentId: string,
): Promise<{ id: string; customerId: string } | null> {
  const { rows } = await sql.query<{ id: string; customerId: string }>(
    `update privacy_request set link_hash = null, downloaded_at = now()
     where link_hash = $1 and link_agent_id = $2 and link_until > now() and state = 'done' returning id, customer_id as "customerId"`,
    [hash, agentId],
  );
  return rows[0] ?? null;
}

export async function expireExports(sql: Queryable): Promise<void> {
  await sql.query(
    `update privacy_request set state = 'expired' where kind = 'export' and state = 'done' and expires_at < now()`,
    [],
  );
}

/** Whether the file of this export is still to be there. */
export async function exportsKept(sql: Queryable, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from privacy_request where id = any ($1::uuid[]) and kind = 'export' and state in ('waiting', 'running', 'done')`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}
