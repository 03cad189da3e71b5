/** Who can get in: the administrator behind the API key, and the one-time set-up link. */
import type { Role } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';

interface KeyHolder {
  agentId: string;
  name: string;
  role: Role;
}

const serviceAgent = 'api';

/** The administrator in whose name the API key acts: the first who can log in, otherwise the service agent. */
export async function readKeyHolder(sql: Queryable): Promise<KeyHolder | null> {
  const { rows } = await sql.query<KeyHolder>(
    `select a.id as "agentId", a.name, a.role from agent a where a.role = 'admin' order by a.id = $1, a.created_at, a.id limit 1`,
    [serviceAgent],
  );
  return rows[0] ?? null;
}

/** Makes the agent in whose name the API key acts while there is no administrator. It has no password and cannot log in. */
export async function ensureServiceAgent(sql: Queryable): Promise<void> {
  await sql.query(
    `insert into agent (id, name, email, role) values ($1, 'API', 'api@patchbay.invalid', 'admin') on conflict do nothing`,
    [serviceAgent],
  );
}

/** True when somebody can log in. */
export async function hasPasswords(sql: Queryable): Promise<boolean> {
  return truth(sql, 'select exists (select 1 from auth_account) as yes', []);
}

/** Keeps the hash of the one valid set-up token; an unused earlier one is void. */
export async function saveSetupToken(sql: Queryable, tokenHash: string, validMs: number): Promise<void> {
  await sql.query(
    `insert into setting (key, value) values ('setup', jsonb_build_object('hash', $1::text, 'expiresAt', now() + make_interval(secs => $2 / 1000.0)))
     on conflict (key) do update set value = excluded.value, updated_at = now()`,
    [tokenHash, validMs],
  );
}

/** Uses the set-up token up. False when it is not the valid one, or somebody can log in already. To be called in a transaction. */
export async function claimSetup(tx: Queryable, tokenHash: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `delete from setting where key = 'setup' and value ->> 'hash' = $1 and (value ->> 'expiresAt')::timestamptz > now()
       and not exists (select 1 from auth_account)`,
    [tokenHash],
  );
  return rowCount === 1;
}

interface Credential {
  agentId: string;
  passwordHash: string | null;
  role: Role;
}

export async function readCredential(sql: Queryable, email: string): Promise<Credential | null> {
  const { rows } = await sql.query<Credential>(
    `select a.id as "agentId", a.role, c.password as "passwordHash" from agent a
     left join auth_account c on c.user_id = a.id and c.provider_id = 'credential' where a.email = $1 limit 1`,
    [email],
  );
  return rows[0] ?? null;
}
