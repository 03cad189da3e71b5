/** What has to be known to write on a ticket whose channel carries copies, and the identities that the centre writes as. */
import type { Authenticity, MailIdentity, MailIdentityUpdate, StoredFile } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, type Cut, type Slice } from './paging.ts';
import { readsEverything, type Viewer } from './tickets.ts';
import { truth } from './truth.ts';

export interface ComposeIdentity {
  id: string;
  address: string;
  name: string;
  signatureText: string;
  signatureHtml: string | null;
  queueId: string | null;
  isDefault: boolean;
}

export interface ForwardedMessage {
  id: string;
  from: string;
  fromName: string | null;
  to: string[];
  cc: string[];
  subject: string;
  text: string;
  html: string | null;
  at: string;
  /** Where its bytes may be when the file store does not have them. */
  inboxId: string | null;
  rawSha256: string | null;
  attachments: StoredFile[];
}

export interface ComposeContext {
  contactAddress: string;
  subject: string;
  queueId: string | null;
  /** Our addresses at which the ticket's mail arrived. */
  addresses: string[];
  /** Those of them that are of mailboxes with a server of their own. */
  mailboxes: string[];
  identities: ComposeIdentity[];
  /** The customer's last message; `ours` are those of its addresses that are identities. */
  answered: {
    from: string;
    to: string[];
    cc: string[];
    replyTo: string[];
    verdict: Authenticity['verdict'] | null;
    ours: string[];
  } | null;
  /** Null when there is no such public message on the ticket. */
  forwarded: ForwardedMessage | null;
}

export async function readComposeContext(
  sql: Queryable,
  ticketId: string,
  wanted: { identityId?: string | undefined; forwardOf?: string | undefined },
): Promise<ComposeContext | null> {
  const { rows } = await sql.query<{ context: ComposeContext | null }>(
    'select compose_context($1, $2, $3) as context',
    [ticketId, wanted.identityId ?? null, wanted.forwardOf ?? null],
  );
  return rows[0]?.context ?? null;
}

/** Whether answers on the ticket leave by mail although it came by another channel, as a web form's do. */
export async function isAnsweredByMail(sql: Queryable, ticketId: string): Promise<boolean> {
  return truth(sql, 'select answered_by_mail($1) as yes', [ticketId]);
}

/** Those of a message's attachments that are named, in the order of the message. */
export async function readAttachments(
  sql: Queryable,
  messageId: string,
  ids: readonly string[],
): Promise<StoredFile[]> {
  const { rows } = await sql.query<{ file: StoredFile }>(
    `select jsonb_strip_nulls(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size,
       'sha256', a.sha256, 'inline', a.inline, 'contentId', a.content_id)) as file
     from attachment a where a.message_id = $1 and a.id = any($2::uuid[]) order by a.position`,
    [messageId, ids],
  );
  return rows.map(({ file }) => file);
}

/** Addresses of everybody who wrote on the ticket or was written to. */
export async function readPartyAddresses(sql: Queryable, ticketId: string): Promise<string[]> {
  const { rows } = await sql.query<{ value: string }>(
    `select value from ticket_party where ticket_id = $1 and kind = 'email'`,
    [ticketId],
  );
  return rows.map(({ value }) => value);
}

/** Every address of the ticket: of its parties, of whoever is named in the mail that came in, and the one that its answers go to. */
export async function readTicketAddresses(sql: Queryable, ticketId: string): Promise<string[]> {
  const { rows } = await sql.query<{ address: string }>(
    `select unnest(sender || recipients || copies || reply_to) as address from message where ticket_id = $1 and direction = 'in'
     union select value from ticket_party where ticket_id = $1 and kind = 'email'
     union select contact_address from ticket where id = $1`,
    [ticketId],
  );
  return rows.map(({ address }) => address);
}

/** Whether mail is fetched from a mailbox of this address, so that it is ours although its domain is not. */
export async function isAccountAddress(sql: Queryable, address: string): Promise<boolean> {
  const { rowCount } = await sql.query('select 1 from mail_account where lower(address) = $1 limit 1', [address]);
  return (rowCount ?? 0) > 0;
}

