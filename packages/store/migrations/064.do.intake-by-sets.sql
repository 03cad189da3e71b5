-- What is decided about contacts that came together is looked up for all of them at once, and what a mail says first is made of its beginning. Ids
-- are made by the server where it can, and the index of what is due to be sent is for those who ask for all of it.

-- A server that makes such ids itself (PostgreSQL 18) needs a tenth of the time for one.
do $$ begin
  if to_regprocedure('pg_catalog.uuidv7()') is not null then
    create or replace function uuid_v7() returns uuid language sql volatile parallel safe as 'select pg_catalog.uuidv7()';
  end if;
end $$;

-- The first 140 characters of a text on one line, of its first 2,000. Whatever blank and break of a line Unicode knows becomes a blank; each blank is
-- followed by a mark, a mark and a blank behind it go together, and then the marks that are left: one blank stays of each row of them.
create or replace function first_words(p_text text) returns text language sql immutable parallel safe as $$
  select left(replace(replace(replace(
    translate(left(p_text, 2000), E'\t\n\x0b\f\r\x01\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
      repeat(' ', 25)), ' ', ' ' || chr(1)), chr(1) || ' ', ''), chr(1), ''), 140)
$$;

-- What nobody else may decide about meanwhile: the proved identifiers of contacts, and the threads of mails, by their own Message-ID, by the first of
-- their references, which all mails of a thread have in common, and by what they answer. So of a thread whose mails come at one moment each sees the others.
create or replace function locks_of(p_contacts jsonb[]) returns text[] language plpgsql immutable set plan_cache_mode = force_generic_plan as $$
begin
  return array(
    select (i ->> 'kind') || ':' || (i ->> 'value') from unnest(p_contacts) c cross join jsonb_array_elements(c -> 'identifiers') i
    where i ->> 'grade' <> 'claimed'
    union all
    select 'message:' || id from unnest(p_contacts) c
    cross join unnest(array[c ->> 'externalId', c #>> '{threading,references,0}', c #>> '{threading,inReplyTo}']) id
    where c ->> 'channel' = 'email' and id is not null);
end $$;

-- What the decisions about contacts depend on, by their places. VOLATILE: each statement sees what was committed before it, also by whoever held
-- the locks just taken. Tickets found the same way come strongest first: the nearest ancestor's, and of several with one ancestor the oldest;
-- of a customer's recent ones those with both ends of the contact. A mail that comes after its own answer is found by its own Message-ID; where
-- a message of that id is here already, the id tells nothing, for there are programs that send all their mail under one.
create or replace function locked_snapshots(p_contacts jsonb[], p_continuation_ms double precision[]) returns table (place integer, snapshot jsonb)
language plpgsql volatile rows 10
-- Few rows are looked up by key, whatever the planner thinks of arrays of unknown length and of tables that were small a minute ago: it must
-- never read a whole table for them, nor a whole index.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set cpu_index_tuple_cost = 1 as $$
begin
  return query
  with contact as materialized (
    select x.n::integer as n, x.ms, x.c -> 'identifiers' as identifiers, x.c ->> 'channel' as channel, x.c ->> 'channelAccount' as account,
      coalesce(x.c #>> '{identifiers,0,value}', x.c ->> 'from') as writer, case when x.c ->> 'channel' = 'email' then x.c ->> 'externalId' end as own_id,
      array(select jsonb_array_elements_text(x.c #> '{threading,references}')) as refs, (x.c #>> '{threading,ticketId}')::uuid as token,
      (x.c #>> '{threading,outboundId}')::uuid as returned, (x.c #>> '{threading,ticketNumber}')::integer as tag,
      x.c #>> '{threading,ticketId}' is not null and only_claims(x.c) as by_its_answer
    from unnest(p_contacts, p_continuation_ms) with ordinality x (c, ms, n)
  ), named as materialized (
    select c.n, i.kind, i.value, i.grade from contact c cross join jsonb_to_recordset(c.identifiers) i (kind text, value text, grade text)
  ), holder as materialized (
    select c.n, f.customer_id, f.kind, f.value, f.grade, f.shared, f.grade <> 'claimed' and not f.shared and c.grade <> 'claimed' as is_owner
    from named c
    cross join lateral (select * from identifier i where i.kind = c.kind and i.value = c.value order by i.grade desc limit 20) f
  -- Contact by contact (`offset 0`): to a table that was small when this was planned the planner would go the other way round, and read all of it.
  ), hit as materialized (
    select c.n, t.id, 'token' as via, 0 as distance from contact c cross join lateral (select t.id from ticket t where t.id = c.token offset 0) t
    -- It came to the signed bounce address of a message of ours.
    union all select c.n, o.ticket_id, 'token', 0 from contact c cross join lateral (select o.ticket_id from outbound o where o.id = c.returned offset 0) o
    union all select c.n, r.ticket_id, 'reference', r.distance from contact c cross join lateral (
      select r.ticket_id, min(cardinality(c.refs) - array_position(c.refs, r.reference)) as distance from thread_reference r
      where r.reference = any (c.refs) group by r.ticket_id) r
    union all select c.n, r.ticket_id, 'answered', 0 from contact c cross join lateral (
      select r.ticket_id from thread_reference r
      where r.reference = c.own_id
        and not exists (select 1 from message m where m.channel_account = c.account and m.external_id = c.own_id) offset 0) r
    union all select c.n, t.id, 'tag', 0 from contact c cross join lateral (select t.id from ticket t where t.number = c.tag offset 0) t
    union all select c.n, w.id, 'window', 0 from contact c cross join lateral (
      select t.id from ticket t
      where c.ms > 0 and t.customer_id = any (array(select h.customer_id from holder h where h.n = c.n and h.is_owner))
        and t.channel = c.channel and t.status <> 'closed'
        -- After a merge one customer has several visitors; a conversation goes on only with the visitor who began it.
        and (t.visitor_id is null or c.identifiers @> jsonb_build_array(jsonb_build_object('kind', 'visitor', 'value', t.visitor_id)))
        and t.last_activity_at >= now() - make_interval(secs => c.ms / 1000)
      order by (t.channel_account = c.account and t.contact_address = c.writer) desc, t.last_activity_at desc limit 5) w
  )
  select c.n, jsonb_build_object(
    'customers', (
      select coalesce(jsonb_agg(jsonb_build_object('customerId', h.customer_id, 'kind', h.kind, 'value', h.value, 'grade', h.grade, 'shared', h.shared)), '[]')
      from holder h where h.n = c.n),
    'tickets', (
      select coalesce(jsonb_agg(jsonb_build_object('ticketId', t.id, 'number', t.number, 'status', t.status, 'customerId', t.customer_id,
          'channel', t.channel, 'queueId', t.queue_id, 'via', h.via, 'lastActivityAt', t.last_activity_at,
          'sameEnds', t.channel_account = c.account and t.contact_address = c.writer,
          'settledAt', case when t.status in ('resolved', 'closed') then (
            select e.at from event e where e.ticket_id = t.id and e.type = 'ticket.status-changed' order by e.id desc limit 1) end,
          'senderIsParty', exists (
            select 1 from ticket_party p join named i on p.kind = i.kind and p.value = i.value and i.grade <> 'claimed'
            where p.ticket_id = t.id and i.n = c.n)
            or t.id = c.token and exists (
              select 1 from named i where i.n = c.n and i.value = t.contact_address and i.grade <> 'claimed')) order by h.distance, t.number), '[]')
      from (select * from hit where hit.n = c.n order by hit.distance limit 50) h
      cross join lateral (select * from ticket t where t.id = h.id offset 0) t),
    'addressee', case when c.by_its_answer then (
      select t.customer_id from ticket t join named i on i.n = c.n and i.value = t.contact_address
      join identifier k on k.customer_id = t.customer_id and k.kind = i.kind and k.value = i.value
      where t.id = c.token and not k.shared
        and not exists (select 1 from identifier o where o.kind = i.kind and o.value = i.value and o.grade in ('verified', 'known') and not o.shared)
      limit 1) end)
  from contact c order by c.n;
end $$;

-- As in 054, of one contact.
create or replace function ingest_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile as $$
begin
  perform lock_addressee(p_contact);
  perform lock_identifiers(locks_of(array[p_contact]));
  return (select l.snapshot from locked_snapshots(array[p_contact], array[p_continuation_ms]) l);
end $$;

-- As in 041, each a row, its bodies cut and beside the rest of it; so no large ones stand side by side in memory. Without the locks it tells
-- only which contacts have to do with each other.
drop function if exists ingest_snapshots(uuid[], jsonb);
drop function if exists ingest_snapshots(uuid[], jsonb, boolean);
create function ingest_snapshots(p_ids uuid[], p_continuation jsonb, p_lock boolean)
returns table (inbox_id uuid, contact jsonb, body_text text, reply_text text, snapshot jsonb)
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
begin
  if p_lock then
    perform lock_identifiers(locks_of(array(
      select i.contact - '{html,attachments,text,replyText}'::text[] from inbox i
      where i.id = any (p_ids) and i.state = 'pending' and i.contact is not null)));
  end if;
  -- A statement of its own, that sees what was committed before it had the locks.
  return query
  with whole as materialized (
    select i.id, i.contact || '{}' as c, coalesce((p_continuation ->> i.channel)::double precision, 0) as ms,
      row_number() over (order by array_position(p_ids, i.id))::integer as n
    from inbox i where i.id = any (p_ids) and i.state = 'pending' and i.contact is not null
  ), cut as materialized (
    select w.id, w.n, w.ms, w.c - '{html,attachments,text,replyText}'::text[] as c, left(w.c ->> 'text', 2000) as body_text,
      left(w.c ->> 'replyText', 2000) as reply_text
    from whole w
  ), known as materialized (
    select l.* from (select array_agg(b.c order by b.n) as contacts, array_agg(b.ms order by b.n) as ms from cut b) g
    cross join lateral locked_snapshots(g.contacts, g.ms) l)
  select b.id, b.c, b.body_text, b.reply_text, k.snapshot from cut b join known k on k.place = b.n order by b.n;
end $$;

drop function if exists locked_snapshot(jsonb, double precision);
drop function if exists contact_locks(jsonb);

-- As in 057, with the first words of the beginning of a text alone, numbers in the order of the contacts, and fewer looks from each at all others.
create or replace function ingest_apply_all(p_items jsonb) returns jsonb language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set cpu_index_tuple_cost = 1 as $$
declare
  ids uuid[] := array(select (i ->> 'inboxId')::uuid from jsonb_array_elements(p_items) i);
  answers jsonb;
  told_of record;
  tagged record;
begin
  perform 1 from (select id, state from inbox where id = any (ids) order by id for update) locked where locked.state <> 'pending';
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
  -- Compare-and-set: of two contacts at once only one moves the moment, and only its sender is told.
  ), told as (
    insert into acknowledgement as k (channel, address)
    select channel, address from item where d -> 'acknowledgement' <> 'null'::jsonb
    on conflict (channel, address) do update set at = now()
      where k.at < now() - interval '1 millisecond' * (
        select (i.d #>> '{acknowledgement,windowMs}')::double precision from item i
        where i.channel = k.channel and i.address = k.address and i.d -> 'acknowledgement' <> 'null'::jsonb)
    returning channel, address
  ), answered as materialized (
    select i.n from item i join told on told.channel = i.channel and told.address = i.address where i.d -> 'acknowledgement' <> 'null'::jsonb
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

-- The condition is always true, and only a query that says it as well is offered this index. To whoever asked for the next message of one ticket
-- the planner offered it, too, and each of them read all that were due.
drop index if exists outbound_due;
create index outbound_due on outbound (next_attempt_at) where status in ('queued', 'sending') and next_attempt_at > '-infinity';
