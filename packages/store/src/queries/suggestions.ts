/** Who may be one person: what the job reads and writes, and the work list. */
import type { IdentifierGrade, IdentifierKind, Suggestion, SuggestionReason } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { truth } from './truth.ts';
import { customerColumns, customerJoined } from './customers.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { parameters } from './tickets.ts';

// --- The job -----------------------------------------------------------------------------------------------------

/**
 * One at a time, so that two customers who are new together are compared. False: another process is at it. For the transaction: a plan
 * that was made while the tables were small would read them whole ever after, and what is asked here is always a few by key.
 */
export async function lockIdentityReview(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ yes: boolean }>('select pg_try_advisory_xact_lock(7421021) as yes');
  if (!rows[0]?.yes) return false;
  await tx.query(
    `select set_config(name, 'off', true) from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) name`,
  );
  return true;
}

export async function hasIdentityWork(sql: Queryable, eventsAtOnce: number): Promise<boolean> {
  return truth(
    sql,
    `select exists (select 1 from identity_work) or (
       select count(*) = $1 or coalesce(bool_or(type = 'message.received'), false) from (
         select type from event where seq > coalesce((select (value ->> 'seq')::bigint from setting where key = 'identity-events'), 0)
         order by seq limit $1) passed) as yes`,
    [eventsAtOnce],
  );
}

/**
 * Takes so many entries off the list; several may be of one customer. Those that were merged away are gone from the keys, and leave nothing
 * behind that came late.
 */
export async function takeIdentityWork(
  tx: Queryable,
  limit: number,
): Promise<{ customerIds: string[]; taken: number }> {
  const { rows } = await tx.query<{ live: string[]; gone: string[]; taken: number }>(
    `with taken as (delete from identity_work where id in (select id from identity_work order by id limit $1 for update skip locked) returning customer_id),
     who as (select c.id::text, c.merged_into is null and c.erased_at is null as live from customer c where c.id in (select customer_id from taken))
     select array(select id from who where live) as live, array(select id from who where not live) as gone, (select count(*)::int from taken) as taken`,
    [limit],
  );
  const { live, gone, taken } = rows[0] ?? { live: [], gone: [], taken: 0 };
  if (gone.length > 0) {
    await tx.query('select gather_strays($1)', [gone]);
    await tx.query('delete from blocking_key where customer_id = any ($1::uuid[])', [gone]);
    await tx.query(
      `delete from suggestion where state = 'open' and (low_id = any ($1::uuid[]) or high_id = any ($1::uuid[]))`,
      [gone],
    );
  }
  return { customerIds: live, taken };
}

/** What is compared of a customer. Fields that are sensitive are not: what is found alike is shown. */
export interface IdentityRecordRow {
  id: string;
  displayName: string;
  fields: Record<string, unknown>;
  organisations: string[];
  identifiers: {
    kind: IdentifierKind;
    value: string;
    grade: IdentifierGrade;
    shared: boolean;
    extension: string | null;
  }[];
}

export async function readIdentityRecords(sql: Queryable, ids: readonly string[]): Promise<IdentityRecordRow[]> {
  const { rows } = await sql.query<IdentityRecordRow>(
    `select c.id, c.display_name as "displayName", c.fields - hidden.keys as fields, k.identifiers, array(
       select o.name from organisation_member m join organisation o on o.id = m.organisation_id where m.customer_id = c.id order by m.id limit 20) as organisations
     from unnest($1::uuid[]) given (id)
     join customer c on c.id = given.id and c.merged_into is null and c.erased_at is null
     cross join (select array(select key from custom_field where scope = 'customer' and sensitive) as keys) hidden
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value, 'grade', i.grade, 'shared', i.shared, 'extension', i.extension)), '[]') as identifiers
       from (select * from identifier i where i.customer_id = c.id order by i.id limit 200) i) k`,
    [ids],
  );
  return rows;
}

/** How many customers there are, as the file's totals or the planner's statistics have it. */
export async function estimateCustomers(sql: Queryable): Promise<number> {
  const { rows } = await sql.query<{ customers: number }>(
    `select greatest(t.customers, c.reltuples, 0)::double precision as customers from customer_file_total t, pg_class c where c.oid = 'customer'::regclass`,
  );
  return rows[0]?.customers ?? 0;
}

/** How many customers have each key, counted up to a limit along the index. */
export async function countKeys(sql: Queryable, keys: readonly string[], limit: number): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ key: string; customers: number }>(
    `select k.key, n.customers from unnest($1::text[]) k (key) cross join lateral (
       select count(*)::integer as customers from (select 1 from blocking_key b where b.key = left(k.key, 500) limit $2) few) n`,
    [keys, limit],
  );
  return new Map(rows.map(({ key, customers }) => [key, customers]));
}

