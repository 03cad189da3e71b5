/**
 * Files of messages that are here already, while their provider cannot give these. A row is there for as long as its file is awaited; it goes in the
 * statement that attaches the file, or in the transaction that says on the message why it will not come.
 */
import type { ChannelName, RemoteFile, StoredFile } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** Its place among the attachments of its message, from 1. */
interface Placed {
  readonly position: number;
}
export type PlacedFile = StoredFile & Placed;
/** `tries` that have failed; the next is due after `delayMs`. */
export type FileToAwait = RemoteFile & Placed & { readonly tries: number; readonly delayMs: number };

export interface FileDue {
  readonly id: string;
  readonly tries: number;
}

/**
 * In the transaction that writes a message: what of its files is here, in its place, and what is still to come. Answers the latter, each with the
 * wait that it was given.
 */
export async function awaitFiles(
  tx: Queryable,
  messageId: string,
  here: readonly PlacedFile[],
  awaited: readonly FileToAwait[],
): Promise<(FileDue & { delayMs: number })[]> {
  const { rows } = await tx.query<FileDue & Placed>(
    `with here as (
       insert into attachment (message_id, position, filename, content_type, size, sha256, inline)
       select $1::uuid, f.position, f.filename, f."contentType", f.size, f.sha256, f.inline
       from jsonb_to_recordset($2) f (position int, filename text, "contentType" text, size bigint, sha256 text, inline boolean))
     insert into awaited_file (message_id, position, url, filename, content_type, tries, next_try_at)
     select $1::uuid, f.position, f.url, f.filename, f."contentType", f.tries, now() + make_interval(secs => f."delayMs" / 1000)
     from jsonb_to_recordset($3) f (position int, url text, filename text, "contentType" text, tries int, "delayMs" float8)
     returning id, tries, position`,
    [messageId, JSON.stringify(here), JSON.stringify(awaited)],
  );
  const delays = new Map(awaited.map(({ position, delayMs }) => [position, delayMs]));
  return rows.map(({ id, tries, position }) => ({ id, tries, delayMs: delays.get(position) ?? 0 }));
}

export interface ClaimedFile extends RemoteFile {
  readonly id: string;
  readonly messageId: string;
  readonly channel: ChannelName;
  /** With the one that it was claimed for. */
  readonly tries: number;
}

/**
 * Begins the try after `tries` others: of several who want it one gets it. Null when it is settled or somebody else has begun it.
 *
 * @param longestMs after so long whoever claimed it is gone.
 */
export async function claimAwaited(
  sql: Queryable,
  id: string,
  tries: number,
  longestMs: number,
): Promise<ClaimedFile | null> {
  const { rows } = await sql.query<ClaimedFile>(
    `update awaited_file f set tries = f.tries + 1, next_try_at = now() + make_interval(secs => $3 / 1000.0)
     from message m where m.id = f.message_id and f.id = $1 and f.tries = $2
     returning f.id, f.message_id as "messageId", m.channel, f.url, f.filename, f.content_type as "contentType", f.tries`,
    [id, tries, longestMs],
  );
  return rows[0] ?? null;
}

/** A claimed try failed, and another follows. False when somebody else has taken the file over, or it is settled. */
export async function postponeAwaited(sql: Queryable, { id, tries }: FileDue, delayMs: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update awaited_file set next_try_at = now() + make_interval(secs => $3 / 1000.0) where id = $1 and tries = $2',
    [id, tries, delayMs],
  );
  return (rowCount ?? 0) > 0;
}

const told = (file: string, attachmentId: string): string => `
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  select 'message.file-settled', t.id, m.customer_id, t.queue_id, t.assignee_id, i.correlation_id,
    jsonb_build_object('messageId', m.id, 'attachmentId', ${attachmentId})
  from ${file} f join message m on m.id = f.message_id join ticket t on t.id = m.ticket_id left join inbox i on i.id = m.inbox_id`;

/**
 * Puts a file that came on its message, and tells so. False when it is there already or is not wanted any more, since its message was erased: then
 * nobody refers to what was stored, and it is removed again.
 */
export async function attachAwaited(sql: Queryable, id: string, file: StoredFile): Promise<boolean> {
  const { rows } = await sql.query<{ attached: boolean }>(
    `with settled as (delete from awaited_file where id = $1 returning message_id, position),
     attached as (
       insert into attachment (message_id, position, filename, content_type, size, sha256)
       select message_id, position, $2::text, $3::text, $4::bigint, $5::text from settled on conflict (message_id, position) do nothing returning id, message_id),
     told as (${told('attached', 'f.id')}),
     unwanted as (insert into file_removal (sha256) select $5::text where not exists (select 1 from attached) on conflict do nothing)
     select exists (select 1 from attached) as attached`,
    [id, file.filename, file.contentType, file.size, file.sha256],
  );
  return rows[0]?.attached ?? false;
}

export interface Bodies {
  readonly text: string;
  readonly html?: string | undefined;
}

/**
 * Gives a file up after a claimed try, and says so on its message. False when somebody else has taken the file over, or it is settled.
 *
 * @param tx several files of a message may be given up at once, and each adds its line.
 * @param told the bodies that say it.
 */
export async function giveAwaitedUp(
  tx: Queryable,
  { id, tries, messageId }: ClaimedFile,
  told: (bodies: Bodies) => Bodies,
): Promise<boolean> {
  const { rows } = await tx.query<{ text: string; html: string | null }>(
    'select body_text as text, body_html as html from message where id = $1 for no key update',
    [messageId],
  );
  const [before] = rows;
  const gone = await tx.query('delete from awaited_file where id = $1 and tries = $2', [id, tries]);
  if (!before || gone.rowCount === 0) return false;
  const { text, html = null } = told({ text: before.text, ...(before.html !== null && { html: before.html }) });
  await tx.query(givenUp, [messageId, text, html]);
  return true;
}

/** What a ticket's list shows of a message, as `ingest_apply_all` makes it. */
const firstWords = (text: string): string =>
  `left(regexp_replace(coalesce(nullif(m.reply_text, ''), ${text}, ''), '\\s+', ' ', 'g'), 140)`;

const givenUp = `
  with shown as (
    update ticket t set preview = ${firstWords('$2::text')} from message m
    where m.id = $1 and t.id = m.ticket_id and m.kind = 'customer' and t.preview = ${firstWords('m.body_text')}
      and not exists (select 1 from message n where n.ticket_id = m.ticket_id and n.direction = 'in' and n.kind = 'customer' and n.position > m.position)),
  words as (update message set body_text = $2::text, body_html = $3 where id = $1)
  ${told('(select $1::uuid as message_id)', 'null')}`;

/** Awaited files whose job must have been lost, or whose hub was killed, oldest first. */
export async function dueAwaited(sql: Queryable, graceMs: number, limit: number): Promise<FileDue[]> {
  const { rows } = await sql.query<FileDue>(
    `select id, tries from awaited_file where next_try_at < now() - make_interval(secs => $1 / 1000.0) order by next_try_at limit $2`,
    [graceMs, limit],
  );
  return rows;
}
