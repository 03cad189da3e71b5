import {
  storableText,
  type ChannelName,
  type DeliveryReport,
  type MessageIdentity,
  type OutboundMessage,
  type StoredFile,
} from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface ClaimedOutbound extends OutboundMessage {
  channel: string;
  attempts: number;
  postponed: number;
  claimedAt: string;
  messageId: string;
  /** Since when an earlier try may have arrived although its answer said that it failed; null when none may have. */
  doubtfulSince: string | null;
  /** Why it is not to be sent again; it is claimed because an earlier try may have arrived. */
  standsAgainst?: string | null;
  correlationId: string;
}

/** Not sent: no token or a rest of the account, with when to ask again; or settled already, since something stands against it. */
export type HeldBack = { postponedMs: number; round: number } | { obstacle: string; ticketId: string };

/**
 * Moves due messages from `queued` to `sending`; null for one that somebody else has, or that is not due. In the order of `ids`.
 */
export async function claimOutbounds(
  sql: Queryable,
  ids: readonly string[],
): Promise<(ClaimedOutbound | HeldBack | null)[]> {
  const { rows } = await sql.query<{ id: string; claimed: ClaimedOutbound | HeldBack | null }>(
    'select id, claimed from claim_outbounds($1::uuid[])',
    [[...new Set(ids)]],
  );
  const byId = new Map(rows.map(({ id, claimed }) => [id, claimed]));
  // An id that is asked for twice at once is one claim.
  return ids.map((id) => {
    const claimed = byId.get(id) ?? null;
    byId.delete(id);
    return claimed;
  });
}

export interface OutboundResult {
  result: 'sent' | 'failed' | 'unknown' | 'retry';
  externalId?: string | undefined;
  error?: string | undefined;
  /** Milliseconds to the next try (`retry`), or to asking the provider (`unknown`). */
  afterMs?: number | undefined;
  /** So long the whole account rests. */
  pauseMs?: number | undefined;
  rawSha256?: string | undefined;
  /** The bytes that were made, where they are small enough for a row. */
  raw?: Uint8Array | undefined;
  /** Of several recipients these have it: they are left out of every further try. */
  reached?: readonly string[] | undefined;
  /** Whom the provider had refused before it was lost whether it took the rest (`unknown`): an address and, in brackets, why. */
  untaken?: readonly string[] | undefined;
  /** The carrier's words that the recipient told it STOP. */
  optedOut?: string | undefined;
  /** It may have arrived all the same: the provider is asked before the next try. */
  doubtful?: boolean | undefined;
  /** And nothing of the tries before it has: it is asked since this one. */
  doubtfulAnew?: boolean | undefined;
  /** The provider was reached and put off this message: it says little of how the account is doing. */
  putOff?: boolean | undefined;
  /** No provider was asked: it says nothing of how the account is doing. */
  heldBack?: boolean | undefined;
}

/** What a provider said, in a form that can be written down. */
function storable<T extends Pick<OutboundResult, 'externalId' | 'error' | 'optedOut'>>(outcome: T): T {
  const { externalId, error, optedOut } = outcome;
  return {
    ...outcome,
    ...(externalId !== undefined && { externalId: storableId(externalId) }),
    ...(error !== undefined && { error: storableText(error) }),
    ...(optedOut !== undefined && { optedOut: storableText(optedOut) }),
  };
}

/** Ids are not cut: two that begin alike are two. */
const storableId = (id: string): string => storableText(id, id.length);

export interface SettledOutbound {
  /** False when that try is not the one that counts any more: then nothing is changed. */
  settled: boolean;
  /** What its ticket has to send next. */
  next: NextOutbound | null;
}

export interface NextOutbound {
  id: string;
  round: number;
  /** A page or a code need not leave by the channel of its ticket. */
  channel: ChannelName;
}

/** Writes down how several sends ended; in the order of `items`. */
export async function settleOutbounds(
  sql: Queryable,
  items: readonly { id: string; attempt: number; outcome: OutboundResult }[],
): Promise<SettledOutbound[]> {
  const { rows } = await sql.query<{ ended: string[] }>('select settle_outbounds($1) as ended', [
    JSON.stringify(
      items.map(({ id, attempt, outcome: { raw, ...outcome } }) => ({
        id,
        attempt,
        ...storable(outcome),
        ...(raw && { raw: Buffer.from(raw).toString('base64') }),
      })),
    ),
  ]);
  const ended = new Set(rows[0]?.ended);
  const next = await nextOutbounds(
    sql,
    items.map(({ id }) => id),
  );
  return items.map(({ id }) => ({ settled: ended.has(id), next: next.get(id) ?? null }));
}

/**
 * What the tickets of these messages have to send next, by the message's id. Asked for after the commit of their ends: a message that
 * could not be claimed before it, because one of these was on its way, was committed by then.
 */
