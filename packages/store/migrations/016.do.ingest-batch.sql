-- Contacts that wait together are ingested together: one transaction, one flush to disk, and few statements for all of them.

-- What the decision about a contact depends on. VOLATILE: each statement sees what was committed before it, also by
-- whoever held the locks just taken. Tickets found the same way come strongest first: the nearest ancestor's, and of several with one
-- ancestor the oldest.
create or replace function ingest_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile
-- Few rows are looked up by key, whatever the planner thinks of arrays of unknown length: it must never read a whole table for them.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  identifiers jsonb := p_contact -> 'identifiers';
  refs text[] := array(select jsonb_array_elements_text(p_contact #> '{threading,references}'));
  token uuid := (p_contact #>> '{threading,ticketId}')::uuid;
  tag integer := (p_contact #>> '{threading,ticketNumber}')::integer;
  customers jsonb;
  owners uuid[];
  tickets jsonb;
begin
  perform lock_identifiers(array(
    select (i ->> 'kind') || ':' || (i ->> 'value') from jsonb_array_elements(identifiers) i where i ->> 'grade' <> 'claimed'));

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

-- What the decisions about several contacts depend on, after the locks of all their identifiers are taken in one fixed order. Contacts
-- that are not pending any more are left out; the others keep their order. Of a contact comes what a decision asks for; its bodies and files stay here.
create function ingest_snapshots(p_ids uuid[], p_continuation jsonb) returns jsonb
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  found_rows jsonb := '[]';
  r record;
begin
  perform lock_identifiers(array(
    select (i ->> 'kind') || ':' || (i ->> 'value') from inbox b cross join jsonb_array_elements(b.contact -> 'identifiers') i
    where b.id = any (p_ids) and b.state = 'pending' and i ->> 'grade' <> 'claimed'));
  for r in
    select b.id, b.channel, b.contact from inbox b where b.id = any (p_ids) and b.state = 'pending' and b.contact is not null order by array_position(p_ids, b.id)
  loop
    found_rows := found_rows || jsonb_build_array(jsonb_build_object(
      'inboxId', r.id,
      'contact', (r.contact - 'html' - 'attachments') || jsonb_build_object('text', left(r.contact ->> 'text', 2000))
        || case when r.contact ? 'replyText' then jsonb_build_object('replyText', left(r.contact ->> 'replyText', 2000)) else '{}' end,
      'snapshot', ingest_snapshot(r.contact, coalesce((p_continuation ->> r.channel)::double precision, 0))));
  end loop;
  return found_rows;
end $$;

-- Carries out decisions [{inboxId, decision}] in their order, all or none: every table is written by one statement for all of them. No two of
-- them may concern one customer, address or ticket. Raises PB001 when what a decision saw has changed (the caller decides again)
-- and PB002 when a contact is not pending any more.
--
-- decision: customerId | displayName + customerReason; ticketId + seenStatus + reopen + requeue | subject + queueId + priority +
-- linkedTicketId; reason; parties [{kind, value}]; attachments, else the contact's own; acknowledgement {subject, text, sender, windowMs} | null
--
-- The planner knows nothing of the size of a JSON array: it is kept from reading whole tables for the few rows that these are.
create function ingest_apply_all(p_items jsonb) returns jsonb language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  ids uuid[] := array(select (i ->> 'inboxId')::uuid from jsonb_array_elements(p_items) i);
  answers jsonb;
  told_of record;
begin
  perform 1 from (select id, state from inbox where id = any (ids) order by id for update) locked where locked.state <> 'pending';
  if found then raise exception 'contact is not pending' using errcode = 'PB002'; end if;
  perform 1 from jsonb_array_elements(p_items) i
  cross join lateral (select status from ticket t where t.id = (i #>> '{decision,ticketId}')::uuid for no key update) seen
  where seen.status <> i #>> '{decision,seenStatus}';
  if found then raise exception 'ticket has changed' using errcode = 'PB001'; end if;

  with item as materialized (
    select o.n, b.id as inbox_id, b.channel, b.channel_account, b.external_id, b.raw_sha256, b.correlation_id, b.received_at, b.contact as c, o.d,
      o.d ->> 'customerId' is null as new_customer, coalesce((o.d ->> 'customerId')::uuid, uuid_v7()) as customer_id,
      o.d ->> 'ticketId' is null as opened, coalesce((o.d ->> 'ticketId')::uuid, uuid_v7()) as ticket_id,
      case when o.d ->> 'ticketId' is null then nextval('ticket_number')::integer end as new_number,
      uuid_v7() as message_id, uuid_v7() as answer_id, uuid_v7() as outbound_id,
      b.contact ->> 'kind' = 'customer' as is_customer,
      left(regexp_replace(coalesce(nullif(b.contact ->> 'replyText', ''), b.contact ->> 'text', ''), '\s+', ' ', 'g'), 140) as first_words,
      coalesce(b.contact #>> '{identifiers,0,value}', b.contact ->> 'from') as address,
      o.d ->> 'ticketId' is not null and coalesce((o.d ->> 'reopen')::boolean, false) and o.d ->> 'seenStatus' <> 'open' as reopened,
      coalesce((o.d ->> 'requeue')::boolean, false) as requeued,
      (o.d ->> 'queueId')::uuid as queue_id,
      array(select jsonb_array_elements_text(coalesce(b.contact -> 'deliveredTo', '[]'))) as arrived_at,
      array(select jsonb_array_elements_text(coalesce(b.contact #> '{threading,references}', '[]'))) as refs
    from (select ordinality as n, e ->> 'inboxId' as inbox_id, e -> 'decision' as d from jsonb_array_elements(p_items) with ordinality x (e, ordinality)) o
    join inbox b on b.id = o.inbox_id::uuid
  ), who as materialized (
    select i.n, i.customer_id, i.channel, i.new_customer, w.kind, w.value, w.grade
    from item i cross join lateral jsonb_to_recordset(i.c -> 'identifiers') w (kind text, value text, grade text)
  ), customers as (
    insert into customer (id, display_name) select customer_id, d ->> 'displayName' from item where new_customer
  ), identifiers as (
    insert into identifier (customer_id, kind, value, grade, channel, shared)
    select customer_id, kind, value, grade, channel,
      coalesce((select true from identifier s where s.value = who.value and s.kind = who.kind and s.shared limit 1), false)
    from who on conflict do nothing
  ), seen_again as (
    update identifier k set last_seen_at = now() from who
    where not who.new_customer and k.kind = who.kind and k.value = who.value and k.customer_id = who.customer_id
      and k.last_seen_at < now() - interval '1 minute'
  -- Compare-and-set: of two contacts at once only one moves the moment, and only its sender is told.
  ), told as (
    insert into acknowledgement as k (channel, address)
    select channel, address from item where opened and d -> 'acknowledgement' <> 'null'::jsonb
    on conflict (channel, address) do update set at = now()
      where k.at < now() - interval '1 millisecond' * (select min((d #>> '{acknowledgement,windowMs}')::double precision) from item)
    returning channel, address
  ), answered as materialized (
    select i.n from item i join told on told.channel = i.channel and told.address = i.address where i.opened and i.d -> 'acknowledgement' <> 'null'::jsonb
  ), tickets as (
    insert into ticket (id, number, subject, channel, channel_account, customer_id, visitor_id, contact_address, queue_id, priority, message_count,
      preview, waiting_since, linked_ticket_id, request_type, fields)
    select ticket_id, new_number, d ->> 'subject', channel, channel_account, customer_id,
      (select w.value::uuid from who w where w.n = i.n and w.kind = 'visitor' limit 1), address, queue_id, (d ->> 'priority')::integer,
      case when exists (select 1 from answered a where a.n = i.n) then 2 else 1 end, first_words, case when queue_id is not null then now() end,
      (d ->> 'linkedTicketId')::uuid, c #>> '{request,type}', coalesce(c #> '{request,fields}', '{}')
    from item i where opened
  ), continued as (
    update ticket u set
      message_count = u.message_count + 1,
      preview = case when i.is_customer then i.first_words else u.preview end,
      last_activity_at = case when i.is_customer then now() else u.last_activity_at end,
      updated_at = now(),
      status = case when i.reopened then 'open' else u.status end,
      -- A ticket that a machine opened is in no queue until a person writes to it.
      queue_id = case when i.is_customer then coalesce(u.queue_id, i.queue_id) else u.queue_id end,
      occupies = u.occupies or i.reopened,
      preferred_agent_id = case when i.requeued then coalesce(u.assignee_id, u.preferred_agent_id) else u.preferred_agent_id end,
      assignee_id = case when i.requeued then null else u.assignee_id end,
      waiting_since = case
        when i.requeued then coalesce(u.waiting_since, now())
        when i.is_customer and u.assignee_id is null and (i.reopened or u.status = 'open') then coalesce(u.waiting_since, now())
        else u.waiting_since end
    from item i where not i.opened and u.id = i.ticket_id
    returning i.n, u.number, u.customer_id, u.queue_id, u.assignee_id, u.preferred_agent_id, u.waiting_since
  ), ticket_of as materialized (
    select i.n, i.ticket_id as id, coalesce(k.number, i.new_number) as number, case when i.opened then i.customer_id else k.customer_id end as customer_id,
      case when i.opened then i.queue_id else k.queue_id end as queue_id, k.assignee_id, k.preferred_agent_id,
      case when i.opened then i.queue_id is not null else k.waiting_since is not null end as waiting
    from item i left join continued k on k.n = i.n
  ), parties as (
    insert into ticket_party (ticket_id, kind, value)
    select i.ticket_id, w.kind, w.value from item i join who w on w.n = i.n where i.is_customer and w.grade <> 'claimed'
    union
    select i.ticket_id, p.kind, p.value from item i cross join lateral jsonb_to_recordset(coalesce(i.d -> 'parties', '[]')) p (kind text, value text)
    on conflict do nothing
  -- Both kinds by one insert, so that an acknowledgement stands after what it acknowledges.
  ), messages as (
    insert into message (id, ticket_id, customer_id, direction, channel, channel_account, external_id, kind, sender, sender_name, recipients, copies,
      delivered_to, reply_to, subject, body_text, reply_text, body_html, raw_sha256, inbox_id, sent_at, received_at, authenticity, classification,
      delivery_status)
    select id, ticket_id, customer_id, direction, channel, channel_account, external_id, kind, sender, sender_name, recipients, copies, delivered_to,
      reply_to, subject, body_text, reply_text, body_html, raw_sha256, inbox_id, sent_at, received_at, authenticity, classification, delivery_status
    from (
      select n, 1 as step, message_id as id, ticket_id, customer_id, 'in' as direction, channel, channel_account, external_id, c ->> 'kind' as kind,
        c ->> 'from' as sender, c ->> 'senderName' as sender_name, array(select jsonb_array_elements_text(c -> 'to')) as recipients,
        array(select jsonb_array_elements_text(c -> 'cc')) as copies, arrived_at as delivered_to,
        array(select jsonb_array_elements_text(coalesce(c -> 'replyTo', '[]'))) as reply_to, c ->> 'subject' as subject,
        coalesce(c ->> 'text', '') as body_text, c ->> 'replyText' as reply_text, c ->> 'html' as body_html, raw_sha256, inbox_id,
        (c ->> 'sentAt')::timestamptz as sent_at, received_at, c -> 'authenticity' as authenticity, c -> 'classification' as classification,
        null as delivery_status
      from item
      union all
      select i.n, 2, i.answer_id, i.ticket_id, i.customer_id, 'out', i.channel, i.channel_account, null, 'system',
        coalesce(i.d #>> '{acknowledgement,sender}', i.channel_account), null, array[i.address], '{}', '{}', '{}',
        replace(i.d #>> '{acknowledgement,subject}', '{number}', i.new_number::text),
        replace(i.d #>> '{acknowledgement,text}', '{number}', i.new_number::text), null, null, null, null, null, now(), null, null, 'queued'
      from item i join answered a on a.n = i.n) m
    order by n, step
  ), addresses as (
    insert into ticket_address (ticket_id, address) select i.ticket_id, a from item i cross join lateral unnest(i.arrived_at) a on conflict do nothing
  ), attachments as (
    insert into attachment (message_id, position, filename, content_type, size, sha256, content_id, inline)
    select i.message_id, f.n, f.item ->> 'filename', f.item ->> 'contentType', (f.item ->> 'size')::bigint, f.item ->> 'sha256',
      f.item ->> 'contentId', coalesce((f.item ->> 'inline')::boolean, false)
    from item i cross join lateral jsonb_array_elements(coalesce(i.d -> 'attachments', i.c -> 'attachments', '[]')) with ordinality f (item, n)
  ), references_of as (
    insert into thread_reference (reference, ticket_id)
    select distinct x.reference, i.ticket_id from item i cross join lateral unnest(array[i.c ->> 'externalId'] || i.refs) x (reference)
    where i.channel = 'email' and x.reference is not null
    on conflict do nothing
  ), out_rows as (
    insert into outbound (id, message_id, ticket_id, idempotency_key, channel, channel_account, recipient, automatic, in_reply_to, "references", correlation_id)
    select i.outbound_id, i.answer_id, i.ticket_id, 'acknowledgement:' || i.inbox_id, i.channel, i.channel_account, i.address, true,
      case when i.channel = 'email' then i.c ->> 'externalId' end, i.refs, i.correlation_id
    from item i join answered a on a.n = i.n
  ), events as (
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
    select type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data from (
      select n, 1 as step, 'customer.created' as type, null::uuid as ticket_id, customer_id, null::uuid as queue_id, null as agent_id, correlation_id,
        jsonb_build_object('reason', d ->> 'customerReason') as data
      from item where new_customer
      union all
      select n, 2, 'ticket.opened', ticket_id, customer_id, queue_id, null, correlation_id, jsonb_build_object('number', new_number, 'channel', channel,
        'reason', d ->> 'reason', 'linkedTicketId', d ->> 'linkedTicketId')
      from item where opened
      union all
      select i.n, 3, 'ticket.queued', t.id, t.customer_id, t.queue_id, t.preferred_agent_id, i.correlation_id,
        jsonb_build_object('queueId', t.queue_id, 'reason', i.d ->> 'reason')
      from item i join ticket_of t on t.n = i.n where not i.opened and i.requeued
      union all
      select i.n, 4, 'ticket.reopened', t.id, t.customer_id, t.queue_id, t.assignee_id, i.correlation_id, jsonb_build_object('reason', i.d ->> 'reason')
      from item i join ticket_of t on t.n = i.n where i.reopened
      union all
      select i.n, 5, 'message.received', t.id, i.customer_id, t.queue_id, t.assignee_id, i.correlation_id, jsonb_build_object('messageId', i.message_id,
        'channel', i.channel, 'kind', i.c ->> 'kind', 'reason', i.d ->> 'reason')
      from item i join ticket_of t on t.n = i.n
      union all
      select i.n, 6, 'message.created', i.ticket_id, i.customer_id, i.queue_id, null, i.correlation_id, jsonb_build_object('messageId', i.answer_id,
        'channel', i.channel, 'kind', 'system', 'visibility', 'public', 'direction', 'out')
      from item i join answered a on a.n = i.n) e
    order by n, step
  ), settled as (
    update inbox b set state = 'done', reason = null, message_id = i.message_id, ticket_id = i.ticket_id, processed_at = now()
    from item i where b.id = i.inbox_id
  )
  select jsonb_agg(jsonb_build_object('outcome', 'done', 'ticketId', i.ticket_id, 'ticketNumber', t.number, 'customerId', i.customer_id,
      'messageId', i.message_id, 'queueId', t.queue_id, 'assigneeId', t.assignee_id, 'waiting', t.waiting, 'opened', i.opened,
      'outboundId', case when exists (select 1 from answered a where a.n = i.n) then i.outbound_id end, 'correlationId', i.correlation_id,
      'channel', i.channel, 'seconds', extract(epoch from clock_timestamp() - i.received_at)) order by i.n)
    into answers
  from item i join ticket_of t on t.n = i.n;

  for told_of in
    select b.contact, b.message_id from inbox b where b.id = any (ids)
      and (jsonb_array_length(coalesce(b.contact -> 'reports', '[]')) > 0 or b.contact -> 'consent' is not null
        or exists (select 1 from address_mark k where k.kind in ('email', 'phone') and k.value = lower(b.contact ->> 'from')))
  loop
    if jsonb_array_length(coalesce(told_of.contact -> 'reports', '[]')) > 0 then perform apply_contact_reports(told_of.message_id, told_of.contact); end if;
    if told_of.contact -> 'consent' is not null then perform apply_consent_word(told_of.message_id, told_of.contact); end if;
    -- Who writes from a marked address has it.
    perform clear_address_mark(told_of.message_id, told_of.contact);
  end loop;
  return coalesce(answers, '[]');
end $$;

-- One decision, by the same statements.
create or replace function ingest_apply(p_inbox_id uuid, p_contact jsonb, p_decision jsonb) returns jsonb language sql volatile as $$
  select ingest_apply_all(jsonb_build_array(jsonb_build_object('inboxId', p_inbox_id, 'decision', p_decision))) -> 0
$$;

-- Messages that are sent together: one round trip claims them, one writes down how they ended.

-- What a ticket has to send before another message of it, however much waits on other tickets.
create index outbound_ticket_waiting on outbound (ticket_id, id) where status in ('queued', 'sending');

-- The bytes of a mail that no server took, for the outbox page; larger ones lie in the file store.
create table kept_mail (
  outbound_id uuid primary key references outbound (id) on delete cascade,
  raw bytea not null
);

-- `settle_outbound` for each of [{id, attempt, result, externalId, error, afterMs, pauseMs, rawSha256, raw (base64)}] in the order of their ids, so that
-- two batches never wait for each other. One whose provider named the id of another message is of unknown end, and costs the others nothing. Answers for each what its ticket has to send next.
create function settle_outbounds(p_items jsonb) returns jsonb language plpgsql volatile as $$
declare
  answers jsonb := '[]';
  item jsonb;
  settled boolean;
begin
  for item in select i from jsonb_array_elements(p_items) i order by i ->> 'id' loop
    begin
      settled := settle_outbound((item ->> 'id')::uuid, item ->> 'result', item ->> 'externalId', item ->> 'error',
        coalesce((item ->> 'afterMs')::double precision, 0), item ->> 'rawSha256', coalesce((item ->> 'pauseMs')::double precision, 0),
        'sending', (item ->> 'attempt')::integer);
    exception when unique_violation then
      settled := settle_outbound((item ->> 'id')::uuid, 'unknown', null, 'The provider named an id that another message has', 0, null, 0,
        'sending', (item ->> 'attempt')::integer);
    end;
    answers := answers || jsonb_build_array(jsonb_build_object('id', item ->> 'id', 'settled', settled, 'next', (
      select jsonb_build_object('id', n.id, 'round', n.attempts + n.postponed) from outbound o join outbound n on n.ticket_id = o.ticket_id
      where o.id = (item ->> 'id')::uuid and n.status = 'queued' and n.next_attempt_at <= now() order by n.id limit 1)));
  end loop;
  insert into kept_mail (outbound_id, raw)
  select (i ->> 'id')::uuid, decode(i ->> 'raw', 'base64') from jsonb_array_elements(p_items) i where i ->> 'raw' is not null
  on conflict do nothing;
  return answers;
end $$;
