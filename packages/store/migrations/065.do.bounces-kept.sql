-- What came back stays known whatever good news came before or after it, and whoever a provider passed our mail on to; mails of reports keep to the
-- limit of their account; two hubs send a source no more at once than one; and files of a reply that is taken back are as good as new.

alter table outbound
  -- What was reported of those whom it did not reach, each once, sorted: the same whatever came first.
  add column if not exists bounces text[] not null default '{}';

alter table report_mail
  -- How often it had no token of the account.
  add column if not exists postponed integer not null default 0;

-- Reports -----------------------------------------------------------------------------------------------------------

-- What is told of those who do not have a message that is as far as p_status: whom its provider did not take, and then who came back.
create or replace function told_error(o outbound, p_status text) returns text language sql immutable as $$
  select nullif(concat_ws('; ', case when o.status = 'sent' or (o.status, p_status) = ('failed', 'failed') then o.error end,
    nullif(array_to_string(o.bounces, '; '), '')), '')
$$;

-- Bounces of what has left are told to whom wrote it; of what is on its way, once it has left.
create or replace function show_bounces(p_outbound_id uuid) returns void language plpgsql volatile as $$
declare
  told record;
begin
  update message u set delivery_error = told_error(o, u.delivery_status) from outbound o
  where o.id = p_outbound_id and o.bounces <> '{}' and u.id = o.message_id and u.delivery_status in ('sent', 'delivered', 'read', 'failed')
    and u.delivery_error is distinct from told_error(o, u.delivery_status)
  returning u.id, u.delivery_status, u.delivery_error into told;
  if found then perform tell_delivery(told.id, told.delivery_status, told.delivery_error, null, true); end if;
end $$;

-- As in 018. That a mail was delivered takes back nothing of what was said of it: a host on the way that has it may pass it on in vain.
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

-- As in 060. What came back before a send was written down is told with it.
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
    select distinct o.channel_account, o.external_id from outbound o where o.id = any (ended) and (o.bounces <> '{}' or exists (
      select 1 from delivery_report r where r.channel_account = o.channel_account and r.external_id = o.external_id))
  loop
    perform apply_delivery(reported.channel_account, reported.external_id);
  end loop;
  return ended;
end $$;

-- As in 052. A report that came to the signed bounce address of a message is about that one, whomever it names: where the mail was passed on to
-- somebody else, only that one's address is in it. named: it is about one of those whom the message was sent to. recipient: who that is, else
-- whoever the report names. copied: it says nothing of the one whom the message is for.
drop function if exists reported_outbound(jsonb);
create function reported_outbound(p_report jsonb)
returns table (outbound_id uuid, message_id uuid, ticket_id uuid, external_id text, status text, recipient text, named boolean, copied boolean, several boolean)
language sql stable as $$
  select o.id, o.message_id, o.ticket_id, coalesce(o.external_id, p_report ->> 'messageId'), o.status,
    coalesce(r.value, lower(p_report ->> 'recipient')), r.value is not null, coalesce(r.value <> lower(o.recipient), n.several), n.several
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

-- As in 060. What came back is kept as a set, so that it is told in the same way whatever the order.
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

-- Sending ----------------------------------------------------------------------------------------------------------

-- As in 056. What goes to one source is counted by one claim after the other.
create or replace function claim_outbounds(p_ids uuid[]) returns table (id uuid, claimed jsonb) language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  taken uuid[];
begin
  with due as materialized (
    select o.id from outbound o join message m on m.id = o.message_id
    where o.id = any (p_ids) and o.status = 'queued' and o.next_attempt_at <= now() and o.channel <> 'http'
      and not exists (select 1 from outbound earlier
        where earlier.ticket_id = o.ticket_id and earlier.id < o.id and earlier.status in ('queued', 'sending')
          and earlier.recipient = any (o.recipient || m.recipients || m.copies || m.blind_copies)
          and earlier.recipient <> all (earlier.reached))
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
  -- Two hubs do not see each other's claims before their commit: one waits here. All accounts are locked before any is sent to, and in their order,
  -- so that no two wait for each other.
  perform pg_advisory_xact_lock(hashtextextended('receiver:' || account, 23)) from (
    select distinct o.channel_account as account from outbound o where o.id = any (p_ids) and o.channel = 'http' and o.status = 'queued' order by 1) receivers;
  return query select one, claim_outbound(one) from unnest(p_ids) one where one <> all (taken);
end $$;

-- Takes one of the run's mails whose time has come: whoever gets it is the only one who sends it. Answers the mail; or for how many milliseconds
-- the one is put off that had no token of the account, by which all mail of ours leaves; null when none is due.
create or replace function claim_report_mail(p_run_id uuid) returns jsonb language plpgsql volatile as $$
declare
  mail report_mail%rowtype;
  wait_ms double precision;
begin
  select * into mail from report_mail where run_id = p_run_id and state = 'queued' and next_try_at <= clock_timestamp()
  order by id limit 1 for no key update skip locked;
  if not found then return null; end if;
  wait_ms := take_sending_token('email', 'email', mail.attempts + mail.postponed = 0);
  if wait_ms > 0 then
    update report_mail set next_try_at = clock_timestamp() + make_interval(secs => wait_ms / 1000), postponed = postponed + 1 where id = mail.id;
    return jsonb_build_object('id', mail.id, 'postponedMs', wait_ms, 'round', mail.postponed + 1);
  end if;
  update report_mail set state = 'sending', attempts = attempts + 1, claim = gen_random_uuid(), claimed_at = now() where id = mail.id
  returning * into mail;
  return jsonb_build_object('id', mail.id, 'address', mail.address, 'attempts', mail.attempts, 'claim', mail.claim);
end $$;

-- As in 012.
-- Moves a held reply from one of these states to another, with its event where there is one. False: somebody was faster.
create or replace function move_held_reply(p_id uuid, p_from text[], p_to text, p_reason text, p_message_id uuid) returns boolean
language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  update held_reply set state = p_to, reason = p_reason, message_id = coalesce(p_message_id, message_id)
  where id = p_id and state = any (p_from)
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
