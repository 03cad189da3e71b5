/** Databases of earlier releases are taken over. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate, openDatabase } from '@patchbay/store';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/backends.ts';

it('a database that has a migration in the other form that it once had is taken over, and one that has it in a third is not', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const record = async (md5: string) => {
    await db.sql.query('update schemaversion set md5 = $1 where version = 52', [md5]);
    await db.sql.query('delete from schemaversion where version > 54');
  };
  await record('9a14f9124bc444d6597cc9cd5b1a86b7');
  expect(await migrate(database.url)).toMatchObject({ applied: expect.any(Number) });
  await record('0'.repeat(32));
  await expect(migrate(database.url)).rejects.toThrow('The database was made by another release');
});

it('a database of a newer release is refused, and stays as it is', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  await db.sql.query(`insert into schemaversion (version, name, md5) values (9999, 'what-is-to-come', $1)`, [
    '0'.repeat(32),
  ]);
  await expect(migrate(database.url)).rejects.toThrow(/newer release.*9999/);
  await db.sql.query('delete from schemaversion where version = 9999');
  expect(await migrate(database.url)).toEqual({ applied: 0 });
});

it('a database that does not keep its texts in UTF-8 is refused before anything is done to it', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const other = new URL(database.url);
  other.pathname += '_ascii';
  const name = other.pathname.slice(1);
  await db.sql.query(`create database ${name} encoding 'SQL_ASCII' locale 'C' template template0`);
  try {
    await expect(migrate(other.href)).rejects.toThrow('a database in SQL_ASCII; expected one in UTF8');
    await using found = openDatabase({ url: other.href, poolSize: 1 });
    const { rows } = await found.sql.query("select 1 from pg_class where relnamespace = 'public'::regnamespace");
    expect(rows).toEqual([]);
  } finally {
    await db.sql.query(`drop database ${name} with (force)`);
  }
});

it('what a source was sent before can be answered by the id that it gave it', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const { rows } = await db.sql.query<{ account: string; ticketId: string }>(
    `with s as (insert into http_source (name, kind, secret, reply_by, reply_account) values ('Shop', 'app', '', 'webhook', '') returning 'http:' || id as account),
       c as (insert into customer (display_name) values ('Ann') returning id),
       t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
         select 'Lamp', 'http', account, id, 'u1' from c, s returning id, channel_account),
       m as (insert into message (ticket_id, direction, channel, channel_account, kind, delivery_status)
         select id, 'out', 'http', channel_account, 'agent', 'sent' from t returning id, ticket_id, channel_account),
       o as (insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, status, external_id, correlation_id)
         select id, ticket_id, 'k', 'http', channel_account, 'u1', 'sent', 'theirs-1', 'c' from m)
     select account, t.id as "ticketId" from s, t`,
  );
  await db.sql.query('delete from thread_reference');
  await db.sql.query('delete from schemaversion where version > 59');
  await migrate(database.url);
  expect((await db.sql.query('select reference, ticket_id as "ticketId" from thread_reference')).rows).toEqual([
    { reference: `${rows[0]?.account}#theirs-1`, ticketId: rows[0]?.ticketId },
  ]);
});

it('what came back of a mail before is told together with what comes back later', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const { rows } = await db.sql.query<{ id: string }>(
    `with c as (insert into customer (display_name) values ('Ann') returning id),
       t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
         select 'Lamp', 'email', 'email', id, 'ann@example.org' from c returning id),
       m as (insert into message (ticket_id, direction, channel, channel_account, kind, delivery_status, delivery_error, recipients, copies)
         select id, 'out', 'email', 'email', 'agent', 'sent', 'Not taken for eve@example.org; bob@example.org: 5.1.1',
           array['ann@example.org'], array['bob@example.org', 'eve@example.org'] from t returning id, ticket_id)
     insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, status, external_id, error, correlation_id)
     select id, ticket_id, 'k', 'email', 'email', 'ann@example.org', 'sent', '<1@ours.example>', 'Not taken for eve@example.org', 'c' from m
     returning id`,
  );
  await db.sql.query('delete from schemaversion where version > 64');
  await migrate(database.url);
  const report = { outboundId: rows[0]?.id, recipient: 'ann@example.org', result: 'failed', code: '5.2.2' };
  await db.sql.query('select apply_contact_reports(null, $1)', [JSON.stringify({ reports: [report] })]);
  const told = await db.sql.query('select delivery_status as status, delivery_error as error from message');
  expect(told.rows).toEqual([
    {
      status: 'failed',
      error: 'Not taken for eve@example.org; ann@example.org: 5.2.2; bob@example.org: 5.1.1',
    },
  ]);
});

it('a database that has 056 in either form that it once had is taken over, and gets what the first of them lacked', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const record = async (md5: string) => {
    await db.sql.query('update schemaversion set md5 = $1 where version = 56', [md5]);
    await db.sql.query('delete from schemaversion where version > 56');
  };
  await record('a817e0c7e9174b91760c0ad7d055ab69');
  expect(await migrate(database.url)).toMatchObject({ applied: expect.any(Number) });

  await record('14d444c63e41af1e6c1e3b56e96ddafc');
  await db.sql.query('drop function wait_for_receiver(text, integer)');
  await db.sql.query('drop index outbound_to_receiver');
  await migrate(database.url);
  const { rows } = await db.sql.query(
    `select wait_for_receiver('x', 0) as wait, to_regclass('outbound_to_receiver') is not null as index`,
  );
  expect(rows).toEqual([{ wait: 0, index: true }]);
});

/** As `md5sum` writes them. A migration is entered once a database may have it; what is to change since is a new one. */
it('a migration that databases have is never changed', async () => {
  const folder = join(import.meta.dirname, '../../packages/store/migrations');
  const frozen = (await readFile(join(import.meta.dirname, 'migrations.md5'), 'utf8')).trimEnd().split('\n');
  const names = (await readdir(folder)).toSorted().slice(0, frozen.length);
  const now = names.map(async (name) => {
    const md5 = createHash('md5').update(await readFile(join(folder, name)));
    return `${md5.digest('hex')}  ${name}`;
  });
  expect(await Promise.all(now)).toEqual(frozen);
});

