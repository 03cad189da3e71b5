-- Whom a report names decides what it moves, everybody takes the locks of a delivery in one order, and what an earlier release wrote of a word of
-- consent gives no consent.

-- As in 067. An earlier release says of no word that it is an ordinary answer as well: YES is, unless the carrier itself took it for more.
create or replace function hear_consent_word(p_inbox inbox) returns void language plpgsql volatile set plan_cache_mode = force_custom_plan as $$
declare
  writer text := coalesce(p_inbox.contact #>> '{identifiers,0,value}', p_inbox.contact ->> 'from');
  word text := p_inbox.contact #>> '{consent,word}';
  said text := p_inbox.contact #>> '{consent,said}';
  t ticket%rowtype;
begin
  if word not in ('stop', 'start') or writer is null then return; end if;
  if word = 'start' and p_inbox.contact #>> '{consent,byCarrier}' is distinct from 'true'
    and (p_inbox.contact #>> '{consent,ambiguous}' = 'true' or regexp_replace(upper(normalize(said, nfkd)), '[^A-Z]', '', 'g') = 'YES')
    and not exists (select 1 from consent c where c.channel = p_inbox.channel
      and c.account = p_inbox.channel_account and c.address = writer and c.state = 'withdrawn') then return; end if;
  -- Where somebody may be writing an answer just now.
  select k.* into t from identifier i join ticket k on k.customer_id = i.customer_id
  where i.value = writer and not i.shared and k.channel = p_inbox.channel and k.channel_account = p_inbox.channel_account
    and k.contact_address = writer and k.status <> 'closed'
  order by k.last_activity_at desc limit 1;
  perform set_consent(jsonb_build_object('channel', p_inbox.channel, 'account', p_inbox.channel_account, 'address', writer,
    'state', case word when 'stop' then 'withdrawn' else 'granted' end, 'source', 'word', 'reason', said,
    'inboxId', p_inbox.id, 'ticketId', t.id, 'customerId', t.customer_id, 'at', p_inbox.received_at, 'correlationId', p_inbox.correlation_id));
end $$;

-- Reports and the records of sends ------------------------------------------------------------------------------------

-- A report and the record of the send may come at the same moment, and neither sees the other before its commit: one waits here. Whoever is to
-- take these locks takes all of them, in their order, before any row; so no two wait for each other. Each is an account, a colon, and an id there.
create or replace function lock_deliveries(p_keys text[]) returns void language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock(k)
  from (select distinct hashtextextended('delivery:' || key, 21) as k from unnest(p_keys) key where key is not null order by 1) keys;
end $$;

-- As in 060.
create or replace function settle_outbound(p_id uuid, p_result text, p_external_id text, p_error text, p_after_ms double precision, p_raw_sha256 text,
  p_pause_ms double precision default 0, p_from text default 'sending', p_attempt integer default null)
returns boolean language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  if p_external_id is not null then
    perform lock_deliveries(array[u.channel_account || ':' || p_external_id]) from outbound u where u.id = p_id;
  end if;
  update outbound set
    status = case p_result when 'retry' then 'queued' else p_result end,
    external_id = coalesce(p_external_id, external_id),
    error = p_error,
    raw_sha256 = coalesce(p_raw_sha256, raw_sha256),
    next_attempt_at = case p_result when 'retry' then now() + make_interval(secs => p_after_ms / 1000) else next_attempt_at end,
    reconcile_at = case p_result when 'unknown' then now() + make_interval(secs => p_after_ms / 1000) end,
    reconcile_attempts = 0
  where id = p_id and case
    when p_attempt is null then status = p_from
    else attempts = p_attempt and (status = 'sending' or (status = 'unknown' and p_result in ('sent', 'failed'))
      or (status = 'queued' and p_result = 'sent')) end
  returning * into o;
  if not found then return false; end if;
  if p_pause_ms > 0 then
    insert into sending_account as s (channel, account, paused_until)
    values (o.channel, o.channel_account, now() + make_interval(secs => p_pause_ms / 1000))
    on conflict (channel, account) do update set paused_until = greatest(s.paused_until, excluded.paused_until);
  end if;
  if p_result <> 'retry' then
    update message set delivery_status = p_result, delivery_error = p_error, external_id = coalesce(p_external_id, external_id)
    where id = o.message_id and delivery_rank(p_result) > delivery_rank(delivery_status);
    if found then perform tell_delivery(o.message_id, p_result, p_error, null, p_result = 'failed'); end if;
    if o.channel in ('email', 'http') and p_external_id is not null then
      insert into thread_reference (reference, ticket_id)
      values (case o.channel when 'http' then o.channel_account || '#' || p_external_id else p_external_id end, o.ticket_id) on conflict do nothing;
    end if;
  end if;
  if p_external_id is not null then perform apply_delivery(o.channel_account, p_external_id); end if;
  return true;
end $$;

-- As in 065, of items whose deliveries are locked. A condition that says plainly that a message is being sent is offered the index of all that wait,
-- and each item would read them all.
create or replace function settle_sent(p_items jsonb) returns uuid[] language plpgsql volatile
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
    from item i where o.id = i.id and case o.attempts when i.attempt then o.status end = 'sending'
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
    insert into thread_reference (reference, ticket_id)
    select case s.channel when 'http' then s.channel_account || '#' || s.external_id else s.external_id end, s.ticket_id
    from sent s where s.channel in ('email', 'http') order by 1
    on conflict do nothing
  )
  select coalesce(array_agg(sent.id), '{}') into ended from sent;
  for reported in
    select distinct o.channel_account, o.external_id from outbound o where o.id = any (ended) and (o.bounces <> '{}' or exists (
      select 1 from delivery_report r where r.channel_account = o.channel_account
        and r.external_id = any (array[o.external_id, case o.channel when 'http' then o.id::text end])))
  loop
    perform apply_delivery(reported.channel_account, reported.external_id);
  end loop;
  return ended;
end $$;

-- As in 031.
create or replace function settle_outbounds(p_items jsonb) returns jsonb language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  ended uuid[] := '{}';
  item jsonb;
begin
  perform lock_deliveries(array(select o.channel_account || ':' || key
    from jsonb_array_elements(p_items) i join outbound o on o.id = (i ->> 'id')::uuid
    cross join lateral unnest(array[i ->> 'externalId', case o.channel when 'http' then o.id::text end]) key));
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

-- As in 065. A source may speak of a message by our id although it gave it one of its own.
create or replace function apply_delivery(p_account text, p_external_id text) returns uuid language plpgsql volatile as $$
declare
  furthest record;
  refused record;
  m_id uuid;
  ids text[] := array[p_external_id];
begin
  perform lock_deliveries(array[p_account || ':' || p_external_id]);
  if starts_with(p_account, 'http:') then
    ids := ids || array(select o.id::text from outbound o where o.channel_account = p_account and o.external_id = p_external_id and o.channel = 'http');
  end if;
  select status, error into furthest from delivery_report
  where channel_account = p_account and external_id = any (ids) order by delivery_rank(status) desc limit 1;
  if found then
    update message u set delivery_status = furthest.status, delivery_error = case
      when furthest.status = 'failed' then coalesce(case when o.bounces <> '{}' then told_error(o, 'failed') end, furthest.error)
      when o.channel = 'email' and o.status = 'sent' then u.delivery_error end
    from outbound o
    where o.channel_account = p_account and o.external_id = p_external_id and u.id = o.message_id
      and delivery_rank(furthest.status) > delivery_rank(coalesce(u.delivery_status, 'queued'))
    returning u.id into m_id;
    if found then
      perform tell_delivery(m_id, furthest.status, case furthest.status when 'failed' then furthest.error end, null, furthest.status = 'failed');
    end if;
  end if;
  perform show_bounces(o.id) from outbound o where o.channel_account = p_account and o.external_id = p_external_id and o.bounces <> '{}';
  select o.id, coalesce(r.error, r.reason) as said into refused from delivery_report r
  join outbound o on o.channel_account = r.channel_account and o.external_id = r.external_id and o.recipient = coalesce(r.recipient, o.recipient)
  where r.channel_account = p_account and r.external_id = p_external_id and r.reason = 'recipient-opted-out';
  if found then perform record_opt_out(refused.id, refused.said); end if;
  return m_id;
end $$;

-- As in 060.
create or replace function record_delivery(p_account text, p_external_id text, p_status text, p_error text, p_at timestamptz, p_reason text default null,
  p_recipient text default null) returns uuid language plpgsql volatile as $$
declare
  o outbound%rowtype;
  ours uuid := case when starts_with(p_account, 'http:') and p_external_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_external_id::uuid end;
begin
  perform lock_deliveries(array[p_account || ':' || p_external_id,
    case when ours is not null then p_account || ':' || (select u.external_id from outbound u where u.id = ours and u.channel_account = p_account) end]);
  insert into delivery_report as r (channel_account, external_id, status, error, at, reason, recipient)
  values (p_account, p_external_id, p_status, p_error, p_at, p_reason, p_recipient)
  on conflict (channel_account, external_id, status) do update set reason = excluded.reason, recipient = excluded.recipient
    where r.reason is null and excluded.reason is not null;
  if ours is not null then
    select * into o from outbound where id = ours and channel_account = p_account and channel = 'http' and attempts > 0 for no key update;
    if found and o.external_id is not null then return apply_delivery(p_account, o.external_id); end if;
    if found and o.status <> 'sending' then perform settle_as_told(o, null); end if;
  end if;
  return apply_delivery(p_account, p_external_id);
end $$;

-- As in 067.
create or replace function settle_one(p_item jsonb) returns boolean language plpgsql volatile as $$
declare
  o_id uuid := (p_item ->> 'id')::uuid;
  attempt integer := (p_item ->> 'attempt')::integer;
  o outbound%rowtype;
begin
  if p_item ?| array['reached', 'doubtful', 'heldBack', 'putOff'] then
    update outbound set
      reached = reached || array(select jsonb_array_elements_text(coalesce(p_item -> 'reached', '[]'))),
      doubtful_since = case when (p_item ->> 'doubtfulAnew')::boolean then claimed_at
        when (p_item ->> 'doubtful')::boolean then coalesce(doubtful_since, claimed_at) else doubtful_since end,
      put_off = coalesce((p_item ->> 'putOff')::boolean, false),
      claimed_at = case when (p_item ->> 'heldBack')::boolean then null else claimed_at end
    where id = o_id and attempts = attempt and status = 'sending';
  end if;
  if p_item ->> 'result' <> 'sent' then
    select * into o from outbound where id = o_id and channel = 'http' and external_id is null and attempts = attempt for no key update;
    if found and exists (select 1 from delivery_report r where r.channel_account = o.channel_account and r.external_id = o.id::text)
      and settle_as_told(o, attempt) then
      return true;
    end if;
  end if;
  if p_item ? 'optedOut' then perform record_opt_out(o_id, p_item ->> 'optedOut'); end if;
  return settle_outbound(o_id, p_item ->> 'result', p_item ->> 'externalId', p_item ->> 'error',
    coalesce((p_item ->> 'afterMs')::double precision, 0), p_item ->> 'rawSha256', coalesce((p_item ->> 'pauseMs')::double precision, 0),
    'sending', attempt);
exception when integrity_constraint_violation or data_exception or program_limit_exceeded then
  -- A source that took it has it, whatever it calls it: to us it has our id then.
  if sqlstate = '23505' and p_item ->> 'result' = 'sent' and exists (select 1 from outbound where id = o_id and channel = 'http') then
    begin
      return settle_outbound(o_id, 'sent', o_id::text, p_item ->> 'error', 0, null, 0, 'sending', attempt);
    exception when unique_violation then
      null;
    end;
  end if;
  return settle_outbound(o_id, 'unknown', null, case sqlstate
      when '23505' then 'The provider named an id that another message has' else 'What the provider answered cannot be kept' end, 0, null, 0,
    'sending', attempt);
end $$;

-- As in 065. Who names somebody whom the message was not sent to, as one whom it was passed on to, says nothing of those whom it was sent to: of an
-- alias others may have it. copied: it says nothing of the one whom the message is for.
create or replace function reported_outbound(p_report jsonb)
returns table (outbound_id uuid, message_id uuid, ticket_id uuid, external_id text, status text, recipient text, named boolean, copied boolean, several boolean)
language sql stable as $$
  select o.id, o.message_id, o.ticket_id, coalesce(o.external_id, p_report ->> 'messageId'), o.status,
    coalesce(r.value, lower(p_report ->> 'recipient')), r.value is not null, r.value is distinct from lower(o.recipient), n.several
  from outbound o
  join message m on m.id = o.message_id
  cross join lateral (select cardinality(m.recipients || m.copies || m.blind_copies) > 1 as several) n
  -- A report that names nobody is about the one whom the message was for, where that is one.
  left join lateral (
    select lower(a) as value from unnest(array[o.recipient] || m.recipients || m.copies || m.blind_copies) a
    where lower(a) = lower(p_report ->> 'recipient') or (p_report ->> 'recipient' is null and not n.several and lower(a) = lower(o.recipient))
    limit 1) r on true
  -- Whoever knows a Message-ID of ours may not mark other people's addresses by it. A mail that is not written down as sent is found by its
  -- Message-ID, too, which has its id.
  where o.channel = 'email' and (r.value is not null or p_report ->> 'outboundId' is not null) and (
    o.id = (p_report ->> 'outboundId')::uuid
    or (p_report ->> 'outboundId' is null and o.channel_account = 'email' and o.external_id = p_report ->> 'messageId')
    or (p_report ->> 'outboundId' is null and o.external_id is null
      and o.id = substring(p_report ->> 'messageId' from '^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@')::uuid))
  limit 1
$$;

-- As in 065.
-- Called by ingest_apply in its transaction. Repeating it has no effect: deliveries only move forwards, a recipient's failure is told once,
-- and a mark is one row for each address.
create or replace function apply_contact_reports(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  report jsonb;
  about record;
  result text;
  said text;
  doubt text;
  failure text;
  new_mark text;
  moved uuid;
begin
  perform lock_deliveries(array(select 'email:' || r.external_id from jsonb_array_elements(p_contact -> 'reports') x cross join lateral reported_outbound(x) r));
  for report in select r from jsonb_array_elements(p_contact -> 'reports') r loop
    select * into about from reported_outbound(report);
    continue when not found or about.external_id is null;
    result := report ->> 'result';
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, p_contact, about.recipient) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;
    failure := concat_ws(': ', case when about.several or not about.named then about.recipient end, coalesce(said, 'The mail came back') || doubt);

    -- Nobody could speak of it if it had not left.
    if about.status = 'unknown' then
      begin
        perform settle_outbound(about.outbound_id, 'sent', about.external_id, null, 0, null, 0, 'unknown');
      exception when unique_violation then
        -- Another message has that id: a copy of it that came back to us before it was written down.
        about.external_id := about.outbound_id::text;
        perform settle_outbound(about.outbound_id, 'sent', about.external_id, null, 0, null, 0, 'unknown');
      end;
    -- A person decided that it was sent, which told nobody under which id.
    elsif about.status = 'sent' and exists (select 1 from outbound o where o.id = about.outbound_id and o.external_id is null) then
      begin
        update message set external_id = about.external_id where id = about.message_id;
      exception when unique_violation then
        about.external_id := about.outbound_id::text;
        update message set external_id = about.external_id where id = about.message_id;
      end;
      update outbound set external_id = about.external_id where id = about.outbound_id;
      insert into thread_reference (reference, ticket_id) values (about.external_id, about.ticket_id) on conflict do nothing;
    end if;
    if result = 'failed' then
      update outbound o set bounces = array(select b from unnest(o.bounces || failure) b order by b collate "C")
      where o.id = about.outbound_id and failure <> all (o.bounces) and length(array_to_string(o.bounces, '; ')) < 4000;
    end if;
    -- How far a message is says what became of it for whom it is for.
    if result in ('failed', 'delivered', 'read') and not about.copied then
      perform record_delivery('email', about.external_id, result, case result when 'failed' then failure end, now());
    end if;
    -- A failure that moves nothing is told all the same.
    if result = 'failed' then perform show_bounces(about.outbound_id); end if;

    new_mark := case
      when result = 'complained' then 'complained'
      when result = 'failed' and (report ->> 'permanent')::boolean then 'undeliverable' end;
    continue when new_mark is null or not about.named;
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
