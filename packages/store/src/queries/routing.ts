import { channelName } from '@patchbay/contracts';
import type { ChannelName, PresenceState, QueueRing, SkillAtLevel } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';

export interface WaitingTicket {
  ticketId: string;
  queueId: string;
  channel: ChannelName;
  priority: number;
  waitingSince: Date;
  inQueueSince: Date;
  preferred: { agentId: string; because: 'last-agent' | 'own-agent'; expected: boolean } | null;
  overflowed: string[];
}

/**
 * Tickets of these queues that wait for an agent and are not offered to one, most urgent first. `limit` is for each channel of each queue, so that
 * nobody who waits on one is hidden behind those for whom there is no room on another. Who had a ticket, or is its customer's own agent, is expected
 * while at work and not having let it pass.
 */
export async function waitingTickets(
  sql: Queryable,
  queueIds: readonly string[],
  limit: number,
  channels: readonly string[] = channelName.options,
): Promise<WaitingTicket[]> {
  // The priorities of a queue are few, and within one the index has the tickets by their age: a long queue is not read whole.
  const { rows } = await sql.query<WaitingTicket>(
    `with recursive level as (
       select w.queue_id, c.channel, (select t.priority from ticket t where t.queue_id = w.queue_id and t.channel = c.channel and t.waiting_since is not null
         order by t.priority desc limit 1) as priority
       from unnest($1::uuid[]) w (queue_id) cross join unnest($3::text[]) c (channel)
       union all
       select l.queue_id, l.channel, (select t.priority from ticket t where t.queue_id = l.queue_id and t.channel = l.channel and t.waiting_since is not null
         and t.priority < l.priority order by t.priority desc limit 1)
       from level l where l.priority is not null),
     waiting as (
       select t.*, q.priority_base + t.priority + q.ageing * extract(epoch from now() - t.waiting_since) / 60 as urgency
       from level l join queue q on q.id = l.queue_id
       cross join lateral (
         select w.* from ticket w where w.queue_id = l.queue_id and w.channel = l.channel and w.priority = l.priority and w.waiting_since is not null
           and w.offer_agent_id is null and w.assignee_id is null
         order by w.waiting_since, w.id limit $2) t
       where l.priority is not null),
     first as (
       select * from (select w.*, row_number() over (partition by w.queue_id, w.channel order by w.urgency desc, w.waiting_since, w.id) as nth from waiting w) w
       where nth <= $2)
     select t.id as "ticketId", t.queue_id as "queueId", t.channel, t.priority, t.waiting_since as "waitingSince",
       greatest(t.queued_at, t.waiting_since) as "inQueueSince", t.overflowed,
       case when p.id is not null then jsonb_build_object('agentId', p.id, 'because', case when p.id = c.dedicated_agent_id then 'own-agent' else 'last-agent' end,
         'expected', p.presence in ('online', 'busy', 'wrap-up')
           and exists (select 1 from queue_member m where m.queue_id = t.queue_id and m.agent_id = p.id)
           and not exists (select 1 from ticket_decline d where d.ticket_id = t.id and d.agent_id = p.id and d.at > now() - interval '2 minutes')) end as preferred
     from first t join customer c on c.id = t.customer_id
     left join agent p on p.id = coalesce(t.preferred_agent_id, c.dedicated_agent_id)
     order by t.urgency desc, t.waiting_since, t.id`,
    [queueIds, limit, channels],
  );
  return rows;
}

export interface QueueRulesRow {
  queueId: string;
  priorityBase: number;
  ageing: number;
  stickySeconds: number;
  skills: SkillAtLevel[];
  rings: QueueRing[];
  /** Null: as the centre has it. */
  offerSeconds: number | null;
}

