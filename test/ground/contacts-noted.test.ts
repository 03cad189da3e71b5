/** What messages say of their senders is noted for each of them, in whatever order they are committed. */
import { readFile } from 'node:fs/promises';
import { openDatabase, relayEvents } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { noteContacts } from '@patchbay/store/queries/suggestions';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';

/** So many customers with one mail each, as ingest leaves them. */
async function takeIn(sql: Queryable, first: number, last: number): Promise<void> {
  await sql.query(
    `with who as (select n, 'customer-' || n || '@example.org' as address, uuid_v7() as customer, uuid_v7() as ticket, uuid_v7() as inbox, uuid_v7() as message
       from generate_series($1::int, $2::int) n),
     customers as (insert into customer (id, display_name) select customer, address from who),
     identifiers as (insert into identifier (customer_id, kind, value, grade, channel) select customer, 'email', address, 'known', 'email' from who),
     tickets as (
       insert into ticket (id, subject, channel, channel_account, customer_id, contact_address) select ticket, '', 'email', 'email', customer, address from who),
     received as (
       insert into inbox (id, channel, channel_account, external_id, contact, raw_type, raw_sha256, state, correlation_id)
       select inbox, 'email', 'email', address, jsonb_build_object('identifiers', jsonb_build_array(jsonb_build_object('kind', 'email', 'value', address, 'grade', 'known'))),
         'message/rfc822', address, 'done', address from who),
     messages as (
       insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, sender, body_text, inbox_id, received_at)
       select message, ticket, customer, 'in', 'email', 'email', 'customer', address, '', inbox, now() from who)
     insert into event (type, ticket_id, customer_id, correlation_id, data)
     select 'message.received', ticket, customer, address, jsonb_build_object('messageId', message) from who`,
    [first, last],
  );
}

it('misses none that is committed after many that came later', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 3 }));
  const note = async () => {
    await relayEvents(db.sql, 500);
    return db.transaction((tx) => noteContacts(tx, 2_000, 5));
  };
  await db.transaction(async (tx) => {
    await takeIn(tx, 1, 1);
    await takeIn(db.sql, 2, 200);
    await note();
  });
  expect((await note()).more).toBe(false);
  const { rows } = await db.sql.query<{ without: string[] }>(
    `select coalesce(array_agg(k.value), '{}') as without from identifier k
     where not exists (select 1 from identifier_evidence e where e.customer_id = k.customer_id and e.value = k.value and e.source = 'message')`,
  );
  expect(rows[0]?.without).toEqual([]);
});

it('says when there may be more, and goes on from there', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 2 }));
  await takeIn(db.sql, 1, 5);
  await relayEvents(db.sql, 500);
  const more: boolean[] = [];
  do more.push((await db.transaction((tx) => noteContacts(tx, 2, 5))).more);
  while (more.at(-1));
  expect(more).toEqual([true, true, false]);
  const { rows } = await db.sql.query<{ n: number }>('select count(*)::int as n from identifier_evidence');
  expect(rows[0]?.n).toBe(5);
});

it('goes on where a database of an earlier release was', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const db = stack.use(openDatabase({ url, poolSize: 2 }));
  await takeIn(db.sql, 1, 5);
  await relayEvents(db.sql, 500);
  await takeIn(db.sql, 6, 7);
  const { rows: places } = await db.sql.query<{ position: string }>(
    'select position from message order by position offset 2 limit 1',
  );
  await db.sql.query(
    `insert into setting (key, value) values ('identity-messages', jsonb_build_object('position', $1::bigint))`,
    [places[0]?.position],
  );
  await db.sql.query(
    await readFile(
      new URL('../../packages/store/migrations/051.do.contacts-noted-by-event.sql', import.meta.url),
      'utf8',
    ),
  );
  await relayEvents(db.sql, 500);
  await db.transaction((tx) => noteContacts(tx, 500, 5));
  const { rows } = await db.sql.query<{ value: string }>('select value from identifier_evidence order by value');
  expect(rows.map(({ value }) => value)).toEqual([4, 5, 6, 7].map((n) => `customer-${n}@example.org`));
});
