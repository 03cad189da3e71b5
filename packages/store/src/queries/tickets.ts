import type { ChannelName, HubEvent, Role, Ticket, TicketStatus } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { searchedWhole } from './searched-whole.ts';
import { containing, cut, present, type Cut, type Slice } from './paging.ts';

/** Who asks. */
export interface Viewer {
  readonly agentId: string;
  readonly role: Role;
}

/** Managers and administrators read every ticket. */
export const readsEverything = (viewer: Viewer): boolean => viewer.role !== 'agent';

/**
 * The one rule of who may read a ticket, as a condition on `t`: an agent reads the tickets of their queues, also those whose mail
 * arrived at an address of such a queue, and those that are assigned or offered to them. `bind` adds a parameter and answers its placeholder.
 */
export function ticketScope(viewer: Viewer, bind: (value: unknown) => string): string {
  if (readsEverything(viewer)) return 'true';
  const agent = bind(viewer.agentId);
  return `(t.assignee_id = ${agent} or t.offer_agent_id = ${agent} or t.queue_id in (select m.queue_id from queue_member m where m.agent_id = ${agent})
    or exists (select 1 from ticket_address d join mail_identity i on i.address = d.address join queue_member m on m.queue_id = i.queue_id
      where d.ticket_id = t.id and m.agent_id = ${agent}))`;
}

/** A list of parameters for one statement, and the function that adds to it. */
export function parameters(...first: unknown[]): { values: unknown[]; bind: (value: unknown) => string } {
  const values = [...first];
  return { values, bind: (value) => `$${values.push(value)}` };
}

export async function mayReadTicket(sql: Queryable, viewer: Viewer, ticketId: string): Promise<boolean> {
  const { values, bind } = parameters(ticketId);
  const { rowCount } = await sql.query(
    `select 1 from ticket t where t.id = $1 and ${ticketScope(viewer, bind)}`,
    values,
  );
  return rowCount === 1;
}

/** Whether the viewer may read a ticket of the customer: who works for somebody may change what is known of them. */
export async function mayReadCustomer(sql: Queryable, viewer: Viewer, customerId: string): Promise<boolean> {
  if (readsEverything(viewer)) return true;
  const { values, bind } = parameters(customerId);
  const { rowCount } = await sql.query(
    `select 1 where exists (select 1 from ticket t where t.customer_id = $1 and ${ticketScope(viewer, bind)})`,
    values,
  );
  return rowCount === 1;
}

/** Whether the viewer may read a ticket of each of the two customers. */
export async function mayReadBothCustomers(
  sql: Queryable,
  viewer: Viewer,
  customerId: string,
  otherId: string,
): Promise<boolean> {
  if (readsEverything(viewer)) return true;
  const { values, bind } = parameters(customerId, otherId);
  const scope = ticketScope(viewer, bind);
  const { rowCount } = await sql.query(
    `select 1 where exists (select 1 from ticket t where t.customer_id = $1 and ${scope})
       and exists (select 1 from ticket t where t.customer_id = $2 and ${scope})`,
    values,
  );
  return rowCount === 1;
}

/** {@link mayReadBothCustomers} for the two of a merge or split, told apart by what it moved. Who split may also undo it. */
export async function mayReadBothMerged(sql: Queryable, viewer: Viewer, mergeId: string): Promise<boolean> {
  if (readsEverything(viewer)) return true;
  const { values, bind } = parameters(mergeId);
  const scope = ticketScope(viewer, bind);
  const me = bind(viewer.agentId);
  const { rowCount } = await sql.query(
    `with moved as (select (row_key ->> 'id')::uuid as row_id from customer_merge_row where merge_id = $1 and kind = 'ticket' and action = 'moved'),
     side as (select id, kind, by_agent_id, case kind when 'merge' then customer_id else other_id end as kept, case kind when 'merge' then other_id else customer_id end as parted
       from customer_merge where id = $1)
     select 1 from side s where (s.kind = 'split' and s.by_agent_id = ${me})
       or (exists (select 1 from ticket t where t.customer_id = s.kept and t.id not in (select row_id from moved) and ${scope})
         and (exists (select 1 from ticket t where t.id in (select row_id from moved) and ${scope})
           or exists (select 1 from ticket t where t.customer_id = s.parted and ${scope})))`,
    values,
  );
  return rowCount === 1;
}

