/** What the centre does for a customer besides answering: marks they gave, their own agent, follow-ups, and who contacted them. */
import type { GuardContact, GuardPresence, SatisfactionScore, ScoreCreate } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { present } from './paging.ts';
import { parameters, ticketScope, type Viewer } from './tickets.ts';

/** The same mark told twice is the first one. Null when the source gave its id to another customer's mark. */
export async function recordScore(
  sql: Queryable,
  customerId: string,
  score: ScoreCreate,
  actorId: string,
): Promise<SatisfactionScore | null> {
  const { rows } = await sql.query(
    `with made as (
       insert into satisfaction_score (customer_id, ticket_id, source, external_id, score, at) values ($1, $2, $3, $4, $5, $6)
       on conflict (source, external_id) do nothing returning *
     ), told as (
       insert into event (type, customer_id, actor_id, data)
       select 'score.recorded', customer_id, $7, jsonb_build_object('scoreId', id, 'score', score) from made)
     select id, customer_id as "customerId", source, external_id as "externalId", score, at from made
     union all
     select id, customer_id, source, external_id, score, at from satisfaction_score
     where source = $3 and external_id = $4 and customer_id = $1 limit 1`,
    [customerId, score.ticketId ?? null, score.source, score.externalId, score.score, score.at, actorId],
  );
  return rows[0] ? present<SatisfactionScore>(rows[0]) : null;
}

/** False when there is no such customer. @throws a database error 23503 when there is no such agent */
export async function setDedicatedAgent(
  sql: Queryable,
  customerId: string,
  agentId: string | null,
  actorId: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with before as (select id, dedicated_agent_id from customer where id = $1 for no key update),
     changed as (
       update customer c set dedicated_agent_id = $2 from before b where c.id = b.id and b.dedicated_agent_id is distinct from $2 returning c.id),
     told as (
       insert into event (type, customer_id, actor_id, data)
       select 'customer.dedicated-agent-set', id, $3, jsonb_build_object('agentId', $2::text) from changed)
     select 1 from before`,
    [customerId, agentId, actorId],
  );
  return rowCount === 1;
}

export interface TimelinessRow {
  grade: string | null;
  due: number;
  inTime: number;
  done: number;
}

/** Follow-ups that fell due within the last days, by the customer's present grade (domain/follow-up has the formula). */
export async function followUpCounts(sql: Queryable, days: number, now: Date): Promise<TimelinessRow[]> {
  const { rows } = await sql.query<TimelinessRow>(
    `select c.grade, count(*)::int as due, count(*) filter (where t.state = 'done')::int as done,
       count(*) filter (where t.state = 'done' and t.done_at <= t.due_at)::int as "inTime"
     from task t join customer c on c.id = t.customer_id
     where t.kind = 'follow-up' and t.state <> 'skipped' and t.due_at <= $2 and t.due_at > $2::timestamptz - make_interval(days => $1)
     group by 1 order by 1 nulls last`,
    [days, now],
  );
  return rows;
}

/**
 * The last contacts that agents had with a customer within so many hours, without the tickets that the viewer may not read. The newest
 * fifty: more say nothing new.
 */
export async function recentContacts(
  sql: Queryable,
  viewer: Viewer,
  customerId: string,
  hours: number,
  now: Date,
): Promise<GuardContact[]> {
  const { values, bind } = parameters(customerId, hours, now);
  const { rows } = await sql.query(
    `with contacts as (
       (select m.author_id as agent_id, m.channel, m.ticket_id, m.received_at as at from message m
         where m.customer_id = $1 and m.direction = 'out' and m.visibility = 'public' and m.author_id is not null
           and m.received_at > $3::timestamptz - make_interval(hours => $2) order by m.received_at desc limit 50)
       union all
       (select k.agent_id, 'phone', k.ticket_id, coalesce(k.ended_at, k.answered_at) from call k
         where k.customer_id = $1 and k.agent_id is not null and k.answered_at is not null
           and coalesce(k.ended_at, k.answered_at) > $3::timestamptz - make_interval(hours => $2) order by 4 desc limit 50))
     select n.agent_id as "agentId", a.name, n.channel, t.id as "ticketId", t.number as "ticketNumber", n.at
     from contacts n join agent a on a.id = n.agent_id left join ticket t on t.id = n.ticket_id and ${ticketScope(viewer, bind)} order by n.at desc`,
    values,
  );
  return rows.map((row) => present<GuardContact>(row));
}

/** Who is on the phone with a customer now, and whose reply to them stands for some seconds before it leaves; see {@link recentContacts}. */
export async function engagedWith(sql: Queryable, viewer: Viewer, customerId: string): Promise<GuardPresence[]> {
  const { values, bind } = parameters(customerId);
  const { rows } = await sql.query(
    `select k.agent_id as "agentId", a.name, 'calling' as state, t.id as "ticketId", t.number as "ticketNumber",
       coalesce(k.answered_at, k.changed_at) as since
     from call k join agent a on a.id = k.agent_id left join ticket t on t.id = k.ticket_id and ${ticketScope(viewer, bind)}
     where k.customer_id = $1 and k.state in ('connecting', 'talking', 'held')
     union all
     select h.author_id, a.name, 'writing', t.id, t.number, h.created_at
     from held_reply h join ticket k on k.id = h.ticket_id join agent a on a.id = h.author_id
       left join ticket t on t.id = h.ticket_id and ${ticketScope(viewer, bind)}
     where h.state in ('held', 'leaving') and k.customer_id = $1`,
    values,
  );
  return rows.map((row) => present<GuardPresence>(row));
}

/** The number of a ticket, when it is this customer's. */
export async function ticketNumberOf(sql: Queryable, ticketId: string, customerId: string): Promise<number | null> {
  const { rows } = await sql.query<{ number: number }>('select number from ticket where id = $1 and customer_id = $2', [
    ticketId,
    customerId,
  ]);
  return rows[0]?.number ?? null;
}
