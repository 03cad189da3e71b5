/** What was escalated, and by which rule. */
import type { EventData } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Null when the rule was carried out for this cause already. */
export async function insertEscalation(
  tx: Queryable,
  input: { ticketId: string; ruleId: string | null; cause: string; actorId: string | null },
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into escalation (ticket_id, rule_id, cause, actor_id) values ($1, $2, $3, $4)
     on conflict (ticket_id, rule_id, cause) where rule_id is not null do nothing returning id`,
    [input.ticketId, input.ruleId, input.cause, input.actorId],
  );
  return rows[0]?.id ?? null;
}

export async function tellEscalated(
  tx: Queryable,
  ticketId: string,
  actorId: string | null,
  data: EventData<'ticket.escalated'>,
): Promise<void> {
  await tx.query(
    `insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
     select 'ticket.escalated', id, customer_id, queue_id, assignee_id, $2, $3 from ticket where id = $1`,
    [ticketId, actorId, JSON.stringify(data)],
  );
}

export interface Supervisor {
  id: string;
  name: string;
  email: string;
  phone: string | null;
}

/** Of these agents, or of all where none is named, the managers and administrators. */
export async function supervisorsAmong(sql: Queryable, agentIds: readonly string[]): Promise<Supervisor[]> {
  const { rows } = await sql.query<Supervisor>(
    `select id, name, email, phone from agent where role in ('manager', 'admin') and (cardinality($1::text[]) = 0 or id = any ($1)) order by name, id`,
    [agentIds],
  );
  return rows;
}

/** An internal message of the ticket that leaves for a supervisor. Answers the outbound row's id. */
export async function insertPage(
  tx: Queryable,
  page: {
    ticketId: string;
    channel: 'email' | 'sms';
    channelAccount: string;
    sender: string;
    recipient: string;
    subject: string;
    text: string;
    key: string;
  },
): Promise<string> {
  const { rows } = await tx.query<{ outboundId: string }>(
    `with said as (
       insert into message (ticket_id, customer_id, direction, channel, channel_account, kind, visibility, sender, recipients, subject, own_subject,
         body_text, delivery_status)
       select id, customer_id, 'out', $2, $3, 'system', 'internal', $4, array[$5], $6, true, $7, 'queued' from ticket where id = $1 returning id),
     leaving as (
       insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, automatic, correlation_id)
       select id, $1, $8, $2, $3, $5, true, $8 from said returning id, message_id),
     counted as (update ticket set message_count = message_count + 1, updated_at = now() where id = $1 returning id, customer_id, queue_id, assignee_id),
     told as (
       insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
       select 'message.created', c.id, c.customer_id, c.queue_id, c.assignee_id, $8, jsonb_build_object('messageId', l.message_id, 'channel', $2::text,
         'kind', 'system', 'visibility', 'internal', 'direction', 'out') from counted c, leaving l)
     select id as "outboundId" from leaving`,
    [page.ticketId, page.channel, page.channelAccount, page.sender, page.recipient, page.subject, page.text, page.key],
  );
  return (rows[0] as { outboundId: string }).outboundId;
}
