-- What is written is answered from the address of ours that it came to, at the one it came from; what the hub holds back says nothing of an
-- account; and a message whose send nobody wrote down is reported on as any other.

-- As in 058, with whether a ticket has the two ends that the contact came over: the address of ours that it came to, and that of the customer.
-- Those that have are found first.
create or replace function locked_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile
-- Few rows are looked up by key, whatever the planner thinks of arrays of unknown length: it must never read a whole table for them.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  identifiers jsonb := p_contact -> 'identifiers';
  refs text[] := array(select jsonb_array_elements_text(p_contact #> '{threading,references}'));
  token uuid := (p_contact #>> '{threading,ticketId}')::uuid;
  writer text := coalesce(identifiers #>> '{0,value}', p_contact ->> 'from');
  own_id text := case when p_contact ->> 'channel' = 'email' then p_contact ->> 'externalId' end;
  tag integer := (p_contact #>> '{threading,ticketNumber}')::integer;
  customers jsonb;
  owners uuid[];
  tickets jsonb;
  addressee uuid;
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
      order by (t.channel_account = p_contact ->> 'channelAccount' and t.contact_address = writer) desc, t.last_activity_at desc limit 5) w
  )
  select coalesce(jsonb_agg(jsonb_build_object('ticketId', t.id, 'number', t.number, 'status', t.status, 'customerId', t.customer_id,
           'channel', t.channel, 'queueId', t.queue_id, 'via', h.via, 'lastActivityAt', t.last_activity_at,
           'sameEnds', t.channel_account = p_contact ->> 'channelAccount' and t.contact_address = writer,
           'settledAt', case when t.status in ('resolved', 'closed') then (
             select e.at from event e where e.ticket_id = t.id and e.type = 'ticket.status-changed' order by e.id desc limit 1) end,
           'senderIsParty', exists (
             select 1 from ticket_party p join jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
               on p.kind = c.kind and p.value = c.value and c.grade <> 'claimed'
             where p.ticket_id = t.id)
             or t.id = token and exists (
               select 1 from jsonb_to_recordset(identifiers) c (value text, grade text) where c.value = t.contact_address and c.grade <> 'claimed')) order by h.distance, t.number), '[]')
    into tickets
  from (select id, via, distance from hit order by distance limit 50) h join ticket t on t.id = h.id;

  if token is not null and only_claims(p_contact) then
    select t.customer_id into addressee
    from ticket t cross join jsonb_to_recordset(identifiers) c (kind text, value text)
    join identifier i on i.customer_id = t.customer_id and i.kind = c.kind and i.value = c.value
    where t.id = token and c.value = t.contact_address and not i.shared
      and not exists (select 1 from identifier k where k.kind = c.kind and k.value = c.value and k.grade in ('verified', 'known') and not k.shared);
  end if;
  return jsonb_build_object('customers', customers, 'tickets', tickets, 'addressee', addressee);
end $$;

-- As in 002. Whether a ticket with other ends goes on is a matter of the channel.
create or replace function ingest_contact(p_inbox_id uuid, p_continuation jsonb, p_reasons jsonb) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  row inbox%rowtype;
  snapshot jsonb;
  c jsonb;
  owners text[];
  hit jsonb;
  refs boolean;
begin
  select i.* into row from inbox i where i.id = p_inbox_id and i.state = 'pending';
  if not found then return jsonb_build_object('outcome', 'settled'); end if;
  c := row.contact;
  if c is null or c ->> 'kind' <> 'customer' or c ? 'call' or jsonb_array_length(c -> 'remoteFiles') > 0 or jsonb_array_length(c -> 'cc') > 0
     or jsonb_array_length(c -> 'to') > 1 or c #> '{threading,ticketId}' is not null or c #> '{threading,ticketNumber}' is not null
     or (c ->> 'automatic')::boolean then
    return jsonb_build_object('outcome', 'decide');
  end if;

  snapshot := ingest_snapshot(c, (p_continuation ->> row.channel)::double precision);
  owners := array(select distinct s ->> 'customerId' from jsonb_array_elements(snapshot -> 'customers') s
    where s ->> 'grade' <> 'claimed' and not (s ->> 'shared')::boolean);
  if cardinality(owners) <> 1 or exists (select 1 from jsonb_array_elements(c -> 'identifiers') i where i ->> 'grade' = 'claimed') then
    return jsonb_build_object('outcome', 'decide');
  end if;

  refs := jsonb_array_length(c #> '{threading,references}') > 0;
  select t into hit from jsonb_array_elements(snapshot -> 'tickets') t
  where t ->> 'via' = case when refs then 'reference' else 'window' end
  order by (t ->> 'lastActivityAt')::timestamptz desc limit 1;
  if hit is null or not (refs or (hit ->> 'sameEnds')::boolean) or hit ->> 'queueId' is null
     or hit ->> 'status' <> 'open' or hit ->> 'customerId' <> owners[1]
     or (refs and (select count(distinct t ->> 'ticketId') from jsonb_array_elements(snapshot -> 'tickets') t where t ->> 'via' = 'reference') <> 1) then
    return jsonb_build_object('outcome', 'decide');
  end if;

  return ingest_apply(p_inbox_id, c, jsonb_build_object('customerId', owners[1], 'ticketId', hit ->> 'ticketId', 'seenStatus', 'open',
    'reopen', false, 'requeue', false, 'reason', (p_reasons ->> (hit ->> 'via')) || ': ticket ' || (hit ->> 'number')));
end $$;

-- As in 011. What fails after somebody had decided about it waits for its author again.
create or replace function tell_delivery(p_message_id uuid, p_status text, p_error text, p_actor_id text, p_return boolean) returns void
language plpgsql volatile as $$
declare
  o outbound%rowtype;
  t ticket%rowtype;
  returned boolean := false;
begin
  select * into o from outbound where message_id = p_message_id;
  if p_return and not o.automatic then
    update ticket set status = 'open', updated_at = now(),
      waiting_since = case when assignee_id is null and queue_id is not null then coalesce(waiting_since, now()) else waiting_since end
    where id = o.ticket_id and status <> 'open' returning * into t;
    returned := found;
  end if;
  if p_return and o.decided_at is not null and p_status in ('failed', 'unknown') then
    update outbound set decided_at = null, decided_by = null where id = o.id;
  end if;
  if not returned then select * into t from ticket where id = o.ticket_id; end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('message.status-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, p_actor_id, o.correlation_id,
    jsonb_build_object('messageId', p_message_id, 'status', p_status, 'error', p_error, 'authorId', o.author_id, 'ticketNumber', t.number,
      'automatic', o.automatic));
  if returned then
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
    values ('ticket.reopened', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
      jsonb_build_object('reason', 'A message could not be delivered'));
  end if;
end $$;

-- As in 055. A message of which a person decided that it was sent is reported on as any other.
-- Called by ingest_apply in its transaction. Repeating it has no effect: deliveries only move forwards, a recipient's failure is told once,
-- and a mark is one row for each address.
create or replace function apply_contact_reports(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  report jsonb;
  about record;
  told record;
  result text;
  said text;
  doubt text;
  failure text;
  missed text;
  new_mark text;
  moved uuid;
begin
  for report in select r from jsonb_array_elements(p_contact -> 'reports') r loop
    select * into about from reported_outbound(report);
    continue when not found or about.external_id is null;
    result := report ->> 'result';
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, p_contact, about.recipient) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;
    failure := case when about.several then about.recipient || ': ' else '' end || coalesce(said, 'The mail came back') || doubt;

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
    -- How far a message is says what became of it for whom it is for.
    if result in ('failed', 'delivered', 'read') and not about.copied then
      -- Good news of whom it is for are none of who missed it as a copy.
      select string_agg(said_of, '; ') into missed from message u, regexp_split_to_table(u.delivery_error, '; ') said_of
      where u.id = about.message_id and about.several and said_of ~ '^\S+@\S+: ' and not starts_with(said_of, about.recipient || ': ');
      perform record_delivery('email', about.external_id, result, case result when 'failed' then failure end, now());
      if result <> 'failed' and missed is not null then
        update message set delivery_error = missed where id = about.message_id and delivery_error is null;
      end if;
    end if;
    -- A failure that moves nothing is told all the same.
    if result = 'failed' then
      update message u set delivery_error = concat_ws('; ', u.delivery_error, failure)
      where u.id = about.message_id and u.delivery_status in ('sent', 'delivered', 'read', 'failed')
        and (about.copied or u.delivery_status <> 'failed')
        and strpos(coalesce(u.delivery_error, ''), failure) = 0 and length(coalesce(u.delivery_error, '')) < 4000
      returning u.delivery_status, u.delivery_error into told;
      if found then perform tell_delivery(about.message_id, told.delivery_status, told.delivery_error, null, true); end if;
    end if;

    new_mark := case
      when result = 'complained' then 'complained'
      when result = 'failed' and (report ->> 'permanent')::boolean then 'undeliverable' end;
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

-- As in 056, with no claim of what something stands against.
-- One sender per row: whoever moves it from `queued` to `sending` sends it. Answers the message; or how long it is postponed; or that
-- something stands against it, and then it is settled already; or null when it is not to be sent now. A message of which an earlier try
-- may have arrived is answered together with what stands against it.
create or replace function claim_outbound(p_id uuid) returns jsonb language plpgsql volatile as $$
declare
  o outbound%rowtype;
  obstacle text;
  wait_ms double precision;
begin
  select u.* into o from outbound u join message m on m.id = u.message_id
  where u.id = p_id and u.status = 'queued' and u.next_attempt_at <= now()
    -- What one ticket says to somebody leaves in the order in which it was written: a message waits for an earlier one to one of its
    -- recipients that is on its way, is put off or is tried again, as long as whom that one is for does not have it. One that failed, whose
    -- end nobody knows, or that its author still holds back, keeps nothing waiting.
    and not exists (select 1 from outbound earlier
      where earlier.ticket_id = u.ticket_id and earlier.id < u.id and earlier.status in ('queued', 'sending')
        and earlier.recipient = any (u.recipient || m.recipients || m.copies || m.blind_copies)
        and earlier.recipient <> all (earlier.reached))
  for no key update of u skip locked;
  if not found then return null; end if;
  -- Whoever has it from an earlier try is not written to again.
  obstacle := (select send_obstacle(o.channel, o.channel_account, array(
      select distinct r from unnest(o.recipient || m.recipients || m.copies || m.blind_copies) r where r <> all (o.reached)), o.automatic)
    from message m where m.id = o.message_id);
  if obstacle is null then
    wait_ms := case when o.channel = 'http' then wait_for_receiver(o.channel_account, o.postponed) else 0 end;
    if wait_ms = 0 then wait_ms := take_sending_token(o.channel, o.channel_account, o.attempts + o.postponed = 0); end if;
    if wait_ms > 0 then
      update outbound set next_attempt_at = clock_timestamp() + make_interval(secs => wait_ms / 1000), postponed = postponed + 1 where id = p_id;
      return jsonb_build_object('postponedMs', wait_ms, 'round', o.attempts + o.postponed + 1);
    end if;
  end if;
  -- The health of the account is counted from claims, and what nobody tried to send says nothing of it.
  update outbound set status = 'sending', claimed_at = case when obstacle is null or o.doubtful_since is not null then now() end,
    attempts = attempts + case when obstacle is null or o.doubtful_since is not null then 1 else 0 end where id = p_id;
  if obstacle is not null and o.doubtful_since is null then
    perform settle_outbound(p_id, 'failed', null, obstacle, 0, null);
    return jsonb_build_object('obstacle', obstacle, 'ticketId', o.ticket_id);
  end if;
  -- An earlier try may have arrived: whoever claims it asks about that before it says that nothing was sent.
  return outbound_message(p_id) || jsonb_build_object('doubtfulSince', o.doubtful_since, 'standsAgainst', obstacle);
end $$;

-- As in 011. The receiver of a source may be answered by the id that it gave a message.
create or replace function settle_outbound(p_id uuid, p_result text, p_external_id text, p_error text, p_after_ms double precision, p_raw_sha256 text,
  p_pause_ms double precision default 0, p_from text default 'sending', p_attempt integer default null)
returns boolean language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
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

-- As in 031, with the ids of those receivers.
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
    insert into thread_reference (reference, ticket_id)
    select case s.channel when 'http' then s.channel_account || '#' || s.external_id else s.external_id end, s.ticket_id
    from sent s where s.channel in ('email', 'http') order by 1
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

-- A receiver speaks of a message by our id, whose answer to the request never came, or was no good one: it has it. p_attempt: the try that
-- ends by it, where one is under way.
create or replace function settle_as_told(o outbound, p_attempt integer) returns boolean language plpgsql volatile as $$
begin
  update message set external_id = o.id::text where id = o.message_id and external_id is null;
  return settle_outbound(o.id, 'sent', o.id::text, null, 0, null, 0, o.status, p_attempt);
exception when unique_violation then
  -- The source has given our id to a message of its own.
  return false;
end $$;

-- As in 018. What a try under way ends with is seen then.
create or replace function record_delivery(p_account text, p_external_id text, p_status text, p_error text, p_at timestamptz, p_reason text default null,
  p_recipient text default null) returns uuid language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  insert into delivery_report as r (channel_account, external_id, status, error, at, reason, recipient)
  values (p_account, p_external_id, p_status, p_error, p_at, p_reason, p_recipient)
  on conflict (channel_account, external_id, status) do update set reason = excluded.reason, recipient = excluded.recipient
    where r.reason is null and excluded.reason is not null;
  if starts_with(p_account, 'http:') and p_external_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select * into o from outbound where id = p_external_id::uuid and channel_account = p_account and channel = 'http' and external_id is null
      and attempts > 0 for no key update;
    if found and o.status <> 'sending' then perform settle_as_told(o, null); end if;
  end if;
  return apply_delivery(p_account, p_external_id);
end $$;

-- As in 059, with no claim of what was held back after it. What its receiver reported on while it was asked has arrived, however it was
-- answered. A report that comes in the same moment waits for the row, or is waited for.
create or replace function settle_one(p_item jsonb) returns boolean language plpgsql volatile as $$
declare
  o_id uuid := (p_item ->> 'id')::uuid;
  attempt integer := (p_item ->> 'attempt')::integer;
  o outbound%rowtype;
begin
  if p_item ?| array['reached', 'doubtful', 'heldBack'] then
    update outbound set
      reached = reached || array(select jsonb_array_elements_text(coalesce(p_item -> 'reached', '[]'))),
      doubtful_since = case when (p_item ->> 'doubtfulAnew')::boolean then claimed_at
        when (p_item ->> 'doubtful')::boolean then coalesce(doubtful_since, claimed_at) else doubtful_since end,
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
  return settle_outbound(o_id, 'unknown', null, case sqlstate
      when '23505' then 'The provider named an id that another message has' else 'What the provider answered cannot be kept' end, 0, null, 0,
    'sending', attempt);
end $$;

-- What was sent before can be answered by those ids, too.
insert into thread_reference (reference, ticket_id)
select o.channel_account || '#' || o.external_id, o.ticket_id
from http_source s join outbound o on o.channel_account = 'http:' || s.id and o.external_id is not null
where o.channel = 'http' and o.external_id <> o.id::text
on conflict do nothing;
