/** Customers by the hundred: who is there already, and writing down what is new, in a few statements however many rows there are. */
import type { Queryable } from '../database.ts';

export interface NamedIdentifier {
  readonly kind: string;
  readonly value: string;
}

/** Takes the locks under which nobody else makes or joins these people, until the end of the transaction. */
export async function lockPeople(
  tx: Queryable,
  source: string,
  named: { externalIds: readonly string[]; rowKeys: readonly string[]; proved: readonly NamedIdentifier[] },
): Promise<void> {
  const keys = [
    ...named.externalIds.map((id) => `source:${source}:${id}`),
    ...named.rowKeys.map((key) => `row:${source}:${key}`),
    ...named.proved.map(({ kind, value }) => `${kind}:${value}`),
  ];
  await tx.query('select lock_identifiers($1)', [keys]);
}

export interface KnownPeople {
  /** Customers by the source's own name for them. */
  readonly externals: { externalId: string; customerId: string }[];
  /** Who alone holds an identifier that was proved. */
  readonly holders: (NamedIdentifier & { customerId: string })[];
  /** What several people use. */
  readonly shared: NamedIdentifier[];
}

export async function findPeople(
  sql: Queryable,
  source: string,
  externalIds: readonly string[],
  identifiers: readonly NamedIdentifier[],
): Promise<KnownPeople> {
  const { rows: externals } = await sql.query<KnownPeople['externals'][number]>(
    'select external_id as "externalId", customer_id as "customerId" from customer_source_key where source = $1 and external_id = any ($2)',
    [source, externalIds],
  );
  const named = [identifiers.map(({ kind }) => kind), identifiers.map(({ value }) => value)];
  const { rows: holders } = await sql.query<KnownPeople['holders'][number]>(
    `select i.kind, i.value, i.customer_id as "customerId" from unnest($1::text[], $2::text[]) g (kind, value)
     join identifier i on i.kind = g.kind and i.value = g.value where i.grade <> 'claimed' and not i.shared`,
    named,
  );
  const { rows: shared } = await sql.query<NamedIdentifier>(
    `select s.kind, s.value from unnest($1::text[], $2::text[]) g (kind, value)
     join shared_identifier s on s.kind = g.kind and s.value = g.value`,
    named,
  );
  return { externals, holders, shared };
}

/** By the keys of rows that named nobody, whom such rows made. */
export async function findRows(
  sql: Queryable,
  source: string,
  rowKeys: readonly string[],
): Promise<Map<string, string>> {
  if (rowKeys.length === 0) return new Map();
  const { rows } = await sql.query<{ key: string; customerId: string }>(
    'select row_key as key, customer_id as "customerId" from import_row_key where source = $1 and row_key = any ($2)',
    [source, rowKeys],
  );
  return new Map(rows.map(({ key, customerId }) => [key, customerId]));
}

/** By an id that somebody was given once, the customer whom they have become. Of who is erased there is none. `lock`: until the end of the transaction. */
export async function findPresent(sql: Queryable, ids: readonly string[], lock: boolean): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql.query<{ given: string; id: string }>(
    `select g.id as given, c.id from unnest($1::uuid[]) g (id) join customer c on c.id = customer_root(g.id)
     where c.merged_into is null and c.erased_at is null order by c.id ${lock ? 'for no key update of c' : ''}`,
    [[...new Set(ids)]],
  );
  return new Map(rows.map(({ given, id }) => [given, id]));
}

export interface FileBefore {
  readonly id: string;
  readonly fields: Record<string, unknown>;
  readonly identifiers: readonly (NamedIdentifier & {
    grade: 'claimed' | 'known' | 'verified';
    extension: string | null;
  })[];
  readonly organisations: readonly string[];
  readonly externalIds: readonly string[];
}

/** What is known of these customers, as far as rows could add to it. `lock`: until the end of the transaction, in one order. */
export async function readFilesBefore(
  sql: Queryable,
  source: string,
  ids: readonly string[],
  lock: boolean,
): Promise<FileBefore[]> {
  if (ids.length === 0) return [];
  if (lock) await sql.query('select 1 from customer where id = any ($1::uuid[]) order by id for no key update', [ids]);
  const { rows } = await sql.query<FileBefore>(
    `select c.id, c.fields,
       (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value, 'grade', i.grade, 'extension', i.extension)), '[]')
         from identifier i where i.customer_id = c.id) as identifiers,
       array(select lower(o.name) from organisation_member m join organisation o on o.id = m.organisation_id where m.customer_id = c.id) as organisations,
       array(select s.external_id from customer_source_key s where s.customer_id = c.id and s.source = $2) as "externalIds"
     from customer c where c.id = any ($1::uuid[])`,
    [ids, source],
  );
  return rows;
}

export async function newCustomerIds(sql: Queryable, count: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>('select uuid_v7() as id from generate_series(1, $1)', [count]);
  return rows.map(({ id }) => id);
}