export async function writeBlockingKeys(
  tx: Queryable,
  keys: readonly { customerId: string; key: string }[],
  customerIds: readonly string[],
): Promise<void> {
  await tx.query(
    `with given as (select * from jsonb_to_recordset($1::jsonb) k ("customerId" uuid, key text)),
     gone as (delete from blocking_key b where b.customer_id = any ($2::uuid[])
       and not exists (select 1 from given g where g."customerId" = b.customer_id and g.key = b.key))
     insert into blocking_key (key, customer_id) select left(key, 500), "customerId" from given on conflict do nothing`,
    [JSON.stringify(keys), customerIds],
  );
}

/** So many customers of one key are compared; a key of more tells nobody apart, and is passed over. */
export const blockSize = 50;

/** Those who have a key or an identifier in common with each customer, and the keys of too many. By index, whatever the number of customers. */
export async function readCandidates(
  sql: Queryable,
  wanted: readonly { customerId: string; keys: readonly string[] }[],
): Promise<{ pairs: { customerId: string; otherId: string }[]; crowded: string[] }> {
  const { rows } = await sql.query<{ customerId: string | null; otherId: string; crowded: string | null }>(
    `with wanted as materialized (
       select w."customerId", left(k.key, 500) as key
       from jsonb_to_recordset($1::jsonb) w ("customerId" uuid, keys text[]) cross join lateral unnest(w.keys) k (key)),
     block as materialized (
       select k.key, b.ids from (select distinct key from wanted) k cross join lateral (
         select array(select customer_id from blocking_key b where b.key = k.key limit ${blockSize + 1}) as ids) b)
     select w."customerId", o.id as "otherId", null as crowded
     from wanted w join block b on b.key = w.key cross join lateral unnest(b.ids) o (id)
     where cardinality(b.ids) <= ${blockSize} and o.id <> w."customerId"
     union select i.customer_id, h.customer_id, null
     from (select distinct "customerId" from wanted) w join identifier i on i.customer_id = w."customerId" and i.kind <> 'visitor' and not i.shared
     cross join lateral (select customer_id from identifier h where h.value = i.value and h.kind = i.kind and h.customer_id <> i.customer_id limit ${blockSize}) h
     union all select null, null, key from block where cardinality(ids) > ${blockSize}`,
    [JSON.stringify(wanted)],
  );
  return {
    pairs: rows.flatMap(({ customerId, otherId }) => (customerId === null ? [] : [{ customerId, otherId }])),
    crowded: rows.flatMap(({ crowded }) => crowded ?? []),
  };
}

export interface ScoredPair {
  lowId: string;
  highId: string;
  score: number;
  reasons: readonly SuggestionReason[];
}

/**
 * Puts what was found for some customers in place of what was open for them before. What a person rejected stays rejected, also for
 * customers who were merged into the two since. Answers whether anything changed.
 */
export async function replaceSuggestions(
  tx: Queryable,
  customerIds: readonly string[],
  pairs: readonly ScoredPair[],
): Promise<boolean> {
  const { rows } = await tx.query<{ changed: number }>(
    `with given as materialized (
       select p.* from jsonb_to_recordset($2::jsonb) p ("lowId" uuid, "highId" uuid, score double precision, reasons jsonb)
       where not suggestion_rejected(p."lowId", p."highId")),
     gone as (
       delete from suggestion s where s.state = 'open' and s.source = 'score' and (s.low_id = any ($1::uuid[]) or s.high_id = any ($1::uuid[]))
         and not exists (select 1 from given g where g."lowId" = s.low_id and g."highId" = s.high_id) returning 1),
     kept as (
       insert into suggestion as s (low_id, high_id, score, reasons) select "lowId", "highId", score, reasons from given
       on conflict (low_id, high_id) do update set score = excluded.score, reasons = excluded.reasons, updated_at = now(),
         state = 'open', decided_by = null, decided_at = null, merge_id = null
       where s.source = 'score' and s.state <> 'rejected' and (s.state, s.score, s.reasons) is distinct from ('open', excluded.score, excluded.reasons)
       returning 1)
     select ((select count(*) from gone) + (select count(*) from kept))::integer as changed`,
    [customerIds, JSON.stringify(pairs)],
  );
  return (rows[0]?.changed ?? 0) > 0;
}

export interface NamedIdentifier {
  kind: IdentifierKind;
  value: string;
}

/**
 * Goes on through the messages that customers sent, by their events, which are numbered once they are committed: each identifier that one names has it as evidence, once for each channel, and each
 * name that was given with an identifier is kept, up to a number that says enough. Answers which were given another name,
 * and whether there may be more.
 */
