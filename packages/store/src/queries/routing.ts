import type { ChannelName, PresenceState } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface WaitingTicket {
  ticketId: string;
  queueId: string;
  channel: ChannelName;
  priority: number;
  waitingSince: Date;
  preferredAgentId: string | null;
}

/** Tickets of a queue that wait for an agent and are not offered to one, most urgent first. */
export async function waitingTickets(sql: Queryable, queueId: string, limit: number): Promise<WaitingTicket[]> {
  const { rows } = await sql.query<WaitingTicket>(
    `select id as "ticketId", queue_id as "queueId", channel, priority, waiting_since as "waitingSince", preferred_agent_id as "preferredAgentId"
     from ticket where queue_id = $1 and waiting_since is not null and offer_agent_id is null and assignee_id is null
     order by priority desc, waiting_since, id limit $2`,
    [queueId, limit],
  );
  return rows;
}

export interface AgentRow {
  agentId: string;
  name: string;
  presence: PresenceState;
  idleSince: Date;
  load: number;
  capacity: number;
  queueIds: string[];
  hasPhone: boolean;
  /** Ids of the items that the agent let pass. */
  declined: string[];
}

/**
 * The agents of a queue as they stand now, with their load on a channel, and which of the items each let pass within the last two minutes.
 */
export async function agentsFor(
  sql: Queryable,
  queueId: string,
  channel: string,
  ticketIds: readonly string[],
): Promise<AgentRow[]> {
  const { rows } = await sql.query<AgentRow>(
    `select a.id as "agentId", a.name, a.presence, a.idle_since as "idleSince", agent_load(a.id, $2) as load,
       coalesce((a.capacity ->> $2)::int, 0) as capacity, array[$1::uuid]::text[] as "queueIds", a.phone is not null as "hasPhone",
       array(select d.ticket_id::text from ticket_decline d where d.agent_id = a.id and d.ticket_id = any ($3::uuid[]) and d.at > now() - interval '2 minutes') as declined
     from queue_member q join agent a on a.id = q.agent_id where q.queue_id = $1`,
    [queueId, channel, ticketIds],
  );
  return rows;
}

export async function offerTicket(
  sql: Queryable,
  ticketId: string,
  agentId: string,
  seconds: number,
  reason: string,
): Promise<boolean> {
  return truth(sql, 'select offer_ticket($1, $2, $3, $4) as yes', [ticketId, agentId, seconds, reason]);
}

export async function withdrawOffer(
  sql: Queryable,
  ticketId: string,
  agentId: string,
  reason: string,
  onlyExpired: boolean,
): Promise<boolean> {
  return truth(sql, 'select withdraw_offer($1, $2, $3, $4) as yes', [ticketId, agentId, reason, onlyExpired]);
}

export async function takeTicket(
  sql: Queryable,
  ticketId: string,
  agentId: string,
  pull: boolean,
  reason: string,
): Promise<boolean> {
  return truth(sql, 'select take_ticket($1, $2, $3, $4) as yes', [ticketId, agentId, pull, reason]);
}

export async function releaseTicket(
  sql: Queryable,
  input: { ticketId: string; agentId: string; actorId: string | null; since: Date | null; reason: string },
): Promise<boolean> {
  return truth(sql, 'select release_ticket($1, $2, $3, $4, $5) as yes', [
    input.ticketId,
    input.agentId,
    input.actorId,
    input.since,
    input.reason,
  ]);
}

/** Moves a ticket to another queue. False when it is there already, or settled. */
export async function moveTicket(
  sql: Queryable,
  input: { ticketId: string; queueId: string; actorId: string | null; reason: string },
): Promise<boolean> {
  return truth(sql, 'select move_ticket($1, $2, $3, $4) as yes', [
    input.ticketId,
    input.queueId,
    input.actorId,
    input.reason,
  ]);
}

/** False when it is the priority already. */
export async function setTicketPriority(
  sql: Queryable,
  input: { ticketId: string; priority: number; actorId: string | null; reason: string },
): Promise<boolean> {
  return truth(sql, 'select set_ticket_priority($1, $2, $3, $4) as yes', [
    input.ticketId,
    input.priority,
    input.actorId,
    input.reason,
  ]);
}

