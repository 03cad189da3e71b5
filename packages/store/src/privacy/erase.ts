/** The steps of an erasure. Each is one transaction over a bounded number of rows, and may be repeated. */
import type { Queryable } from '../database.ts';
import type { CatalogueTable } from './catalogue.ts';
import { statementsFor } from './statements.ts';

/** What has to be found: kept sealed with the request while it runs. */
export interface ErasureScope {
  readonly customerIds: readonly string[];
  /** A regular expression for PostgreSQL; null: there is nothing to look for in the words of others. */
  readonly pattern: string | null;
  /** ISO 8601. What came later belongs to a customer whom the centre does not know as this one. */
  readonly startedAt: string;
  /** The largest id of each table that counts its rows. */
  readonly tops: Readonly<Record<string, number>>;
}

export interface StepDone {
  /** Where the next batch begins; null: the step is done. */
  readonly cursor: string | null;
  readonly changed: number;
}

/** Lets this transaction replace what is append-only. */
export async function allowErasure(tx: Queryable): Promise<void> {
  await tx.query(`select set_config('patchbay.privacy', 'erasure', true)`, []);
}

const nothing: StepDone = { cursor: null, changed: 0 };

/** Removes a batch of the person's own rows of a table. */
export async function eraseOwn(
  tx: Queryable,
  [name, table]: readonly [string, CatalogueTable],
  scope: ErasureScope,
  cursor: string | null,
  limit: number,
): Promise<StepDone> {
  const { own } = statementsFor(name, table);
  if (!own) return nothing;
  const { rows } = await tx.query<{ last: unknown; changed: number }>(own, [scope.customerIds, cursor, limit]);
  return stepDone(rows[0]);
}

/** Takes the person's identifiers out of a batch of rows of a table, whosever they are. */
export async function maskEverywhere(
  tx: Queryable,
  [name, table]: readonly [string, CatalogueTable],
  scope: ErasureScope,
  cursor: string | null,
  limit: number,
): Promise<StepDone> {
  const { walk } = statementsFor(name, table);
  if (!walk) return nothing;
  const { rows } = await tx.query<{ last: unknown; changed: number; ids: string[] }>(walk, [
    scope.customerIds,
    cursor,
    limit,
    // A pattern that nothing matches.
    scope.pattern ?? '(?!)',
    scope.startedAt,
    scope.tops[name] ?? 0,
  ]);
  if (name === 'message' && rows[0] && rows[0].ids.length > 0) await dropRawCopies(tx, rows[0].ids);
  return stepDone(rows[0]);
}

function stepDone(row: { last: unknown; changed: number } | undefined): StepDone {
  return { cursor: row?.last ? JSON.stringify(row.last) : null, changed: row?.changed ?? 0 };
}

/** A text in which something was masked has the same words in its raw copies. */
async function dropRawCopies(tx: Queryable, messageIds: readonly string[]): Promise<void> {
  await tx.query(
    `with sent as (update outbound set raw_sha256 = null where message_id = any ($1::uuid[]) returning id),
     kept as (delete from kept_mail where outbound_id in (select id from sent))
     update inbox set raw = null, raw_sha256 = '' where id in (select inbox_id from message where id = any ($1::uuid[]))`,
    [messageIds],
  );
}

/** What somebody else wrote on the person's tickets stays, without what they quoted of it, and so without its other forms. */
export async function cutQuotes(tx: Queryable, customerIds: readonly string[]): Promise<number> {
  const { rows } = await tx.query<{ id: string }>(
    `update message m set body_text = coalesce(m.reply_text, ''), reply_text = null, body_html = null, subject = null, raw_sha256 = null
     from ticket k where k.id = m.ticket_id and k.customer_id = any ($1) and m.direction = 'in' and m.customer_id <> all ($1)
       and (m.body_html is not null or m.raw_sha256 is not null) returning m.id`,
    [customerIds],
  );
  return rows.length;
}

export type Obstacle = 'hold' | 'call' | 'sending' | 'import';

