import type { Message } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { deliveryError, waiting } from './delivery.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters, ticketScope, type Viewer } from './tickets.ts';

const columns = `
  m.id, m.position, m.ticket_id as "ticketId", m.customer_id as "customerId", m.direction, m.channel, m.kind, m.visibility,
  m.external_id as "externalId", m.author_id as "authorId", coalesce(w.name, m.sender_name) as "authorName", m.sender as "from",
  m.recipients as "to", m.copies as cc, m.blind_copies as bcc, m.reply_to as "replyTo", m.identity, m.forward_of as "forwardOf", m.delivered_to as "deliveredTo", m.authenticity, m.classification, m.subject, m.body_text as text, m.reply_text as "replyText", m.body_html as html,
  m.received_at as "receivedAt", case when m.delivery_status = 'sending' then 'queued' else m.delivery_status end as "deliveryStatus", case when o.status = 'sent' then ${deliveryError} else m.delivery_error end as "deliveryError", ${waiting} as waiting, m.raw_sha256 as "rawSha256",
  coalesce(f.attachments, '[]') as attachments,
  coalesce((select jsonb_agg(jsonb_build_object('filename', y.filename, 'contentType', y.content_type) order by y.position)
    from awaited_file y where y.message_id = m.id), '[]') as "awaitedFiles"`;
const joined = `
  left join agent w on w.id = m.author_id
  left join outbound o on o.message_id = m.id and m.direction = 'out'
  left join lateral (
    select jsonb_agg(jsonb_build_object('id', x.id, 'filename', x.filename, 'contentType', x.content_type, 'size', x.size, 'sha256', x.sha256,
      'inline', x.inline, 'contentId', x.content_id, 'url', '/api/v1/attachments/' || x.id) order by x.position) as attachments
    from attachment x where x.message_id = m.id) f on true`;

type MessageRow = Message & { position: number };

function toMessage(row: object): Message {
  const { position: _, ...message } = present<MessageRow>(row);
  return message;
}

/** The message, whoever asks. Null when there is none. */
export async function readMessage(sql: Queryable, id: string): Promise<Message | null> {
  const { rows } = await sql.query(`select ${columns} from message m ${joined} where m.id = $1`, [id]);
  return rows[0] ? toMessage(rows[0]) : null;
}

/** A ticket's messages in the order in which they came. */
export async function listTicketMessages(
  sql: Queryable,
  ticketId: string,
  slice: Slice<number>,
): Promise<Cut<Message, number>> {
  const { rows } = await sql.query<MessageRow>(
    `select ${columns} from message m ${joined} where m.ticket_id = $1 and m.position > $2 order by m.position limit $3`,
    [ticketId, slice.after ?? 0, slice.limit + 1],
  );
  return asMessages(rows, slice.limit);
}

/** Messages of tickets that the viewer may read, in the order in which they came; of one provider's id when it is given. */
export async function listMessages(
  sql: Queryable,
  viewer: Viewer,
  externalId: string | undefined,
  slice: Slice<number>,
): Promise<Cut<Message, number>> {
  const { values, bind } = parameters(slice.after ?? 0, slice.limit + 1);
  const scope = ticketScope(viewer, bind);
  const wanted = externalId === undefined ? '' : `and m.external_id = any(${bind(spellings(externalId))})`;
  const { rows } = await sql.query<MessageRow>(
    `with page as materialized (
       select m.* from message m join ticket t on t.id = m.ticket_id where m.position > $1 and ${scope} ${wanted} order by m.position limit $2)
     select ${columns} from page m ${joined} order by m.position`,
    values,
  );
  return asMessages(rows, slice.limit);
}

/** A Message-ID with and without its angle brackets, which some programs take for a part of it (RFC 5322, 3.6.4). */
function spellings(externalId: string): string[] {
  const bare = externalId.replace(/^<(.*)>$/s, '$1');
  return [bare, `<${bare}>`];
}

function asMessages(rows: readonly MessageRow[], limit: number): Cut<Message, number> {
  const page = cut(rows, limit, (row) => row.position);
  return { items: page.items.map(toMessage), next: page.next };
}
