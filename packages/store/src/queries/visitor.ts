/**
 * What a chat visitor may see. A conversation is tied by `ticket.visitor_id`, not by the customer: after a merge one
 * customer has several visitors, and none of them may read what another wrote or was answered. Internal notes, other
 * channels and agents' addresses never leave these queries.
 */
import type { StoredFile, VisitorMessage } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Attachment URLs are left to whoever knows where the hub is served. */
export type VisitorMessageRow = Omit<VisitorMessage, 'attachments'> & {
  visitorId: string;
  ticketId: string;
  attachments: Omit<VisitorMessage['attachments'][number], 'url'>[];
};
export interface VisitorTicket {
  ticketId: string;
  agentName: string | null;
  visitorName: string | null;
}
/** What a delivery report about a message is made out to. */
export interface VisitorReceipt {
  messageId: string;
  clientId: string | null;
  channelAccount: string;
  externalId: string;
}

export interface VisitorStore {
  /** Messages after `after`, and the newest few in any case, oldest first, 200 at most. */
  conversation(visitorId: string, after: number): Promise<VisitorMessageRow[]>;
  /** Those of these messages that a visitor may see, each with its visitor. */
  messages(messageIds: readonly string[]): Promise<VisitorMessageRow[]>;
  /** The visitor's newest conversation that is not closed. */
  currentTicket(visitorId: string): Promise<VisitorTicket | null>;
  visitorOf(ticketId: string): Promise<string | null>;
  /** The centre's messages up to this one that lack the mark. Empty when the message is not of this visitor's conversation. */
  unmarked(visitorId: string, messageId: string, status: 'delivered' | 'read'): Promise<VisitorReceipt[]>;
  /** The visitor's messages on this ticket that no agent has read so far. */
  unreadByAgent(ticketId: string): Promise<VisitorReceipt[]>;
  addUpload(visitorId: string, file: Pick<StoredFile, 'filename' | 'contentType' | 'size' | 'sha256'>): Promise<string>;
  /** The visitor's own uploads among these ids, by id. */
  uploads(visitorId: string, ids: readonly string[]): Promise<Map<string, StoredFile>>;
  /** A file of the visitor's own conversation, or one that the visitor uploaded. */
  file(visitorId: string, fileId: string): Promise<StoredFile | null>;
}

const pageLength = 200;
/**
 * `position` is given before commit, so a message can become visible after one with a higher position. The newest few are
 * therefore sent again with every resume; the widget knows them by id.
 */
const overlap = 20;

// A visitor's own messages carry the visitor in their external id, so that a ticket which a merge brought to two visitors
// still shows each of them nothing of the other's.
const visible = `m.visibility = 'public' and t.visitor_id is not null and m.channel_account = t.channel_account
  and (m.direction = 'out' or m.external_id like t.visitor_id || ':%')`;

const selectMessages = `
  select m.position as seq, m.id, t.visitor_id as "visitorId", t.id as "ticketId", m.kind, m.body_text as text, m.received_at as at,
    case when m.direction = 'in' then substr(m.external_id, 38) end as "clientId",
    case when m.direction = 'in' then 'visitor' when m.author_id is not null then 'agent' else 'system' end as "from",
    a.name, case when d.read then 'read' when d.delivered then 'delivered' else 'sent' end as status,
    coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'filename', f.filename, 'contentType', f.content_type, 'size', f.size)
      order by f.position) from attachment f where f.message_id = m.id), '[]') as attachments
  from message m
  join ticket t on t.id = m.ticket_id
  left join agent a on a.id = m.author_id
  left join outbound o on o.message_id = m.id
  cross join lateral (
    select bool_or(r.status = 'read') as read, bool_or(r.status = 'delivered') as delivered from delivery_report r
    where r.channel_account = m.channel_account and r.external_id = coalesce(o.id::text, m.external_id)) d`;