/** How queues give out what waits in them, by their ids. */
export async function readQueueRules(sql: Queryable, queueIds: readonly string[]): Promise<Map<string, QueueRulesRow>> {
  const { rows } = await sql.query<QueueRulesRow>(
    `select q.id as "queueId", q.priority_base as "priorityBase", q.ageing, q.sticky_seconds as "stickySeconds", q.rings, q.offer_seconds as "offerSeconds",
       coalesce((select jsonb_agg(jsonb_build_object('skillId', s.skill_id, 'level', s.level) order by s.skill_id) from queue_skill s where s.queue_id = q.id), '[]') as skills
     from queue q where q.id = any ($1::uuid[])`,
    [queueIds],
  );
  return new Map(rows.map((row) => [row.queueId, row]));
}

export interface AgentRow {
  agentId: string;
  name: string;
  presence: PresenceState;
  idleSince: Date;
  /** Held or offered now, by channel. */
  load: Partial<Record<ChannelName, number>>;
  capacity: Partial<Record<ChannelName, number>>;
  totalLoad: number;
  totalCapacity: number | null;
  queueIds: string[];
  skills: Record<string, number>;
  hasPhone: boolean;
  /** Ids of the items that the agent let pass within the last two minutes. */
  declined: string[];
}

/** Of `a` with its load `l`; `$1` are the ids of the items. */
const agentColumns = `a.id as "agentId", a.name, a.presence, a.idle_since as "idleSince", l.load, a.capacity, l.total as "totalLoad",
  a.capacity_total as "totalCapacity", a.phone is not null as "hasPhone",
  coalesce((select jsonb_object_agg(s.skill_id, s.level) from agent_skill s where s.agent_id = a.id), '{}') as skills,
  array(select d.ticket_id::text from ticket_decline d where d.agent_id = a.id and d.ticket_id = any ($1::uuid[]) and d.at > now() - interval '2 minutes') as declined`;

const agentLoad = `cross join lateral (
  select coalesce(jsonb_object_agg(h.channel, h.held), '{}') as load, coalesce(sum(h.held), 0)::int as total from (
    select t.channel, count(*)::int as held from (
      select x.channel from ticket x where x.assignee_id = a.id and x.status = 'open' and x.occupies
      union all select x.channel from ticket x where x.offer_agent_id = a.id
      union all select 'phone' from generate_series(1, outgoing_load(a.id))) t
    group by t.channel) h) l`;

export interface QueueAgents {
  /** Those who are online and have room on one of the channels. */
  agents: AgentRow[];
  /** The others of the queue, by what keeps them from work. */
  rest: Partial<Record<PresenceState | 'full', number>>;
}

/** More than this many free agents are not looked at where all are equally able: those who are idle longest come first anyway. */
const mostCandidates = 200;

/** The agents of a queue as they stand now, for these items on these channels. */
export async function agentsFor(
  sql: Queryable,
  queueId: string,
  channels: readonly string[],
  items: readonly { ticketId: string; preferred: { agentId: string } | null }[],
): Promise<QueueAgents> {
  const { rows } = await sql.query<Partial<AgentRow> & { counts: Partial<Record<PresenceState, number>> }>(
    `with member as materialized (select a.* from queue_member m join agent a on a.id = m.agent_id where m.queue_id = $2),
     able as (
       select ${agentColumns}, array[$2::uuid]::text[] as "queueIds"
       from (select * from member where presence = 'online' order by id = any ($4) desc, idle_since, id) a ${agentLoad}
       where (a.capacity_total is null or l.total < a.capacity_total)
         and exists (select 1 from unnest($3::text[]) c where coalesce((l.load ->> c)::int, 0) < coalesce((a.capacity ->> c)::int, 0))
       limit (select case when exists (select 1 from queue_skill s where s.queue_id = $2) then null else ${mostCandidates} end))
     select s.counts, able.* from (
       select coalesce(jsonb_object_agg(p.presence, p.n), '{}') as counts from (select presence, count(*)::int as n from member group by presence) p) s
     left join able on true`,
    [
      items.map(({ ticketId }) => ticketId),
      queueId,
      channels,
      items.flatMap(({ preferred }) => preferred?.agentId ?? []),
    ],
  );
  const agents = rows.flatMap(({ counts: _counts, ...row }) => (row.agentId == null ? [] : [row as AgentRow]));
  const { online = 0, ...rest } = rows[0]?.counts ?? {};
  // Beyond so many, those who were not looked at may be free or not.
  const kind = agents.length === mostCandidates ? 'online' : 'full';
  return { agents, rest: online > agents.length ? { ...rest, [kind]: online - agents.length } : rest };
}

