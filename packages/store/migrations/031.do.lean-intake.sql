-- What every contact costs: work on many rows is done by one statement for all of them, and nothing is done twice.

-- Most messages are no agent's, and have no id of a provider yet.
drop index outbound_author;
create index outbound_author on outbound (author_id, id) where author_id is not null;
drop index outbound_provider;
create index outbound_provider on outbound (channel_account, external_id) where external_id is not null;

-- The keys follow from the customers, and go with them: an id that leads nowhere is no candidate.
alter table blocking_key drop constraint blocking_key_customer_id_fkey;

-- Whom to look at again ---------------------------------------------------------------------------------------------

-- Once for a statement, however many rows it writes; and a new customer once, not again for each identifier that comes with it.
drop trigger customer_work_added on customer;
drop trigger identifier_work_added on identifier;
create function note_new_identifiers() returns trigger language plpgsql as $$
begin
  insert into identity_work (customer_id) select distinct customer_id from written;
  return null;
end $$;
create trigger identifier_work_added after insert on identifier referencing new table as written
  for each statement execute function note_new_identifiers();
create function note_new_customers() returns trigger language plpgsql as $$
begin
  insert into identity_work (customer_id) select w.id from written w where not exists (select 1 from identifier i where i.customer_id = w.id);
  return null;
end $$;
create trigger customer_work_added after insert on customer referencing new table as written
  for each statement execute function note_new_customers();

-- Snapshots --------------------------------------------------------------------------------------------------------

-- As before, by whoever has the locks.
create function locked_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile
-- Few rows are looked up by key, whatever the planner thinks of arrays of unknown length: it must never read a whole table for them.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  identifiers jsonb := p_contact -> 'identifiers';
  refs text[] := array(select jsonb_array_elements_text(p_contact #> '{threading,references}'));
  token uuid := (p_contact #>> '{threading,ticketId}')::uuid;
  own_id text := case when p_contact ->> 'channel' = 'email' then p_contact ->> 'externalId' end;
  tag integer := (p_contact #>> '{threading,ticketNumber}')::integer;
  customers jsonb;
  owners uuid[];
  tickets jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object('customerId', f.customer_id, 'kind', f.kind, 'value', f.value, 'grade', f.grade,
           'shared', f.shared)), '[]'),
         array_agg(f.customer_id) filter (where f.grade <> 'claimed' and not f.shared and c.grade <> 'claimed')
    into customers, owners
  from jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
  cross join lateral (select * from identifier i where i.kind = c.kind and i.value = c.value order by i.grade desc limit 20) f;

  with hit as (
    select t.id, 'token' as via, 0 as distance from ticket t where t.id = token
    -- It came to the signed bounce address of a message of ours.
    union all select o.ticket_id, 'token', 0 from outbound o where o.id = (p_contact #>> '{threading,outboundId}')::uuid
    union all select r.ticket_id, 'reference', min(cardinality(refs) - array_position(refs, r.reference)) from thread_reference r
    where r.reference = any (refs) group by r.ticket_id
    union all select r.ticket_id, 'answered', 0 from thread_reference r
    where r.reference = own_id and not exists (
      select 1 from message m where m.channel_account = p_contact ->> 'channelAccount' and m.external_id = own_id)
    union all select t.id, 'tag', 0 from ticket t where t.number = tag
    union all select w.id, 'window', 0 from (
      select t.id from ticket t
      where p_continuation_ms > 0 and t.customer_id = any (owners) and t.channel = p_contact ->> 'channel' and t.status <> 'closed'
        -- After a merge one customer has several visitors; a conversation goes on only with the visitor who began it.
        and (t.visitor_id is null or identifiers @> jsonb_build_array(jsonb_build_object('kind', 'visitor', 'value', t.visitor_id)))
        and t.last_activity_at >= now() - make_interval(secs => p_continuation_ms / 1000)
      order by t.last_activity_at desc limit 5) w
  )
  select coalesce(jsonb_agg(jsonb_build_object('ticketId', t.id, 'number', t.number, 'status', t.status, 'customerId', t.customer_id,
           'channel', t.channel, 'queueId', t.queue_id, 'via', h.via, 'lastActivityAt', t.last_activity_at, 'senderIsParty', exists (
             select 1 from ticket_party p join jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
               on p.kind = c.kind and p.value = c.value and c.grade <> 'claimed'
             where p.ticket_id = t.id)) order by h.distance, t.number), '[]')
    into tickets
  from (select id, via, distance from hit order by distance limit 50) h join ticket t on t.id = h.id;

  return jsonb_build_object('customers', customers, 'tickets', tickets);
end $$;

create or replace function ingest_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile as $$
begin
  perform lock_identifiers(contact_locks(p_contact));
  return locked_snapshot(p_contact, p_continuation_ms);
end $$;

create or replace function ingest_snapshots(p_ids uuid[], p_continuation jsonb) returns jsonb
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
  perform lock_identifiers(array(
    select k from inbox b cross join unnest(contact_locks(b.contact)) k where b.id = any (p_ids) and b.state = 'pending' and b.contact is not null));
  -- A statement of its own, that sees what was committed before it had the locks.
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'inboxId', b.id,
      'contact', (b.contact - 'html' - 'attachments') || jsonb_build_object('text', left(b.contact ->> 'text', 2000))
        || case when b.contact ? 'replyText' then jsonb_build_object('replyText', left(b.contact ->> 'replyText', 2000)) else '{}' end,
      'snapshot', locked_snapshot(b.contact, coalesce((p_continuation ->> b.channel)::double precision, 0))) order by array_position(p_ids, b.id)), '[]')
    from inbox b where b.id = any (p_ids) and b.state = 'pending' and b.contact is not null);
