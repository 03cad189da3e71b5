/** Sources that speak the signed webhook pair. Secrets come and go sealed. */
import type { SourceTrust } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface HttpSourceRow {
  id: string;
  name: string;
  kind: 'app' | 'form';
  secret: string;
  previousSecret: string | null;
  previousUntil: Date | null;
  outboundUrl: string | null;
  replyBy: 'webhook' | 'email' | 'none';
  replyAccount: string;
  trust: SourceTrust;
  enabled: boolean;
  createdAt: Date;
}

const columns = `id, name, kind, secret, previous_secret as "previousSecret", previous_until as "previousUntil", outbound_url as "outboundUrl",
  reply_by as "replyBy", reply_account as "replyAccount", trust, enabled, created_at as "createdAt"`;

/** Sources are few: they are listed whole. */
export async function listHttpSources(sql: Queryable): Promise<HttpSourceRow[]> {
  const { rows } = await sql.query<HttpSourceRow>(`select ${columns} from http_source order by name, id limit 500`);
  return rows;
}

export async function readHttpSource(sql: Queryable, id: string): Promise<HttpSourceRow | null> {
  const { rows } = await sql.query<HttpSourceRow>(`select ${columns} from http_source where id = $1`, [id]);
  return rows[0] ?? null;
}

export type NewHttpSource = Omit<HttpSourceRow, 'previousSecret' | 'previousUntil' | 'createdAt'>;

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

/** Puts a new secret in place; the one before it holds for a while longer. False when there is no such source of an app. */
export async function rotateHttpSecret(
  sql: Queryable,
  id: string,
  secret: string,
  previousUntil: Date,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update http_source set previous_secret = secret, previous_until = $3, secret = $2, updated_at = now() where id = $1 and kind = 'app'`,
    [id, secret, previousUntil],
  );
  return rowCount === 1;
}
