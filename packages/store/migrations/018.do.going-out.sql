-- What must hold on the way out whatever comes when: a STOP counts from its arrival, every recipient is asked for, a clock that is set
-- back stops nothing, and what a provider said is written down with how the send ended.

alter table consent_log
  -- The contact that said it, which may not have become a message yet.
  add column inbox_id uuid,
  -- The ticket on which the change was told.
  add column ticket_id uuid;

alter table delivery_report
  -- Why it failed, where the hub acts on it, and where it was to go.
  add column reason text,
  add column recipient text;

-- Since when a try may have arrived although its answer said that it failed: the provider is asked before the next one.
alter table outbound add column doubtful_since timestamptz;

-- Slower than one in a day is no rate, and its waits are no intervals.
update sending_account set rate = 0.00001 where rate < 0.00001;
alter table sending_account add constraint sending_account_slowest check (rate >= 0.00001);

-- Consent ----------------------------------------------------------------------------------------------------------

-- Writes a consent down, with its log and the event that the screens follow. What was said later counts, in whatever order it is
-- worked on; what says nothing new is not logged again. Answers whether the state changed.
-- p: channel, account, address, state, source, reason, agentId, messageId, inboxId, ticketId, customerId, at, correlationId
create or replace function set_consent(p jsonb) returns boolean language plpgsql volatile as $$
declare
  before consent%rowtype;
  said_at timestamptz := coalesce((p ->> 'at')::timestamptz, now());
begin
  -- Two words about one address come one after the other, also while there is no row to lock.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'consent', p ->> 'channel', p ->> 'account', p ->> 'address'), 22));
  select * into before from consent c
  where c.channel = p ->> 'channel' and c.account = p ->> 'account' and c.address = p ->> 'address';
  -- What was written down in the future was so before the clock was set back. A carrier's refusal is not about the moment at which it comes.
  if before.at > clock_timestamp() and p ->> 'source' <> 'carrier' then
    said_at := greatest(said_at, before.at + interval '1 microsecond');
  end if;
  insert into consent as c (channel, account, address, state, source, reason, at)
  values (p ->> 'channel', p ->> 'account', p ->> 'address', p ->> 'state', p ->> 'source', p ->> 'reason', said_at)
  on conflict (channel, account, address) do update set state = excluded.state, source = excluded.source, reason = excluded.reason,
    at = excluded.at
  where c.at <= excluded.at;
  if not found or before.state is not distinct from p ->> 'state' then return false; end if;
  insert into consent_log (channel, account, address, state, source, reason, agent_id, message_id, inbox_id, ticket_id, at)
  values (p ->> 'channel', p ->> 'account', p ->> 'address', p ->> 'state', p ->> 'source', p ->> 'reason', p ->> 'agentId',
    (p ->> 'messageId')::uuid, (p ->> 'inboxId')::uuid, (p ->> 'ticketId')::uuid, said_at);
  perform tell_consent(p);
  return true;
end $$;

create function tell_consent(p jsonb) returns void language sql volatile as $$
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  select 'consent.changed', t.id, coalesce(t.customer_id, (p ->> 'customerId')::uuid), t.queue_id, t.assignee_id, p ->> 'agentId',
    p ->> 'correlationId', jsonb_build_object('channel', p ->> 'channel', 'account', p ->> 'account', 'address', p ->> 'address',
      'state', p ->> 'state', 'source', p ->> 'source', 'reason', coalesce(p ->> 'reason', ''))
  from (select 1) one left join ticket t on t.id = (p ->> 'ticketId')::uuid
$$;

