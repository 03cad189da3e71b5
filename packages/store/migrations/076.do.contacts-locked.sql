-- A copy of a mail that comes to another of our addresses while the first one becomes a message is visible at that address, too: contacts that are
-- ingested are locked, which they were not.

-- As in 073, save that it waits for copies of its contacts that are written down meanwhile, and they for it.
create or replace function ingest_apply_all(p_items jsonb) returns jsonb language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set cpu_index_tuple_cost = 1 as $$
declare
  ids uuid[] := array(select (i ->> 'inboxId')::uuid from jsonb_array_elements(p_items) i);
  answers jsonb;
  told_of record;
  tagged record;
begin
  -- Materialized: what is asked of the state would otherwise be asked before a row is locked, and a row that is pending would not be locked at all.
  perform 1 from (
    with locked as materialized (select id, state from inbox where id = any (ids) order by id for no key update)
    select from locked where state <> 'pending') gone;
  if found then raise exception 'contact is not pending' using errcode = 'PB002'; end if;
  perform 1 from jsonb_array_elements(p_items) i
  cross join lateral (select status from ticket t where t.id = (i #>> '{decision,ticketId}')::uuid for no key update) seen
  where seen.status <> i #>> '{decision,seenStatus}';
  if found then raise exception 'ticket has changed' using errcode = 'PB001'; end if;

  with received as materialized (
    select id, channel, channel_account, external_id, raw_sha256, correlation_id, received_at, contact || '{}' as contact,
      array_position(ids, id) as n
    from inbox where id = any (ids)
  ), item as materialized (
    select b.n, b.id as inbox_id, b.channel, b.channel_account, b.external_id, b.raw_sha256, b.correlation_id, b.received_at, b.contact as c, b.d,
      b.d ->> 'customerId' is null as new_customer, coalesce((b.d ->> 'customerId')::uuid, uuid_v7()) as customer_id,
      b.d ->> 'ticketId' is null as opened, coalesce((b.d ->> 'ticketId')::uuid, uuid_v7()) as ticket_id,
      case when b.d ->> 'ticketId' is null then nextval('ticket_number')::integer end as new_number,
      uuid_v7() as message_id, uuid_v7() as answer_id, uuid_v7() as outbound_id,
      b.contact ->> 'kind' = 'customer' as is_customer,
      first_words(coalesce(nullif(b.contact ->> 'replyText', ''), b.contact ->> 'text', '')) as first_words,
      coalesce(b.contact #>> '{identifiers,0,value}', b.contact ->> 'from') as address,
      b.d ->> 'ticketId' is not null and coalesce((b.d ->> 'reopen')::boolean, false) and b.d ->> 'seenStatus' <> 'open' as reopened,
      coalesce((b.d ->> 'requeue')::boolean, false) as requeued,
      (b.d ->> 'queueId')::uuid as queue_id,
      array(select jsonb_array_elements_text(coalesce(b.contact -> 'deliveredTo', '[]'))) as arrived_at,
      array(select jsonb_array_elements_text(coalesce(b.contact #> '{threading,references}', '[]'))) as refs
    -- In their order, as their numbers are given out.
    from (
      select r.*, x.e -> 'decision' as d from jsonb_array_elements(p_items) with ordinality x (e, ordinality) join received r on r.n = x.ordinality
      order by r.n) b
  ), who as materialized (
    select i.n, i.customer_id, i.channel, i.new_customer, w.kind, w.value, w.grade
    from item i cross join lateral jsonb_to_recordset(i.c -> 'identifiers') w (kind text, value text, grade text)
  -- What the contacts of a customer say of an identifier together. What another customer proved stays theirs: here it is a claim, and so suggests.
  ), said as materialized (
    select s.n, s.customer_id, s.kind, s.value, s.channel, s.new_customer, case when s.grade <> 'claimed' and not s.new_customer and exists (
        select 1 from identifier o where o.kind = s.kind and o.value = s.value and o.grade in ('verified', 'known') and not o.shared and o.customer_id <> s.customer_id)
      then 'claimed' else s.grade end as grade
    from (
      -- In the order of the alphabet a stronger grade comes later.
      select distinct on (customer_id, kind, value) * from who order by customer_id, kind, value, grade desc, n) s
  ), raised as materialized (
    select s.* from said s join identifier k on k.customer_id = s.customer_id and k.kind = s.kind and k.value = s.value
    where not s.new_customer and k.grade < s.grade
  ), proofs as (
    insert into identifier_evidence (customer_id, kind, value, grade, source, channel, message_id, reference)
    select r.customer_id, r.kind, r.value, r.grade, 'message', r.channel, i.message_id, r.channel || ' ' || r.grade from raised r join item i on i.n = r.n
    on conflict do nothing
  ), customers as (
    insert into customer (id, display_name) select customer_id, d ->> 'displayName' from item where new_customer
  ), identifiers as (
    insert into identifier (customer_id, kind, value, grade, channel, shared)
    select customer_id, kind, value, grade, channel,
      coalesce((select true from identifier s where s.value = said.value and s.kind = said.kind and s.shared limit 1), false)
    from said on conflict do nothing
  ), seen_again as (
    update identifier k set last_seen_at = now(), grade = greatest(k.grade, said.grade) from said
    where not said.new_customer and k.kind = said.kind and k.value = said.value and k.customer_id = said.customer_id
      and (k.last_seen_at < now() - interval '1 minute' or k.grade < said.grade)
  -- Compare-and-set: of two contacts at once only one moves the moment, and only its sender is told. Ways to write one mailbox are one sender, in
  -- their order, so that no two transactions wait for each other.
  ), wanting as materialized (
    select distinct on (channel, mailbox_of(address)) n, channel, mailbox_of(address) as address, (d #>> '{acknowledgement,windowMs}')::double precision as ms
    from item where d -> 'acknowledgement' <> 'null'::jsonb order by channel, mailbox_of(address), n
  ), told as (
    insert into acknowledgement as k (channel, address) select channel, address from wanting order by channel, address
    on conflict (channel, address) do update set at = now()
      where k.at < now() - interval '1 millisecond' * (select w.ms from wanting w where w.channel = k.channel and w.address = k.address)
    returning channel, address
  ), answered as materialized (
    select w.n from wanting w join told on told.channel = w.channel and told.address = w.address
  ), tickets as (
    insert into ticket (id, number, subject, channel, channel_account, customer_id, visitor_id, contact_address, queue_id, priority, message_count,
      preview, waiting_since, linked_ticket_id, request_type, fields)
    select ticket_id, new_number, d ->> 'subject', channel, channel_account, customer_id,
      (select w.value::uuid from who w where w.n = i.n and w.kind = 'visitor' limit 1), address, queue_id, (d ->> 'priority')::integer,
      case when exists (select 1 from answered a where a.n = i.n) then 2 else 1 end, first_words, case when queue_id is not null then now() end,
      (d ->> 'linkedTicketId')::uuid, coalesce(d ->> 'requestType', c #>> '{request,type}'), coalesce(c #> '{request,fields}', '{}')
    from item i where opened
  ), continued as (
    update ticket u set
      message_count = u.message_count + case when exists (select 1 from answered a where a.n = i.n) then 2 else 1 end,
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
      case when i.opened then i.queue_id is not null else k.waiting_since is not null end as waiting,
      exists (select 1 from answered a where a.n = i.n) as answered
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
        replace(i.d #>> '{acknowledgement,subject}', '{number}', t.number::text),
        replace(i.d #>> '{acknowledgement,text}', '{number}', t.number::text), null, null, null, null, null, now(), null, null, 'queued'
      from item i join ticket_of t on t.n = i.n where t.answered) m
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
    from item i join ticket_of t on t.n = i.n where t.answered
  ), events as (
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
    select type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data from (
      select n, 1 as step, 'customer.created' as type, null::uuid as ticket_id, customer_id, null::uuid as queue_id, null as agent_id, correlation_id,
        jsonb_build_object('reason', d ->> 'customerReason') as data
      from item where new_customer
      union all
      select i.n, 1, 'customer.identified', null, r.customer_id, null, null, i.correlation_id, jsonb_build_object('kind', r.kind, 'value', r.value,
        'grade', r.grade, 'source', 'message', 'outcome', 'proved')
      from raised r join item i on i.n = r.n
      union all
      select n, 2, 'ticket.opened', ticket_id, customer_id, queue_id, null, correlation_id, jsonb_build_object('number', new_number, 'channel', channel,
        'reason', d ->> 'reason', 'linkedTicketId', d ->> 'linkedTicketId') || case when d ? 'routing' then jsonb_build_object('routing', d -> 'routing') else '{}' end
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
      select i.n, 6, 'message.created', t.id, i.customer_id, t.queue_id, t.assignee_id, i.correlation_id, jsonb_build_object('messageId', i.answer_id,
        'channel', i.channel, 'kind', 'system', 'visibility', 'public', 'direction', 'out')
      from item i join ticket_of t on t.n = i.n where t.answered) e
    order by n, step
  ), settled as (
    update inbox b set state = 'done', reason = null, message_id = i.message_id, ticket_id = i.ticket_id, processed_at = now()
    from item i where b.id = i.inbox_id
  )
  select jsonb_agg(jsonb_build_object('outcome', 'done', 'ticketId', i.ticket_id, 'ticketNumber', t.number, 'customerId', i.customer_id,
      'messageId', i.message_id, 'queueId', t.queue_id, 'assigneeId', t.assignee_id, 'waiting', t.waiting, 'opened', i.opened,
      'outboundId', case when t.answered then i.outbound_id end, 'correlationId', i.correlation_id,
      'channel', i.channel, 'seconds', extract(epoch from clock_timestamp() - i.received_at)) order by i.n)
    into answers
  from item i join ticket_of t on t.n = i.n;

  for told_of in
    with b as materialized (select contact || '{}' as contact, message_id from inbox where id = any (ids))
    select b.contact, b.message_id from b where (jsonb_array_length(coalesce(b.contact -> 'reports', '[]')) > 0 or b.contact -> 'consent' is not null
        or exists (select 1 from address_mark k where k.kind in ('email', 'phone') and k.value = lower(b.contact ->> 'from')))
  loop
    if jsonb_array_length(coalesce(told_of.contact -> 'reports', '[]')) > 0 then perform apply_contact_reports(told_of.message_id, told_of.contact); end if;
    if told_of.contact -> 'consent' is not null then perform apply_consent_word(told_of.message_id, told_of.contact); end if;
    -- Who writes from a marked address has it.
    perform clear_address_mark(told_of.message_id, told_of.contact);
  end loop;
  -- What a routing rule puts on the tickets that it opened.
  if jsonb_path_exists(p_items, '$[*].decision.tags') then
    for tagged in
      select a.done, i.item #> '{decision,tags}' as tags, i.item #>> '{decision,routing,rule,name}' as rule, i.item #>> '{decision,routing,version}' as version
      from jsonb_array_elements(p_items) with ordinality i (item, n) join jsonb_array_elements(answers) with ordinality a (done, n) on a.n = i.n
      where i.item #> '{decision,tags}' is not null and (a.done ->> 'opened')::boolean
    loop
      perform set_config('patchbay.correlation', tagged.done ->> 'correlationId', true);
      perform change_tags((tagged.done ->> 'ticketId')::uuid, array(select jsonb_array_elements_text(tagged.tags)), '{}', 30, null,
        'Routing rule “' || tagged.rule || '”, version ' || tagged.version);
      perform set_config('patchbay.correlation', '', true);
    end loop;
  end if;
  return coalesce(answers, '[]');
end $$;