/** Every address that mail is fetched from or written as, as it was typed. */
export async function accountAndIdentityAddresses(sql: Queryable): Promise<string[]> {
  const { rows } = await sql.query<{ address: string }>(
    'select address from mail_account union select address from mail_identity',
  );
  return rows.map(({ address }) => address);
}

const columns = `i.id, i.address, i.name, i.signature_text as "signatureText", i.signature_html as "signatureHtml", i.queue_id as "queueId",
  q.name as "queueName", i.is_default as "isDefault"`;

/** Identities in the order of their addresses: all for managers, for agents those of their queues and the default one. */
export async function listMailIdentities(
  sql: Queryable,
  viewer: Viewer,
  { limit, after }: Slice<[string, string]>,
): Promise<Cut<MailIdentity, [string, string]>> {
  const { rows } = await sql.query<MailIdentity>(
    `select ${columns} from mail_identity i left join queue q on q.id = i.queue_id
     where ($1 or i.is_default or i.queue_id in (select m.queue_id from queue_member m where m.agent_id = $2))
       and ($3::text is null or (i.address, i.id) > ($3, $4::uuid))
     order by i.address, i.id limit $5`,
    [readsEverything(viewer), viewer.agentId, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  return cut(rows, limit, (row) => [row.address, row.id]);
}

/** Whether the viewer may write as this identity on this ticket: those they read, and those that belong to the ticket. */
export async function mayWriteAs(
  sql: Queryable,
  viewer: Viewer,
  identityId: string,
  ticketId: string,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `select 1 from mail_identity i where i.id = $2 and ($1 or i.is_default
       or i.queue_id in (select m.queue_id from queue_member m where m.agent_id = $3)
       or i.queue_id = (select t.queue_id from ticket t where t.id = $4)
       or i.address in (select d.address from ticket_address d where d.ticket_id = $4))`,
    [readsEverything(viewer), identityId, viewer.agentId, ticketId],
  );
  return rowCount === 1;
}

export async function readMailIdentity(sql: Queryable, id: string): Promise<MailIdentity | null> {
  const { rows } = await sql.query<MailIdentity>(
    `select ${columns} from mail_identity i left join queue q on q.id = i.queue_id where i.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** False when the address is taken. To be called in a transaction, since there is one default only. Raises 23503 for an unknown queue. */
export async function insertMailIdentity(tx: Queryable, identity: ComposeIdentity): Promise<boolean> {
  if (identity.isDefault) await dropDefault(tx);
  const { rowCount } = await tx.query(
    `insert into mail_identity (id, address, name, signature_text, signature_html, queue_id, is_default)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (address) do nothing`,
    [
      identity.id,
      identity.address,
      identity.name,
      identity.signatureText,
      identity.signatureHtml,
      identity.queueId,
      identity.isDefault,
    ],
  );
  return rowCount === 1;
}

/** Changes what is given. False when there is none. To be called in a transaction. Raises 23505 when the address is taken. */
export async function updateMailIdentity(tx: Queryable, id: string, change: MailIdentityUpdate): Promise<boolean> {
  if (change.isDefault) await dropDefault(tx);
  const { rowCount } = await tx.query(
    `update mail_identity set address = coalesce($2, address), name = coalesce($3, name), signature_text = coalesce($4, signature_text),
       signature_html = case when $5 then $6 else signature_html end, queue_id = case when $7 then $8::uuid else queue_id end,
       is_default = coalesce($9, is_default) where id = $1`,
    [
      id,
      change.address ?? null,
      change.name ?? null,
      change.signatureText ?? null,
      change.signatureHtml !== undefined,
      change.signatureHtml ?? null,
      change.queueId !== undefined,
      change.queueId ?? null,
      change.isDefault ?? null,
    ],
  );
  return rowCount === 1;
}

async function dropDefault(tx: Queryable): Promise<void> {
  await tx.query('update mail_identity set is_default = false where is_default');
}

/** What was written as it stays as it is. */
export async function deleteMailIdentity(sql: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('delete from mail_identity where id = $1', [id]);
  return rowCount === 1;
}