-- STOP and START of a customer, from the moment at which the contact is written down: it may wait for its picture for minutes, or lie in
-- quarantine for days, and its sender has said it. Putting it away takes nothing back; an agent can, with a reason. HELP changes nothing.
-- An ordinary message that happens to be a word of consent (YES) gives back what was withdrawn and is otherwise just an answer.
-- Planned anew each time: it is rare, and a plan from when the tables were empty reads them whole.
create function hear_consent_word(p_inbox inbox) returns void language plpgsql volatile set plan_cache_mode = force_custom_plan as $$
declare
  writer text := coalesce(p_inbox.contact #>> '{identifiers,0,value}', p_inbox.contact ->> 'from');
  word text := p_inbox.contact #>> '{consent,word}';
  t ticket%rowtype;
begin
  if word not in ('stop', 'start') or writer is null then return; end if;
  if p_inbox.contact ->> 'kind' = 'customer' and not exists (select 1 from consent c where c.channel = p_inbox.channel
    and c.account = p_inbox.channel_account and c.address = writer and c.state = 'withdrawn') then return; end if;
  -- Where somebody may be writing an answer just now.
  select k.* into t from identifier i join ticket k on k.customer_id = i.customer_id
  where i.value = writer and not i.shared and k.channel = p_inbox.channel and k.channel_account = p_inbox.channel_account
    and k.contact_address = writer and k.status <> 'closed'
  order by k.last_activity_at desc limit 1;
  perform set_consent(jsonb_build_object('channel', p_inbox.channel, 'account', p_inbox.channel_account, 'address', writer,
    'state', case word when 'stop' then 'withdrawn' else 'granted' end, 'source', 'word', 'reason', p_inbox.contact #>> '{consent,said}',
    'inboxId', p_inbox.id, 'ticketId', t.id, 'customerId', t.customer_id, 'at', p_inbox.received_at, 'correlationId', p_inbox.correlation_id));
end $$;

create function hear_inbox() returns trigger language plpgsql as $$
begin
  perform hear_consent_word(new);
  return null;
end $$;
create trigger inbox_heard after insert on inbox
  for each row when (new.contact -> 'consent' is not null) execute function hear_inbox();
-- Bytes that were not understood before, and now are.
create trigger inbox_understood after update of contact on inbox
  for each row when (new.contact -> 'consent' is not null and old.contact -> 'consent' is distinct from new.contact -> 'consent')
  execute function hear_inbox();

-- The message that such a contact became: the log names it, and its ticket's timeline tells of it.
create or replace function apply_consent_word(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  m message%rowtype;
  l consent_log%rowtype;
  told_on uuid;
begin
  select * into m from message where id = p_message_id;
  select * into l from consent_log where address = coalesce(p_contact #>> '{identifiers,0,value}', p_contact ->> 'from')
    and inbox_id = m.inbox_id and message_id is null for update;
  if not found then return; end if;
  told_on := l.ticket_id;
  update consent_log set message_id = m.id, ticket_id = m.ticket_id where id = l.id;
  if told_on is distinct from m.ticket_id then
    perform tell_consent(to_jsonb(l) || jsonb_build_object('ticketId', m.ticket_id, 'customerId', m.customer_id));
  end if;
end $$;

-- Those that wait from before, in the order in which they came.
do $$
declare
  row inbox%rowtype;
begin
  for row in select * from inbox where state in ('pending', 'quarantined') and contact -> 'consent' is not null order by received_at loop
    perform hear_consent_word(row);
  end loop;
end $$;

-- Why nothing may be sent to all of these now, in words for the agent who wrote it; null when nothing stands against it. Asked in the
-- statement that claims a message for sending, so that what waited in the queue while consent was withdrawn is held back, too. A STOP that
-- is committed after that statement has begun is not seen: no hub can stop what is on the wire, and the message counts as sent before it.
drop function send_obstacle(text, text, text, boolean);
create function send_obstacle(p_channel text, p_account text, p_recipients text[], p_automatic boolean) returns text
language sql stable as $$
  select case
    when cardinality(w.who) > 0 and cardinality(p_recipients) = 1 then 'The recipient has withdrawn consent (STOP)'
    when cardinality(w.who) > 0 then 'Consent was withdrawn by ' || array_to_string(w.who, ', ') || '; nobody was written to'
    when p_automatic then (select 'The address is marked: ' || m.reason from address_mark m
      where m.value = any (p_recipients) and m.kind = case p_channel when 'email' then 'email' else 'phone' end limit 1)
  end
  from (select array(select c.address from consent c where c.channel = p_channel and c.account = p_account
    and c.address = any (p_recipients) and c.state = 'withdrawn' order by 1) as who) w
$$;

-- The carrier refuses a recipient who told it STOP (Twilio 21610). It is believed about a message that we sent, for that message's own
-- account and recipient. A START that came after the message left is newer than the refusal.
drop function record_opt_out(uuid, text, text, text, text, text);
create function record_opt_out(p_outbound_id uuid, p_reason text) returns boolean language sql volatile as $$
  select set_consent(jsonb_build_object('channel', o.channel, 'account', o.channel_account, 'address', o.recipient, 'state', 'withdrawn',
    'source', 'carrier', 'reason', p_reason, 'messageId', o.message_id, 'ticketId', o.ticket_id, 'at', coalesce(o.claimed_at, now()),
    'correlationId', o.correlation_id))
  from outbound o where o.id = p_outbound_id
$$;

-- Delivery ---------------------------------------------------------------------------------------------------------

-- As before, and a report that the recipient opted out is believed as soon as the message is known that it is about, whichever of the two
-- comes first.
create or replace function apply_delivery(p_account text, p_external_id text) returns uuid language plpgsql volatile as $$
declare
  furthest record;
  refused record;
  m_id uuid;
begin
  -- A report and the record of the send may come at the same moment, and neither sees the other before its commit: one waits here.
  perform pg_advisory_xact_lock(hashtextextended('delivery:' || p_account || ':' || p_external_id, 21));
  select status, error into furthest from delivery_report
  where channel_account = p_account and external_id = p_external_id order by delivery_rank(status) desc limit 1;
  if not found then return null; end if;
  update message u set delivery_status = furthest.status, delivery_error = case furthest.status when 'failed' then furthest.error end
  from outbound o
  where o.channel_account = p_account and o.external_id = p_external_id and u.id = o.message_id
    and delivery_rank(furthest.status) > delivery_rank(coalesce(u.delivery_status, 'queued'))
  returning u.id into m_id;
  if found then perform tell_delivery(m_id, furthest.status, furthest.error, null, furthest.status = 'failed'); end if;
  select o.id, coalesce(r.error, r.reason) as said into refused from delivery_report r
  join outbound o on o.channel_account = r.channel_account and o.external_id = r.external_id and o.recipient = coalesce(r.recipient, o.recipient)
  where r.channel_account = p_account and r.external_id = p_external_id and r.reason = 'recipient-opted-out';
  if found then perform record_opt_out(refused.id, refused.said); end if;
  return m_id;
end $$;

drop function record_delivery(text, text, text, text, timestamptz);
create function record_delivery(p_account text, p_external_id text, p_status text, p_error text, p_at timestamptz, p_reason text default null,
  p_recipient text default null) returns uuid language plpgsql volatile as $$
begin
  insert into delivery_report as r (channel_account, external_id, status, error, at, reason, recipient)
  values (p_account, p_external_id, p_status, p_error, p_at, p_reason, p_recipient)
  on conflict (channel_account, external_id, status) do update set reason = excluded.reason, recipient = excluded.recipient
    where r.reason is null and excluded.reason is not null;
  return apply_delivery(p_account, p_external_id);
end $$;

-- Sending ----------------------------------------------------------------------------------------------------------

-- Takes a token of the account: 0 when there is one, else how many milliseconds to wait before asking again. `p_fresh`: it has not
-- waited yet, and does not overtake those that do. The row's lock makes it one bucket for all processes. `refilled_at` is written each
-- time, so that a clock that was set back shows itself: what is due is moved back with it, and nothing is given for the time that comes twice.
create or replace function take_sending_token(p_channel text, p_account text, p_fresh boolean) returns double precision language plpgsql volatile as $$
declare
  a sending_account%rowtype;
  moment timestamptz;
  back interval;
  have double precision;
  wait_ms double precision := 0;
begin
  select * into a from sending_account where channel = p_channel and account = p_account for no key update;
  if not found then return 0; end if;
  -- Not now(): this transaction may have waited for the row.
  moment := clock_timestamp();
  if a.rate is null and coalesce(a.paused_until <= moment, true) then return 0; end if;
  back := greatest(interval '0', a.refilled_at - moment);
  a.last_slot := a.last_slot - back;
  a.paused_until := a.paused_until - back;
  if a.rate is not null then have := bucket_tokens(a.tokens, extract(epoch from moment - a.refilled_at), a.rate, a.burst); end if;
  if a.paused_until > moment then
    -- Spread over a second, so that they do not all come back in the same moment.
    wait_ms := ceil(extract(epoch from a.paused_until - moment) * 1000 + random() * 1000);
  elsif have >= 1 and not (p_fresh and coalesce(a.last_slot > moment, false)) then
    have := have - 1;
  elsif have is not null then
    a.last_slot := greatest(moment + make_interval(secs => greatest(0, 1 - have) / a.rate), a.last_slot + make_interval(secs => 1 / a.rate));
    wait_ms := ceil(extract(epoch from a.last_slot - moment) * 1000) + 1;
  end if;
  update sending_account set tokens = coalesce(have, tokens), refilled_at = moment, last_slot = a.last_slot, paused_until = a.paused_until
  where channel = p_channel and account = p_account;
  return wait_ms;
end $$;

-- One sender per row: whoever moves it from `queued` to `sending` sends it. Answers the message; or how long it is postponed; or that
-- something stands against it, and then it is settled already; or null when it is not to be sent now.
create or replace function claim_outbound(p_id uuid) returns jsonb language plpgsql volatile as $$
declare
  o outbound%rowtype;
  obstacle text;
  wait_ms double precision;
begin
  select * into o from outbound
  where id = p_id and status = 'queued' and next_attempt_at <= now()
    -- What one ticket says leaves in the order in which it was written: a message waits for an earlier one that is on its way, is put off
    -- or is tried again. One that failed, whose end nobody knows, or that its author still holds back, keeps nothing waiting.
    and not exists (select 1 from outbound earlier where earlier.ticket_id = outbound.ticket_id and earlier.id < outbound.id
      and earlier.status in ('queued', 'sending'))
  for no key update skip locked;
  if not found then return null; end if;
  -- Whoever has it from an earlier try is not written to again.
  obstacle := (select send_obstacle(o.channel, o.channel_account, array(
      select distinct r from unnest(o.recipient || m.recipients || m.copies || m.blind_copies) r where r <> all (o.reached)), o.automatic)
    from message m where m.id = o.message_id);
  if obstacle is null then
    wait_ms := take_sending_token(o.channel, o.channel_account, o.attempts + o.postponed = 0);
    if wait_ms > 0 then
      update outbound set next_attempt_at = clock_timestamp() + make_interval(secs => wait_ms / 1000), postponed = postponed + 1 where id = p_id;
      return jsonb_build_object('postponedMs', wait_ms, 'round', o.attempts + o.postponed + 1);
    end if;
  end if;
  update outbound set status = 'sending', attempts = attempts + case when obstacle is null then 1 else 0 end, claimed_at = now() where id = p_id;
  if obstacle is not null then
    perform settle_outbound(p_id, 'failed', null, obstacle, 0, null);
    return jsonb_build_object('obstacle', obstacle, 'ticketId', o.ticket_id);
  end if;
  return outbound_message(p_id) || jsonb_build_object('doubtfulSince', o.doubtful_since);
end $$;

-- `settle_outbound` for each of [{id, attempt, result, externalId, error, afterMs, pauseMs, rawSha256, raw (base64), reached, optedOut, doubtful}]
-- in the order of their ids, so that two batches never wait for each other. reached: who of several recipients has it now. optedOut: the
-- carrier's words that the recipient told it STOP. doubtful: it may have arrived although it is tried again. One that cannot be written
-- down as it is (the provider named the id of another message, or one that is none) is of unknown end, and costs the others nothing.
-- Answers for each what its ticket has to send next.
create or replace function settle_outbounds(p_items jsonb) returns jsonb language plpgsql volatile as $$
declare
  answers jsonb := '[]';
  item jsonb;
  settled boolean;
begin
  for item in select i from jsonb_array_elements(p_items) i order by i ->> 'id' loop
    begin
      if item ? 'reached' or item ? 'doubtful' then
        update outbound set
          reached = reached || array(select jsonb_array_elements_text(coalesce(item -> 'reached', '[]'))),
          doubtful_since = case when (item ->> 'doubtful')::boolean then coalesce(doubtful_since, claimed_at) else doubtful_since end
        where id = (item ->> 'id')::uuid and attempts = (item ->> 'attempt')::integer and status = 'sending';
      end if;
      if item ? 'optedOut' then perform record_opt_out((item ->> 'id')::uuid, item ->> 'optedOut'); end if;
      settled := settle_outbound((item ->> 'id')::uuid, item ->> 'result', item ->> 'externalId', item ->> 'error',
        coalesce((item ->> 'afterMs')::double precision, 0), item ->> 'rawSha256', coalesce((item ->> 'pauseMs')::double precision, 0),
        'sending', (item ->> 'attempt')::integer);
    exception when integrity_constraint_violation or data_exception or program_limit_exceeded then
      settled := settle_outbound((item ->> 'id')::uuid, 'unknown', null, case sqlstate
          when '23505' then 'The provider named an id that another message has' else 'What the provider answered cannot be kept' end, 0, null, 0,
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

-- An agent's message: repeated with the same key it is the same message, whoever repeats it and however often.
-- p: ticketId, sender, authorId, authorName, idempotencyKey, requestHash, visibility, text, replyText, html, attachments, correlationId;
-- where the channel carries copies also to, cc, bcc, subject, identity, forwardOf
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
  if t.status = 'closed' and public then return jsonb_build_object('outcome', 'closed'); end if;
  if public and cardinality(addressed) = 0 then addressed := array[t.contact_address]; end if;

  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, visibility, author_id, sender, sender_name, recipients,
    copies, blind_copies, subject, own_subject, body_text, reply_text, body_html, delivery_status, identity, forward_of)
  values (m_id, t.id, t.customer_id, 'out', t.channel, t.channel_account, 'agent', p ->> 'visibility', p ->> 'authorId',
    case when public then coalesce(p #>> '{identity,address}', p ->> 'sender', t.channel_account) else '' end, p ->> 'authorName',
    case when public then addressed else '{}' end, copied, hidden, coalesce(p ->> 'subject', t.subject), p ->> 'subject' is not null,
    p ->> 'text', p ->> 'replyText', p ->> 'html', case when public then 'queued' end, nullif(p -> 'identity', 'null'),
    (p ->> 'forwardOf')::uuid);
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
