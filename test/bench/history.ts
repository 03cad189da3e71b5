/** A centre that has worked for a while: without it the planner knows only empty tables, and every figure is that of the first minute. */
import { seed } from '@patchbay/config/seed';
import { migrate, openDatabase, seedQueues } from '@patchbay/store';

/** Past customers, each with one closed ticket and one message on it. */
const customers = 5_000;

export async function prepareDatabase(url: string): Promise<void> {
  await migrate(url);
  await using db = openDatabase({ url, poolSize: 1 });
  await seedQueues(db.sql, seed.queues);
  await db.sql.query(historyStatement);
  await db.sql.query('update relay_state set last_seq = (select max(seq) from event)');
  await db.sql.query('vacuum analyze');
}

const historyStatement = `
with past as (
  select n, uuid_v7() as customer_id, uuid_v7() as ticket_id, uuid_v7() as message_id, uuid_v7() as inbox_id,
    '+49170' || (10000000 + n) as phone, 'PAST' || n as sid, now() - interval '30 days' + n * interval '1 minute' as at
  from generate_series(1, ${customers}) n),
c as (insert into customer (id, display_name, created_at) select customer_id, phone, at from past),
i as (insert into identifier (customer_id, kind, value, grade, channel, first_seen_at, last_seen_at) select customer_id, 'phone', phone, 'known', 'sms', at, at from past),
t as (
  insert into ticket (id, subject, status, channel, channel_account, customer_id, contact_address, queue_id, message_count, preview, last_activity_at, created_at)
  select ticket_id, 'Where is parcel ' || n || '?', 'closed', 'sms', '+15005550006', customer_id, phone, (select id from queue limit 1), 1, 'Where is it?', at, at from past),
p as (insert into ticket_party (ticket_id, kind, value) select ticket_id, 'phone', phone from past),
b as (
  insert into inbox (id, channel, channel_account, external_id, state, contact, raw, raw_type, raw_sha256, message_id, ticket_id, correlation_id, received_at, processed_at)
  select inbox_id, 'sms', '+15005550006', sid, 'done', jsonb_build_object('from', phone), 'x', 'text/plain', md5(sid) || md5(sid), message_id, ticket_id, sid, at, at from past),
m as (
  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, external_id, kind, sender, recipients, body_text, raw_sha256, inbox_id, received_at)
  select message_id, ticket_id, customer_id, 'in', 'sms', '+15005550006', sid, 'customer', phone, array['+15005550006'], 'Where is it?', md5(sid) || md5(sid), inbox_id, at from past)
insert into event (seq, type, at, ticket_id, customer_id, correlation_id, data)
select n, 'message.received', at, ticket_id, customer_id, sid, jsonb_build_object('messageId', message_id, 'channel', 'sms', 'kind', 'customer', 'reason', 'past') from past`;
