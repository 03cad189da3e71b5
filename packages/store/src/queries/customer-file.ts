/** The customer's file: fields with their provenance and history, and lists of customers by what is in their files. */
import type { Customer, CustomerFilter, CustomerSummary, FieldEntry } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { searchedWhole } from './searched-whole.ts';
import { containing, cut, present, type Cut, type Slice } from './paging.ts';
import { parameters } from './tickets.ts';

const entryColumns = `v.key, v.value, v.id as version, v.source, v.source_ref as "sourceRef", v.by_agent_id as "byAgentId", a.name as "byName", v.at`;

/** What the rules of a file need to know of its owner. `grade`: null where customers are not graded. */
export interface FileOwnerRow {
  readonly createdAt: Date;
  readonly mergedInto: string | null;
  readonly grade: string | null;
  readonly requestTypes: string[];
  readonly fields: Record<string, unknown>;
  readonly reviewed: Record<string, string>;
  readonly hasPurchases: boolean;
  readonly hasTickets: boolean;
  /** Kinds of review whose task is open. */
  readonly open: string[];
}

/** Who is erased has no file, like who was merged. */
const ownerColumns = `c.created_at as "createdAt", coalesce(c.merged_into, case when c.erased_at is not null then c.id end) as "mergedInto", c.grade, c.fields, c.reviewed,
  array(select distinct t.request_type from ticket t where t.customer_id = c.id and t.request_type is not null) as "requestTypes",
  exists (select 1 from purchase p where p.customer_id = c.id) as "hasPurchases",
  exists (select 1 from ticket t where t.customer_id = c.id) as "hasTickets",
  array(select k.kind from task k where k.customer_id = c.id and k.state = 'open' and k.kind like 'review-%') as open`;

export async function readFileOwner(sql: Queryable, id: string): Promise<FileOwnerRow | null> {
  const { rows } = await sql.query<FileOwnerRow>(`select ${ownerColumns} from customer c where c.id = $1`, [id]);
  return rows[0] ?? null;
}

/** The values that hold, by key. */
export async function listFieldEntries(sql: Queryable, customerId: string): Promise<FieldEntry[]> {
  const { rows } = await sql.query(
    `select ${entryColumns} from (select distinct on (key) * from customer_field_value where customer_id = $1 order by key, at desc, id desc) v
     left join agent a on a.id = v.by_agent_id order by v.key`,
    [customerId],
  );
  return rows.map((row) => present<FieldEntry>(row));
}

type MomentKey = [number, string];

/** Every value that a field ever had, the newest first. */
export async function listFieldHistory(
  sql: Queryable,
  customerId: string,
  key: string,
  slice: Slice<MomentKey>,
): Promise<Cut<FieldEntry, MomentKey>> {
  const { rows } = await sql.query<{ us: number }>(
    `select ${entryColumns}, (extract(epoch from v.at) * 1000000)::bigint as us from customer_field_value v left join agent a on a.id = v.by_agent_id
     where v.customer_id = $1 and v.key = $2
       and ($3::bigint is null or (v.at, v.id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid))
     order by v.at desc, v.id desc limit $5`,
    [customerId, key, slice.after?.[0] ?? null, slice.after?.[1] ?? null, slice.limit + 1],
  );
  const found = cut(
    rows.map(({ us, ...row }) => ({ us, entry: present<FieldEntry>(row) })),
    slice.limit,
    ({ us, entry }): MomentKey => [us, entry.version],
  );
  return { items: found.items.map(({ entry }) => entry), next: found.next };
}

/** A change to a field; one with a version holds only while that is the present one. */
export interface FieldChange {
  readonly key: string;
  /** Null empties it. */
  readonly value: unknown;
  readonly version?: string | null | undefined;
  /** Of the row that it becomes, where it was sealed for it. */
  readonly id?: string;
}
export interface FieldConflict {
  readonly key: string;
  readonly value: unknown;
  readonly version: string | null;
}

/** Nothing is written when one of them conflicts. Raises PB003 when the customer is merged into another one, PB004 when there is none. */
export async function setCustomerFields(
  sql: Queryable,
  customerId: string,
  changes: readonly FieldChange[],
  by: { source: FieldEntry['source']; sourceRef: string | null; actorId: string; correlationId: string },
): Promise<{ conflicts: FieldConflict[] } | { changed: string[] }> {
  const { rows } = await sql.query<{ outcome: { conflicts: FieldConflict[] } | { changed: string[] } }>(
    'select set_customer_fields($1, $2, $3, $4, $5, $6) as outcome',
    [customerId, JSON.stringify(changes), by.source, by.sourceRef, by.actorId, by.correlationId],
  );
  return rows[0]?.outcome ?? { changed: [] };
}

