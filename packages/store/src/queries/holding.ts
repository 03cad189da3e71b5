/** Who has a ticket: offering, taking, handing on, releasing, and what else changes about it at once. */
import type { ChannelName, RoutingWhy } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';

export async function offerTicket(
  sql: Queryable,
  offer: { ticketId: string; agentId: string; seconds: number; reason: string; why: RoutingWhy },
): Promise<boolean> {
  return truth(sql, 'select offer_ticket($1, $2, $3, $4, $5) as yes', [
    offer.ticketId,
    offer.agentId,
    offer.seconds,
    offer.reason,
    JSON.stringify(offer.why),
  ]);
}

/** To the queue that it overflows to. False when it is offered or taken by now. */
export async function overflowTicket(
  sql: Queryable,
  input: { ticketId: string; queueId: string; reason: string; why: RoutingWhy },
): Promise<boolean> {
  return truth(sql, 'select move_ticket($1, $2, null, $3, true, $4) as yes', [
    input.ticketId,
    input.queueId,
    input.reason,
    JSON.stringify(input.why),
  ]);
}

export type TransferOutcome = 'offered' | 'no-agent' | 'not-online' | 'full' | 'changed';

/** Offers the ticket to exactly this agent, taking it from whoever has it (`from`). */
export async function transferToAgent(
  sql: Queryable,
  input: {
    ticketId: string;
    from: string | null;
    agentId: string;
    actorId: string;
    seconds: number;
    reason: string;
    why: RoutingWhy;
  },
): Promise<TransferOutcome> {
  const { rows } = await sql.query<{ outcome: TransferOutcome }>(
    'select transfer_ticket($1, $2, $3, $4, $5, $6, $7) as outcome',
    [input.ticketId, input.from, input.agentId, input.actorId, input.seconds, input.reason, JSON.stringify(input.why)],
  );
  return rows[0]?.outcome ?? 'changed';
}

/** To a queue, with the place it has; also back to the one it came from. False when somebody else has it by now, or it is settled. */
export async function transferToQueue(
  tx: Queryable,
  input: { ticketId: string; from: string | null; queueId: string; actorId: string; reason: string },
): Promise<boolean> {
  const { rows } = await tx.query<{ queueId: string | null; since: Date | null }>(
    `select queue_id as "queueId", waited_since as since from ticket where id = $1 and assignee_id is not distinct from $2 for no key update`,
    [input.ticketId, input.from],
  );
  const [ticket] = rows;
  if (!ticket) return false;
  const moved =
    ticket.queueId === input.queueId && input.from
      ? await releaseTicket(tx, { ...input, agentId: input.from, since: ticket.since })
      : await moveTicket(tx, input);
  if (!moved) return false;
  await tx.query(
    `insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
     select 'ticket.transferred', id, customer_id, queue_id, $2, $3, jsonb_build_object('fromAgentId', $2::text, 'toAgentId', null, 'toQueueId', queue_id, 'reason', $4::text)
     from ticket where id = $1`,
    [input.ticketId, input.from, input.actorId, input.reason],
  );
  return true;
}

/** False when `from` has it no longer, it is the supervisor's already, or closed. */
export async function takeOverTicket(
  sql: Queryable,
  input: { ticketId: string; from: string | null; agentId: string; reason: string },
): Promise<boolean> {
  return truth(sql, 'select take_over_ticket($1, $2, $3, $4) as yes', [
    input.ticketId,
    input.from,
    input.agentId,
    input.reason,
  ]);
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

/** Whether the ticket's caller talks to an agent, or is just being connected. */
export async function isOnTheLine(sql: Queryable, ticketId: string): Promise<boolean> {
  return truth(sql, 'select on_the_line($1) as yes', [ticketId]);
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

/**
 * Changes a ticket's status if it is still the one that was seen. What is talked about on the line stays open; what is
 * not open waits for no agent.
 */
export async function changeTicketStatus(
  sql: Queryable,
  input: { ticketId: string; from: string; to: string; actorId: string | null; reason: string | null },
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with moved as (
       update ticket set status = $3, updated_at = now(),
         waiting_since = case when $3 = 'open' and assignee_id is null and queue_id is not null then coalesce(waiting_since, now())
           when $3 <> 'open' then null else waiting_since end,
         offer_agent_id = case when $3 = 'open' then offer_agent_id end,
         offer_expires_at = case when $3 = 'open' then offer_expires_at end
       where id = $1 and status = $2 and ($3 = 'open' or not on_the_line(id)) returning *)
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
  /** Whether agents may take it from its queue by hand. */
  pull: boolean;
}

export async function readTicketState(sql: Queryable, ticketId: string): Promise<TicketState | null> {
  const { rows } = await sql.query<TicketState>(
    `select t.id, t.number, t.status, t.channel, t.queue_id as "queueId", t.assignee_id as "assigneeId", t.offer_agent_id as "offerAgentId", coalesce(q.pull, true) as pull
     from ticket t left join queue q on q.id = t.queue_id where t.id = $1`,
    [ticketId],
  );
  return rows[0] ?? null;
}
