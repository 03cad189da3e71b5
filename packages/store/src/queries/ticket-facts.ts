/** What conditions ask of tickets, gathered by one statement for as many as there are. */
import type { Queryable } from '../database.ts';

export interface AskedTicket {
  readonly ticketId: string;
  /** The message that it is about; without one the customer's last. */
  readonly messageId: string | null;
}

export interface TicketFactsRow {
  /** The place among those asked for. */
  n: number;
  ticketId: string;
  number: number;
  channel: string;
  addresses: string[];
  sender: string | null;
  queueId: string | null;
  requestType: string | null;
  grade: string | null;
  stage: string | null;
  vip: boolean;
  segments: string[];
  tags: string[];
  status: string;
  priority: number;
  assigneeId: string | null;
  subject: string;
  text: string | null;
  messageKind: string | null;
  language: string | null;
  contentLanguage: string | null;
  category: string | null;
}

/** Tickets that are not there are left out. @param longest characters of a text */
export async function gatherTicketFacts(
  sql: Queryable,
  asked: readonly AskedTicket[],
  longest: number,
): Promise<TicketFactsRow[]> {
  if (asked.length === 0) return [];
  const { rows } = await sql.query<TicketFactsRow>(
    `select (a.n - 1)::int as n, t.id as "ticketId", t.number, t.channel, t.contact_address as sender, t.queue_id as "queueId",
       t.request_type as "requestType", c.grade, c.stage, c.vip, t.status, t.priority, t.assignee_id as "assigneeId", t.subject,
       m.text, m.kind as "messageKind", m.language, m.content_language as "contentLanguage", m.category,
       array(select d.address from ticket_address d where d.ticket_id = t.id union select t.channel_account) as addresses,
       array(select g.tag from ticket_tag g where g.ticket_id = t.id order by g.tag) as tags,
       array(select s.key from segment_member e join segment s on s.id = e.segment_id where e.customer_id = t.customer_id order by s.key) as segments
     from unnest($1::uuid[], $2::uuid[]) with ordinality a (ticket_id, message_id, n)
     join ticket t on t.id = a.ticket_id join customer c on c.id = t.customer_id
     left join lateral (
       select left(coalesce(b.reply_text, b.body_text), $3) as text, b.kind, b.classification ->> 'category' as category,
         i.contact ->> 'language' as language, i.contact ->> 'contentLanguage' as content_language from (
         (select k.* from message k where k.id = a.message_id and k.ticket_id = t.id)
         union all
         (select k.* from message k where a.message_id is null and k.ticket_id = t.id and k.direction = 'in' order by k.position desc limit 1)
       ) b left join inbox i on i.id = b.inbox_id) m on true
     order by a.n`,
    [asked.map(({ ticketId }) => ticketId), asked.map(({ messageId }) => messageId), longest],
  );
  return rows;
}