end $$;

-- Sending ----------------------------------------------------------------------------------------------------------

-- Messages as adapters take them.
create function outbound_messages(p_ids uuid[]) returns table (id uuid, message jsonb) language sql stable as $$
  select o.id, jsonb_build_object('outboundId', o.id, 'idempotencyKey', o.idempotency_key, 'ticketId', o.ticket_id, 'ticketNumber', t.number,
    'channel', o.channel, 'channelAccount', o.channel_account, 'to', o.recipient, 'alsoTo', to_jsonb(m.recipients[2:]), 'cc', to_jsonb(m.copies),
    'bcc', to_jsonb(m.blind_copies), 'subject', coalesce(m.subject, t.subject), 'ownSubject', m.own_subject, 'text', m.body_text,
    'html', m.body_html, 'inReplyTo', o.in_reply_to, 'references', to_jsonb(o."references"), 'automatic', o.automatic, 'attempts', o.attempts,
    'postponed', o.postponed, 'reached', to_jsonb(o.reached), 'claimedAt', o.claimed_at, 'doubtfulSince', o.doubtful_since, 'messageId', m.id,
    'correlationId', o.correlation_id,
    'from', case
      when m.identity is not null then jsonb_build_object('name', m.identity ->> 'name', 'address', m.identity ->> 'address')
      when o.automatic and m.channel = 'email' and exists (select 1 from mail_identity) then (
        select jsonb_build_object('name', i.name, 'address', i.address) from ticket_identity(m.ticket_id) i where i.id is not null)
      end,
    'attachments', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size,
        'sha256', a.sha256, 'inline', a.inline, 'contentId', a.content_id)) order by a.position)
      from attachment a where a.message_id = m.id), '[]'))
  from outbound o join message m on m.id = o.message_id join ticket t on t.id = o.ticket_id
  where o.id = any (p_ids)
$$;
create or replace function outbound_message(p_id uuid) returns jsonb language sql stable as $$
  select message from outbound_messages(array[p_id])
$$;

-- `claim_outbound` for each of these, in their order. Those that nothing stands against and whose account knows no limit, as almost all,
-- are moved by one statement; the others one by one.
create function claim_outbounds(p_ids uuid[]) returns table (id uuid, claimed jsonb) language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  taken uuid[];
begin
  with due as materialized (
    select o.id from outbound o join message m on m.id = o.message_id
    where o.id = any (p_ids) and o.status = 'queued' and o.next_attempt_at <= now()
      and not exists (select 1 from outbound earlier where earlier.ticket_id = o.ticket_id and earlier.id < o.id and earlier.status in ('queued', 'sending'))
      and not exists (select 1 from sending_account a where a.channel = o.channel and a.account = o.channel_account
        and (a.rate is not null or a.paused_until is not null))
      and not exists (select 1 from consent c where c.channel = o.channel and c.account = o.channel_account and c.state = 'withdrawn'
        and c.address = any (o.recipient || m.recipients || m.copies || m.blind_copies))
      and not (o.automatic and exists (select 1 from address_mark k where k.kind in ('email', 'phone')
        and k.value = any (o.recipient || m.recipients || m.copies || m.blind_copies)))
    for no key update of o skip locked
  ), moved as (
    update outbound o set status = 'sending', attempts = o.attempts + 1, claimed_at = now() from due where o.id = due.id returning o.id
  )
  select coalesce(array_agg(moved.id), '{}') into taken from moved;
  return query select m.id, m.message from outbound_messages(taken) m;
  return query select one, claim_outbound(one) from unnest(p_ids) one where one <> all (taken);
end $$;

-- `settle_outbound` for each of [{id, attempt, result, externalId, error, afterMs, pauseMs, rawSha256, raw (base64), reached, optedOut, doubtful}]
-- in the order of their ids, so that two batches never wait for each other. reached: who of several recipients has it now. optedOut: the
-- carrier's words that the recipient told it STOP. doubtful: it may have arrived although it is tried again. One that cannot be written
-- down as it is (the provider named the id of another message, or one that is none) is of unknown end, and costs the others nothing.
-- Those that simply left, as almost all, are written down together. Answers the ids of those that ended by it.
create or replace function settle_outbounds(p_items jsonb) returns jsonb language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  ended uuid[] := '{}';
  item jsonb;
