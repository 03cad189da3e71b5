import type { LegalHold } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';

const columns = `id, customer_id as "customerId", reason, by_agent_id as "byAgentId", at, released_at as "releasedAt", released_by as "releasedBy",
  release_reason as "releaseReason"`;

/** Newest first; few. */
export async function listLegalHolds(sql: Queryable, customerIds: readonly string[]): Promise<LegalHold[]> {
  const { rows } = await sql.query(
    `select ${columns} from legal_hold where customer_id = any ($1) order by id desc limit 200`,
    [customerIds],
  );
  return rows.map((row) => present<LegalHold>(row));
}

/** False: a hold stands already. */
export async function placeLegalHold(
  tx: Queryable,
  customerId: string,
  reason: string,
  agentId: string,
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    'insert into legal_hold (customer_id, reason, by_agent_id) values ($1, $2, $3) on conflict do nothing returning id',
    [customerId, reason, agentId],
  );
  return rows[0]?.id ?? null;
}

/** Ends what holds of all that were merged, and has retention look again at what it passed over. Answers the ids. */
export async function releaseLegalHolds(
  tx: Queryable,
  customerIds: readonly string[],
  reason: string,
  agentId: string,
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `update legal_hold set released_at = now(), released_by = $3, release_reason = $2
     where customer_id = any ($1) and released_at is null returning id`,
    [customerIds, reason, agentId],
  );
  await tx.query(`delete from sweep_progress where name like 'retention:%'`, []);
  return rows.map(({ id }) => id);
}
