/** Routing rules: their versions, the draft of the next, and what routing asks for. */
import type { ChannelName, RoutingDraft, RoutingRule, RoutingVersion } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

const versions = `select v.version, v.rules, v.note, a.name as "publishedByName", v.published_at as "publishedAt"
  from routing_rules_version v left join agent a on a.id = v.published_by`;

const noRules: RoutingVersion = { version: 0, rules: [], note: '', publishedByName: null, publishedAt: null };

/** The version that holds. */
export async function newestRouting(sql: Queryable): Promise<RoutingVersion> {
  const { rows } = await sql.query(`${versions} order by v.version desc limit 1`, []);
  return rows[0] ? present<RoutingVersion>(rows[0]) : noRules;
}

export async function readRoutingVersion(sql: Queryable, version: number): Promise<RoutingVersion | null> {
  const { rows } = await sql.query(`${versions} where v.version = $1`, [version]);
  return rows[0] ? present<RoutingVersion>(rows[0]) : null;
}

/** Newest first. */
export async function listRoutingVersions(sql: Queryable, slice: Slice<number>): Promise<Cut<RoutingVersion, number>> {
  const { rows } = await sql.query(
    `${versions} where $1::int is null or v.version < $1 order by v.version desc limit $2`,
    [slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<RoutingVersion>(row)),
    slice.limit,
    ({ version }) => version,
  );
}

export async function readRoutingDraft(sql: Queryable): Promise<RoutingDraft | null> {
  const { rows } = await sql.query(
    `select d.rules, d.based_on as "basedOn", d.revision, a.name as "editedByName", d.edited_at as "editedAt"
     from routing_rules_draft d left join agent a on a.id = d.edited_by`,
    [],
  );
  return rows[0] ? present<RoutingDraft>(rows[0]) : null;
}

/** False when it is not the one that was seen any more. */
export async function writeRoutingDraft(
  tx: Queryable,
  draft: { rules: readonly RoutingRule[]; basedOn: number; revision: number; agentId: string },
): Promise<boolean> {
  const values = [JSON.stringify(draft.rules), draft.basedOn, draft.revision, draft.agentId];
  const { rowCount } = await tx.query(
    draft.revision === 0
      ? `insert into routing_rules_draft (rules, based_on, revision, edited_by) values ($1, $2, $3::int + 1, $4) on conflict do nothing`
      : `update routing_rules_draft set rules = $1, based_on = $2, revision = revision + 1, edited_by = $4, edited_at = now() where revision = $3`,
    values,
  );
  return rowCount === 1;
}

export async function deleteRoutingDraft(tx: Queryable, revision: number): Promise<boolean> {
  const { rowCount } = await tx.query('delete from routing_rules_draft where revision = $1', [revision]);
  return rowCount === 1;
}

/** Makes the draft that was seen the next version. Null when it is another one now, or another version was published since it was begun. */
export async function publishRouting(
  tx: Queryable,
  input: { revision: number; note: string; agentId: string },
): Promise<number | null> {
  const { rows } = await tx.query<{ version: number }>(
    `with newest as (select coalesce(max(version), 0) as version from routing_rules_version),
     taken as (
       delete from routing_rules_draft d using newest n where d.revision = $1 and d.based_on = n.version returning d.rules, n.version)
     insert into routing_rules_version (version, rules, note, published_by) select version + 1, rules, $2, $3 from taken
     on conflict do nothing returning version`,
    [input.revision, input.note, input.agentId],
  );
  return rows[0]?.version ?? null;
}

// --- What routing asks for -------------------------------------------------------------------------------------------

export interface RoutedQueue {
  id: string;
  channels: ChannelName[];
}

/** The queues in the order in which a channel's contacts look for theirs, and which version of the rules holds; 0: there are none. */
export async function readRouting(sql: Queryable): Promise<{ queues: RoutedQueue[]; version: number }> {
  const { rows } = await sql.query<{ queues: RoutedQueue[]; version: number }>(
    `select (select coalesce(max(version), 0) from routing_rules_version) as version,
       (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'channels', channels) order by position, name), '[]') from queue) as queues`,
    [],
  );
  return rows[0] ?? { queues: [], version: 0 };
}

export interface RoutedCustomerRow {
  customerId: string;
  grade: string | null;
  stage: string | null;
  vip: boolean;
  segments: string[];
}

export async function readRoutedCustomers(sql: Queryable, ids: readonly string[]): Promise<RoutedCustomerRow[]> {
  const { rows } = await sql.query<RoutedCustomerRow>(
    `select c.id as "customerId", c.grade, c.stage, c.vip,
       array(select s.key from segment_member e join segment s on s.id = e.segment_id where e.customer_id = c.id order by s.key) as segments
     from customer c where c.id = any ($1::uuid[])`,
    [ids],
  );
  return rows;
}

export interface RoutedTicketRow {
  ticketId: string;
  number: number;
  subject: string;
  customerId: string;
  /** As it was received; null where it is not kept any more. */
  contact: unknown;
  /** When the customer was new with this contact, nothing was known of them. */
  newCustomer: boolean;
  /** Our addresses that it is answered from. */
  addresses: string[];
  /** Of the ticket that it is linked to. */
  earlierQueueId: string | null;
}

/** Tickets with the contact that opened each, cut as routing reads it. */
export async function readRoutedTickets(sql: Queryable, ids: readonly string[]): Promise<RoutedTicketRow[]> {
  const { rows } = await sql.query<RoutedTicketRow>(
    `select t.id as "ticketId", t.number, t.subject, t.customer_id as "customerId", c.created_at >= t.created_at as "newCustomer",
       array(select d.address from ticket_address d where d.ticket_id = t.id order by d.address) as addresses, l.queue_id as "earlierQueueId",
       (b.contact - 'html' - 'attachments') || jsonb_build_object('text', left(b.contact ->> 'text', 2000))
         || case when b.contact ? 'replyText' then jsonb_build_object('replyText', left(b.contact ->> 'replyText', 2000)) else '{}' end as contact
     from unnest($1::uuid[]) with ordinality a (id, n) join ticket t on t.id = a.id join customer c on c.id = t.customer_id
     left join ticket l on l.id = t.linked_ticket_id
     left join lateral (select m.inbox_id from message m where m.ticket_id = t.id and m.direction = 'in' order by m.position limit 1) m on true
     left join inbox b on b.id = m.inbox_id
     order by a.n`,
    [ids],
  );
  return rows;
}