/** The agent as they stand now, with all queues, for these items. Null when there is none. */
export async function readAgentAtWork(
  sql: Queryable,
  agentId: string,
  ticketIds: readonly string[],
): Promise<AgentRow | null> {
  const { rows } = await sql.query<AgentRow>(
    `select ${agentColumns}, array(select m.queue_id::text from queue_member m where m.agent_id = a.id) as "queueIds"
     from agent a ${agentLoad} where a.id = $2`,
    [ticketIds, agentId],
  );
  return rows[0] ?? null;
}

/** Whether one more on the channel is within the agent's limits. In a transaction it stays so until the end. Null when there is no such agent. */
export async function hasRoom(tx: Queryable, agentId: string, channel: ChannelName): Promise<boolean | null> {
  const { rowCount } = await tx.query('select 1 from agent where id = $1 for no key update', [agentId]);
  if (rowCount === 0) return null;
  return truth(tx, 'select has_room(a, $2) as yes from agent a where a.id = $1', [agentId, channel]);
}

/** Queues in which something waits that is not offered to anybody. */
export async function queuesWithWaiting(sql: Queryable): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select q.id from queue q where exists (select 1 from ticket t where t.queue_id = q.id and t.waiting_since is not null and t.offer_agent_id is null)`,
  );
  return rows.map((row) => row.id);
}

export async function agentQueues(sql: Queryable, agentId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>('select queue_id as id from queue_member where agent_id = $1', [
    agentId,
  ]);
  return rows.map((row) => row.id);
}

/** The queue of the first of these addresses of ours that has one; null when none has. */
export async function queueOfAddress(sql: Queryable, addresses: readonly string[]): Promise<string | null> {
  const { rows } = await sql.query<{ queueId: string }>(
    `select i.queue_id as "queueId" from mail_identity i where i.address = any($1::text[]) and i.queue_id is not null
     order by array_position($1::text[], i.address) limit 1`,
    [addresses],
  );
  return rows[0]?.queueId ?? null;
}

/** Our addresses at which a ticket's mail arrived, those of its queue first. */
export async function addressesOfTicket(sql: Queryable, ticketId: string): Promise<string[]> {
  const { rows } = await sql.query<{ address: string }>(
    `select d.address from ticket_address d join ticket t on t.id = d.ticket_id left join mail_identity i on i.address = d.address
     where d.ticket_id = $1 order by (i.queue_id = t.queue_id) is true desc, d.address limit 100`,
    [ticketId],
  );
  return rows.map(({ address }) => address);
}

/** Whom a ticket answers, whether it was opened by what named another, and how many milliseconds ago something automatic was last written on it. */
export async function toldOnTicket(
  sql: Queryable,
  ticketId: string,
): Promise<{ address: string; isLinked: boolean; toldMs: number | null } | null> {
  const { rows } = await sql.query<{ address: string; isLinked: boolean; toldMs: number | null }>(
    `select t.contact_address as address, t.linked_ticket_id is not null as "isLinked",
       (select extract(epoch from now() - max(o.created_at)) * 1000 from outbound o where o.ticket_id = t.id and o.automatic)::float8 as "toldMs"
     from ticket t where t.id = $1`,
    [ticketId],
  );
  return rows[0] ?? null;
}

/** Makes the queues of a new centre; those that are there already stay as they are. */
export async function seedQueues(
  sql: Queryable,
  queues: readonly { name: string; channels: readonly ChannelName[] }[],
): Promise<void> {
  await sql.query(
    `insert into queue (name, channels, position)
     select q.name, array(select jsonb_array_elements_text(q.channels)), q.position
     from jsonb_to_recordset($1) q (name text, channels jsonb, position int)
     where not exists (select 1 from queue) on conflict do nothing`,
    [JSON.stringify(queues.map((queue, position) => ({ ...queue, position })))],
  );
}