/** Why the erasure cannot begin now. */
export async function obstacleTo(tx: Queryable, customerIds: readonly string[]): Promise<Obstacle | null> {
  const { rows } = await tx.query<{ obstacle: Obstacle | null }>(
    `select case
       when exists (select 1 from legal_hold h where h.customer_id = any ($1) and h.released_at is null) then 'hold'
       when exists (select 1 from ticket k join call c on c.ticket_id = k.id where k.customer_id = any ($1) and c.state not in ('ended', 'missed')) then 'call'
       when exists (select 1 from ticket k join outbound o on o.ticket_id = k.id where k.customer_id = any ($1) and o.status = 'sending') then 'sending'
       -- It may be about to write the person down again.
       when exists (select 1 from data_import d where d.state in ('checking', 'running')) then 'import'
     end as obstacle`,
    [customerIds],
  );
  return rows[0]?.obstacle ?? null;
}

export interface PersonFound {
  /** `shared`: another customer has it too, so that it stays in the words of others. */
  readonly identifiers: readonly { kind: string; value: string; shared: boolean }[];
  readonly names: readonly string[];
}

/** The customer with all that were merged into it. */
export async function mergedCustomers(sql: Queryable, customerId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>('select merged_customers($1) as id', [customerId]);
  return rows.map(({ id }) => id);
}

export async function findPerson(sql: Queryable, customerIds: readonly string[]): Promise<PersonFound> {
  const { rows } = await sql.query<PersonFound>(
    `select (select coalesce(jsonb_agg(distinct jsonb_build_object('kind', i.kind, 'value', i.value, 'shared', exists (
         select 1 from identifier o join customer c on c.id = o.customer_id and c.erased_at is null
         where o.value = i.value and o.kind = i.kind and o.customer_id <> all ($1)))), '[]')
       from identifier i where i.customer_id = any ($1)) || (select coalesce(jsonb_agg(distinct jsonb_build_object('kind', 'external', 'value', s.external_id, 'shared', exists (
         select 1 from customer_source_key o where o.external_id = s.external_id and o.customer_id <> all ($1)))), '[]')
       from customer_source_key s where s.customer_id = any ($1)) as identifiers,
     array(select display_name from customer where id = any ($1)
       union (select distinct sender_name from message where customer_id = any ($1) and direction = 'in' and sender_name is not null limit 50)) as names`,
    [customerIds],
  );
  return rows[0] ?? { identifiers: [], names: [] };
}

/**
 * From here on nobody recognises the person: who writes from one of these addresses is a new customer. One transaction, behind whoever is
 * ingesting a contact of these identifiers at the moment.
 */
export async function forgetPerson(tx: Queryable, customerIds: readonly string[]): Promise<void> {
  const run = (text: string) => tx.query(text, [customerIds]);
  const own = 'select k.id from ticket k where k.customer_id = any ($1)';
  await run(`update held_reply set state = 'taken-back' where state in ('held', 'failed') and ticket_id in (${own})`);
  await run(
    `update outbound set status = 'failed', error = null, reconcile_at = null where status in ('queued', 'unknown') and ticket_id in (${own})`,
  );
  await run(
    `with closed as (
       update ticket t set status = 'closed', waiting_since = null, offer_agent_id = null, offer_expires_at = null, occupies = false
       from ticket before where before.id = t.id and t.customer_id = any ($1)
         and (t.status <> 'closed' or t.waiting_since is not null or t.offer_agent_id is not null)
       returning t.id, t.customer_id, t.queue_id, t.assignee_id, before.status)
     insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
     select 'ticket.status-changed', id, customer_id, queue_id, assignee_id, jsonb_build_object('from', status, 'to', 'closed', 'reason', 'Erased')
     from closed where status <> 'closed'`,
  );
  await run(
    `with files as (select a.sha256 from attachment a join message m on m.id = a.message_id where m.customer_id = any ($1))
     delete from upload u where u.sha256 in (select sha256 from files)
       or u.owner_id in (select i.value from identifier i where i.customer_id = any ($1) and i.kind = 'visitor')`,
  );
  await run(
    `delete from awaited_file where message_id in (select m.id from message m where m.customer_id = any ($1))
       or message_id in (select m.id from message m where m.ticket_id in (${own}) and m.customer_id is null)`,
  );
  await run(`update task set state = 'skipped', done_at = now() where state = 'open' and customer_id = any ($1)`);
  // An address that others have too keeps their names, and not the person's.
  await run(
    `delete from identifier_name n using identifier i where i.customer_id = any ($1) and n.kind = i.kind and n.value = i.value and n.name in (
       select left(lower(btrim(regexp_replace(given.name, '\\s+', ' ', 'g'))), 200) from (
         select display_name as name from customer where id = any ($1) union select sender_name from message where customer_id = any ($1) and direction = 'in') given)`,
  );
  await run(`delete from ticket_party where ticket_id in (${own})`);
  await run(`delete from thread_reference where ticket_id in (${own})`);
  await run('delete from identifier where customer_id = any ($1)');
  await run(
    `update customer set display_name = '[erased]', erased_at = coalesce(erased_at, now()), updated_at = now() where id = any ($1)`,
  );
  await run(
    `update privacy_request set state = 'expired' where customer_id = any ($1) and kind = 'export' and state <> 'cancelled'`,
  );
  await run(`update ticket set emptied_at = now() where customer_id = any ($1)`);
}