async function nextOutbounds(sql: Queryable, ids: readonly string[]): Promise<Map<string, NextOutbound>> {
  const { rows } = await sql.query<{ after: string } & NextOutbound>(
    `select o.id as after, n.id, n.round, n.channel from outbound o cross join lateral (
       select n.id, n.attempts + n.postponed as round, n.channel from outbound n
       where n.ticket_id = o.ticket_id and n.status = 'queued' and n.next_attempt_at <= now() order by n.id limit 1) n
     where o.id = any ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ after, ...next }) => [after, next]));
}

/** False when it was not in the state `from` any more, or the try `attempt` is not the one that counts: then nothing is changed. */
export async function settleOutbound(
  sql: Queryable,
  id: string,
  outcome: OutboundResult,
  from: 'sending' | 'unknown' = 'sending',
  attempt: number | null = null,
): Promise<boolean> {
  const { externalId, error } = storable(outcome);
  const { rows } = await sql.query<{ settled: boolean }>(
    'select settle_outbound($1, $2, $3, $4, $5, $6, $7, $8, $9) as settled',
    [
      id,
      outcome.result,
      externalId ?? null,
      error ?? null,
      outcome.afterMs ?? 0,
      outcome.rawSha256 ?? null,
      outcome.pauseMs ?? 0,
      from,
      attempt,
    ],
  );
  return rows[0]?.settled ?? false;
}

/**
 * Writes a provider's word down and moves the message forwards. Repetitions and late comers change nothing. That the recipient opted out is
 * believed of a message that we sent from that account to that address, as soon as it is known.
 */
export async function recordDelivery(sql: Queryable, report: DeliveryReport): Promise<void> {
  await sql.query('select record_delivery($1, $2, $3, $4, $5, $6, $7)', [
    storableText(report.channelAccount),
    storableId(report.externalId),
    report.status,
    report.error === undefined ? null : storableText(report.error),
    report.at,
    report.reason ?? null,
    report.recipient === undefined ? null : storableText(report.recipient),
  ]);
}

/** Queued messages whose job must have been lost. */
export async function dueOutbound(
  sql: Queryable,
  graceMs: number,
  limit: number,
): Promise<{ id: string; round: number; channel: ChannelName }[]> {
  const { rows } = await sql.query<{ id: string; round: number; channel: ChannelName }>(
    `select id, attempts + postponed as round, channel from outbound where status = 'queued' and next_attempt_at > '-infinity'
       and next_attempt_at < now() - make_interval(secs => $1 / 1000.0) order by next_attempt_at limit $2`,
    [graceMs, limit],
  );
  return rows;
}

/** The ticket's oldest message that is due, if any. */
export async function nextOutbound(sql: Queryable, ticketId: string): Promise<NextOutbound | null> {
  const { rows } = await sql.query<NextOutbound>(
    `select id, attempts + postponed as round, channel from outbound where ticket_id = $1 and status = 'queued' and next_attempt_at <= now() order by id limit 1`,
    [ticketId],
  );
  return rows[0] ?? null;
}

/** Messages that a process took to send and never told the end of: nobody knows whether they left. Files give them more time. */
export async function abandonedOutbound(
  sql: Queryable,
  { ageMs, msPerByte }: { ageMs: number; msPerByte: number },
  limit: number,
): Promise<{ id: string; attempt: number }[]> {
  const { rows } = await sql.query<{ id: string; attempt: number }>(
    `select o.id, o.attempts as attempt from outbound o where o.status = 'sending' and o.claimed_at < now() - make_interval(secs => ($1
       + $2::float8 * (select coalesce(sum(a.size), 0) from attachment a where a.message_id = o.message_id)) / 1000.0) limit $3`,
    [ageMs, msPerByte, limit],
  );
  return rows;
}

export interface NewReply {
  ticketId: string;
  /** The address that it leaves from; null: the channel account. */
  sender: string | null;
  authorId: string;
  authorName: string;
  idempotencyKey: string;
  /** The key as the caller sent it; null where the hub gave it. What its author holds back under it is not written besides. */
  callerKey: string | null;
  requestHash: string;
  visibility: 'public' | 'internal';
  text: string;
  /** What the agent wrote of `text`, where more stands below it. */
  replyText: string | null;
  html: string | null;
  attachments: StoredFile[];
  /** Left out where the channel carries no copies. */
  to?: readonly string[];
  cc?: readonly string[];
  bcc?: readonly string[];
  subject?: string | null;
  identity?: MessageIdentity | null;
  forwardOf?: string | null;
  correlationId: string;
}

export interface WrittenReply {
  /** `held`: it is held back, and leaves by itself. `not-leaving`: it was held back, and somebody else has it or took it back. */
  outcome: 'created' | 'repeated' | 'mismatch' | 'held' | 'not-leaving' | 'no-ticket' | 'closed';
  messageId: string | null;
  outboundId: string | null;
}

/** Writes an agent's message, its row on the way out, and the events, in one statement (see `write_reply` in the migrations). */
export async function writeReply(sql: Queryable, reply: NewReply): Promise<WrittenReply> {
  const { rows } = await sql.query<{ answer: WrittenReply }>('select write_reply($1) as answer', [
    JSON.stringify(reply),
  ]);
  return rows[0]?.answer as WrittenReply;
}

/** What was written on a ticket under this key before: a message, and of what request. Null when nothing was. */
export async function findReply(
  sql: Queryable,
  ticketId: string,
  key: string,
): Promise<{ messageId: string; requestHash: string | null } | null> {
  const { rows } = await sql.query<{ messageId: string; requestHash: string | null }>(
    `select message_id as "messageId", request_hash as "requestHash" from outbound where ticket_id = $1 and idempotency_key = $2
     union all select message_id, request_hash from note_key where ticket_id = $1 and idempotency_key = $2`,
    [ticketId, key],
  );
  return rows[0] ?? null;
}

export async function readUploads(
  sql: Queryable,
  ownerId: string,
  ids: readonly string[],
): Promise<(StoredFile & { id: string })[]> {
  const { rows } = await sql.query<StoredFile & { id: string }>(
    `select id, filename, content_type as "contentType", size, sha256, false as inline from upload where owner_id = $1 and id = any($2::uuid[])`,
    [ownerId, ids],
  );
  return rows;
}