/** `asker`: an agent's id as SQL. */
const columnsFor = (asker: string): string => `
  t.id, t.number, t.subject, t.status, t.channel, t.customer_id as "customerId", c.display_name as "customerName",
  t.assignee_id as "assigneeId", a.name as "assigneeName", t.queue_id as "queueId", q.name as "queueName", t.priority,
  t.created_at as "createdAt", t.updated_at as "updatedAt", t.message_count as "messageCount", t.waiting_since as "waitingSince",
  array(select n.id from (select * from message m where m.ticket_id = t.id order by m.position desc limit 50) n
    where n.direction = 'in' and n.kind = 'customer' or n.visibility = 'internal' and n.kind = 'agent' and n.author_id is distinct from ${asker}
    order by n.position desc limit 10) as "toRead",
  case when t.offer_agent_id is not null then jsonb_build_object('agentId', t.offer_agent_id, 'expiresAt', t.offer_expires_at) end as offer,
  t.linked_ticket_id as "linkedTicketId",
  array(select d.address from ticket_address d where d.ticket_id = t.id order by d.address) as addresses,
  t.request_type as "requestType", t.fields, t.preview, l.call,
  array(select g.tag from ticket_tag g where g.ticket_id = t.id order by g.tag) as tags,
  case when s.clock_kind is not null then jsonb_build_object('kind', s.clock_kind, 'dueAt', s.due_at, 'warnAt', s.warn_at, 'clockState', case
    when s.due_at <= now() then 'breached' when s.clock_state = 'running' and s.warn_at <= now() then 'warning' else s.clock_state end) end as clocks,
  (select jsonb_build_object('phone', b.phone, 'email', b.email, 'askedAt', b.asked_at, 'tries', b.tries, 'lastOutcome', b.last_outcome)
    from call_back b where b.ticket_id = t.id and b.done_at is null
      -- Whoever left an address is written back to by any answer.
      and (b.email is null or not exists (select 1 from message w where w.ticket_id = t.id and w.direction = 'out' and w.visibility = 'public'
        and w.author_id is not null and w.received_at > b.asked_at))) as "callBack"`;
const joined = `
  join customer c on c.id = t.customer_id
  left join agent a on a.id = t.assignee_id
  left join queue q on q.id = t.queue_id
  left join ticket_service s on s.ticket_id = t.id
  left join lateral (
    select jsonb_build_object('callSid', k.call_sid, 'state', k.state, 'from', k.caller, 'startedAt', k.started_at, 'answeredAt', k.answered_at,
      'endedAt', k.ended_at, 'agentId', k.agent_id, 'direction', k.direction, 'outcome', k.outcome, 'talkSeconds',
      case when k.answered_at is not null and k.ended_at is not null then extract(epoch from k.ended_at - k.answered_at) end) as call
    from call k where k.ticket_id = t.id order by k.started_at desc, k.id desc limit 1) l on true`;

/** The ticket, whoever asks; without an asker every note is there to be read. Null when there is none. */
export async function readTicket(sql: Queryable, id: string, askerId: string | null = null): Promise<Ticket | null> {
  const { rows } = await sql.query(`select ${columnsFor('$2::text')} from ticket t ${joined} where t.id = $1`, [
    id,
    askerId,
  ]);
  return rows[0] ? present<Ticket>(rows[0]) : null;
}

export interface TicketFilter {
  readonly status?: readonly TicketStatus[] | undefined;
  readonly channel?: ChannelName | undefined;
  readonly customerId?: string | undefined;
  /** Null asks for tickets that nobody has. */
  readonly assigneeId?: string | null | undefined;
  readonly q?: string | undefined;
  /** Whether parts of an identifier find it, as in the list of customers. */
  readonly parted?: boolean;
  readonly tag?: string | undefined;
}

/** Tickets that the viewer may read, newest first. */
export async function listTickets(
  sql: Queryable,
  viewer: Viewer,
  filter: TicketFilter,
  slice: Slice<string>,
): Promise<Cut<Ticket, string>> {
  const { values, bind } = parameters();
  const conditions = [ticketScope(viewer, bind), ...conditionsOf(filter, bind)];
  if (slice.after !== null) conditions.push(`t.id < ${bind(slice.after)}`);
  // The page is cut before anything is joined to it.
  const { rows } = await sql.query(
    `with page as materialized (select t.* from ticket t where ${conditions.join(' and ')} order by t.id desc limit ${bind(slice.limit + 1)})
     select ${columnsFor(bind(viewer.agentId))} from page t ${joined} order by t.id desc`,
    values,
  );
  return cut(
    rows.map((row) => present<Ticket>(row)),
    slice.limit,
    (ticket) => ticket.id,
  );
}

/** Priority, microseconds since 1970 since when somebody waits, and the ticket's id. */
export type WaitingKey = [priority: number, since: number, id: string];

