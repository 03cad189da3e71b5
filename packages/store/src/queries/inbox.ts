import type { ChannelName, InboundContact } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export interface ReceivedRow {
  inboxId: string;
  outcome: 'accepted' | 'duplicate' | 'quarantined';
  correlationId: string;
}

/** Bytes as they came, or where they are. */
export interface StoredRaw {
  /** Null when the file store holds them. */
  raw: Uint8Array | null;
  rawType: string;
  rawSha256: string;
}

export interface InboxInsert extends StoredRaw {
  channel: ChannelName;
  channelAccount: string;
  externalId: string;
  contentHash: string | null;
  contact: InboundContact | null;
  state: 'pending' | 'quarantined';
  reason: string | null;
  correlationId: string;
}

/**
 * Writes received contacts down; a second delivery finds the row (see `receive_contact` in the migrations). In the order of `items`.
 *
 * @param patienceMs how long a row may be waited for that another transaction has; 0: as long as it takes.
 */
export async function insertInboxes(
  sql: Queryable,
  items: readonly InboxInsert[],
  patienceMs = 0,
): Promise<ReceivedRow[]> {
  const raws = items.map(({ raw }) => raw ?? new Uint8Array());
  let end = 1;
  const placed = items.map(({ raw, ...item }) => {
    const rawFrom = end;
    end += raw?.byteLength ?? 0;
    return { ...item, ...(raw && { rawFrom, rawLength: raw.byteLength }) };
  });
  const { rows } = await sql.query<ReceivedRow>(
    `select inbox_id as "inboxId", outcome, correlation_id as "correlationId" from receive_contacts($1, $2, $3) order by n`,
    [JSON.stringify(placed), Buffer.concat(raws), patienceMs],
  );
  return rows;
}

/** What the bytes of a quarantined contact came with, added to what they came with before. No more is kept than anybody would look at. */
export async function keepEnvelope(sql: Queryable, id: string, envelope: object): Promise<void> {
  await sql.query(
    `update inbox set envelopes = coalesce(envelopes, '[]') || jsonb_build_array($2::jsonb)
     where id = $1 and not coalesce(envelopes, '[]') @> jsonb_build_array($2::jsonb) and jsonb_array_length(coalesce(envelopes, '[]')) < 100`,
    [id, JSON.stringify(envelope)],
  );
}

/** What is known under a contact's names; null when they are free. */
export async function contentHashOf(sql: Queryable, account: string, externalId: string): Promise<string | null> {
  const { rows } = await sql.query<{ contentHash: string | null }>(
    'select content_hash as "contentHash" from inbox where channel_account = $1 and external_id = $2',
    [account, externalId],
  );
  return rows[0]?.contentHash ?? null;
}

export interface InboxRow {
  id: string;
  channel: ChannelName;
  channelAccount: string;
  externalId: string;
  state: string;
  contact: InboundContact | null;
  raw: Buffer | null;
  rawType: string;
  rawSha256: string;
  envelopes: Record<string, unknown>[] | null;
  attempts: number;
  correlationId: string;
  receivedAt: Date;
}

export async function readInbox(sql: Queryable, id: string): Promise<InboxRow | null> {
  const { rows } = await sql.query<InboxRow>(
    `select id, channel, channel_account as "channelAccount", external_id as "externalId", state, contact, raw, raw_type as "rawType",
       raw_sha256 as "rawSha256", envelopes, attempts, correlation_id as "correlationId", received_at as "receivedAt"
     from inbox where id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Counts a failed try and says when the next is due. Answers the number of tries so far, or null when it is not pending. */
export async function postponeInbox(
  sql: Queryable,
  id: string,
  reason: string,
  delayMs: number,
): Promise<number | null> {
  const { rows } = await sql.query<{ attempts: number }>(
    `update inbox set attempts = attempts + 1, reason = $2, next_attempt_at = now() + make_interval(secs => $3 / 1000.0)
     where id = $1 and state = 'pending' returning attempts`,
    [id, reason, delayMs],
  );
  return rows[0]?.attempts ?? null;
}

/**
 * A contact under a name that a message of ours has gets a name of its own, as the same name with another content does in `receive_contact`.
 * What came before under that own name is the same. Answers what became of it; null when it has that name already or is not pending.
 */
export async function nameInboxApart(sql: Queryable, id: string): Promise<'renamed' | 'duplicate' | null> {
  const { rows } = await sql.query<{ outcome: 'renamed' | 'duplicate' }>(
    `with named as (select id, channel_account, external_id || '#' || left(coalesce(content_hash, raw_sha256), 16) as name from inbox
       where id = $1 and state = 'pending' and right(external_id, 17) <> '#' || left(coalesce(content_hash, raw_sha256), 16)),
     before as (select n.id, i.id as same, i.message_id, i.ticket_id from named n join inbox i on i.channel_account = n.channel_account and i.external_id = n.name)
     update inbox i set external_id = case when b.id is null then n.name else i.external_id end,
       state = case when b.id is null then 'pending' else 'duplicate' end,
       reason = case when b.id is not null then 'The same message was received before in other bytes, as ' || b.same end,
       message_id = b.message_id, ticket_id = b.ticket_id, processed_at = case when b.id is not null then now() end
     from named n left join before b on b.id = n.id where i.id = n.id
     returning case when i.state = 'duplicate' then 'duplicate' else 'renamed' end as outcome`,
    [id],
  );
  return rows[0]?.outcome ?? null;
}

/** What the message of a pending contact is going to say, where that is not what came; in the transaction that writes it. */
export async function rewriteInbox(
  tx: Queryable,
  id: string,
  bodies: Pick<InboundContact, 'text' | 'html'>,
): Promise<void> {
  await tx.query(`update inbox set contact = contact || $2 where id = $1 and state = 'pending'`, [
    id,
    JSON.stringify(bodies),
  ]);
}

/** Puts a pending contact aside for a person, with the reason. */
export async function quarantineInbox(sql: Queryable, id: string, reason: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with moved as (update inbox set state = 'quarantined', reason = $2, attempts = attempts + 1 where id = $1 and state = 'pending'
       returning id, channel, correlation_id)
     insert into event (type, correlation_id, data)
     select 'contact.quarantined', correlation_id, jsonb_build_object('inboxId', id, 'channel', channel, 'reason', $2::text) from moved`,
    [id, reason],
  );
  return (rowCount ?? 0) > 0;
}

