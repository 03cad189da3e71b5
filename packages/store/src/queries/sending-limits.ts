/** How fast our accounts may be used; the bucket itself is taken from by the statement that claims a message. */
import type { SendingLimit } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

export async function listSendingLimits(
  sql: Queryable,
  { limit, after }: Slice<[string, string]>,
): Promise<Cut<SendingLimit, [string, string]>> {
  const { rows } = await sql.query(
    `select channel, account, rate as "perSecond", burst, case when paused_until > now() then paused_until end as "pausedUntil"
     from sending_account where $1::text is null or (channel, account) > ($1, $2) order by channel, account limit $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  return cut(
    rows.map((row) => present<SendingLimit>(row)),
    limit,
    (one) => [one.channel, one.account],
  );
}

/** The limit of one account as it stands; null when it has none. */
export async function readSendingLimit(
  sql: Queryable,
  channel: string,
  account: string,
): Promise<Pick<SendingLimit, 'perSecond' | 'burst'> | null> {
  const { rows } = await sql.query<Pick<SendingLimit, 'perSecond' | 'burst'>>(
    `select rate as "perSecond", burst from sending_account where channel = $1 and account = $2`,
    [channel, account],
  );
  return rows[0] ?? null;
}

/** Begins with a full bucket when there was no limit; those that wait are looked at again under the new one. */
export async function setSendingLimit(
  sql: Queryable,
  limit: Pick<SendingLimit, 'channel' | 'account' | 'perSecond' | 'burst'>,
): Promise<void> {
  await sql.query(
    `with limited as (
       insert into sending_account as s (channel, account, rate, burst, tokens) values ($1, $2, $3::float8, $4::integer, $4::integer)
       on conflict (channel, account) do update set rate = excluded.rate, burst = excluded.burst, last_slot = null, refilled_at = now(),
         tokens = case when s.rate is null then excluded.burst
           else least(excluded.burst, bucket_tokens(s.tokens, extract(epoch from now() - s.refilled_at)::float8, s.rate, s.burst)) end
       returning channel, account
     ), reports as (
       update report_mail m set next_try_at = now() from limited l
       where m.state = 'queued' and m.attempts = 0 and m.next_try_at > now() and (l.channel, l.account) = ('email', 'email')
     )
     update outbound o set next_attempt_at = now() from limited l
     where o.status = 'queued' and o.attempts = 0 and o.next_attempt_at > now() and o.channel = l.channel and o.channel_account = l.account`,
    [limit.channel, limit.account, limit.perSecond, limit.burst],
  );
}
