import type { Facts, LifecycleStage } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { factsOfRecord, type FactRequest, type FoundOfCustomer } from './fact-values.ts';

export type { FactRequest } from './fact-values.ts';

/** A customer as the rules see them. */
export interface CustomerRecord {
  id: string;
  name: string;
  createdAt: Date;
  grade: string | null;
  value: 'high' | 'medium' | 'low' | null;
  loyalty: 'high' | 'medium' | 'low' | null;
  vip: boolean;
  rule: string | null;
  stage: LifecycleStage | null;
  stageSince: Date | null;
  churnSince: Date | null;
  churnScore: number;
  queuePriority: number;
  dedicatedAgentId: string | null;
  lastContactAt: Date | null;
  lastContactBy: string | null;
  followUpId: string | null;
  followUpMadeAt: Date | null;
  followUpDueAt: Date | null;
  /** By which key the newest follow-up was made, whatever became of it. */
  followUpKey: string | null;
  winBackOpen: boolean;
  segmentIds: string[];
  facts: Facts;
}

/**
 * The facts of a batch of customers at a moment, by one statement whose text is the same for all rules. Purchases that were taken back do not
 * count, nor does anything dated after the moment. Whole days. Merged customers are left out.
 */
const gather = `
with wanted as (
  select s.*, case when s.days is null then '-infinity'::timestamptz else $3::timestamptz - make_interval(days => s.days) end as since,
    case when s.days is null then '-infinity'::timestamptz
      when s.name like '%-trend' then $3::timestamptz - make_interval(days => 2 * s.days) else $3::timestamptz - make_interval(days => s.days) end as from_at
  from jsonb_to_recordset($2::jsonb) s (key text, name text, currency text, days int, channel text, "requestType" text, field text)
), who as materialized (
  select c.*, case when exists (select 1 from wanted where field is not null) then to_jsonb(c) end as record
  from customer c where c.id = any ($1::uuid[]) and c.merged_into is null and c.erased_at is null
), heard as materialized (
  select m.customer_id, m.received_at, m.channel, case when exists (select 1 from wanted where "requestType" is not null) then (
    select t.request_type from ticket t where t.id = m.ticket_id) end as request_type
  from message m
  where m.customer_id = any ($1::uuid[]) and m.direction = 'in' and m.kind = 'customer' and m.received_at <= $3::timestamptz
), found as (
  select p.customer_id, s.key, count(*) filter (where p.occurred_at > s.since) as n, count(*) filter (where p.occurred_at <= s.since) as earlier,
    sum(p.amount_minor) filter (where p.currency = s.currency) as amount, max(p.occurred_at) as last_at, min(p.occurred_at) as first_at,
    null::float8 as mean
  from purchase p join wanted s on s.name like '%purchase%' and p.occurred_at > s.from_at
  where p.customer_id = any ($1::uuid[]) and p.occurred_at <= $3::timestamptz
    and p.state not in ('cancelled', 'canceled', 'refunded', 'returned', 'failed')
  group by 1, 2
  union all
  select m.customer_id, s.key, count(*) filter (where m.received_at > s.since), count(*) filter (where m.received_at <= s.since), null,
    max(m.received_at), null, null
  from heard m join wanted s on s.name like '%contact%' and m.received_at > s.from_at
    and (s.channel is null or s.channel = m.channel) and (s."requestType" is null or s."requestType" = m.request_type)
  group by 1, 2
  union all
  select t.customer_id, s.key, count(*), 0, null, null, null, null
  from ticket t join wanted s on s.name = 'complaint-count' and t.created_at > s.since
  where t.customer_id = any ($1::uuid[]) and t.request_type = any ($4::text[]) and t.created_at <= $3::timestamptz
  group by 1, 2
  union all
  select a.customer_id, s.key, count(*) filter (where a.score <= 2), 0, null, null, null, avg(a.score)::float8
  from satisfaction_score a join wanted s on s.name in ('score-average', 'low-score-count') and a.at > s.since
  where a.customer_id = any ($1::uuid[]) and a.at <= $3::timestamptz
  group by 1, 2
), gathered as (
  select customer_id, jsonb_object_agg(key, jsonb_build_array(n, earlier, amount,
    extract(epoch from last_at) * 1000, extract(epoch from first_at) * 1000, mean)) as found from found group by 1
)
select w.id, w.display_name as name, w.created_at as "createdAt", w.grade, w.grade_value as value, w.loyalty, w.vip, w.grade_rule as rule,
  w.stage, w.stage_since as "stageSince", w.churn_since as "churnSince", w.churn_score as "churnScore", w.queue_priority as "queuePriority",
  w.dedicated_agent_id as "dedicatedAgentId", l.at as "lastContactAt", l.by as "lastContactBy", f.id as "followUpId",
  f.created_at as "followUpMadeAt", f.due_at as "followUpDueAt",
  (select k.unique_key from task k where k.customer_id = w.id and k.kind = 'follow-up' order by k.created_at desc limit 1) as "followUpKey",
  exists (select 1 from task k where k.customer_id = w.id and k.kind = 'win-back' and k.state = 'open') as "winBackOpen",
  array(select m.segment_id::text from segment_member m where m.customer_id = w.id) as "segmentIds",
  w.record, coalesce(g.found, '{}') as found,
  case when exists (select 1 from wanted where name = 'channels') then array(
    select i.channel from identifier i where i.customer_id = w.id and i.channel is not null
    union select t.channel from ticket t where t.customer_id = w.id) end as channels
from who w left join gathered g on g.customer_id = w.id
left join lateral (
  select at, by from (
    (select m.received_at as at, m.author_id as by from message m
      where m.customer_id = w.id and m.direction = 'out' and m.visibility = 'public' and m.author_id is not null order by m.received_at desc limit 1)
    union all
    (select k.answered_at, k.agent_id from call k
      where k.customer_id = w.id and k.agent_id is not null and k.answered_at is not null order by k.answered_at desc limit 1)
  ) contacts order by at desc limit 1) l on true
left join lateral (
  select k.id, k.created_at, k.due_at from task k where k.customer_id = w.id and k.kind = 'follow-up' and k.state = 'open'
  order by k.created_at limit 1) f on true
order by w.id`;

/** See {@link gather}. @param complaintTypes request types whose tickets are complaints */
export async function gatherCustomers(
  sql: Queryable,
  ids: readonly string[],
  requests: readonly FactRequest[],
  complaintTypes: readonly string[],
  now: Date,
): Promise<CustomerRecord[]> {
  const { rows } = await sql.query<Omit<CustomerRecord, 'facts'> & FoundOfCustomer>(gather, [
    ids,
    JSON.stringify(requests),
    now,
    complaintTypes,
  ]);
  return rows.map(({ record, found, channels, ...row }) => ({
    ...row,
    facts: factsOfRecord(requests, { record, found, channels, createdAt: row.createdAt }, now),
  }));
}
