-- What is written under one key by two ways in the same moment leaves once, and what was reported of a message before its send ended is looked at
-- however it ends.

-- Replies -----------------------------------------------------------------------------------------------------------

-- As in 018. Of a reply that is held back and a message under one key of its author the first is the one that there is.
-- An agent's message: repeated with the same key it is the same message, whoever repeats it and however often.
-- p: ticketId, sender, authorId, authorName, idempotencyKey, requestHash, visibility, text, replyText, html, attachments, correlationId;
-- where the channel carries copies also to, cc, bcc, subject, identity, forwardOf; callerKey: the key as the caller sent it, where one did
create or replace function write_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  o_id uuid := uuid_v7();
  last uuid;
  public boolean := p ->> 'visibility' = 'public';
  addressed text[] := array(select jsonb_array_elements_text(coalesce(p -> 'to', '[]')));
  copied text[] := array(select jsonb_array_elements_text(coalesce(p -> 'cc', '[]')));
  hidden text[] := array(select jsonb_array_elements_text(coalesce(p -> 'bcc', '[]')));
  earlier record;
  held held_reply%rowtype;
  answered record;
  first_response double precision;
  -- What goes to somebody else is no answer to the customer.
  forwards boolean := p ->> 'forwardOf' is not null;
begin
  -- The ticket's row orders everything that is written to it.
  select * into t from ticket where id = (p ->> 'ticketId')::uuid for no key update;
  if not found then return jsonb_build_object('outcome', 'no-ticket'); end if;

  select o.message_id, o.id as outbound_id, o.request_hash into earlier from outbound o
  where o.ticket_id = t.id and o.idempotency_key = p ->> 'idempotencyKey';
  if not found then
    select k.message_id, null::uuid as outbound_id, k.request_hash into earlier from note_key k
    where k.ticket_id = t.id and k.idempotency_key = p ->> 'idempotencyKey';
  end if;
  if found then
    return jsonb_build_object('outcome', case when earlier.request_hash = p ->> 'requestHash' then 'repeated' else 'mismatch' end,
      'messageId', earlier.message_id, 'outboundId', earlier.outbound_id);
  end if;
  -- What was handed in to be held back does not leave by this way as well: its message, once it is one.
  if p ->> 'callerKey' is not null then
    select * into held from held_reply h
    where h.ticket_id = t.id and h.author_id = p ->> 'authorId' and h.idempotency_key = p ->> 'callerKey' and h.state <> 'taken-back';
    if found then
      return jsonb_build_object('outcome', case when held.request_hash <> p ->> 'requestHash' then 'mismatch' when held.message_id is null then 'held'
        else 'repeated' end, 'messageId', held.message_id, 'outboundId', null);
    end if;
  end if;
  -- One that was held back is written as long as it leaves, and its author cannot take it back meanwhile.
  if starts_with(p ->> 'idempotencyKey', 'held:') then
    select * into held from held_reply h where h.id = substr(p ->> 'idempotencyKey', 6)::uuid and h.state = 'leaving' for no key update;
    if not found then return jsonb_build_object('outcome', 'not-leaving', 'messageId', null, 'outboundId', null); end if;
  end if;
  if t.status = 'closed' and public then return jsonb_build_object('outcome', 'closed'); end if;
  if public and cardinality(addressed) = 0 then addressed := array[t.contact_address]; end if;

  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, visibility, author_id, sender, sender_name, recipients,
    copies, blind_copies, subject, own_subject, body_text, reply_text, body_html, delivery_status, identity, forward_of)
  values (m_id, t.id, t.customer_id, 'out', t.channel, t.channel_account, 'agent', p ->> 'visibility', p ->> 'authorId',
    case when public then coalesce(p #>> '{identity,address}', p ->> 'sender', t.channel_account) else '' end, p ->> 'authorName',
    case when public then addressed else '{}' end, copied, hidden, coalesce(p ->> 'subject', t.subject), p ->> 'subject' is not null,
    p ->> 'text', p ->> 'replyText', p ->> 'html', case when public then 'queued' end, nullif(p -> 'identity', 'null'),
    (p ->> 'forwardOf')::uuid);
  if held.id is not null then update held_reply set message_id = m_id where id = held.id; end if;
  insert into attachment (message_id, position, filename, content_type, size, sha256, content_id, inline)
  select m_id, f.ordinality, f.item ->> 'filename', f.item ->> 'contentType', (f.item ->> 'size')::bigint, f.item ->> 'sha256',
    f.item ->> 'contentId', coalesce((f.item ->> 'inline')::boolean, false)
  from jsonb_array_elements(p -> 'attachments') with ordinality f (item, ordinality);

  if public then
    -- The customer's last message is what it answers (RFC 5322, 3.6.4). What is passed on begins a thread of its own.
    if not forwards then
      select m.external_id, i.contact #> '{threading,references}' as refs into answered
      from message m left join inbox i on i.id = m.inbox_id
      where m.ticket_id = t.id and m.direction = 'in' and m.kind = 'customer' order by m.position desc limit 1;
    else
      select null::text as external_id, null::jsonb as refs into answered;
    end if;
    -- They leave in the order of their ids, also those of one millisecond and those before which the clock was set back.
    select id into last from outbound where ticket_id = t.id and status in ('queued', 'sending') order by id desc limit 1;
    if o_id <= last then
      o_id := overlay(o_id::text placing left(uuid_v7_floor(uuid_v7_time(last) + interval '1 millisecond')::text, 13) from 1 for 13);
    end if;
    insert into outbound (id, message_id, ticket_id, author_id, idempotency_key, request_hash, channel, channel_account, recipient, in_reply_to, "references", correlation_id)
    values (o_id, m_id, t.id, p ->> 'authorId', p ->> 'idempotencyKey', p ->> 'requestHash', t.channel, t.channel_account, addressed[1],
      case when t.channel = 'email' then answered.external_id end,
      case when t.channel = 'email' and answered.refs is not null then array(select jsonb_array_elements_text(answered.refs)) else '{}' end, p ->> 'correlationId');
    -- Whoever is written to may answer: they are parties of the ticket from now on.
    insert into ticket_party (ticket_id, kind, value)
    select t.id, 'email', a from unnest(addressed || copied || hidden) a where t.channel = 'email'
    on conflict do nothing;
    if t.first_response_at is null and not forwards then first_response := extract(epoch from clock_timestamp() - t.created_at); end if;
  else
    insert into note_key (ticket_id, idempotency_key, message_id, request_hash) values (t.id, p ->> 'idempotencyKey', m_id, p ->> 'requestHash');
  end if;

  update ticket set
    message_count = message_count + 1,
    updated_at = now(),
    last_activity_at = case when public then now() else last_activity_at end,
    preview = case when public then left(regexp_replace(coalesce(nullif(p ->> 'replyText', ''), p ->> 'text'), '\s+', ' ', 'g'), 140) else preview end,
    first_response_at = case when public and not forwards then coalesce(first_response_at, now()) else first_response_at end,
    status = case when public and not forwards and status = 'resolved' then 'open' else status end
  where id = t.id;

  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('message.created', t.id, t.customer_id, t.queue_id, t.assignee_id, p ->> 'authorId', p ->> 'correlationId', jsonb_build_object('messageId', m_id,
    'channel', t.channel, 'kind', 'agent', 'visibility', p ->> 'visibility', 'direction', 'out', 'firstResponseSeconds', first_response));
  return jsonb_build_object('outcome', 'created', 'messageId', m_id, 'outboundId', case when public then o_id end);
end $$;

-- As in 012.
-- Holds a reply back. The same key with the same content is the same one; one under which a message was written is not to be had any more.
-- p: ticketId, authorId, authorName, idempotencyKey, requestHash, input, delaySeconds, correlationId; replyKey: the key as a message has it
create or replace function hold_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  -- The ticket's row orders everything that is written to it.
  perform 1 from ticket where id = (p ->> 'ticketId')::uuid for no key update;
  select * into h from held_reply where ticket_id = (p ->> 'ticketId')::uuid and author_id = p ->> 'authorId'
    and idempotency_key = p ->> 'idempotencyKey';
  if found then
    return jsonb_build_object('outcome', case when h.request_hash = p ->> 'requestHash' then 'repeated' else 'mismatch' end, 'id', h.id,
      'dueAt', h.due_at);
  end if;
  if exists (select 1 from outbound o where o.ticket_id = (p ->> 'ticketId')::uuid and o.idempotency_key = p ->> 'replyKey')
    or exists (select 1 from note_key k where k.ticket_id = (p ->> 'ticketId')::uuid and k.idempotency_key = p ->> 'replyKey') then
    return jsonb_build_object('outcome', 'mismatch');
  end if;
  insert into held_reply (ticket_id, author_id, author_name, idempotency_key, request_hash, input, due_at, correlation_id)
  values ((p ->> 'ticketId')::uuid, p ->> 'authorId', p ->> 'authorName', p ->> 'idempotencyKey', p ->> 'requestHash', p -> 'input',
    now() + make_interval(secs => (p ->> 'delaySeconds')::double precision), p ->> 'correlationId')
  returning * into h;
  select * into t from ticket where id = h.ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('reply.held', t.id, t.customer_id, t.queue_id, t.assignee_id, h.author_id, h.correlation_id,
    jsonb_build_object('heldReplyId', h.id, 'dueAt', h.due_at));
  return jsonb_build_object('outcome', 'created', 'id', h.id, 'dueAt', h.due_at);
end $$;

-- As in 065. What has become a message has left: it neither fails nor comes back.
create or replace function move_held_reply(p_id uuid, p_from text[], p_to text, p_reason text, p_message_id uuid) returns boolean
language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  update held_reply set state = p_to, reason = p_reason, message_id = coalesce(p_message_id, message_id)
  where id = p_id and state = any (p_from) and (message_id is null or p_to not in ('taken-back', 'failed'))
  returning * into h;
  if not found then return false; end if;
  -- Its author goes on with its files, which may be as old as the reply.
  if p_to = 'taken-back' then
    update upload set created_at = now() where owner_id = h.author_id and id in (
      select case jsonb_typeof(a) when 'object' then a ->> 'id' else a #>> '{}' end::uuid from jsonb_array_elements(h.input -> 'attachments') a);
  end if;
  if p_to in ('taken-back', 'failed') then
    select * into t from ticket where id = h.ticket_id;
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
    values ('reply.' || p_to, t.id, t.customer_id, t.queue_id, t.assignee_id, h.author_id, h.correlation_id,
      jsonb_strip_nulls(jsonb_build_object('heldReplyId', h.id, 'reason', case when p_to = 'failed' then coalesce(p_reason, '') end)));
  end if;
  return true;
end $$;
-- Reports of what is on its way --------------------------------------------------------------------------------------

alter table outbound
  -- What a report of a mail called it, its Message-ID or else our id, that came before it was written down how the send ended: it has left.
  add column if not exists reported_as text;

-- Under which locks (lock_deliveries) it is written down how a send ended, and what is reported of it. A mail's reports find it by our id, whatever
-- its Message-ID became on the way; a source may name our id or its own; a carrier knows only its own.
create or replace function delivery_keys(p_channel text, p_account text, p_id uuid, p_external_id text) returns text[] language sql immutable as $$
  select case p_channel when 'email' then array['email:' || p_id::text] when 'http' then array[p_account || ':' || p_external_id, p_account || ':' || p_id::text]
    else array[p_account || ':' || p_external_id] end
$$;

-- Whether somebody spoke of a message of which it is not known that it left.
create or replace function was_reported(o outbound) returns boolean language sql stable as $$
  select case o.channel when 'email' then o.reported_as is not null
    when 'http' then o.external_id is null and exists (
      select 1 from delivery_report r where r.channel_account = o.channel_account and r.external_id = o.id::text)
    else false end
$$;

-- As in 060, of mails, too. The id that it is known by is taken where another message has it: of a mail a copy that came back to us, and then it is
-- known by ours; of a source one of its own, and then nobody spoke of ours. What was said only of those whom an earlier try of a mail reached
-- leaves it with its doubt.
create or replace function settle_as_told(o outbound, p_attempt integer) returns boolean language plpgsql volatile as $$
declare
  known_as text;
begin
  foreach known_as in array array[coalesce(o.external_id, o.reported_as, o.id::text), o.id::text] loop
    begin
      update message set external_id = known_as where id = o.message_id and external_id is null;
      return settle_outbound(o.id, 'sent', known_as, case when o.channel = 'email' and o.reported_as is null then o.error end, 0, null, 0,
        o.status, p_attempt);
    exception when unique_violation then
      null;
    end;
  end loop;
  return false;
end $$;

-- As in 070. What nobody knows the end of has left where somebody spoke of it.
create or replace function settle_outbound(p_id uuid, p_result text, p_external_id text, p_error text, p_after_ms double precision, p_raw_sha256 text,
  p_pause_ms double precision default 0, p_from text default 'sending', p_attempt integer default null)
returns boolean language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  if p_external_id is not null or p_result = 'unknown' then
    perform lock_deliveries(delivery_keys(u.channel, u.channel_account, u.id, p_external_id)) from outbound u where u.id = p_id;
  end if;
  if p_result = 'unknown' then
    select u.* into o from outbound u
    where u.id = p_id and u.status = case when p_attempt is null then p_from else 'sending' end and u.attempts = coalesce(p_attempt, u.attempts)
    for no key update;
    if found and was_reported(o) and settle_as_told(o, p_attempt) then return true; end if;
  end if;
  update outbound set
    status = case p_result when 'retry' then 'queued' else p_result end,
    external_id = coalesce(p_external_id, external_id),
    error = p_error,
    raw_sha256 = coalesce(p_raw_sha256, raw_sha256),
    next_attempt_at = case p_result when 'retry' then now() + make_interval(secs => p_after_ms / 1000) else next_attempt_at end,
    reconcile_at = case p_result when 'unknown' then now() + make_interval(secs => p_after_ms / 1000) end,
    reconcile_attempts = 0,
    -- What was said of this try is said of no other.
    reported_as = case when p_result <> 'retry' then reported_as end
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
  if p_external_id is not null then
    perform apply_delivery(o.channel_account, p_external_id);
  elsif p_result = 'failed' and o.bounces <> '{}' then
    perform show_bounces(o.id);
  end if;
  return true;
end $$;

-- As in 070.
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
    select distinct o.channel_account, o.external_id from outbound o where o.id = any (ended) and (o.reported_as is not null or o.bounces <> '{}' or exists (
      select 1 from delivery_report r where r.channel_account = o.channel_account
        and r.external_id = any (array[o.external_id, case o.channel when 'http' then o.id::text end])))
  loop
    perform apply_delivery(reported.channel_account, reported.external_id);
  end loop;
  return ended;
end $$;

-- As in 070.
create or replace function settle_outbounds(p_items jsonb) returns jsonb language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  ended uuid[] := '{}';
  item jsonb;
begin
  perform lock_deliveries(array(select key
    from jsonb_array_elements(p_items) i join outbound o on o.id = (i ->> 'id')::uuid
    cross join lateral unnest(delivery_keys(o.channel, o.channel_account, o.id, i ->> 'externalId')) key));
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

-- As in 070, without its lock, which whoever calls has: taken here it could come after another. What came of a mail before its send was written down is
-- kept by our id.
create or replace function apply_delivery(p_account text, p_external_id text) returns uuid language plpgsql volatile as $$
declare
  furthest record;
  refused record;
  m_id uuid;
  ids text[] := array[p_external_id];
begin
  if p_account = 'email' or starts_with(p_account, 'http:') then
    ids := ids || array(select o.id::text from outbound o where o.channel_account = p_account and o.external_id = p_external_id);
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

-- As in 070. Of a mail apply_contact_reports takes the lock, and nobody else reports.
create or replace function record_delivery(p_account text, p_external_id text, p_status text, p_error text, p_at timestamptz, p_reason text default null,
  p_recipient text default null) returns uuid language plpgsql volatile as $$
declare
  o outbound%rowtype;
  ours uuid := case when starts_with(p_account, 'http:') and p_external_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_external_id::uuid end;
begin
  if p_account <> 'email' then
    -- By our id or theirs: where both are reported by, the further of the two counts, whichever comes first.
    perform lock_deliveries(array[p_account || ':' || p_external_id]);
  end if;
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

-- As in 070. A mail that its server put off is tried no more, either, where somebody spoke of it: there are servers that take what they put off.
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
    select * into o from outbound
    where id = o_id and (channel = 'http' or (channel = 'email' and p_item ->> 'result' = 'retry' and reached = '{}')) and external_id is null and attempts = attempt
    for no key update;
    if found and was_reported(o) and settle_as_told(o, attempt) then return true; end if;
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

-- As in 070. One that nobody gave a Message-ID yet has our id.
create or replace function reported_outbound(p_report jsonb)
returns table (outbound_id uuid, message_id uuid, ticket_id uuid, external_id text, status text, recipient text, named boolean, copied boolean, several boolean)
language sql stable as $$
  select o.id, o.message_id, o.ticket_id, coalesce(o.external_id, p_report ->> 'messageId', o.id::text), o.status,
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

-- As in 070. What is on its way is marked as reported on.
-- Called by ingest_apply in its transaction. Repeating it has no effect: deliveries only move forwards, a recipient's failure is told once,
-- and a mark is one row for each address.
create or replace function apply_contact_reports(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  report jsonb;
  about record;
  o outbound%rowtype;
  result text;
  said text;
  doubt text;
  failure text;
  new_mark text;
  moved uuid;
begin
  perform lock_deliveries(array(select 'email:' || r.outbound_id from jsonb_array_elements(p_contact -> 'reports') x cross join lateral reported_outbound(x) r));
  for report in select r from jsonb_array_elements(p_contact -> 'reports') r loop
    select * into about from reported_outbound(report);
    continue when not found;
    select * into o from outbound u where u.id = about.outbound_id for no key update;
    result := report ->> 'result';
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, p_contact, about.recipient) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;
    failure := concat_ws(': ', case when about.several or not about.named then about.recipient end, coalesce(said, 'The mail came back') || doubt);

    -- Of whom an earlier try reached is said nothing of the try after it.
    if o.reached = '{}' or (about.named and about.recipient <> all (array(select lower(r) from unnest(o.reached) r))) then
      o.reported_as := coalesce(o.reported_as, about.external_id);
    end if;
    -- Nobody could speak of it if it had not left; it does not leave again.
    if o.status = 'unknown' or (o.status = 'queued' and o.attempts > 0 and o.external_id is null) then
      perform settle_as_told(o, null);
    elsif o.status in ('queued', 'sending') then
      update outbound set reported_as = o.reported_as where id = o.id and reported_as is distinct from o.reported_as;
    -- A person decided that it was sent, which told nobody under which id.
    elsif o.status = 'sent' and o.external_id is null then
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
      update outbound u set bounces = array(select b from unnest(u.bounces || failure) b order by b collate "C")
      where u.id = o.id and failure <> all (u.bounces) and length(array_to_string(u.bounces, '; ')) < 4000;
    end if;
    -- As long as it is not written down under which id it left, it is known here by ours.
    select coalesce(u.external_id, u.id::text) into about.external_id from outbound u where u.id = o.id;
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
      from ticket t where t.id = about.ticket_id;
    end if;
  end loop;
end $$;

-- The provider could not tell, and neither did a report: what it did say is kept, and a person decides.
create or replace function leave_to_person(p_id uuid, p_evidence text) returns void language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  perform lock_deliveries(delivery_keys(u.channel, u.channel_account, u.id, null)) from outbound u where u.id = p_id;
  select * into o from outbound where id = p_id and status = 'unknown' for no key update;
  if found and was_reported(o) and settle_as_told(o, null) then return; end if;
  update outbound set reconcile_at = null, error = p_evidence where id = p_id and status = 'unknown' returning * into o;
  if not found then return; end if;
  update message set delivery_error = p_evidence where id = o.message_id and delivery_status = 'unknown';
  if found then perform tell_delivery(o.message_id, 'unknown', p_evidence, null, true); end if;
end $$;

-- What earlier releases left in doubt though it had been reported.
update outbound o set reported_as = r.external_id from delivery_report r
where r.channel_account = 'email' and o.channel = 'email' and o.external_id is null and o.status in ('queued', 'sending', 'unknown')
  and o.id = substring(r.external_id from '^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@')::uuid;
update outbound set reported_as = id::text
where channel = 'email' and reported_as is null and external_id is null and bounces <> '{}' and status in ('queued', 'sending', 'unknown');
select settle_as_told(o, null) from outbound o where o.status = 'unknown' and was_reported(o);
