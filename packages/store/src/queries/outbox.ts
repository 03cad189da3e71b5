import type { ChannelName, HandedIn, OutboxFilter, OutboxItem } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { deliveryError, inDoubt, missedSome, waiting } from './delivery.ts';
import { filesOf } from './held-replies.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters, readsEverything, type Viewer } from './tickets.ts';

/** Managers see everything that goes out, agents what they wrote. */
const outboxScope = (viewer: Viewer, bind: (value: unknown) => string): string =>
  readsEverything(viewer) ? 'true' : `o.author_id = ${bind(viewer.agentId)}`;

/**
 * SQL: what was handed in for a message that failed, `w.input`, and the files of it that are the viewer's, `w.files`; no row where that is
 * not all of it. What was not held back is read off the message, in which files and what is passed on are not told apart from the rest.
 */
const written = (viewer: string): string => `
  select input, files from (
    select given.input, ${filesOf('given.input', viewer)} as files from (
      select case
        when h.input ? 'text' then h.input
        when h.id is null and m.forward_of is null and not exists (select 1 from attachment a where a.message_id = m.id) then
          jsonb_strip_nulls(jsonb_build_object('text', coalesce(m.reply_text, m.body_text), 'visibility', m.visibility, 'attachments', '[]'::jsonb))
          || case when m.channel = 'email' then jsonb_strip_nulls(jsonb_build_object('to', m.recipients, 'cc', m.copies, 'bcc', m.blind_copies,
            'subject', case when m.own_subject then m.subject end, 'identityId', m.identity -> 'id')) else '{}' end
      end as input
      from (select 1) once left join held_reply h
        on h.message_id = m.id and h.id = case when o.idempotency_key ~ '^held:[0-9a-f-]{36}$' then substr(o.idempotency_key, 6)::uuid end) given
    where m.delivery_status = 'failed' and m.visibility = 'public' and m.author_id is not null) whole
  where jsonb_array_length(files) = jsonb_array_length(input -> 'attachments')`;

/** Messages on their way out and those that left, newest first. */
export async function listOutbox(
  sql: Queryable,
  viewer: Viewer,
  status: OutboxFilter,
  slice: Slice<string>,
): Promise<Cut<OutboxItem, string>> {
  const { values, bind } = parameters(slice.limit + 1);
  const conditions = [outboxScope(viewer, bind)];
  if (status === 'undelivered')
    conditions.push(
      `o.author_id = ${bind(viewer.agentId)} and m.author_id = o.author_id and (m.delivery_status in ('failed', 'unknown') or ${missedSome}) and o.decided_at is null`,
    );
  else if (status === 'partly') conditions.push(missedSome);
  else if (status) conditions.push(`m.delivery_status = ${bind(status)}`);
  if (slice.after !== null) conditions.push(`o.id < ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `select o.id, o.message_id as "messageId", o.ticket_id as "ticketId", t.number as "ticketNumber", o.channel, o.recipient as "to",
       coalesce(m.subject, case when o.channel = 'email' then t.subject end) as subject, left(m.body_text, 140) as preview,
       exists (${written(bind(viewer.agentId))}) as anew,
       case when m.delivery_status = 'sending' then 'queued' else coalesce(m.delivery_status, 'queued') end as status, ${inDoubt} as "inDoubt", o.external_id as "externalId", o.attempts, ${deliveryError} as error, ${waiting} as waiting, o.decided_at as "decidedAt", o.created_at as "createdAt",
       case when o.raw_sha256 is not null or exists (select 1 from kept_mail k where k.outbound_id = o.id) then '/api/v1/outbox/' || o.id || '/raw' end as "rawUrl"
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

/** Who wrote an outgoing message, null for a machine, on which ticket, and by what it leaves; null when there is none. */
export async function readOutboxEnds(
  sql: Queryable,
  id: string,
): Promise<{ ticketId: string; authorId: string | null; channel: ChannelName } | null> {
  const { rows } = await sql.query<{ ticketId: string; authorId: string | null; channel: ChannelName }>(
    'select ticket_id as "ticketId", author_id as "authorId", channel from outbound where id = $1',
    [id],
  );
  return rows[0] ?? null;
}

/** What was handed in for a message that failed, and who wrote it; null when there is no such item for the viewer, or not all of it is there. */
export async function readWritten(
  sql: Queryable,
  viewer: Viewer,
  id: string,
): Promise<(HandedIn & { authorId: string }) | null> {
  const { values, bind } = parameters(id);
  const { rows } = await sql.query<HandedIn & { authorId: string }>(
    `select o.ticket_id as "ticketId", m.author_id as "authorId", w.input, w.files
     from outbound o join message m on m.id = o.message_id cross join lateral (${written(bind(viewer.agentId))}) w
     where o.id = $1 and ${outboxScope(viewer, bind)}`,
    values,
  );
  return rows[0] ?? null;
}

/** A mail's bytes as they went out, or their hash in the file store; both null when there is no such item for the viewer, or none were kept. */
export async function readOutboxRaw(
  sql: Queryable,
  viewer: Viewer,
  id: string,
): Promise<{ raw: Buffer | null; sha256: string | null }> {
  const { values, bind } = parameters(id);
  const { rows } = await sql.query<{ raw: Buffer | null; sha256: string | null }>(
    `select k.raw, o.raw_sha256 as sha256 from outbound o left join kept_mail k on k.outbound_id = o.id where o.id = $1 and ${outboxScope(viewer, bind)}`,
    values,
  );
  return rows[0] ?? { raw: null, sha256: null };
}