/** What rows add, customer by customer. */
export interface PeopleToWrite {
  /** `fields`: what the file of who is new has of `fields` below; sealed values as `{"sealed": true}`. */
  readonly created: readonly { id: string; displayName: string; reason: string; fields: Record<string, unknown> }[];
  readonly changed: readonly { id: string; fields: readonly string[] }[];
  readonly identifiers: readonly (NamedIdentifier & {
    customerId: string;
    grade: string;
    shared: boolean;
    extension: string | null;
  })[];
  readonly externals: readonly { customerId: string; externalId: string }[];
  /** By which rows that name nobody are known again. */
  readonly rows: readonly { customerId: string; rowKey: string }[];
  /** `id`: of the row, where its value was sealed for it. */
  readonly fields: readonly { id?: string; customerId: string; key: string; value: unknown; sourceRef: string }[];
  readonly memberships: readonly { customerId: string; organisation: string }[];
}

export async function writePeople(
  tx: Queryable,
  people: PeopleToWrite,
  by: { source: string; actorId: string; reference: string },
): Promise<void> {
  // One statement, so that what watches these tables sees who is new whole, and has one thing to do for each.
  await tx.query(
    `with new as (select * from jsonb_to_recordset($1::jsonb) c (id uuid, "displayName" text, reason text, fields jsonb)),
     made as (insert into customer (id, display_name, fields) select id, "displayName", fields from new),
     told as (insert into event (type, customer_id, actor_id, data)
       select 'customer.created', id, $6, jsonb_build_object('reason', reason) from new
       union all select 'customer.changed', id, $6, jsonb_build_object('fields', fields, 'source', 'import')
       from jsonb_to_recordset($2::jsonb) c (id uuid, fields jsonb)),
     said as (select distinct on ("customerId", kind, value) * from jsonb_to_recordset($3::jsonb) i
       ("customerId" uuid, kind text, value text, grade text, shared boolean, extension text) order by "customerId", kind, value, extension is null),
     named as (insert into identifier as k (customer_id, kind, value, grade, shared, extension) select * from said
       on conflict (customer_id, kind, value) do update set grade = greatest(k.grade, excluded.grade), shared = k.shared or excluded.shared,
         extension = coalesce(excluded.extension, k.extension)),
     proved as (insert into identifier_evidence (customer_id, kind, value, grade, source, by_agent_id, reference)
       select "customerId", kind, value, grade, 'import', $6, $8 from said on conflict do nothing),
     numbered as (insert into customer_source_key (customer_id, source, external_id)
       select "customerId", $7, "externalId" from jsonb_to_recordset($4::jsonb) s ("customerId" uuid, "externalId" text)),
     known as (insert into import_row_key (customer_id, source, row_key)
       select "customerId", $7, "rowKey" from jsonb_to_recordset($9::jsonb) r ("customerId" uuid, "rowKey" text))
     insert into customer_field_value (id, customer_id, key, value, source, source_ref, by_agent_id)
     select coalesce(id, uuid_v7()), "customerId", key, value, 'import', "sourceRef", $6
     from jsonb_to_recordset($5::jsonb) f (id uuid, "customerId" uuid, key text, value jsonb, "sourceRef" text)`,
    [
      JSON.stringify(people.created),
      JSON.stringify(people.changed),
      JSON.stringify(people.identifiers),
      JSON.stringify(people.externals),
      JSON.stringify(people.fields),
      by.actorId,
      by.source,
      by.reference,
      JSON.stringify(people.rows),
    ],
  );
  await shareSwitchboards(tx, people.identifiers, by.actorId);
  await writeMemberships(tx, people.memberships, by.actorId);
}

/** A number that has extensions is a switchboard's, and names nobody from then on. */
async function shareSwitchboards(
  tx: Queryable,
  identifiers: PeopleToWrite['identifiers'],
  agentId: string,
): Promise<void> {
  const numbers = new Set(identifiers.filter(({ extension }) => extension !== null).map(({ value }) => value));
  for (const value of [...numbers].toSorted())
    await tx.query('select set_identifier_shared($1)', [
      JSON.stringify({ kind: 'phone', value, shared: true, source: 'extension', agentId, reason: 'It has extensions' }),
    ]);
}

async function writeMemberships(
  tx: Queryable,
  memberships: PeopleToWrite['memberships'],
  actorId: string,
): Promise<void> {
  if (memberships.length === 0) return;
  // In one order, so that two imports that make the same organisations wait for each other instead of both.
  await tx.query(
    `insert into organisation (name) select distinct on (lower(organisation)) organisation from jsonb_to_recordset($1::jsonb) m (organisation text)
     order by lower(organisation) on conflict do nothing`,
    [JSON.stringify(memberships)],
  );
  await tx.query(
    `insert into organisation_member (customer_id, organisation_id, by_agent_id)
     select distinct m."customerId", o.id, $2 from jsonb_to_recordset($1::jsonb) m ("customerId" uuid, organisation text)
     join organisation o on lower(o.name) = lower(m.organisation)
     where not exists (select 1 from organisation_member x where x.customer_id = m."customerId" and x.organisation_id = o.id)`,
    [JSON.stringify(memberships), actorId],
  );
}
