/** Replies that stand for a moment before they become messages. Every change of state is a compare-and-set. */
import type { HeldReply, MessageCreate } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';

export interface NewHeldReply {
  ticketId: string;
  authorId: string;
  authorName: string;
  idempotencyKey: string;
  /** The key that a message would have which the caller wrote under it. */
  replyKey: string;
  requestHash: string;
  input: MessageCreate;
  delaySeconds: number;
  correlationId: string;
}

type HeldBack = { outcome: 'created' | 'repeated'; id: string; dueAt: string } | { outcome: 'mismatch' };

/** `mismatch`: the key was used for another reply, or for a message. */
export async function holdReply(sql: Queryable, reply: NewHeldReply): Promise<HeldBack> {
  const { rows } = await sql.query<{ answer: HeldBack }>('select hold_reply($1) as answer', [JSON.stringify(reply)]);
  return rows[0]?.answer as HeldBack;
}

/** SQL: the ids of a message's files, as it was handed in. */
export const fileIdsOf = (input: string): string =>
  `select case jsonb_typeof(a) when 'object' then a ->> 'id' else a #>> '{}' end::uuid from jsonb_array_elements(${input} -> 'attachments') a`;

/** SQL: those of a message's files that are uploads of the owner, as JSON. */
export const filesOf = (input: string, owner: string): string => `coalesce((
    select jsonb_agg(jsonb_build_object('id', u.id, 'filename', u.filename, 'contentType', u.content_type, 'size', u.size, 'sha256', u.sha256))
    from upload u where u.owner_id = ${owner} and u.id in (${fileIdsOf(input)})),
    '[]')`;

const columns = `h.id, h.ticket_id as "ticketId", (select t.number from ticket t where t.id = h.ticket_id) as "ticketNumber", h.author_id as "authorId", h.author_name as "authorName", h.state, h.due_at as "dueAt",
  h.reason, h.message_id as "messageId", h.input, ${filesOf('h.input', 'h.author_id')} as files`;

export async function readHeldReply(sql: Queryable, id: string): Promise<HeldReply | null> {
  const { rows } = await sql.query(`select ${columns} from held_reply h where h.id = $1`, [id]);
  return rows[0] ? present<HeldReply>(rows[0]) : null;
}

/** The author's replies that have not left, oldest first; on one ticket, or in one state. */
export async function listHeldReplies(
  sql: Queryable,
  authorId: string,
  wanted: { ticketId?: string; state?: 'held' | 'leaving' | 'failed' | undefined },
  slice: Slice<string>,
): Promise<Cut<HeldReply, string>> {
  const { rows } = await sql.query(
    `select ${columns} from held_reply h
     where h.author_id = $1 and h.state in ('held', 'leaving', 'failed') and ($2::uuid is null or h.ticket_id = $2)
       and ($3::text is null or h.state = $3) and ($4::uuid is null or h.id > $4)
     order by h.id limit $5`,
    [authorId, wanted.ticketId ?? null, wanted.state ?? null, slice.after, slice.limit + 1],
  );
  return cut(
    rows.map((row) => present<HeldReply>(row)),
    slice.limit,
    (held) => held.id,
  );
}

interface EarlierHeld {
  id: string;
  requestHash: string;
  state: HeldReply['state'];
  /** The message that it became; null while it has not left. */
  messageId: string | null;
}

/** What this author held back on the ticket under this key before, the hash of that request, and what became of it. */
export async function findHeldReply(
  sql: Queryable,
  ticketId: string,
  authorId: string,
  key: string,
): Promise<EarlierHeld | null> {
  const { rows } = await sql.query<EarlierHeld>(
    `select id, request_hash as "requestHash", state, message_id as "messageId" from held_reply where ticket_id = $1 and author_id = $2 and idempotency_key = $3`,
    [ticketId, authorId, key],
  );
  return rows[0] ?? null;
}

/** False when it was in none of these states: somebody was faster. */
export async function moveHeldReply(
  sql: Queryable,
  id: string,
  from: readonly HeldReply['state'][],
  to: HeldReply['state'],
  more: { reason?: string; messageId?: string } = {},
): Promise<boolean> {
  const { rows } = await sql.query<{ moved: boolean }>('select move_held_reply($1, $2, $3, $4, $5) as moved', [
    id,
    from,
    to,
    more.reason ?? null,
    more.messageId ?? null,
  ]);
  return rows[0]?.moved ?? false;
}

export interface ClaimedReply {
  id: string;
  ticketId: string;
  authorId: string;
  authorName: string;
  input: unknown;
  attempts: number;
  correlationId: string;
  /** The message, when whoever took the reply before had written it and did not come to say so. */
  writtenId: string | null;
}

/**
 * Takes a reply that is due, or one that a process took and left. `now`: also one that is not due yet, or that failed. Null when there
 * is nothing to do. What fell due together leaves in the order in which it was written: one waits while an earlier one of its author is on
 * its way.
 */
export async function claimHeldReply(
  sql: Queryable,
  id: string,
  abandonedMs: number,
  now = false,
): Promise<ClaimedReply | null> {
  const { rows } = await sql.query<ClaimedReply>(
    `update held_reply set state = 'leaving', reason = null, claimed_at = now(), attempts = case state when 'failed' then 1 else attempts + 1 end
     where id = $1 and (state = 'held' and (due_at <= now() or $3) or state = 'failed' and $3
       or state = 'leaving' and claimed_at < now() - make_interval(secs => $2 / 1000.0))
       and ($3 or not exists (select 1 from held_reply earlier where earlier.author_id = held_reply.author_id
         and earlier.ticket_id = held_reply.ticket_id and earlier.id < held_reply.id and earlier.state in ('held', 'leaving')
         and earlier.due_at <= held_reply.due_at))
     returning id, ticket_id as "ticketId", author_id as "authorId", author_name as "authorName", input, attempts,
       correlation_id as "correlationId", (
         select o.message_id from outbound o where o.ticket_id = held_reply.ticket_id and o.idempotency_key = 'held:' || held_reply.id) as "writtenId"`,
    [id, abandonedMs, now],
  );
  return rows[0] ?? null;
}

/** The next reply of its author on the ticket that waited for this one. */
export async function nextHeldReply(
  sql: Queryable,
  after: ClaimedReply,
): Promise<{ id: string; attempts: number } | null> {
  const { rows } = await sql.query<{ id: string; attempts: number }>(
    `select id, attempts from held_reply where author_id = $1 and ticket_id = $2 and id > $3 and state = 'held' and due_at <= now()
     order by id limit 1`,
    [after.authorId, after.ticketId, after.id],
  );
  return rows[0] ?? null;
}

/** Replies whose job must have been lost. */
export async function dueHeldReplies(
  sql: Queryable,
  graceMs: number,
  abandonedMs: number,
  limit: number,
): Promise<{ id: string; attempts: number }[]> {
  const { rows } = await sql.query<{ id: string; attempts: number }>(
    `select id, attempts from held_reply where state = 'held' and due_at < now() - make_interval(secs => $1 / 1000.0)
       or state = 'leaving' and claimed_at < now() - make_interval(secs => $2 / 1000.0) order by due_at limit $3`,
    [graceMs, abandonedMs, limit],
  );
  return rows;
}

export async function undoSecondsOf(sql: Queryable, agentId: string): Promise<number> {
  const { rows } = await sql.query<{ seconds: number }>('select undo_seconds as seconds from agent where id = $1', [
    agentId,
  ]);
  return rows[0]?.seconds ?? 0;
}
