/** Where those who wait stand. */
import type { ChannelName, QueueRing } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';

export interface PlaceRow {
  ticketId: string;
  queueId: string;
  channel: ChannelName;
  waitingSince: Date;
  /** Items of the queue that come before it. */
  ahead: number;
  language: 'en' | 'zh';
  callBack: boolean;
  rings: QueueRing[];
  /** When it was last moved into a queue; null: it is in its first. To be taken and given back does not move it. */
  movedAt: Date | null;
  /** When the last items were taken out of the queue, newest first. */
  taken: Date[];
}

/** Not `queued_at`, which is gone while somebody has the ticket and anew when they give it back. */
const movedAt = `(select e.at from event e where e.ticket_id = t.id and e.type = 'ticket.queued' and e.data ? 'fromQueueId' order by e.id desc limit 1) as "movedAt"`;

/** So many recent takes say how fast it goes. */
const mostTaken = 20;

/** The places of those of the tickets that wait. An item comes before another of its queue when its priority is higher, counting its age. */
export async function readPlaces(sql: Queryable, ticketIds: readonly string[]): Promise<PlaceRow[]> {
  const { rows } = await sql.query<PlaceRow>(
    `select t.id as "ticketId", t.queue_id as "queueId", t.channel, t.waiting_since as "waitingSince", q.language, q.call_back as "callBack", q.rings, ${movedAt},
       (select count(*)::int from ticket w where w.queue_id = t.queue_id and w.waiting_since is not null
          and (w.priority - q.ageing * extract(epoch from w.waiting_since) / 60, t.id) > (t.priority - q.ageing * extract(epoch from t.waiting_since) / 60, w.id)) as ahead,
       array(select a.at from queue_answer a where a.queue_id = t.queue_id order by a.at desc limit ${mostTaken}) as taken
     from ticket t join queue q on q.id = t.queue_id where t.id = any ($1::uuid[]) and t.waiting_since is not null`,
    [ticketIds],
  );
  return rows;
}

export type LineRow = Pick<PlaceRow, 'language' | 'rings' | 'movedAt'>;

/** How a ticket's queue speaks to who waits on the line, and how it ends their wait; null when it has none. */
export async function readLine(sql: Queryable, ticketId: string): Promise<LineRow | null> {
  const { rows } = await sql.query<LineRow>(
    `select q.language, q.rings, ${movedAt} from ticket t join queue q on q.id = t.queue_id where t.id = $1`,
    [ticketId],
  );
  return rows[0] ?? null;
}

export interface VisitorPlaceRow {
  visitorId: string;
  ticketId: string;
  queueId: string;
  /** Items of the queue that come before it. */
  ahead: number;
  /** Since when it waits in its present queue. */
  queuedAt: Date;
  callBack: boolean;
  rings: QueueRing[];
  /** To be called or written back, since it waits. */
  asked: boolean;
}

/** The places of those of the visitors who wait: one pass over what waits in their queues, however many they are. */
export async function placesOfVisitors(sql: Queryable, visitorIds: readonly string[]): Promise<VisitorPlaceRow[]> {
  const { rows } = await sql.query<VisitorPlaceRow>(
    `with own as (select t.visitor_id, t.queue_id, t.id, t.waiting_since, coalesce(t.queued_at, t.waiting_since) as queued_at from ticket t where t.visitor_id = any ($1::uuid[]) and t.waiting_since is not null and t.queue_id is not null),
     placed as (
       select t.id, row_number() over (partition by t.queue_id order by t.priority - q.ageing * extract(epoch from t.waiting_since) / 60 desc, t.id)::int - 1 as ahead
       from ticket t join queue q on q.id = t.queue_id where t.waiting_since is not null and t.queue_id in (select queue_id from own))
     select distinct on (o.visitor_id) o.visitor_id as "visitorId", o.id as "ticketId", o.queue_id as "queueId", p.ahead, o.queued_at as "queuedAt",
       q.call_back as "callBack", q.rings, exists (select 1 from call_back b where b.ticket_id = o.id and b.asked_at >= o.waiting_since) as asked
     from own o join placed p on p.id = o.id join queue q on q.id = o.queue_id order by o.visitor_id, p.ahead`,
    [visitorIds],
  );
  return rows;
}

export interface QueuePace {
  waiting: number;
  /** When the last items were taken out of the queue, newest first. */
  taken: Date[];
}

/** How much waits in each queue and how fast it goes, by the queue's id. */
export async function readPaces(sql: Queryable): Promise<Map<string, QueuePace>> {
  const { rows } = await sql.query<QueuePace & { id: string }>(
    `select q.id, (select count(*)::int from ticket t where t.queue_id = q.id and t.waiting_since is not null) as waiting,
       array(select a.at from queue_answer a where a.queue_id = q.id order by a.at desc limit ${mostTaken}) as taken
     from queue q`,
    [],
  );
  return new Map(rows.map(({ id, ...pace }) => [id, pace]));
}

/**
 * Somebody wants to be called or written back; the ticket keeps its place. Asking for the same again changes nothing. False when who chats does not
 * wait any more.
 */
export async function askCallBack(
  tx: Queryable,
  ask: { ticketId: string; phone: string | null; email: string | null; source: 'voice' | 'chat' | 'agent' },
): Promise<boolean> {
  return truth(
    tx,
    `with about as (
       select t.id from ticket t where t.id = $1 and ($4 <> 'chat' or t.waiting_since is not null)
     ), asked as (
       insert into call_back as b (ticket_id, phone, email, source) select id, $2, $3, $4 from about
       on conflict (ticket_id) do update set phone = excluded.phone, email = excluded.email, source = excluded.source, asked_at = now(), tries = 0, last_outcome = null, done_at = null
       where (b.phone, b.email) is distinct from (excluded.phone, excluded.email) or b.done_at is not null
         or b.asked_at < (select t.waiting_since from ticket t where t.id = b.ticket_id)
       returning *
     ), told as (
       insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
       select 'ticket.call-back-asked', t.id, t.customer_id, t.queue_id, t.assignee_id, jsonb_build_object('source', a.source, 'reason', 'Asked while waiting')
       from asked a join ticket t on t.id = a.ticket_id)
     select exists (select 1 from about) as yes`,
    [ask.ticketId, ask.phone, ask.email, ask.source],
  );
}
