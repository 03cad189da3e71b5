/** Answers to requests that brought an `Idempotency-Key`. A key is claimed before the work and finished after it. */
import type { Queryable } from '../database.ts';

export interface KeyedRequest {
  readonly principalId: string;
  readonly key: string;
  /** Method and path. */
  readonly request: string;
  /** Of everything else that says what is asked for. */
  readonly requestHash: string;
}

/** Who holds a key: `claim` tells a holder from one who came after they were given up. */
export type KeyClaim = Pick<KeyedRequest, 'principalId' | 'key'> & { readonly claim: string };

/** `busy`: the same request is under way. `other`: the key was used for another request. */
export type ClaimedKey =
  | { outcome: 'claimed' }
  | { outcome: 'done'; status: number; answer: unknown }
  | { outcome: 'busy' }
  | { outcome: 'other' };

/** Claims the key for this request; a claim older than `abandonedMs` that never finished is taken over. */
export async function claimKey(
  sql: Queryable,
  wanted: KeyedRequest,
  claim: string,
  abandonedMs: number,
): Promise<ClaimedKey> {
  const { principalId, key, request, requestHash } = wanted;
  const { rowCount } = await sql.query(
    `insert into idempotency (principal_id, key, request, request_hash, claim) values ($1, $2, $3, $4, $5)
     on conflict (principal_id, key) do update set claim = excluded.claim, created_at = excluded.created_at
       where idempotency.status is null and idempotency.created_at < now() - make_interval(secs => $6 / 1000.0)
         and idempotency.request = excluded.request and idempotency.request_hash = excluded.request_hash`,
    [principalId, key, request, requestHash, claim, abandonedMs],
  );
  return rowCount === 1 ? { outcome: 'claimed' } : whatIsThere(sql, wanted);
}

async function whatIsThere(
  sql: Queryable,
  { principalId, key, request, requestHash }: KeyedRequest,
): Promise<ClaimedKey> {
  const { rows } = await sql.query<{ same: boolean; status: number | null; answer: unknown }>(
    'select request = $3 and request_hash = $4 as same, status, answer from idempotency where principal_id = $1 and key = $2',
    [principalId, key, request, requestHash],
  );
  const [row] = rows;
  if (row?.same === false) return { outcome: 'other' };
  // No row: it was freed between the two statements, and whoever asks again gets it.
  return row?.status == null ? { outcome: 'busy' } : { outcome: 'done', status: row.status, answer: row.answer };
}

/** Keeps the answer, unless somebody else has taken the claim over. */
export async function finishKey(
  sql: Queryable,
  { principalId, key, claim }: KeyClaim,
  status: number,
  answer: unknown,
): Promise<void> {
  await sql.query(
    'update idempotency set status = $4, answer = $5::jsonb where principal_id = $1 and key = $2 and claim = $3',
    [principalId, key, claim, status, JSON.stringify(answer ?? null)],
  );
}

/** Frees the key of work that failed. */
export async function freeKey(sql: Queryable, { principalId, key, claim }: KeyClaim): Promise<void> {
  await sql.query('delete from idempotency where principal_id = $1 and key = $2 and claim = $3 and status is null', [
    principalId,
    key,
    claim,
  ]);
}