/** Named queries over the pool, or over a client inside a transaction. */
export function createVisitorStore(db: Queryable): VisitorStore {
  const rows = async <T extends object>(text: string, values: unknown[]): Promise<T[]> =>
    (await db.query<T>(text, values)).rows;
  const first = async <T extends object>(text: string, values: unknown[]): Promise<T | null> =>
    (await rows<T>(text, values))[0] ?? null;
  return {
    async conversation(visitorId, after) {
      const found = await rows<RawMessage>(
        `select * from (${selectMessages} where t.visitor_id = $1 and ${visible} order by m.position desc limit ${pageLength}) page order by seq`,
        [visitorId],
      );
      const recent = found.length - overlap;
      return found.map(messageRow).filter((message, index) => message.seq > after || index >= recent);
    },
    async messages(messageIds) {
      if (messageIds.length === 0) return [];
      return (
        await rows<RawMessage>(`${selectMessages} where m.id = any ($1::uuid[]) and ${visible} order by m.position`, [
          messageIds,
        ])
      ).map(messageRow);
    },
    currentTicket: (visitorId) => first<VisitorTicket>(currentTicket, [visitorId]),
    async visitorOf(ticketId) {
      return (
        (
          await first<{ visitorId: string | null }>('select visitor_id as "visitorId" from ticket where id = $1', [
            ticketId,
          ])
        )?.visitorId ?? null
      );
    },
    unmarked: (visitorId, messageId, status) =>
      rows<VisitorReceipt>(unmarked, [visitorId, messageId, status === 'read' ? ['read'] : ['delivered', 'read']]),
    unreadByAgent: (ticketId) => rows<VisitorReceipt>(unreadByAgent, [ticketId]),
    async addUpload(visitorId, { filename, contentType, size, sha256 }) {
      const added = await first<{ id: string }>(
        'insert into upload (owner_id, filename, content_type, size, sha256) values ($1, $2, $3, $4, $5) returning id',
        [uploadOwner(visitorId), filename, contentType, size, sha256],
      );
      if (!added) throw new Error('insert returned no row');
      return added.id;
    },
    async uploads(visitorId, ids) {
      const found = await rows<RawFile>(
        `select ${fileColumns} from upload f where f.owner_id = $1 and f.id = any ($2::uuid[])`,
        [uploadOwner(visitorId), ids],
      );
      return new Map(found.map((row) => [row.id, storedFile(row)]));
    },
    async file(visitorId, fileId) {
      const found = await first<RawFile>(ownFile, [visitorId, fileId, uploadOwner(visitorId)]);
      return found && storedFile(found);
    },
  };
}

const currentTicket = `
  select t.id as "ticketId", a.name as "agentName", c.display_name as "visitorName"
  from ticket t join customer c on c.id = t.customer_id left join agent a on a.id = t.assignee_id
  where t.visitor_id = $1 and t.status <> 'closed' order by t.last_activity_at desc limit 1`;

// The provider's id of an answer is its outbound row's id, also before the send is recorded.
const unmarked = `
  select m.id as "messageId", null as "clientId", m.channel_account as "channelAccount", o.id::text as "externalId"
  from message last join ticket lt on lt.id = last.ticket_id and lt.visitor_id = $1
  join ticket t on t.visitor_id = $1
  join message m on m.ticket_id = t.id and m.position <= last.position
  join outbound o on o.message_id = m.id
  where last.id = $2 and ${visible} and m.direction = 'out'
    and not exists (select 1 from delivery_report r
      where r.channel_account = m.channel_account and r.external_id = o.id::text and r.status = any ($3))
  order by m.position`;

const unreadByAgent = `
  select m.id as "messageId", substr(m.external_id, 38) as "clientId", m.channel_account as "channelAccount", m.external_id as "externalId"
  from message m join ticket t on t.id = m.ticket_id
  where t.id = $1 and m.direction = 'in' and ${visible}
    and not exists (select 1 from delivery_report r
      where r.channel_account = m.channel_account and r.external_id = m.external_id and r.status = 'read')
  order by m.position`;

const fileColumns = `f.id, f.filename, f.content_type as "contentType", f.size, f.sha256`;
const ownFile = `
  select ${fileColumns} from attachment f join message m on m.id = f.message_id join ticket t on t.id = m.ticket_id
  where f.id = $2 and t.visitor_id = $1 and ${visible}
  union all select ${fileColumns} from upload f where f.id = $2 and f.owner_id = $3`;

const uploadOwner = (visitorId: string) => `visitor:${visitorId}`;

type RawMessage = Omit<VisitorMessageRow, 'at'> & { at: Date };
type RawFile = { id: string; filename: string; contentType: string; size: number; sha256: string };

const messageRow = (row: RawMessage): VisitorMessageRow => ({ ...row, at: row.at.toISOString() });
const storedFile = ({ filename, contentType, size, sha256 }: RawFile): StoredFile => ({
  filename,
  contentType,
  size,
  sha256,
  inline: false,
});
