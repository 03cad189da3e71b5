/** Sources that speak the signed webhook pair. Secrets come and go sealed. */
import type { SourceTrust } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, type Cut, type Slice } from './paging.ts';

export interface HttpSourceRow {
  id: string;
  name: string;
  kind: 'app' | 'form';
  secret: string;
  /** Secrets before the present one with the moments at which they end, the last one first. */
  previous: { secret: string; until: string }[];
  outboundUrl: string | null;
  replyBy: 'webhook' | 'email' | 'none';
  replyAccount: string;
  trust: SourceTrust;
  enabled: boolean;
  createdAt: Date;
}

const columns = `id, name, kind, secret, outbound_url as "outboundUrl", reply_by as "replyBy", reply_account as "replyAccount", trust, enabled,
  created_at as "createdAt", coalesce((select jsonb_agg(jsonb_build_object('secret', p.secret, 'until', p.valid_until) order by p.valid_until desc)
    from http_source_secret p where p.source_id = http_source.id), '[]') as previous`;

/** In the order of their names. A source is never removed, so that the next page begins behind it whatever its name is by then. */
export async function listHttpSources(
  sql: Queryable,
  { limit, after }: Slice<string>,
): Promise<Cut<HttpSourceRow, string>> {
  const { rows } = await sql.query<HttpSourceRow>(
    `select ${columns} from http_source
     where $1::uuid is null or (name, id) > (select l.name, l.id from http_source l where l.id = $1) order by name, id limit $2`,
    [after, limit + 1],
  );
  return cut(rows, limit, (row) => row.id);
}

export async function readHttpSource(sql: Queryable, id: string): Promise<HttpSourceRow | null> {
  const { rows } = await sql.query<HttpSourceRow>(`select ${columns} from http_source where id = $1`, [id]);
  return rows[0] ?? null;
}

export type NewHttpSource = Omit<HttpSourceRow, 'previous' | 'createdAt'>;

export async function insertHttpSource(sql: Queryable, source: NewHttpSource): Promise<void> {
  await sql.query(
    `insert into http_source (id, name, kind, secret, outbound_url, reply_by, reply_account, trust, enabled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      source.id,
      source.name,
      source.kind,
      source.secret,
      source.outboundUrl,
      source.replyBy,
      source.replyAccount,
      JSON.stringify(source.trust),
      source.enabled,
    ],
  );
}

export type HttpSourceChange = Pick<HttpSourceRow, 'name' | 'outboundUrl' | 'replyBy' | 'trust' | 'enabled'>;

/** False when there is no such source of an app: those of forms are changed with their form. */
export async function updateHttpSource(sql: Queryable, id: string, change: HttpSourceChange): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update http_source set name = $2, outbound_url = $3, reply_by = $4, trust = $5, enabled = $6, updated_at = now()
     where id = $1 and kind = 'app'`,
    [id, change.name, change.outboundUrl, change.replyBy, JSON.stringify(change.trust), change.enabled],
  );
  return rowCount === 1;
}

/**
 * Puts a new secret in place; the present one holds until `until`, those before it as long as they were given. To be called in a transaction.
 * `full` when so many hold at once already.
 */
export async function rotateHttpSecret(
  tx: Queryable,
  id: string,
  secret: string,
  times: { readonly now: Date; readonly until: Date },
  mostPrevious: number,
): Promise<'done' | 'not-found' | 'full'> {
  const { rows } = await tx.query<{ secret: string }>(
    `select secret from http_source where id = $1 and kind = 'app' for update`,
    [id],
  );
  if (!rows[0]) return 'not-found';
  await tx.query('delete from http_source_secret where source_id = $1 and valid_until <= $2', [id, times.now]);
  const { rowCount } = await tx.query(
    `insert into http_source_secret (source_id, secret, valid_until) select $1, $2, $3
     where (select count(*) from http_source_secret where source_id = $1) < $4`,
    [id, rows[0].secret, times.until, mostPrevious],
  );
  if (rowCount === 0) return 'full';
  await tx.query('update http_source set secret = $2, updated_at = now() where id = $1', [id, secret]);
  return 'done';
}