export async function noteContacts(
  tx: Queryable,
  limit: number,
  namesKept: number,
): Promise<{ named: NamedIdentifier[]; more: boolean }> {
  const { rows } = await tx.query<{ named: NamedIdentifier[]; more: boolean }>(
    `with place as (select coalesce((select (value ->> 'seq')::bigint from setting where key = 'identity-events'), 0) as seq),
     passed as materialized (select e.seq, e.type, e.data from event e where e.seq > (select seq from place) order by e.seq limit $1),
     came as materialized (
       select m.id, p.seq, m.customer_id, m.channel, m.sender_name, m.received_at, m.ticket_id, b.contact -> 'identifiers' as named, m.kind
       from passed p join message m on m.id = (p.data ->> 'messageId')::uuid join inbox b on b.id = m.inbox_id where p.type = 'message.received'),
     named as materialized (
       select distinct on (c.customer_id, i.kind, i.value, c.channel) c.*, i.kind as i_kind, i.value, i.grade
       from came c cross join lateral jsonb_to_recordset(coalesce(c.named, '[]')) i (kind text, value text, grade text)
       where c.customer_id is not null order by c.customer_id, i.kind, i.value, c.channel, c.seq),
     seen as (
       insert into identifier_evidence (customer_id, kind, value, grade, source, channel, message_id, reference, at)
       select n.customer_id, n.i_kind, n.value, n.grade, 'message', n.channel, n.id, n.channel, n.received_at from named n
       where exists (select 1 from identifier k where k.customer_id = n.customer_id and k.kind = n.i_kind and k.value = n.value)
       on conflict do nothing),
     vouched as (
       insert into identifier_evidence (customer_id, kind, value, grade, source, channel, reason, reference)
       select n.customer_id, p.kind, p.value, 'verified', 'token', 'chat', s.name, v.site_id || ' ' || v.subject
       from named n join visitor_proof v on v.visitor_id = case when n.i_kind = 'visitor' and n.value ~ '^[0-9a-f-]{36}$' then n.value::uuid end join visitor_site s on s.id = v.site_id
       cross join lateral jsonb_to_recordset(v.identifiers) p (kind text, value text)
       where exists (select 1 from identifier k where k.customer_id = n.customer_id and k.kind = p.kind and k.value = p.value and k.grade <> 'claimed')
       on conflict do nothing returning customer_id, kind, value),
     told as (
       insert into event (type, customer_id, data)
       select 'customer.identified', customer_id, jsonb_build_object('kind', kind, 'value', value, 'grade', 'verified', 'source', 'token', 'outcome', 'proved') from vouched),
     names as (
       insert into identifier_name (kind, value, name)
       select distinct i.kind, i.value, left(lower(btrim(regexp_replace(c.sender_name, '\\s+', ' ', 'g'))), 200)
       from came c cross join lateral jsonb_to_recordset(coalesce(c.named, '[]')) i (kind text, value text, grade text)
       where c.kind = 'customer' and i.kind in ('email', 'phone') and i.grade <> 'claimed' and btrim(coalesce(c.sender_name, '')) <> ''
         and (select count(*) from (select 1 from identifier_name n where n.kind = i.kind and n.value = i.value limit $2) few) < $2
       on conflict do nothing returning kind, value),
     moved as (
       insert into setting (key, value) select 'identity-events', jsonb_build_object('seq', max(seq)) from passed having max(seq) is not null
       on conflict (key) do update set value = excluded.value, updated_at = now())
     select (select count(*) from passed) = $1 as more,
       (select coalesce(jsonb_agg(distinct jsonb_build_object('kind', n.kind, 'value', n.value)), '[]') from names n) as named`,
    [limit, namesKept],
  );
  return rows[0] ?? { named: [], more: false };
}

/** The names that were given with each of them, of those that are not marked. */
export async function readNames(
  tx: Queryable,
  named: readonly NamedIdentifier[],
): Promise<(NamedIdentifier & { names: string[] })[]> {
  const { rows } = await tx.query<NamedIdentifier & { names: string[] }>(
    `select n.kind, n.value, array_agg(n.name) as names
     from jsonb_to_recordset($1::jsonb) i (kind text, value text) join identifier_name n on n.kind = i.kind and n.value = i.value
     where exists (select 1 from identifier k where k.kind = i.kind and k.value = i.value and not k.shared) group by n.kind, n.value`,
    [JSON.stringify(named)],
  );
  return rows;
}

/** Marks those that so many people gave their names with. */
export async function shareByNames(tx: Queryable, named: readonly NamedIdentifier[], people: number): Promise<void> {
  await tx.query(
    `select set_identifier_shared(jsonb_build_object('kind', i.kind, 'value', i.value, 'shared', true, 'source', 'names',
       'reason', $2 || ' names were given with it'))
     from jsonb_to_recordset($1::jsonb) i (kind text, value text)`,
    [JSON.stringify(named), String(people)],
  );
}