/** `parted`: whether parts of an identifier find it, as in the list of customers. */
function conditionsOf(filter: CustomerFilter, bind: (value: unknown) => string, parted: boolean): string[] {
  const conditions = ['c.merged_into is null', 'c.erased_at is null'];
  if (filter.q && !parted) conditions.push(searchedWhole(filter.q, bind));
  if (filter.q && parted) {
    const pattern = bind(containing(filter.q));
    const digits = filter.q.replaceAll(/[\s()./-]/g, '');
    const phone = /^\+?\d{4,}$/.test(digits)
      ? `union select i.customer_id from identifier i where i.value like ${bind(containing(digits))}`
      : '';
    conditions.push(`c.id in (select n.id from customer n where n.display_name ilike ${pattern}
      union select i.customer_id from identifier i where i.value ilike ${pattern} ${phone})`);
  }
  if (filter.organisationId)
    conditions.push(
      `c.id in (select m.customer_id from organisation_member m where m.organisation_id = ${bind(filter.organisationId)})`,
    );
  if (filter.completeness)
    conditions.push(`c.file_filled ${filter.completeness === 'complete' ? '>=' : '<'} c.file_required`);
  if (filter.overdue)
    conditions.push(`c.id in (select k.customer_id from task k where k.state = 'open' and k.due_at < now())`);
  if (filter.source)
    conditions.push(
      `c.id in (select s.customer_id from customer_source_key s where s.source = ${bind(filter.source)})`,
    );
  return conditions;
}

export interface CustomerFileRow extends Omit<CustomerSummary, 'percent'> {
  readonly filled: number;
  readonly required: number;
}