it('of a ticket’s parties none keeps an address of ours', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  await db.sql.query(`insert into mail_identity (address, name) values ('sales@brand.example', 'Sales')`);
  await db.sql.query(
    `insert into mail_account (address, provider, host, port, security, username, auth, folder, after_fetch, import_from, state)
     values ('Help@brand.example', 'other', 'imap.example', 143, 'none', 'help', 'password', 'INBOX', 'keep', 'all', 'connecting')`,
  );
  await db.sql.query(
    `with c as (insert into customer (display_name) values ('Ann') returning id),
       t as (insert into ticket (subject, channel, channel_account, customer_id, contact_address)
         select 'Lamp', 'email', 'email', id, 'ann@example.org' from c returning id)
     insert into ticket_party (ticket_id, kind, value)
     select id, 'email', value from t, unnest(array['ann@example.org', 'help@brand.example', 'sales@brand.example']) value`,
  );
  await db.sql.query('delete from schemaversion where version > 57');
  await migrate(database.url);
  expect((await db.sql.query('select value from ticket_party')).rows).toEqual([{ value: 'ann@example.org' }]);
});

it('what an account was told of under paths stands with the source, or with the one account of its channel', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url, poolSize: 1 });
  const id = '0190a0de-0000-7000-8000-000000000001';
  await db.sql.query(
    `insert into channel_account (channel, account, last_contact_at, last_error, last_error_at) values
       ('http', 'http:${id}', '2026-03-01', 'Gone', '2026-03-01'),
       ('http', '/webhooks/http/${id}', '2026-03-02', 'No JSON', '2026-03-02'),
       ('http', '/webhooks/http/${id}/status', '2026-02-01', 'No status', '2026-02-01'),
       ('sms', '+15005550006', '2026-03-01', null, null), ('sms', '/webhooks/twilio/sms', '2026-03-02', 'No sender', '2026-03-02'),
       ('phone', '/webhooks/twilio/voice', '2026-03-02', 'No call', '2026-03-02')`,
  );
  await db.sql.query(
    `insert into channel_traffic (at, channel, account, contacts) values
       ('2026-03-01', 'http', 'http:${id}', 4), ('2026-03-01', 'http', '/webhooks/http/${id}', 2),
       ('2026-03-01', 'http', '/webhooks/http/${id}/status', 1)`,
  );
  await db.sql.query('delete from schemaversion where version > 62');
  await migrate(database.url);
  const { rows } = await db.sql.query(
    `select a.account, last_error as error, last_contact_at::date::text as last, contacts
     from channel_account a left join channel_traffic using (channel, account) order by 1`,
  );
  expect(rows).toEqual([
    { account: '+15005550006', error: 'No sender', last: '2026-03-02', contacts: null },
    { account: `http:${id}`, error: 'No JSON', last: '2026-03-02', contacts: 7 },
  ]);
});