/**
 * Sends a quarantined contact round again, as it is understood now and under its own names: what could not be read was kept under
 * names of ours. `stored`: what is kept from now on instead of its bytes. Null when it is not quarantined any more; the database refuses names that another row has (error code 23505).
 */
export async function reviveInbox(
  sql: Queryable,
  id: string,
  contact: InboundContact,
  stored: StoredRaw | null,
  actorId: string | null,
): Promise<{ attempts: number } | null> {
  const { rows } = await sql.query<{ attempts: number }>(
    `with moved as (update inbox set state = 'pending', reason = null, contact = $2, content_hash = coalesce($4, content_hash), channel_account = $5,
         external_id = $6, next_attempt_at = now(), replay_requested_at = null, replay_requested_by = null,
         raw = case when $9::text is null then raw else $7 end, raw_type = coalesce($8, raw_type), raw_sha256 = coalesce($9, raw_sha256)
       where id = $1 and state = 'quarantined' returning id, attempts, correlation_id),
     told as (insert into event (type, actor_id, correlation_id, data)
       select 'contact.replayed', $3, correlation_id, jsonb_build_object('inboxId', id) from moved)
     select attempts from moved`,
    [
      id,
      JSON.stringify(contact),
      actorId,
      contact.contentHash ?? null,
      contact.channelAccount,
      contact.externalId,
      stored?.raw ?? null,
      stored?.rawType ?? null,
      stored?.rawSha256 ?? null,
    ],
  );
  return rows[0] ?? null;
}

/** Ends a quarantined contact that turned out to be here already, or to be no contact at all. */
export async function endQuarantine(
  sql: Queryable,
  id: string,
  state: 'done' | 'duplicate',
  reason: string,
  actorId: string | null,
): Promise<void> {
  await sql.query(
    `with moved as (update inbox set state = $2, reason = $3, processed_at = now(), replay_requested_at = null, replay_requested_by = null
       where id = $1 and state = 'quarantined' returning id, correlation_id)
     insert into event (type, actor_id, correlation_id, data)
     select 'contact.replayed', $4, correlation_id, jsonb_build_object('inboxId', id) from moved`,
    [id, state, reason, actorId],
  );
}

/** What waits in quarantine under a contact's names; null when nothing does. */
export async function quarantinedAs(sql: Queryable, account: string, externalId: string): Promise<string | null> {
  const { rows } = await sql.query<{ id: string }>(
    `select id from inbox where channel_account = $1 and external_id = $2 and state = 'quarantined'`,
    [account, externalId],
  );
  return rows[0]?.id ?? null;
}

/** Whether a contact is known under these names, whatever its state. */
export async function isInboxName(sql: Queryable, account: string, externalId: string): Promise<boolean> {
  const { rows } = await sql.query('select from inbox where channel_account = $1 and external_id = $2', [
    account,
    externalId,
  ]);
  return rows.length > 0;
}

/** Pending contacts whose job must have been lost, oldest first. */
export async function pendingInbox(
  sql: Queryable,
  graceMs: number,
  limit: number,
): Promise<{ id: string; attempts: number; media: boolean }[]> {
  const { rows } = await sql.query<{ id: string; attempts: number; media: boolean }>(
    `select id, attempts, coalesce(jsonb_array_length(contact -> 'remoteFiles'), 0) > 0 as media from inbox where state = 'pending' and next_attempt_at < now() - make_interval(secs => $1 / 1000.0)
     order by next_attempt_at limit $2`,
    [graceMs, limit],
  );
  return rows;
}

/** Ends a contact that changed something and left no message: a step of a call. */
export async function settleInbox(sql: Queryable, id: string, ticketId: string): Promise<void> {
  await sql.query(
    `update inbox set state = 'done', reason = null, ticket_id = $2, processed_at = now() where id = $1 and state = 'pending'`,
    [id, ticketId],
  );
}
