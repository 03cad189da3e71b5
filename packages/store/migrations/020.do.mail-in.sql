-- Mail coming in: threads whose mails come in any order, one mail in whatever bytes it comes, reports that nothing vouches for, and mailboxes that
-- are gone through from where all was here.

-- Everything that arrived in the mailbox before is here. Kept when an account is turned to another mailbox, so that what waits there is fetched.
alter table mail_account add column complete_until timestamptz;
update mail_account set complete_until = last_contact_at where state = 'watching' and backlog = 0;

-- What nobody else may decide about meanwhile: the proved identifiers of a contact, and the thread of a mail, by its own Message-ID, by the first of
-- its references, which all mails of a thread have in common, and by what it answers. So of a thread whose mails come at one moment each sees the others.
create function contact_locks(p_contact jsonb) returns text[] language plpgsql immutable as $$
begin
  return array(
    select (i ->> 'kind') || ':' || (i ->> 'value') from jsonb_array_elements(p_contact -> 'identifiers') i where i ->> 'grade' <> 'claimed'
    union all
    select 'message:' || id from unnest(array[p_contact ->> 'externalId', p_contact #>> '{threading,references,0}', p_contact #>> '{threading,inReplyTo}']) id
    where p_contact ->> 'channel' = 'email' and id is not null);
end $$;

-- What the decision about a contact depends on. VOLATILE: each statement sees what was committed before it, also by
-- whoever held the locks just taken. Tickets found the same way come strongest first: the nearest ancestor's, and of several with one
-- ancestor the oldest. A mail that comes after its own answer is found by its own Message-ID; where a message of that id is here already, the
-- id tells nothing, for there are programs that send all their mail under one.
create or replace function ingest_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile
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
  perform lock_identifiers(contact_locks(p_contact));

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

-- What the decisions about several contacts depend on, after all their locks are taken in one fixed order. Contacts
-- that are not pending any more are left out; the others keep their order. Of a contact comes what a decision asks for; its bodies and files stay here.
create or replace function ingest_snapshots(p_ids uuid[], p_continuation jsonb) returns jsonb
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  found_rows jsonb := '[]';
  r record;
begin
  perform lock_identifiers(array(
    select k from inbox b cross join unnest(contact_locks(b.contact)) k where b.id = any (p_ids) and b.state = 'pending' and b.contact is not null));
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

-- A second delivery of the same bytes finds the row. Where the provider's id cannot be trusted to be unique (mail), the
-- same id with another content is a contact of its own, and the same content in other bytes is kept as a duplicate. What is in quarantine
-- because it could not be understood says nothing about another mail that names the same id.
create or replace function receive_contact(
  p_channel text, p_account text, p_external_id text, p_content_hash text, p_contact jsonb, p_raw bytea, p_raw_type text,
  p_raw_sha256 text, p_state text, p_reason text, p_correlation_id text,
  out inbox_id uuid, out outcome text, out correlation_id text
) language plpgsql as $$
declare
  found_row inbox%rowtype;
  same_content boolean;
  former_id text := '<' || (p_contact ->> 'formerContentHash') || '@missing-message-id>';
begin
  -- A mail without a Message-ID is known by its hash.
  if p_external_id like '%@missing-message-id>' and exists (
    select 1 from inbox i where i.channel_account = p_account and i.external_id = former_id) then
    p_external_id := former_id;
  end if;
  insert into inbox (channel, channel_account, external_id, content_hash, contact, raw, raw_type, raw_sha256, state, reason, correlation_id)
  values (p_channel, p_account, p_external_id, p_content_hash, p_contact, p_raw, p_raw_type, p_raw_sha256, p_state, p_reason, p_correlation_id)
  on conflict (channel_account, external_id) do nothing
  returning id into inbox_id;
  if inbox_id is not null then
    if p_state = 'quarantined' then
      insert into event (type, correlation_id, data)
      values ('contact.quarantined', p_correlation_id, jsonb_build_object('inboxId', inbox_id, 'channel', p_channel, 'reason', p_reason));
    end if;
    outcome := case p_state when 'quarantined' then 'quarantined' else 'accepted' end;
    correlation_id := p_correlation_id;
    return;
  end if;

  select * into found_row from inbox i where i.channel_account = p_account and i.external_id = p_external_id;
  -- What an earlier release received has its hash as that one made it.
  same_content := coalesce(found_row.content_hash in (p_content_hash, p_contact ->> 'formerContentHash'), false);
  if same_content then
    perform add_delivery_address(found_row.id, p_contact);
  end if;
  if found_row.raw_sha256 = p_raw_sha256 or p_content_hash is null then
    update inbox set deliveries = deliveries + 1 where id = found_row.id;
    inbox_id := found_row.id;
    outcome := 'duplicate';
    correlation_id := found_row.correlation_id;
  elsif same_content then
    insert into inbox (channel, channel_account, external_id, content_hash, contact, raw, raw_type, raw_sha256, state, reason,
      correlation_id, message_id, ticket_id, processed_at)
    values (p_channel, p_account, p_external_id || '~' || left(p_raw_sha256, 16), p_content_hash, p_contact, p_raw, p_raw_type,
      p_raw_sha256, 'duplicate', 'The same message was received before in other bytes, as ' || found_row.id, p_correlation_id,
      found_row.message_id, found_row.ticket_id, now())
    on conflict (channel_account, external_id) do update set deliveries = inbox.deliveries + 1
    returning id into inbox_id;
    outcome := 'duplicate';
    correlation_id := p_correlation_id;
  else
    select r.inbox_id, r.outcome, r.correlation_id into inbox_id, outcome, correlation_id
    from receive_contact(p_channel, p_account, p_external_id || '#' || left(p_content_hash, 16), p_content_hash, p_contact, p_raw,
      p_raw_type, p_raw_sha256, p_state, p_reason, p_correlation_id) r;
  end if;
end $$;

-- The outgoing message that a report is about, when its recipient is one of those it was sent to: whoever knows a Message-ID of
-- ours may not mark other people's addresses by it.
create or replace function reported_outbound(p_report jsonb) returns table (outbound_id uuid, message_id uuid, ticket_id uuid, external_id text, recipient text)
language sql stable as $$
  select o.id, o.message_id, o.ticket_id, o.external_id, r.value
  from outbound o
  join message m on m.id = o.message_id
  -- A report that names nobody is about the one whom the message was for, where that is one.
  cross join lateral (
    select lower(a) as value from unnest(array[o.recipient] || m.recipients || m.copies || m.blind_copies) a
    where lower(a) = lower(p_report ->> 'recipient')
      or (p_report ->> 'recipient' is null and cardinality(m.recipients) <= 1 and cardinality(m.copies || m.blind_copies) = 0 and lower(a) = lower(o.recipient))
    limit 1) r
  where o.channel = 'email' and (
    o.id = (p_report ->> 'outboundId')::uuid
    or (p_report ->> 'outboundId' is null and o.channel_account = 'email' and o.external_id = p_report ->> 'messageId'))
  limit 1
$$;

-- Whoever got a copy of a message knows its Message-ID. A report is vouched for when it came to the signed address that only the mail systems on
-- the way were given, or when its sender was checked and is of the domain that it speaks for.
create function is_vouched(p_report jsonb, p_contact jsonb, p_recipient text) returns boolean language sql immutable as $$
  select p_report ->> 'outboundId' is not null or coalesce(
    p_contact #>> '{authenticity,verdict}' = 'pass' and lower(split_part(p_contact ->> 'from', '@', 2)) = split_part(p_recipient, '@', 2), false)
$$;

-- Called by ingest_apply in its transaction. Repeating it has no effect: deliveries only move forwards, and a mark is one row for each address.
create or replace function apply_contact_reports(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  report jsonb;
  about record;
  said text;
  doubt text;
  new_mark text;
  moved uuid;
begin
  for report in select r from jsonb_array_elements(p_contact -> 'reports') r loop
    select * into about from reported_outbound(report);
    continue when not found or about.external_id is null;
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, p_contact, about.recipient) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;

    if report ->> 'result' in ('failed', 'delivered', 'read') then
      perform record_delivery('email', about.external_id, report ->> 'result',
        case report ->> 'result' when 'failed' then coalesce(said, 'The mail came back') || doubt end, now());
    end if;

    new_mark := case
      when report ->> 'result' = 'complained' then 'complained'
      when report ->> 'result' = 'failed' and (report ->> 'permanent')::boolean then 'undeliverable' end;
    continue when new_mark is null;
    -- A complaint outlasts a failure; of two failures the first is kept.
    insert into address_mark as k (kind, value, mark, reason, message_id)
    values ('email', about.recipient, new_mark, coalesce(left(said, 500), new_mark) || doubt, p_message_id)
    on conflict (kind, value) do update set mark = excluded.mark, reason = excluded.reason, message_id = excluded.message_id, at = now()
      where k.mark <> 'complained' and k.mark <> excluded.mark
    returning k.message_id into moved;
    if found then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      select 'address.marked', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
        jsonb_build_object('address', about.recipient, 'mark', new_mark, 'reason', coalesce(left(said, 500), new_mark) || doubt, 'messageId', p_message_id)
      from ticket t join outbound o on o.id = about.outbound_id where t.id = about.ticket_id;
    end if;
  end loop;
end $$;