/** The newest first, without those that were merged into another one. */
export async function listCustomerFiles(
  sql: Queryable,
  filter: CustomerFilter,
  slice: Slice<string>,
  parted = true,
): Promise<Cut<CustomerFileRow, string>> {
  const { values, bind } = parameters();
  const conditions = conditionsOf(filter, bind, parted);
  if (slice.after !== null) conditions.push(`c.id < ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `with page as materialized (select c.* from customer c where ${conditions.join(' and ')} order by c.id desc limit ${bind(slice.limit + 1)})
     select c.id, c.display_name as "displayName", c.created_at as "createdAt", c.file_filled as filled, c.file_required as required,
       (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value, 'grade', i.grade)), '[]') from
         (select * from identifier i where i.customer_id = c.id order by i.kind = 'visitor', i.first_seen_at, i.id limit 3) i) as identifiers,
       array(select distinct o.name from organisation_member m join organisation o on o.id = m.organisation_id where m.customer_id = c.id order by 1 limit 3) as organisations,
       (select count(*)::int from task k where k.customer_id = c.id and k.state = 'open') as "openTasks"
     from page c order by c.id desc`,
    values,
  );
  return cut(
    rows.map((row) => present<CustomerFileRow>(row)),
    slice.limit,
    ({ id }) => id,
  );
}

export interface ExportedCustomer extends Pick<Customer, 'id' | 'displayName' | 'createdAt'> {
  readonly identifiers: readonly { kind: string; value: string; extension: string | null }[];
  readonly organisations: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly filled: number;
  readonly required: number;
}

/** A part of the customers that are to be written into a file, in the order of {@link listCustomerFiles}. */
export async function readCustomersToExport(
  sql: Queryable,
  filter: CustomerFilter,
  after: string | null,
  limit: number,
  parted: boolean,
): Promise<ExportedCustomer[]> {
  const { values, bind } = parameters();
  const conditions = conditionsOf(filter, bind, parted);
  if (after !== null) conditions.push(`c.id < ${bind(after)}`);
  const { rows } = await sql.query(
    `with page as materialized (select c.* from customer c where ${conditions.join(' and ')} order by c.id desc limit ${bind(limit)})
     select c.id, c.display_name as "displayName", c.created_at as "createdAt", c.file_filled as filled, c.file_required as required, c.fields,
       (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value, 'extension', i.extension) order by i.first_seen_at, i.id), '[]') from identifier i
         where i.customer_id = c.id and i.kind <> 'visitor') as identifiers,
       array(select distinct o.name from organisation_member m join organisation o on o.id = m.organisation_id where m.customer_id = c.id order by 1) as organisations
     from page c order by c.id desc`,
    values,
  );
  return rows.map((row) => present<ExportedCustomer>(row));
}

/** Writes down that data left by a file, by whom, and which. */
export async function tellExported(
  sql: Queryable,
  what: string,
  filter: object,
  actorId: string,
  correlationId: string,
): Promise<void> {
  await sql.query(
    `insert into event (type, actor_id, correlation_id, data) values ('data.exported', $1, $2, jsonb_build_object('what', $3::text, 'filter', $4::jsonb))`,
    [actorId, correlationId, what, JSON.stringify(filter)],
  );
}

// --- Looking after files -----------------------------------------------------------------------------------------

export interface UncheckedFile extends FileOwnerRow {
  readonly id: string;
}

/** Files that changed, or of which a review falls due; locked until the end of the transaction. */
export async function takeUncheckedFiles(tx: Queryable, limit: number): Promise<UncheckedFile[]> {
  const { rows } = await tx.query<UncheckedFile>(
    `with changed as materialized (select id from customer where file_checked_at is null order by id limit $1 for no key update skip locked),
       due as materialized (select id from customer where review_at <= now() and file_checked_at is not null order by review_at limit $1
         for no key update skip locked)
     select c.id, ${ownerColumns} from customer c where c.id in (select id from changed union all select id from due)`,
    [limit],
  );
  return rows;
}

export interface CheckedFile {
  readonly id: string;
  readonly counted: boolean;
  readonly required: number;
  readonly filled: number;
  readonly kinds: number;
  readonly reviewAt: string | null;
}

/** Writes what was found, and moves the sums over all customers by what that changes. */
export async function writeCheckedFiles(tx: Queryable, files: readonly CheckedFile[]): Promise<void> {
  await tx.query(
    `with found as (select * from jsonb_to_recordset($1::jsonb) f (id uuid, counted boolean, required int, filled int, kinds int, "reviewAt" timestamptz)),
     before as (select c.id, c.file_counted, c.file_required, c.file_filled, c.file_kinds from customer c join found f on f.id = c.id),
     written as (update customer c set file_counted = f.counted, file_required = f.required, file_filled = f.filled, file_kinds = f.kinds,
       review_at = f."reviewAt", file_checked_at = now() from found f where c.id = f.id)
     update customer_file_total t set updated_at = now(), customers = t.customers + d.customers, complete = t.complete + d.complete,
       filled = t.filled + d.filled, required = t.required + d.required, kinds = t.kinds + d.kinds
     from (select
         coalesce(sum(f.counted::int - b.file_counted::int), 0) as customers,
         coalesce(sum((f.counted and f.filled >= f.required)::int - (b.file_counted and b.file_filled >= b.file_required)::int), 0) as complete,
         coalesce(sum(f.counted::int * f.filled - b.file_counted::int * b.file_filled), 0) as filled,
         coalesce(sum(f.counted::int * f.required - b.file_counted::int * b.file_required), 0) as required,
         coalesce(sum(f.counted::int * f.kinds - b.file_counted::int * b.file_kinds), 0) as kinds
       from found f join before b on b.id = f.id) d`,
    [JSON.stringify(files)],
  );
}

/** One step of the walk over all customers that a changed definition begins. False when none is under way. */
export async function walkFiles(tx: Queryable, step: number): Promise<boolean> {
  const { rows } = await tx.query<{ from: string }>(
    'select walked_to as "from" from customer_file_total where walked_to is not null for update',
  );
  const from = rows[0]?.from;
  if (from === undefined) return false;
  const { rows: reached } = await tx.query<{ to: string | null }>(
    `with step as materialized (select id from customer where id > $1 order by id limit $2 for no key update),
     marked as (update customer set file_checked_at = null where id in (select id from step) and file_checked_at is not null)
     select max(id::text) as "to" from step`,
    [from, step],
  );
  await tx.query('update customer_file_total set walked_to = $1', [reached[0]?.to ?? null]);
  return true;
}

export async function countOverdueReviews(sql: Queryable): Promise<void> {
  await sql.query(
    `update customer_file_total set updated_at = now(), overdue = o.n from (select count(*) as n from task
       where state = 'open' and kind in ('review-contact-details', 'review-purchases', 'review-service') and due_at < now()) o
     where overdue <> o.n`,
  );
}

export interface FileTotals {
  customers: number;
  complete: number;
  filled: number;
  required: number;
  kinds: number;
  overdue: number;
  updatedAt: Date;
}

export async function readFileTotals(sql: Queryable): Promise<FileTotals> {
  const { rows } = await sql.query<FileTotals>(
    'select customers, complete, filled, required, kinds, overdue, updated_at as "updatedAt" from customer_file_total',
  );
  return rows[0] as FileTotals;
}