begin
  begin
    ended := settle_sent(p_items);
  exception when integrity_constraint_violation or data_exception or program_limit_exceeded then
    null;
  end;
  for item in select i from jsonb_array_elements(p_items) i where (i ->> 'id')::uuid <> all (ended) order by i ->> 'id' loop
    if settle_one(item) then ended := ended || (item ->> 'id')::uuid; end if;
  end loop;
  insert into kept_mail (outbound_id, raw)
  select (i ->> 'id')::uuid, decode(i ->> 'raw', 'base64') from jsonb_array_elements(p_items) i where i ->> 'raw' is not null
  on conflict do nothing;
  return to_jsonb(ended);
end $$;

-- Those of the items that left at their one try that counts, by one statement. Answers which.
create function settle_sent(p_items jsonb) returns uuid[] language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  ended uuid[];
  reported record;
begin
  with item as materialized (
    select (i ->> 'id')::uuid as id, (i ->> 'attempt')::integer as attempt, i ->> 'externalId' as external_id, i ->> 'error' as error,
      i ->> 'rawSha256' as raw_sha256
    from jsonb_array_elements(p_items) i
    where i ->> 'result' = 'sent' and i ->> 'externalId' is not null and not i ?| array['reached', 'doubtful', 'optedOut']
      and coalesce((i ->> 'pauseMs')::double precision, 0) = 0
  ), sent as (
    update outbound o set status = 'sent', external_id = i.external_id, error = i.error, raw_sha256 = coalesce(i.raw_sha256, o.raw_sha256),
      reconcile_at = null, reconcile_attempts = 0
    from item i where o.id = i.id and o.attempts = i.attempt and o.status = 'sending'
    returning o.*
  ), told as (
    update message m set delivery_status = 'sent', delivery_error = s.error, external_id = s.external_id
    from sent s where m.id = s.message_id and delivery_rank('sent') > delivery_rank(m.delivery_status)
    returning m.id
  ), events as (
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
    select 'message.status-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, s.correlation_id,
      jsonb_build_object('messageId', s.message_id, 'status', 'sent', 'error', s.error, 'authorId', s.author_id, 'ticketNumber', t.number,
        'automatic', s.automatic)
    from told join sent s on s.message_id = told.id join ticket t on t.id = s.ticket_id order by s.id
  ), referred as (
    insert into thread_reference (reference, ticket_id) select s.external_id, s.ticket_id from sent s where s.channel = 'email' order by 1
    on conflict do nothing
  )
  select coalesce(array_agg(sent.id), '{}') into ended from sent;
  -- A report and the record of the send may come at the same moment, and neither sees the other before its commit: one waits here.
  perform pg_advisory_xact_lock(hashtextextended('delivery:' || o.channel_account || ':' || o.external_id, 21))
  from (select * from outbound where id = any (ended) order by id) o;
  for reported in
    select distinct o.channel_account, o.external_id from outbound o
    join delivery_report r on r.channel_account = o.channel_account and r.external_id = o.external_id where o.id = any (ended)
  loop
    perform apply_delivery(reported.channel_account, reported.external_id);
  end loop;
  return ended;
end $$;

create function settle_one(p_item jsonb) returns boolean language plpgsql volatile as $$
declare
  o_id uuid := (p_item ->> 'id')::uuid;
  attempt integer := (p_item ->> 'attempt')::integer;
begin
  if p_item ? 'reached' or p_item ? 'doubtful' then
    update outbound set
      reached = reached || array(select jsonb_array_elements_text(coalesce(p_item -> 'reached', '[]'))),
      doubtful_since = case when (p_item ->> 'doubtful')::boolean then coalesce(doubtful_since, claimed_at) else doubtful_since end
    where id = o_id and attempts = attempt and status = 'sending';
  end if;
  if p_item ? 'optedOut' then perform record_opt_out(o_id, p_item ->> 'optedOut'); end if;
  return settle_outbound(o_id, p_item ->> 'result', p_item ->> 'externalId', p_item ->> 'error',
    coalesce((p_item ->> 'afterMs')::double precision, 0), p_item ->> 'rawSha256', coalesce((p_item ->> 'pauseMs')::double precision, 0),
    'sending', attempt);
exception when integrity_constraint_violation or data_exception or program_limit_exceeded then
  return settle_outbound(o_id, 'unknown', null, case sqlstate
      when '23505' then 'The provider named an id that another message has' else 'What the provider answered cannot be kept' end, 0, null, 0,
    'sending', attempt);
end $$;
