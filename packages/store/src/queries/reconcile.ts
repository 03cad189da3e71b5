/** Sends of unknown end: asking the provider, and a person's decision. */
import { storableText, type ChannelName } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { deliveryError, missedSome } from './delivery.ts';
import type { ClaimedOutbound } from './outbound.ts';

export interface Unreconciled extends ClaimedOutbound {
  /** How often the provider has been asked, this time included. */
  round: number;
  /** The provider is not asked again. */
  last: boolean;
}

/** Not asked yet: as many questions as it may get are with its source, with when to ask again. */
export type AskedLater = { postponedMs: number; round: number };

/**
 * Takes a message whose provider is to be asked now. `nextMs[n]`: milliseconds from the n-th time of asking to the one after it. A source's is under
 * way until `endAsking`.
 */
export async function claimReconcile(
  sql: Queryable,
  id: string,
  nextMs: readonly number[],
): Promise<Unreconciled | AskedLater | null> {
  const { rows } = await sql.query<{ claimed: Unreconciled | AskedLater | null }>(
    'select claim_reconcile($1, $2) as claimed',
    [id, nextMs],
  );
  return rows[0]?.claimed ?? null;
}

/** Its source has answered, or will not. */
export async function endAsking(sql: Queryable, id: string): Promise<void> {
  await sql.query('update outbound set asked_at = null where id = $1 and asked_at is not null', [id]);
}

/** Messages of unknown end whose provider should have been asked by now. */
export async function dueReconcile(
  sql: Queryable,
  graceMs: number,
  limit: number,
): Promise<{ id: string; round: number; channel: ChannelName }[]> {
  const { rows } = await sql.query<{ id: string; round: number; channel: ChannelName }>(
    `select id, reconcile_attempts + postponed as round, channel from outbound where reconcile_at < now() - make_interval(secs => $1 / 1000.0) order by reconcile_at limit $2`,
    [graceMs, limit],
  );
  return rows;
}

/** Those of the provider's ids that belong to a message of ours already. */
export async function knownExternalIds(
  sql: Queryable,
  account: string,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ id: string }>(
    'select external_id as id from outbound where channel_account = $1 and external_id = any($2)',
    [account, externalIds],
  );
  return new Set(rows.map(({ id }) => id));
}

export async function leaveToPerson(sql: Queryable, id: string, evidence: string): Promise<void> {
  await sql.query('select leave_to_person($1, $2)', [id, storableText(evidence)]);
}

export type Decision = 'sent' | 'failed' | 'resend' | 'seen';

export async function resolveOutbound(
  sql: Queryable,
  id: string,
  decision: Decision,
  actorId: string,
): Promise<'none' | 'conflict' | 'resolved'> {
  if (decision === 'seen') return (await noteSeen(sql, id, actorId)) ? 'resolved' : 'conflict';
  const { rows } = await sql.query<{ outcome: 'none' | 'conflict' | 'resolved' }>(
    'select resolve_outbound($1, $2, $3) as outcome',
    [id, decision, actorId],
  );
  return rows[0]?.outcome ?? 'none';
}

/** That it is known who missed a message; false when nobody did, or it was known. */
async function noteSeen(sql: Queryable, id: string, actorId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with seen as (
       update outbound o set decided_at = now(), decided_by = $2 from message m
       where o.id = $1 and m.id = o.message_id and ${missedSome} and o.decided_at is null
       returning m.id, m.delivery_status, ${deliveryError} as error)
     select tell_delivery(id, delivery_status, error, $2, false) from seen`,
    [id, actorId],
  );
  return rowCount === 1;
}
