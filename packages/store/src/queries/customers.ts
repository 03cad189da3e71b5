import type { Customer, CustomerSuggestion, IdentifierGrade, IdentifierKind } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { containing, cut, present, type Cut, type Slice } from './paging.ts';
import { searchedWhole } from './searched-whole.ts';
import { parameters } from './tickets.ts';

export const customerColumns = `
  c.id, c.display_name as "displayName", c.created_at as "createdAt", c.updated_at as "updatedAt", c.merged_into as "mergedInto",
  coalesce(k.identifiers, '[]') as identifiers`;
export const customerJoined = `
  left join lateral (
    select jsonb_agg(jsonb_build_object('id', i.id, 'masked', false, 'kind', i.kind, 'value', i.value, 'grade', i.grade, 'channel', i.channel, 'shared', i.shared,
      'firstSeenAt', i.first_seen_at, 'lastSeenAt', i.last_seen_at, 'mark', (
        select jsonb_build_object('mark', a.mark, 'reason', a.reason, 'at', a.at) from address_mark a where a.kind = i.kind and a.value = i.value)) order by i.first_seen_at, i.id) as identifiers
    from identifier i where i.customer_id = c.id) k on true`;

export async function readCustomer(sql: Queryable, id: string): Promise<Customer | null> {
  const { rows } = await sql.query(`select ${customerColumns} from customer c ${customerJoined} where c.id = $1`, [id]);
  return rows[0] ? present<Customer>(rows[0]) : null;
}

/**
 * Customers newest first, without those that were merged into another or erased. `q`: part of the name or of an identifier; where `parted` is false
 * only of the name, or a whole identifier.
 */
export async function listCustomers(
  sql: Queryable,
  q: string | undefined,
  slice: Slice<string>,
  parted = true,
): Promise<Cut<Customer, string>> {
  const { values, bind } = parameters();
  const conditions = ['c.merged_into is null', 'c.erased_at is null'];
  if (q) conditions.push(parted ? searched(q, bind) : searchedWhole(q, bind));
  if (slice.after !== null) conditions.push(`c.id < ${bind(slice.after)}`);
  const { rows } = await sql.query(
    `with page as materialized (select c.* from customer c where ${conditions.join(' and ')} order by c.id desc limit ${bind(slice.limit + 1)})
     select ${customerColumns} from page c ${customerJoined} order by c.id desc`,
    values,
  );
  return cut(
    rows.map((row) => present<Customer>(row)),
    slice.limit,
    (customer) => customer.id,
  );
}

function searched(q: string, bind: (value: unknown) => string): string {
  const pattern = bind(containing(q));
  const digits = q.replaceAll(/[\s()./-]/g, '');
  // A number is found however it is grouped: identifiers hold it in E.164.
  const phone =
    /^\+?\d{4,}$/.test(digits) && digits !== q
      ? `union select i.customer_id from identifier i where i.value like ${bind(containing(digits))}`
      : '';
  return `c.id in (
    select n.id from customer n where n.display_name ilike ${pattern}
    union select i.customer_id from identifier i where i.value ilike ${pattern} ${phone})`;
}

/** Customers with whom this one shares an identifier that at least one of the two only claims. */
export async function suggestCustomers(sql: Queryable, id: string): Promise<CustomerSuggestion[]> {
  const { rows } = await sql.query<
    Customer & { mine: IdentifierGrade; theirs: IdentifierGrade; kind: IdentifierKind; value: string }
  >(
    `select ${customerColumns}, s.mine, s.theirs, s.kind, s.value
     from (
       select distinct on (o.customer_id) o.customer_id, i.grade as mine, o.grade as theirs, i.kind, i.value
       from identifier i join identifier o on o.kind = i.kind and o.value = i.value and o.customer_id <> i.customer_id
       where i.customer_id = $1 and not i.shared and not o.shared and (i.grade = 'claimed' or o.grade = 'claimed')
       order by o.customer_id, i.grade = 'claimed' and o.grade = 'claimed', i.first_seen_at
       limit 20) s
     join customer c on c.id = s.customer_id and c.merged_into is null ${customerJoined} order by c.id desc`,
    [id],
  );
  return rows.map(({ mine, theirs, kind, value, ...row }) => ({
    customer: present<Customer>(row),
    reason: reasonOf(mine, theirs, kind, value),
    kind,
    value,
  }));
}

function reasonOf(mine: IdentifierGrade, theirs: IdentifierGrade, kind: IdentifierKind, value: string): string {
  if (mine === 'claimed' && theirs === 'claimed') return `Both gave ${kind} ${value}; neither proved it`;
  return mine === 'claimed'
    ? `This customer gave ${kind} ${value}, which the other one proved`
    : `The other one gave ${kind} ${value}, which this customer proved`;
}

export interface NewCustomer {
  readonly displayName: string;
  /** In normal form. */
  readonly identifiers: readonly (Pick<Customer['identifiers'][number], 'kind' | 'value' | 'grade'> & {
    /** A number with one is a switchboard's, and is marked so. */
    readonly extension: string | null;
  })[];
}

type CreatedCustomer =
  | { outcome: 'created'; customerId: string }
  | { outcome: 'taken'; customerId: string; kind: IdentifierKind; value: string };

/** Writes a customer down, unless a proved identifier is another customer's. To be called in a transaction. */
export async function insertCustomer(
  tx: Queryable,
  customer: NewCustomer,
  reason: string,
  actorId: string,
): Promise<CreatedCustomer> {
  const identifiers = JSON.stringify(customer.identifiers);
  await tx.query(
    `select lock_identifiers(array(select (i ->> 'kind') || ':' || (i ->> 'value') from jsonb_array_elements($1::jsonb) i))`,
    [identifiers],
  );
  const switchboards = customer.identifiers.filter(({ extension }) => extension !== null);
  for (const { kind, value } of switchboards)
    await tx.query('select set_identifier_shared($1)', [
      JSON.stringify({ kind, value, shared: true, source: 'extension', agentId: actorId, reason: 'It has extensions' }),
    ]);
  const { rows: holders } = await tx.query<{ customerId: string; kind: IdentifierKind; value: string }>(
    `select k.customer_id as "customerId", k.kind, k.value from jsonb_to_recordset($1::jsonb) i (kind text, value text, grade text)
     join identifier k on k.kind = i.kind and k.value = i.value and k.grade <> 'claimed' and not k.shared where i.grade <> 'claimed' limit 1`,
    [identifiers],
  );
  if (holders[0]) return { outcome: 'taken', ...holders[0] };
  const { rows } = await tx.query<{ id: string }>(
    `with made as (insert into customer (display_name) values ($1) returning id),
     named as (insert into identifier (customer_id, kind, value, grade, extension, shared)
       select made.id, i.kind, i.value, i.grade, i.extension, exists (select 1 from shared_identifier s where s.kind = i.kind and s.value = i.value)
       from made, jsonb_to_recordset($2::jsonb) i (kind text, value text, grade text, extension text) on conflict do nothing
       returning customer_id, kind, value, grade),
     vouched as (insert into identifier_evidence (customer_id, kind, value, grade, source, by_agent_id, reason)
       select customer_id, kind, value, grade, 'agent', $4, $3 from named),
     told as (insert into event (type, customer_id, actor_id, data) select 'customer.created', id, $4, jsonb_build_object('reason', $3::text) from made)
     select id from made`,
    [customer.displayName, identifiers, reason, actorId],
  );
  return { outcome: 'created', customerId: (rows[0] as { id: string }).id };
}
