/**
 * Ingest as one hand-written statement each: what the database has to do at the least for the same rows. They take the outcome for granted
 * (no locks, no threading rules, no second look at what changed meanwhile) and so are a lower bound, not another ingest.
 */

const contact = `c as (select * from inbox where id = $1 and state = 'pending')`;
const message = `insert into message (ticket_id, customer_id, direction, channel, channel_account, external_id, kind, sender, recipients, body_text, raw_sha256, inbox_id, received_at)
  select t.id, t.customer_id, 'in', c.channel, c.channel_account, c.external_id, c.contact ->> 'kind', c.contact ->> 'from',
    array(select jsonb_array_elements_text(c.contact -> 'to')), c.contact ->> 'text', c.raw_sha256, c.id, c.received_at`;
const done = `update inbox i set state = 'done', message_id = m.id, ticket_id = t.id, processed_at = now() from m, t where i.id = $1`;

/** A known customer's text on the open ticket: ticket and inbox row updated, message and event written. `$1`: the inbox row. */
export const knownStatement = `
with ${contact},
k as (select i.customer_id from c join identifier i on i.kind = 'phone' and i.value = c.contact ->> 'from' where i.grade in ('verified', 'known') and not i.shared),
t as (
  update ticket u set message_count = message_count + 1, preview = left(c.contact ->> 'text', 140), last_activity_at = now(), updated_at = now()
  from c where u.id = (
    select w.id from ticket w where w.customer_id = (select customer_id from k) and w.channel = 'sms' and w.status = 'open'
      and w.last_activity_at >= now() - interval '72 hours' order by w.last_activity_at desc limit 1)
  returning u.*),
m as (${message} from c, t returning id),
e as (
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  select 'message.received', t.id, t.customer_id, t.queue_id, t.assignee_id, c.correlation_id,
    jsonb_build_object('messageId', m.id, 'channel', c.channel, 'kind', 'customer', 'reason', 'window') from c, t, m)
${done}`;

/** A new customer's text: customer, identifier, ticket, party, message, acknowledgement with its way out, and four events. */
export const newStatement = `
with ${contact},
k as (insert into customer (display_name) select contact ->> 'from' from c returning id),
i as (insert into identifier (customer_id, kind, value, grade, channel) select k.id, 'phone', c.contact ->> 'from', 'known', c.channel from c, k),
t as (
  insert into ticket (subject, channel, channel_account, customer_id, contact_address, queue_id, message_count, preview, waiting_since)
  select left(c.contact ->> 'text', 200), c.channel, c.channel_account, k.id, c.contact ->> 'from', (select id from queue limit 1), 2, left(c.contact ->> 'text', 140), now()
  from c, k returning *),
p as (insert into ticket_party (ticket_id, kind, value) select t.id, 'phone', c.contact ->> 'from' from c, t),
m as (${message} from c, t returning id),
a as (
  insert into message (ticket_id, direction, channel, channel_account, kind, sender, recipients, body_text, delivery_status)
  select t.id, 'out', t.channel, t.channel_account, 'system', t.channel_account, array[t.contact_address], 'Your ticket is ' || t.number, 'queued' from t returning id),
o as (
  insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, automatic, correlation_id)
  select a.id, t.id, 'acknowledgement:' || c.id, t.channel, t.channel_account, t.contact_address, true, c.correlation_id from a, t, c),
e as (
  insert into event (type, ticket_id, customer_id, queue_id, correlation_id, data)
  select f.type, t.id, t.customer_id, t.queue_id, c.correlation_id, jsonb_build_object('messageId', m.id, 'channel', c.channel, 'kind', 'customer', 'number', t.number)
  from c, t, m, unnest(array['customer.created', 'ticket.opened', 'message.received', 'message.created']) f (type))
${done}`;

/** The hub's own ingest in the case that it settles in one call. `$1`: the inbox row; `$2`, `$3` as `ingestContact` gives them. */
export const functionStatement = 'select ingest_contact($1, $2, $3)';

/** One insert of the row that `receive` writes. */
export const insertStatement = `
insert into inbox (channel, channel_account, external_id, content_hash, contact, raw, raw_type, raw_sha256, state, reason, correlation_id)
values ($1, $2, $3, null, $4, $5, 'application/x-www-form-urlencoded; charset=UTF-8', $6, 'pending', null, $7) returning id`;