/**
 * Locks the person whom a customer is, and answers the customers: the one that it leads to after all merges, with all that were merged into it.
 * Behind everybody who decides about a contact of theirs. Raises PB001 (to be tried again) when the person grew meanwhile.
 */
export async function lockPerson(tx: Queryable, customerId: string): Promise<string[]> {
  const { rows } = await tx.query<{ ids: string[] }>('select lock_person($1) as ids', [customerId]);
  return rows[0]?.ids ?? [];
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is kept by address alone. A withdrawal stays under a keyed hash, so that a STOP is honoured for ever. */
export async function forgetAddress(
  tx: Queryable,
  address: { readonly kind: string; readonly value: string; readonly hashed: string },
): Promise<void> {
  const { kind, value, hashed } = address;
  await tx.query(`delete from consent where address = $1 and state <> 'withdrawn'`, [value]);
  await tx.query(
    `with moved as (delete from consent where address = $1 returning channel, account, state, source, at)
     insert into consent (channel, account, address, state, source, at) select channel, account, $2, state, source, at from moved
     on conflict (channel, account, address) do update set at = greatest(consent.at, excluded.at)`,
    [value, hashed],
  );
  await tx.query('update consent_log set address = $2, reason = null where address = $1', [value, hashed]);
  await tx.query('delete from address_mark where kind = $1 and value = $2', [kind, value]);
  await tx.query('delete from acknowledgement where address in ($1, mailbox_of($1))', [value]);
  await tx.query('delete from identifier_name where kind = $1 and value = $2', [kind, value]);
  await tx.query('delete from shared_identifier where kind = $1 and value = $2', [kind, value]);
  if (kind !== 'visitor' || !uuid.test(value)) return;
  await tx.query('delete from visitor_proof where visitor_id = $1', [value]);
  await tx.query('delete from visitor_token where visitor_id = $1', [value]);
}

/** The largest id of the tables that count their rows, as they stand. */
export async function topIds(
  sql: Queryable,
  catalogue: ReadonlyMap<string, CatalogueTable>,
): Promise<Record<string, number>> {
  const counted = [...catalogue].filter(([, { key }]) => key[0]?.type === 'int8');
  const found: Record<string, number> = {};
  for (const [name, { key }] of counted) {
    const { rows } = await sql.query<{ top: number | null }>(
      `select max("${key[0]?.column ?? ''}") as top from "${name}"`,
      [],
    );
    found[name] = rows[0]?.top ?? 0;
  }
  return found;
}

/** Contacts that could not be understood, with their bytes, oldest first. */
export async function unreadContacts(
  sql: Queryable,
  after: string | null,
  limit: number,
): Promise<{ id: string; raw: Buffer | null; rawSha256: string }[]> {
  const { rows } = await sql.query<{ id: string; raw: Buffer | null; rawSha256: string }>(
    `select id, raw, raw_sha256 as "rawSha256" from inbox where state <> 'done' and ($1::uuid is null or id > $1)
       and (raw is not null or raw_sha256 <> '') and contact is null order by id limit $2`,
    [after, limit],
  );
  return rows;
}

export async function dropContacts(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update inbox set contact = null, envelopes = null, raw = null, raw_sha256 = '', content_hash = null, reason = 'Erased',
       state = case state when 'quarantined' then 'discarded' else state end where id = any ($1::uuid[])`,
    [ids],
  );
}

export interface KeptImport {
  readonly id: string;
  readonly sha256: string | null;
  readonly encoding: string | null;
  /** The first rows and what a dry run found, as they are kept. */
  readonly sample: unknown;
  readonly report: unknown;
  readonly keySealed: string | null;
}

/** Imports of which something is kept that could mention a person, in the order of their ids. */
export async function keptImports(sql: Queryable, after: string | null, limit: number): Promise<KeptImport[]> {
  const { rows } = await sql.query<KeptImport>(
    `select id, sha256, encoding, sample, report, key_sealed as "keySealed" from data_import d where ($1::uuid is null or id > $1)
       and (sha256 is not null or sample <> '[]' or report is not null or exists (select 1 from import_reject r where r.import_id = d.id))
     order by id limit $2`,
    [after, limit],
  );
  return rows;
}

export async function dropRejects(tx: Queryable, importId: string, rowNumbers: readonly number[]): Promise<void> {
  if (rowNumbers.length === 0) return;
  await tx.query('delete from import_reject where import_id = $1 and row_number = any ($2::int[])', [
    importId,
    rowNumbers,
  ]);
}

/** Keeps of imports only how many rows they had. Those that were not started cannot be any more. */
export async function emptyImports(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `update data_import set sha256 = null, sample = '[]', report = null, lease_holder = null, lease_until = null,
       state = case when state in ('done', 'cancelled', 'failed') then state else 'cancelled' end, finished_at = coalesce(finished_at, now())
     where id = any ($1::uuid[])`,
    [ids],
  );
}

/** Lists of recipients that the hub put beside messages, in the order of their ids. */
export async function recipientLists(
  sql: Queryable,
  after: string | null,
  limit: number,
): Promise<{ id: string; messageId: string; sha256: string }[]> {
  const { rows } = await sql.query<{ id: string; messageId: string; sha256: string }>(
    `select id, message_id as "messageId", sha256 from attachment where filename = 'recipients.txt' and ($1::uuid is null or id > $1) order by id limit $2`,
    [after, limit],
  );
  return rows;
}

/** Puts a list without the person in place of one that named them. The raw copies of its message named them, too. */
export async function replaceRecipientList(
  tx: Queryable,
  list: { readonly id: string; readonly messageId: string },
  file: { readonly sha256: string; readonly size: number },
): Promise<void> {
  await tx.query('update attachment set sha256 = $2, size = $3 where id = $1', [list.id, file.sha256, file.size]);
  await dropRawCopies(tx, [list.messageId]);
}

export async function ticketsOf(sql: Queryable, customerIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>('select id from ticket where customer_id = any ($1)', [customerIds]);
  return rows.map(({ id }) => id);
}

/** Answers kept for repeated requests, in the order of their keys. */
export async function keptAnswers(
  sql: Queryable,
  after: readonly [string, string] | null,
  limit: number,
): Promise<{ principalId: string; key: string; request: string; answer: unknown }[]> {
  const { rows } = await sql.query<{ principalId: string; key: string; request: string; answer: unknown }>(
    `select principal_id as "principalId", key, request, answer from idempotency
     where answer is not null and ($1::text is null or (principal_id, key) > ($1, $2)) order by principal_id, key limit $3`,
    [after?.[0] ?? null, after?.[1] ?? null, limit],
  );
  return rows;
}

export async function dropAnswers(tx: Queryable, keys: readonly (readonly [string, string])[]): Promise<void> {
  if (keys.length === 0) return;
  await tx.query(
    `delete from idempotency i using jsonb_to_recordset($1) k (p text, k text) where i.principal_id = k.p and i.key = k.k`,
    [JSON.stringify(keys.map(([p, k]) => ({ p, k })))],
  );
}

/** Sweeps the replaced rows of a table of ours out of their pages, and forgets what the planner remembered of them. */
export async function vacuum(sql: Queryable, table: string): Promise<void> {
  await sql.query(`vacuum (analyze, skip_locked) "${table}"`);
}
