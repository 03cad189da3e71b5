import type { EventData, EventType, HubEvent } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Numbers committed events in one batch; answers how many. See `relay_events` in the migrations. */
export async function relayEvents(sql: Queryable, limit: number): Promise<number> {
  const { rows } = await sql.query<{ n: number }>('select relay_events($1) as n', [limit]);
  return rows[0]?.n ?? 0;
}

export async function lastSeq(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ seq: number }>('select last_seq as seq from relay_state');
  return rows[0]?.seq ?? 0;
}

export interface EventRow extends Omit<HubEvent, 'at' | 'id'> {
  id: number;
  at: Date;
}

export const eventColumns = `seq, id, type, at, ticket_id as "ticketId", customer_id as "customerId", queue_id as "queueId", agent_id as "agentId",
  actor_id as "actorId", correlation_id as "correlationId", data`;

export function presentEvent<R extends EventRow>(row: R): Omit<R, 'id' | 'at'> & HubEvent {
  return { ...row, id: String(row.id), at: row.at.toISOString() };
}

/** An event with the further queues that see its ticket, because mail of it arrived at their addresses. */
export interface RoutedEvent extends HubEvent {
  alsoQueueIds: string[];
}

/**
 * Numbered events after `seq`, in order. The limit stands in the text: with one that it does not know PostgreSQL counts on a tenth of all events, and
 * so would plan anew at every call. Few limits are asked for.
 */
export async function eventsAfter(sql: Queryable, seq: number, limit: number): Promise<RoutedEvent[]> {
  const { rows } = await sql.query<EventRow & Pick<RoutedEvent, 'alsoQueueIds'>>(
    `select ${eventColumns}, also_queue_ids as "alsoQueueIds" from event where seq > $1 order by seq limit ${Math.trunc(limit)}`,
    [seq],
  );
  return rows.map(presentEvent);
}

/**
 * Events after `seq` that an agent may see: of their queues and tickets, of agents, and their own. A manager sees all. The filter
 * is the rooms' filter, said in SQL.
 */
export async function visibleEventsAfter(
  sql: Queryable,
  viewer: { agentId: string; all: boolean },
  seq: number,
  limit: number,
): Promise<HubEvent[]> {
  const { rows } = await sql.query<EventRow>(
    `select ${eventColumns} from event e where seq > $1 and ($3 or e.agent_id = $2 or e.type = 'agent.presence-changed'
       or (e.type = 'message.status-changed' and e.data ->> 'authorId' = $2)
       or (e.type in ('reply.held', 'reply.taken-back', 'reply.failed') and e.actor_id = $2)
       or e.queue_id in (select queue_id from queue_member where agent_id = $2)
       or exists (select 1 from queue_member q where q.agent_id = $2 and q.queue_id = any (e.also_queue_ids))
       or exists (select 1 from ticket t where t.id = e.ticket_id and t.assignee_id = $2))
     order by seq limit $4`,
    [seq, viewer.agentId, viewer.all, limit],
  );
  return rows.map(presentEvent);
}

/** Writes down a fact that is about no ticket. */
export async function insertEvent<T extends EventType>(
  tx: Queryable,
  type: T,
  { actorId, correlationId, data }: { actorId: string | null; correlationId?: string; data: EventData<T> },
): Promise<void> {
  await tx.query('insert into event (type, actor_id, correlation_id, data) values ($1, $2, $3, $4)', [
    type,
    actorId,
    correlationId ?? null,
    JSON.stringify(data),
  ]);
}
