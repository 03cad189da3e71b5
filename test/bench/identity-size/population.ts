/** Customers by the million, made by the database itself: names as unevenly spread as people's, an address and a number each, and their keys. */
import { blockingKeys } from '@patchbay/domain/suggestion';
import type { Queryable } from '@patchbay/store';
import { readIdentityRecords } from '@patchbay/store/queries/suggestions';
import { openDatabase } from '@patchbay/store';

/** The same in every database: the number says who it is. */
export const emailOf = (n: number) => `person.${n}@x${n % 50}.example`;
export const phoneOf = (n: number) => `+49151${String(n).padStart(8, '0')}`;

/** So many words, each of four syllables. */
const words = (kinds: number) => `
  select v, initcap((select string_agg(substr('bdfgklmnprstvz', 1 + abs(hashint4(v + 1000 * p)) % 14, 1) || substr('aeiou', 1 + abs(hashint4(v - 1000 * p)) % 5, 1), '' order by p)
    from generate_series(1, 4) p)) as word from generate_series(0, ${kinds - 1}) v`;
// Squaring a uniform number makes few names frequent and many rare.
const chosen = (of: string, kinds: number) =>
  `least(${kinds - 1}, floor(power(hashint4(${of})::double precision / 4294967296 + 0.5, 2) * ${kinds}))::integer`;
const searches = ['customer_name_search', 'identifier_value_search'];

export async function populate(url: string, customers: number): Promise<void> {
  await using db = openDatabase({ url, poolSize: 1 });
  await db.transaction(async (tx) => {
    // Rows that are made to fit need no trigger and no check of their keys.
    await tx.query('set local session_replication_role = replica');
    // The index of a search is built faster than it is kept.
    const { rows: indexes } = await tx.query<{ made: string }>(
      'select indexdef as made from pg_indexes where indexname = any ($1)',
      [searches],
    );
    for (const name of searches) await tx.query(`drop index ${name}`);
    await tx.query(`create temporary table given_name on commit drop as ${words(500)}`);
    await tx.query(`create temporary table family_name on commit drop as ${words(4_000)}`);
    await tx.query(
      `create temporary table person on commit drop as
       select n, uuid_v7() as id, g.word || ' ' || f.word as name from generate_series(1, ${customers}) n
       join given_name g on g.v = ${chosen('n', 500)} join family_name f on f.v = ${chosen('n + 7', 4_000)}`,
    );
    await tx.query('insert into customer (id, display_name) select id, name from person');
    await tx.query(
      `insert into identifier (customer_id, kind, value, grade, channel)
       select id, 'email', 'person.' || n || '@x' || n % 50 || '.example', 'known', 'email' from person
       union all select id, 'phone', '+49151' || lpad(n::text, 8, '0'), 'known', 'sms' from person`,
    );
    await tx.query(
      `insert into blocking_key (key, customer_id)
       select k.key, p.id from person p cross join lateral (values
         ('email:person.' || n || '@x' || n % 50 || '.example'), ('~email:person.' || n), ('phone:+49151' || lpad(n::text, 8, '0')),
         ('~phone:' || right('49151' || lpad(n::text, 8, '0'), 8)),
         ('name:' || (select string_agg(w, ' ' order by w collate "C") from unnest(string_to_array(lower(name), ' ')) w))) k (key)`,
    );
    for (const { made } of indexes) await tx.query(made);
  });
  await db.sql.query('vacuum analyze');
  await assertKeys(db.sql);
}

/** The keys that SQL made are those of the rule. */
async function assertKeys(sql: Queryable): Promise<void> {
  const { rows } = await sql.query<{ id: string; keys: string[] }>(
    `select c.id, array(select key from blocking_key b where b.customer_id = c.id order by key collate "C") as keys from customer c order by id desc limit 200`,
  );
  const records = new Map(
    (
      await readIdentityRecords(
        sql,
        rows.map(({ id }) => id),
      )
    ).map((one) => [one.id, one]),
  );
  for (const { id, keys } of rows) {
    const record = records.get(id);
    const wanted = record ? blockingKeys(record).toSorted() : [];
    if (JSON.stringify(wanted) !== JSON.stringify(keys))
      throw new Error(`Keys of ${record?.displayName}: ${JSON.stringify(keys)} instead of ${JSON.stringify(wanted)}`);
  }
}