// --- The work list -----------------------------------------------------------------------------------------------

const live = `l.merged_into is null and h.merged_into is null`;
const from = `suggestion s join customer l on l.id = s.low_id join customer h on h.id = s.high_id`;
const customerOf = (column: string) =>
  `(select to_jsonb(x) from (select ${customerColumns} from customer c ${customerJoined} where c.id = ${column}) x)`;
/** A proof is written down with a code of its own. */
const reasons = `case s.source when 'proof' then (
  select jsonb_agg(jsonb_build_object('field', r ->> 'field', 'level', r ->> 'code', 'weight', null, 'left', r ->> 'detail', 'right', r ->> 'detail'))
  from jsonb_array_elements(s.reasons) r) else s.reasons end`;
const columns = `s.id, s.score, s.source, ${reasons} as reasons, s.created_at as "createdAt", ${customerOf('s.low_id')} as customer, ${customerOf('s.high_id')} as other`;

export type SuggestionKey = [score: number, id: string];

/** Open ones, the most certain first; of one customer where it is given. */
export async function listSuggestions(
  sql: Queryable,
  customerId: string | undefined,
  slice: Slice<SuggestionKey>,
): Promise<Cut<Suggestion, SuggestionKey>> {
  const { values, bind } = parameters(slice.limit + 1);
  const conditions = [`s.state = 'open'`, live];
  if (slice.after !== null)
    conditions.push(`(s.score, s.id) < (${bind(slice.after[0])}::double precision, ${bind(slice.after[1])}::uuid)`);
  if (customerId !== undefined) {
    const customer = bind(customerId);
    conditions.push(`(s.low_id = ${customer} or s.high_id = ${customer})`);
  }
  const { rows } = await sql.query(
    `select ${columns} from (
       select s.* from ${from} where ${conditions.join(' and ')} order by s.score desc, s.id desc limit $1) s order by s.score desc, s.id desc`,
    values,
  );
  return cut(
    rows.map((row) => present<Suggestion>(row)),
    slice.limit,
    ({ score, id }) => [score, id],
  );
}

/** How many are open, and how many of these are at least as certain; both counted up to a limit. */
export async function countSuggestions(
  sql: Queryable,
  minScore: number,
  limit: number,
): Promise<{ open: number; aboveThreshold: number }> {
  const count = (more: string) =>
    `(select count(*) from (select 1 from ${from} where s.state = 'open' and ${live} ${more} limit $2) few)::integer`;
  const { rows } = await sql.query<{ open: number; aboveThreshold: number }>(
    `select ${count('')} as open, ${count('and s.score >= $1')} as "aboveThreshold"`,
    [minScore, limit],
  );
  return rows[0] as { open: number; aboveThreshold: number };
}

export interface SuggestionRow {
  id: string;
  lowId: string;
  highId: string;
  state: 'open' | 'accepted' | 'rejected';
}
const rowColumns = 's.id, s.low_id as "lowId", s.high_id as "highId", s.state';

export async function readSuggestion(sql: Queryable, id: string): Promise<SuggestionRow | null> {
  const { rows } = await sql.query<SuggestionRow>(`select ${rowColumns} from suggestion s where s.id = $1`, [id]);
  return rows[0] ?? null;
}

/** The most certain open ones, to be accepted together. */
export async function certainSuggestions(sql: Queryable, minScore: number, limit: number): Promise<SuggestionRow[]> {
  const { rows } = await sql.query<SuggestionRow>(
    `select ${rowColumns} from ${from} where s.state = 'open' and ${live} and s.score >= $1 order by s.score desc, s.id desc limit $2`,
    [minScore, limit],
  );
  return rows;
}

/** False when somebody has decided already. To be called in the transaction of the merge. */
export async function decideSuggestion(
  tx: Queryable,
  id: string,
  decision: 'accepted' | 'rejected',
  agentId: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with decided as (
       update suggestion set state = $2, decided_by = $3, decided_at = now(), updated_at = now() where id = $1 and state = 'open' returning id)
     insert into event (type, actor_id, data) select 'suggestion.decided', $3, jsonb_build_object('suggestionId', id, 'decision', $2::text) from decided`,
    [id, decision, agentId],
  );
  return rowCount === 1;
}

export async function keepSuggestionMerge(tx: Queryable, id: string, mergeId: string): Promise<void> {
  await tx.query('update suggestion set merge_id = $2 where id = $1', [id, mergeId]);
}

/** A fact for the screens that show the list. */
export async function tellSuggestions(tx: Queryable, open: number): Promise<void> {
  await tx.query(
    `insert into event (type, data) values ('suggestion.found', jsonb_build_object('open', $1::integer))`,
    [open],
  );
}
