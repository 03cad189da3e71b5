/** The floor: agents and what waits, as supervisors see them; reading along and whispering. */
import type { FloorAgent, FloorWaiting, Whisper } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

/** All agents in the order of their names, or those of the ids. */
export async function listFloorAgents(
  sql: Queryable,
  ids: readonly string[] | null,
  { limit, after }: Slice<readonly [name: string, id: string]>,
): Promise<Cut<FloorAgent, [string, string]>> {
  const { rows } = await sql.query(
    `with page as materialized (
       select a.* from agent a where ($4::text[] is null or a.id = any ($4)) and ($2::text is null or (a.name, a.id) > ($2, $3))
       order by a.name, a.id limit $1)
     select a.id, a.name, a.presence, a.presence_reason as reason, a.presence_since as since, a.capacity, a.capacity_total as "totalCapacity",
       l.load, l.total as "totalLoad", h.holds,
       array(select m.queue_id::text from queue_member m where m.agent_id = a.id) as "queueIds",
       array(select m.team_id::text from team_member m where m.agent_id = a.id) as "teamIds",
       coalesce((select jsonb_agg(jsonb_build_object('name', k.name, 'level', s.level) order by s.level desc, k.name)
         from agent_skill s join skill k on k.id = s.skill_id where s.agent_id = a.id), '[]') as skills
     from page a
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('ticketId', x.id, 'number', x.number, 'subject', x.subject, 'channel', x.channel,
         'offered', x.offered) order by x.id), '[]') as holds
       from (select t.id, t.number, t.subject, t.channel, false as offered from ticket t where t.assignee_id = a.id and t.status = 'open' and t.occupies
         union all select t.id, t.number, t.subject, t.channel, true from ticket t where t.offer_agent_id = a.id
         union all select t.id, t.number, t.subject, 'phone', false from call k join ticket t on t.id = k.ticket_id
           where k.agent_id = a.id and k.direction = 'out' and k.state in ('connecting', 'talking', 'held')
             and not (t.channel = 'phone' and t.assignee_id = a.id and t.status = 'open' and t.occupies)) x) h
     cross join lateral (
       select coalesce(jsonb_object_agg(c.channel, c.n), '{}') as load, coalesce(sum(c.n), 0)::int as total
       from (select x ->> 'channel' as channel, count(*)::int as n from jsonb_array_elements(h.holds) x group by 1) c) l
     order by a.name, a.id`,
    [limit + 1, after?.[0] ?? null, after?.[1] ?? null, ids],
  );
  return cut(
    rows.map((row) => present<FloorAgent>(row)),
    limit,
    ({ name, id }) => [name, id],
  );
}

/** By moment in microseconds since 1970, and the ticket. */
type WaitingKey = readonly [micros: number, ticketId: string];

/** What waits, longest first, or those of the ids that still do. */
export async function listFloorWaiting(
  sql: Queryable,
  ids: readonly string[] | null,
  { limit, after }: Slice<WaitingKey>,
): Promise<Cut<FloorWaiting, [number, string]>> {
  const { rows } = await sql.query<FloorWaiting & { micros: number }>(
    `select t.id as "ticketId", t.number, t.subject, t.channel, t.queue_id as "queueId", q.name as "queueName", t.waiting_since as "waitingSince",
       (extract(epoch from t.waiting_since) * 1000000)::bigint as micros,
       jsonb_build_object('queue', q.priority_base, 'ticket', t.priority, 'ageing', q.ageing) as priority,
       case when a.id is not null then jsonb_build_object('id', a.id, 'name', a.name) end as "offeredTo",
       case when s.clock_kind is not null then jsonb_build_object('kind', s.clock_kind, 'dueAt', s.due_at, 'warnAt', s.warn_at, 'clockState', case
         when s.due_at <= now() then 'breached' when s.clock_state = 'running' and s.warn_at <= now() then 'warning' else s.clock_state end) end as clocks
     from ticket t join queue q on q.id = t.queue_id left join agent a on a.id = t.offer_agent_id left join ticket_service s on s.ticket_id = t.id
     where t.waiting_since is not null and ($4::uuid[] is null or t.id = any ($4))
       and ($2::bigint is null or (t.waiting_since, t.id) > (to_timestamp(0) + $2::bigint * interval '1 microsecond', $3::uuid))
     order by t.waiting_since, t.id limit $1`,
    [limit + 1, after?.[0] ?? null, after?.[1] ?? null, ids],
  );
  const page = cut(rows, limit, (row): [number, string] => [row.micros, row.ticketId]);
  return { ...page, items: page.items.map(({ micros: _micros, ...row }) => present<FloorWaiting>(row)) };
}

/** Writes down that somebody reads along; told of once in ten minutes, on the ticket where agents are to see it. */
export async function writeListening(
  sql: Queryable,
  input: { ticketId: string; actorId: string; actorName: string; correlationId: string; shown: boolean },
): Promise<void> {
  await sql.query(
    `with noted as (
       insert into audit_entry (action, actor_id, customer_id, ticket_id, correlation_id)
       select 'ticket.listened', $2, customer_id, id, $4 from ticket where id = $1 on conflict do nothing returning ticket_id)
     insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
     select 'ticket.listened', case when $5 then t.id end, case when $5 then t.customer_id end, case when $5 then t.queue_id end,
       case when $5 then t.assignee_id end, $2, $4, jsonb_build_object('ticketId', t.id, 'number', t.number, 'agentName', $3::text)
     from noted n join ticket t on t.id = n.ticket_id`,
    [input.ticketId, input.actorId, input.actorName, input.correlationId, input.shown],
  );
}

const whisperColumns = `w.id, w.ticket_id as "ticketId", w.agent_id as "agentId", w.author_id as "authorId", a.name as "authorName", w.text, w.at`;

/** To the agent who has the ticket; null when nobody has it. The event tells that there is one, to that agent. */
export async function insertWhisper(
  sql: Queryable,
  input: { ticketId: string; authorId: string; text: string; correlationId: string },
): Promise<Whisper | null> {
  const { rows } = await sql.query(
    `with w as (
       insert into whisper (ticket_id, agent_id, author_id, text)
       select id, assignee_id, $2, $3 from ticket where id = $1 and assignee_id is not null returning *),
     told as (
       insert into event (type, agent_id, actor_id, correlation_id, data)
       select 'agent.whispered', agent_id, author_id, $4, jsonb_build_object('whisperId', id, 'ticketId', ticket_id) from w)
     select ${whisperColumns} from w join agent a on a.id = w.author_id`,
    [input.ticketId, input.authorId, input.text, input.correlationId],
  );
  return rows[0] ? present<Whisper>(rows[0]) : null;
}

/** What was whispered on a ticket to somebody, or by them, newest first. */
export async function listWhispers(
  sql: Queryable,
  ticketId: string,
  readerId: string,
  { limit, after }: Slice<string>,
): Promise<Cut<Whisper, string>> {
  const { rows } = await sql.query(
    `select ${whisperColumns} from whisper w join agent a on a.id = w.author_id
     where w.ticket_id = $1 and $2 in (w.agent_id, w.author_id) and ($4::uuid is null or w.id < $4) order by w.id desc limit $3`,
    [ticketId, readerId, limit + 1, after],
  );
  return cut(
    rows.map((row) => present<Whisper>(row)),
    limit,
    ({ id }) => id,
  );
}