export async function setPresence(
  sql: Queryable,
  agentId: string,
  state: PresenceState,
  reason: string | null,
  actorId: string | null,
): Promise<boolean> {
  return truth(sql, 'select set_presence($1, $2, $3, $4) as yes', [agentId, state, reason, actorId]);
}

async function truth(sql: Queryable, text: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await sql.query<{ yes: boolean }>(text, values);
  return rows[0]?.yes ?? false;
}

/** Offers that nobody took in time. */
export async function expiredOffers(
  sql: Queryable,
  limit: number,
): Promise<{ ticketId: string; agentId: string; queueId: string | null }[]> {
  const { rows } = await sql.query<{ ticketId: string; agentId: string; queueId: string | null }>(
    `select id as "ticketId", offer_agent_id as "agentId", queue_id as "queueId" from ticket
     where offer_agent_id is not null and offer_expires_at <= now() limit $1`,
    [limit],
  );
  return rows;
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

/** Queues by the channel whose contacts they take, in the order of the console. */
export async function readQueues(sql: Queryable): Promise<{ id: string; name: string; channels: ChannelName[] }[]> {
  const { rows } = await sql.query<{ id: string; name: string; channels: ChannelName[] }>(
    'select id, name, channels from queue order by position, name',
  );
  return rows;
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

/** Changes a ticket's status if it is still the one that was seen. */
export async function changeTicketStatus(
  sql: Queryable,
  input: { ticketId: string; from: string; to: string; actorId: string | null; reason: string | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with moved as (
       update ticket set status = $3, updated_at = now(),
         waiting_since = case when $3 = 'open' and assignee_id is null and queue_id is not null then coalesce(waiting_since, now())
           when $3 in ('resolved', 'closed') then null else waiting_since end,
         offer_agent_id = case when $3 in ('resolved', 'closed') then null else offer_agent_id end,
         offer_expires_at = case when $3 in ('resolved', 'closed') then null else offer_expires_at end
       where id = $1 and status = $2 returning *)
     insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
     select 'ticket.status-changed', id, customer_id, queue_id, assignee_id, $4, jsonb_build_object('from', $2::text, 'to', $3::text, 'reason', coalesce($5, ''))
     from moved`,
    [input.ticketId, input.from, input.to, input.actorId, input.reason],
  );
  return (rowCount ?? 0) > 0;
}

export async function renameTicket(sql: Queryable, ticketId: string, subject: string): Promise<void> {
  await sql.query('update ticket set subject = $2, updated_at = now() where id = $1', [ticketId, subject]);
}

export interface TicketState {
  id: string;
  number: number;
  status: 'open' | 'pending' | 'resolved' | 'closed';
  channel: ChannelName;
  queueId: string | null;
  assigneeId: string | null;
  offerAgentId: string | null;
}

export async function readTicketState(sql: Queryable, ticketId: string): Promise<TicketState | null> {
  const { rows } = await sql.query<TicketState>(
    `select id, number, status, channel, queue_id as "queueId", assignee_id as "assigneeId", offer_agent_id as "offerAgentId" from ticket where id = $1`,
    [ticketId],
  );
  return rows[0] ?? null;
}

/** Whether an agent is online in a queue that takes the channel's contacts. */
export async function isChannelStaffed(sql: Queryable, channel: ChannelName): Promise<boolean> {
  const { rows } = await sql.query<{ yes: boolean }>(
    `select exists (select 1 from agent a join queue_member m on m.agent_id = a.id join queue q on q.id = m.queue_id
       where a.presence = 'online' and $1 = any (q.channels)) as yes`,
    [channel],
  );
  return rows[0]?.yes ?? false;
}

/** Writes down that these agents have a console connected, as far as they are not offline. */
export async function markSeen(sql: Queryable, agentIds: readonly string[]): Promise<void> {
  // Locked in order, so that two processes that see the same agents do not wait for each other.
  await sql.query(
    `update agent set last_seen_at = now()
     where id in (select id from agent where id = any ($1) and presence <> 'offline' order by id for no key update)`,
    [agentIds],
  );
}

/** Agents who are not offline and whose console was last connected longer ago than this, in milliseconds. */
export async function absentAgents(sql: Queryable, graceMs: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from agent where presence <> 'offline' and last_seen_at < now() - make_interval(secs => $1 / 1000.0)`,
    [graceMs],
  );
  return rows.map((row) => row.id);
}
