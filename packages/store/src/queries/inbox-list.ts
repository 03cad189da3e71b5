import type { InboxFilter, InboxGroup, InboxItem, QuarantineSummary } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { containing, cut, present, type Cut, type Slice } from './paging.ts';

const columns = `
  id, external_id as "externalId", channel, source_account(channel, channel_account) as "channelAccount",
  (select s.name from http_source s where channel = 'http' and 'http:' || s.id = source_account(channel, channel_account)) as "accountName", state, reason, attempts, message_id as "messageId",
  ticket_id as "ticketId", raw_sha256 as "rawSha256", received_at as "receivedAt", contact ->> 'from' as "from",
  contact ->> 'subject' as subject, deliveries, quarantined_at as "quarantinedAt", replay_requested_at is not null as replaying,
  case when state = 'discarded' then json_build_object('at', discarded_at, 'by', discarded_by,
    'byName', (select a.name from agent a where a.id = discarded_by), 'reason', coalesce(discard_reason, '')) end as discarded`;

/** `until`: only what was in quarantine by then, to the millisecond. `after`: only greater ids. */
export type InboxCondition = InboxFilter & { readonly until?: string; readonly after?: string | undefined };

/** The conditions of a filter; their values are added to `values`. `parted`: whether parts of a sender's address find what came from it. */
export function inboxConditions(filter: InboxCondition, values: unknown[], parted = true): string[] {
  const { state, channel, group, olderThan, until, after, q } = filter;
  const conditions: string[] = [];
  if (state) conditions.push(`state = $${values.push(state)}`);
  if (channel) conditions.push(`channel = $${values.push(channel)}`);
  if (group !== undefined) conditions.push(`reason_group(reason) = $${values.push(group)}`);
  if (olderThan !== undefined)
    conditions.push(`quarantined_at <= now() - make_interval(mins => $${values.push(olderThan)})`);
  if (until !== undefined)
    conditions.push(`date_trunc('milliseconds', quarantined_at) <= $${values.push(until)}::timestamptz`);
  if (after !== undefined) conditions.push(`id > $${values.push(after)}`);
  if (q) {
    const whole = parted ? '' : `$${values.push(q)}`;
    const pattern = `$${values.push(containing(q))}`;
    conditions.push(
      parted
        ? `(reason ilike ${pattern} or external_id ilike ${pattern} or contact ->> 'from' ilike ${pattern} or contact ->> 'subject' ilike ${pattern})`
        : `(external_id = ${whole} or contact ->> 'from' = ${whole} or (contact ->> 'subject' ilike ${pattern} and contact ->> 'subject' !~ '@|\\d{5}'))`,
    );
  }
  return conditions;
}

/** Received contacts, newest first. */
export async function listInbox(
  sql: Queryable,
  filter: InboxFilter,
  slice: Slice<string>,
  parted = true,
): Promise<Cut<InboxItem, string>> {
  const values: unknown[] = [slice.limit + 1];
  const conditions = ['true', ...inboxConditions(filter, values, parted)];
  if (slice.after !== null) conditions.push(`id < $${values.push(slice.after)}`);
  const { rows } = await sql.query(
    `select ${columns} from inbox where ${conditions.join(' and ')} order by id desc limit $1`,
    values,
  );
  return cut(
    rows.map((row) => present<InboxItem>(row)),
    slice.limit,
    (item) => item.id,
  );
}

export async function readInboxItem(sql: Queryable, id: string): Promise<InboxItem | null> {
  const { rows } = await sql.query(`select ${columns} from inbox where id = $1`, [id]);
  return rows[0] ? present<InboxItem>(rows[0]) : null;
}

/** What waits in quarantine by what it failed of, the most frequent first. */
export async function inboxGroups(sql: Queryable, limit: number): Promise<InboxGroup[]> {
  const { rows } = await sql.query(
    `select reason_group(reason) as key, channel, count(*)::int as count, min(quarantined_at) as "oldestAt", max(quarantined_at) as "newestAt",
       coalesce((array_agg(reason order by quarantined_at desc))[1], '') as reason
     from inbox where state = 'quarantined' group by 1, 2 order by count(*) desc, 1 limit $1`,
    [limit],
  );
  return rows.map((row) => present<InboxGroup>(row));
}

/** How much waits, counted no further than is worth knowing. */
export async function quarantineSummary(sql: Queryable): Promise<QuarantineSummary> {
  const { rows } = await sql.query(
    `select (select count(*)::int from (select 1 from inbox where state = 'quarantined' limit 10000) counted) as waiting,
       (select min(quarantined_at) from inbox where state = 'quarantined') as "oldestAt"`,
    [],
  );
  return present<QuarantineSummary>(rows[0] as object);
}