/** Tickets that the viewer may read, the most urgent first, then who waits longest; where nobody waits, since the ticket is there. */
export async function listWaitingTickets(
  sql: Queryable,
  viewer: Viewer,
  filter: TicketFilter,
  slice: Slice<WaitingKey>,
): Promise<Cut<Ticket, WaitingKey>> {
  const { values, bind } = parameters();
  const conditions = [ticketScope(viewer, bind), ...conditionsOf(filter, bind)];
  const since = '(extract(epoch from coalesce(t.waiting_since, t.created_at)) * 1000000)::int8';
  if (slice.after !== null) {
    const [priority, moment, id] = slice.after;
    conditions.push(
      `(-t.priority, ${since}, t.id) > (${bind(-priority)}::int, ${bind(moment)}::int8, ${bind(id)}::uuid)`,
    );
  }
  const order = `order by t.priority desc, ${since}, t.id`;
  const { rows } = await sql.query<{ since: string }>(
    `with page as materialized (select t.* from ticket t where ${conditions.join(' and ')} ${order} limit ${bind(slice.limit + 1)})
     select ${columnsFor(bind(viewer.agentId))}, ${since} as since from page t ${joined} ${order}`,
    values,
  );
  const { items, next } = cut(
    rows.map(({ since: moment, ...row }) => ({ ticket: present<Ticket>(row), moment: Number(moment) })),
    slice.limit,
    ({ ticket, moment }): WaitingKey => [ticket.priority, moment, ticket.id],
  );
  return { items: items.map(({ ticket }) => ticket), next };
}

function conditionsOf(filter: TicketFilter, bind: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  if (filter.status) conditions.push(`t.status = any(${bind(filter.status)})`);
  if (filter.channel) conditions.push(`t.channel = ${bind(filter.channel)}`);
  if (filter.customerId) conditions.push(`t.customer_id = ${bind(filter.customerId)}`);
  if (filter.assigneeId === null) conditions.push('t.assignee_id is null');
  else if (filter.assigneeId !== undefined) conditions.push(`t.assignee_id = ${bind(filter.assigneeId)}`);
  if (filter.tag) conditions.push(`t.id in (select g.ticket_id from ticket_tag g where g.tag = ${bind(filter.tag)})`);
  if (filter.q) conditions.push(searched(filter.q, bind, filter.parted ?? true));
  return conditions;
}

/** By exact number, or by part of the subject, the customer's name or an identifier. A union, so that each arm has its index. */
function searched(q: string, bind: (value: unknown) => string, parted: boolean): string {
  const pattern = bind(containing(q));
  const number = /^#?(\d{1,9})$/.exec(q)?.[1];
  return `t.id in (
    select s.id from ticket s where s.subject ilike ${pattern}${parted ? '' : ` and s.subject !~ '@|\\d{5}'`}
    ${parted ? inParts(pattern) : `union select s.id from ticket s join customer c on c.id = s.customer_id where ${searchedWhole(q, bind)}`}
    ${number === undefined ? '' : `union select s.id from ticket s where s.number = ${bind(Number(number))}`})`;
}

const inParts = (pattern: string): string => `
    union select s.id from ticket s join customer n on n.id = s.customer_id where n.display_name ilike ${pattern}
    union select s.id from ticket s join identifier i on i.customer_id = s.customer_id where i.value ilike ${pattern}`;

/** A ticket's timeline, oldest first: the events that have been given their `seq`. */
export async function listTicketEvents(
  sql: Queryable,
  ticketId: string,
  slice: Slice<number>,
): Promise<Cut<HubEvent, number>> {
  const { rows } = await sql.query(
    `select seq, id::text, type, at, ticket_id as "ticketId", customer_id as "customerId", queue_id as "queueId", agent_id as "agentId",
       actor_id as "actorId", correlation_id as "correlationId", data
     from event where ticket_id = $1 and seq > $2 order by seq limit $3`,
    [ticketId, slice.after ?? 0, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<HubEvent>(row)),
    slice.limit,
    (event) => event.seq,
  );
}

/** Of these customers, those of whom the viewer may read a ticket. */
export async function worksForCustomers(
  sql: Queryable,
  viewer: Viewer,
  customerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { values, bind } = parameters(customerIds);
  const { rows } = await sql.query<{ id: string }>(
    `select c.id from unnest($1::uuid[]) c (id) where exists (select 1 from ticket t where t.customer_id = c.id and ${ticketScope(viewer, bind)})`,
    values,
  );
  return new Set(rows.map(({ id }) => id));
}
