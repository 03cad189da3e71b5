import type { OutboxItem } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters, readsEverything, type Viewer } from './tickets.ts';

/** Managers see everything that goes out, agents what they wrote. */
const outboxScope = (viewer: Viewer, bind: (value: unknown) => string): string =>
  readsEverything(viewer) ? 'true' : `o.author_id = ${bind(viewer.agentId)}`;

/** Messages on their way out and those that left, newest first. */
export async function listOutbox(
  sql: Queryable,
  viewer: Viewer,
  slice: Slice<string>,
): Promise<Cut<OutboxItem, string>> {
  const { values, bind } = parameters(slice.limit + 1);
  const conditions = [outboxScope(viewer, bind)];
  if (slice.after !== null) conditions.push(`o.id < ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `select o.id, o.message_id as "messageId", o.ticket_id as "ticketId", t.number as "ticketNumber", o.channel, o.recipient as "to",
       coalesce(m.subject, case when o.channel = 'email' then t.subject end) as subject, left(m.body_text, 140) as preview,
       coalesce(m.delivery_status, o.status) as status, o.external_id as "externalId", o.attempts, o.error, o.created_at as "createdAt",
       case when o.raw_sha256 is not null then '/api/v1/outbox/' || o.id || '/raw' end as "rawUrl"
     from outbound o join message m on m.id = o.message_id join ticket t on t.id = o.ticket_id
     where ${conditions.join(' and ')} order by o.id desc limit $1`,
    values,
  );
  return cut(
    rows.map((row) => present<OutboxItem>(row)),
    slice.limit,
    (item) => item.id,
  );
}

/** The hash of a mail's bytes as they went out; null when there is no such item for the viewer, or no bytes were kept. */
export async function readOutboxHash(sql: Queryable, viewer: Viewer, id: string): Promise<string | null> {
  const { values, bind } = parameters(id);
  const { rows } = await sql.query<{ hash: string | null }>(
    `select o.raw_sha256 as hash from outbound o where o.id = $1 and ${outboxScope(viewer, bind)}`,
    values,
  );
  return rows[0]?.hash ?? null;
}
