import type { Queryable } from '../database.ts';

/** What waits of a mailbox whose own server has not taken it. */
export interface UnsentRow {
  /** In lower case. */
  address: string;
  count: number;
  /** Of the latest try. */
  error: string;
  at: Date;
  /** Of the next one. */
  nextTryAt: Date;
}

/** Read at the most, of machines' mail and of all: who answers that mail waits says no more by counting all of an outage. */
const most = [200, 5_000];

/**
 * Mail that was tried in vain and is tried again, by the mailbox that it is written as. What was put off for its recipient is no trouble of the server.
 * A machine's mail has its author found as when it leaves; there the authors of the first ones have to do.
 */
export async function readUnsent(sql: Queryable): Promise<UnsentRow[]> {
  const { rows } = await sql.query<UnsentRow>(
    `with own as (select lower(address) as address from mail_account where smtp_host is not null),
     waiting as materialized (
       select o.id, o.error, o.claimed_at, o.next_attempt_at, lower(m.identity ->> 'address') as author, o.automatic
       from outbound o join message m on m.id = o.message_id
       where o.status in ('queued', 'sending') and o.next_attempt_at > '-infinity' and o.channel = 'email' and o.error is not null and not o.put_off
         and (o.automatic or m.identity is not null)
       order by o.next_attempt_at limit $2),
     machines as materialized (select id from waiting where author is null and automatic order by next_attempt_at limit $1),
     written as (
       select author as address, error, claimed_at, next_attempt_at from waiting where author is not null
       union all
       select lower(s.message -> 'from' ->> 'address'), w.error, w.claimed_at, w.next_attempt_at
       from outbound_messages(array(select id from machines)) s join waiting w on w.id = s.id)
     select address, count(*)::integer as count, (array_agg(error order by claimed_at desc))[1] as error, max(claimed_at) as at,
       min(next_attempt_at) as "nextTryAt"
     from written where address in (select address from own) group by address`,
    most,
  );
  return rows;
}
