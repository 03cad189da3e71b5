/** Organisations and who belongs to them; what customers are to each other. */
import type { Organisation, Relation, RelationKind } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { containing, cut, present, type Cut, type Slice } from './paging.ts';
import { parameters } from './tickets.ts';

const columns = `o.id, o.name, o.website, o.notes, o.created_at as "createdAt", o.updated_at as "updatedAt",
  (select count(distinct m.customer_id)::int from organisation_member m where m.organisation_id = o.id) as members`;
type NameKey = [string, string];

/** By name. `q`: part of it. */
export async function listOrganisations(
  sql: Queryable,
  q: string | undefined,
  slice: Slice<NameKey>,
): Promise<Cut<Organisation, NameKey>> {
  const { values, bind } = parameters();
  const conditions = ['true'];
  if (q) conditions.push(`o.name ilike ${bind(containing(q))}`);
  if (slice.after) conditions.push(`lower(o.name) > ${bind(slice.after[0])}`);
  const { rows } = await sql.query(
    `select ${columns}, lower(o.name) as "nameKey" from organisation o where ${conditions.join(' and ')} order by lower(o.name) limit ${bind(slice.limit + 1)}`,
    values,
  );
  const found = cut(
    rows.map((row) => present<Organisation & { nameKey: string }>(row)),
    slice.limit,
    ({ nameKey, id }): NameKey => [nameKey, id],
  );
  return { items: found.items.map(({ nameKey: _nameKey, ...item }) => item), next: found.next };
}

export async function readOrganisation(sql: Queryable, id: string): Promise<Organisation | null> {
  const { rows } = await sql.query(`select ${columns} from organisation o where o.id = $1`, [id]);
  return rows[0] ? present<Organisation>(rows[0]) : null;
}

type OrganisationRow = Pick<Organisation, 'name' | 'website' | 'notes'>;

/** Null when there is one of this name. */
export async function insertOrganisation(
  tx: Queryable,
  { name, website, notes }: OrganisationRow,
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    'insert into organisation (name, website, notes) values ($1, $2, $3) on conflict do nothing returning id',
    [name, website, notes],
  );
  return rows[0]?.id ?? null;
}

/** False when there is none. Raises 23505 when another one has the name. */
export async function updateOrganisation(
  tx: Queryable,
  id: string,
  { name, website, notes }: OrganisationRow,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update organisation set name = $2, website = $3, notes = $4, updated_at = now() where id = $1',
    [id, name, website, notes],
  );
  return rowCount === 1;
}

/** The customer's row is the lock: nobody is twice a member. False when there is no such customer. */
async function lockCustomers(tx: Queryable, ids: readonly string[]): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from customer where id = any ($1::uuid[]) and merged_into is null order by id for no key update',
    [ids],
  );
  return rowCount === new Set(ids).size;
}

const told = (customer: string, actor: string, field: string) =>
  `insert into event (type, customer_id, actor_id, data) values ('customer.changed', ${customer}, ${actor}, '{"fields": ["${field}"], "source": "agent"}')`;

/** False when the customer is not there. Raises 23503 when the organisation is not. */
export async function setMembership(
  tx: Queryable,
  customerId: string,
  organisationId: string,
  role: string,
  by: string,
): Promise<boolean> {
  if (!(await lockCustomers(tx, [customerId]))) return false;
  await tx.query(
    `with changed as (update organisation_member set role = $3 where customer_id = $1 and organisation_id = $2 returning id)
     insert into organisation_member (customer_id, organisation_id, role, by_agent_id) select $1, $2, $3, $4 where not exists (select 1 from changed)`,
    [customerId, organisationId, role, by],
  );
  await tx.query(told('$1', '$2', 'organisations'), [customerId, by]);
  return true;
}

export async function endMembership(
  tx: Queryable,
  customerId: string,
  organisationId: string,
  by: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'delete from organisation_member where customer_id = $1 and organisation_id = $2',
    [customerId, organisationId],
  );
  if (rowCount) await tx.query(told('$1', '$2', 'organisations'), [customerId, by]);
  return rowCount !== 0;
}

export async function listMemberships(
  sql: Queryable,
  customerId: string,
): Promise<{ organisationId: string; name: string; role: string }[]> {
  const { rows } = await sql.query<{ organisationId: string; name: string; role: string }>(
    `select distinct on (lower(o.name)) o.id as "organisationId", o.name, m.role from organisation_member m join organisation o on o.id = m.organisation_id
     where m.customer_id = $1 order by lower(o.name), m.created_at desc limit 100`,
    [customerId],
  );
  return rows;
}

/** `again`: the two are that already, and its id is answered. Null when one of them is not there. */
export async function insertRelation(
  tx: Queryable,
  relation: { customerId: string; otherId: string; kind: RelationKind; note: string },
  by: string,
): Promise<string | null> {
  if (!(await lockCustomers(tx, [relation.customerId, relation.otherId]))) return null;
  const values = [relation.customerId, relation.otherId, relation.kind];
  const { rows: there } = await tx.query<{ id: string }>(
    'select id from customer_relation where customer_id = $1 and other_id = $2 and kind = $3 limit 1',
    values,
  );
  if (there[0]) return there[0].id;
  const { rows } = await tx.query<{ id: string }>(
    'insert into customer_relation (customer_id, other_id, kind, note, by_agent_id) values ($1, $2, $3, $4, $5) returning id',
    [...values, relation.note, by],
  );
  await tx.query(told('$1', '$2', 'relations'), [relation.customerId, by]);
  return rows[0]?.id ?? null;
}

export async function deleteRelation(tx: Queryable, customerId: string, id: string, by: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `delete from customer_relation where id = $1 and (customer_id = $2 or other_id in (${mergedInto('$2')}))`,
    [id, customerId],
  );
  if (rowCount) await tx.query(told('$1', '$2', 'relations'), [customerId, by]);
  return rowCount === 1;
}

/** The customer and everybody who was merged into them, one after the other. */
export const mergedInto = (customer: string): string => `
  with recursive self (id) as (select ${customer}::uuid union select c.id from customer c join self s on c.merged_into = s.id) select id from self`;

/** Of both sides. Who was merged meanwhile appears as the one who is left. */
export async function listRelations(sql: Queryable, customerId: string): Promise<Relation[]> {
  const { rows } = await sql.query(
    `with recursive self (id) as (select $1::uuid union select c.id from customer c join self s on c.merged_into = s.id),
       side as (
         select r.*, 'to' as direction, r.other_id as far from customer_relation r where r.customer_id = $1
         union all select r.*, 'from', r.customer_id from customer_relation r where r.other_id in (select id from self) and r.customer_id <> $1),
       followed (id, at) as (select s.id, s.far from side s union select f.id, c.merged_into from followed f join customer c on c.id = f.at where c.merged_into is not null)
     select s.id, s.kind, s.direction, c.id as "otherId", c.display_name as "otherName", s.note, s.created_at as "createdAt"
     from side s join followed f on f.id = s.id join customer c on c.id = f.at and c.merged_into is null
     where c.id <> $1 order by s.created_at, s.id limit 200`,
    [customerId],
  );
  return rows.map((row) => present<Relation>(row));
}
