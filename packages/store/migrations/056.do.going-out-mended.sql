-- Answers to web forms by mail are mail like any other: of the account `email`, in which reports, consents and limits look for them. What a
-- customer has withdrawn consent for is not said to be unsent while an earlier try may have arrived. And a source whose receiver hangs
-- keeps no other waiting.

-- As in 014, but for the account.
create or replace function route_http_outbound() returns trigger language plpgsql as $$
declare
  source http_source%rowtype;
  mails text[];
begin
  select * into source from http_source s where 'http:' || s.id = new.channel_account;
  if source.reply_by = 'email' and new.recipient ~ '^[^@\s]+@[^@\s]+$' then
    select array_agg(m.external_id order by m.position) into mails from (
      select external_id, position from message where ticket_id = new.ticket_id and channel = 'email' and external_id is not null
      order by position desc limit 20) m;
    new.channel := 'email';
    new.channel_account := 'email';
    new.in_reply_to := mails[cardinality(mails)];
    new."references" := coalesce(mails, '{}');
  elsif cardinality(new."references") = 0 then
    select m.external_id, array(select jsonb_array_elements_text(i.contact #> '{threading,references}'))
      into new.in_reply_to, new."references"
    from message m join inbox i on i.id = m.inbox_id
    where m.ticket_id = new.ticket_id and m.channel = 'http' and m.direction = 'in' order by m.position desc limit 1;
    new."references" := coalesce(new."references", '{}');
  end if;
  return new;
end $$;

-- As in 014; the mail is from the address that its source answers with.
create or replace function keep_http_outbound() returns trigger language plpgsql as $$
declare
  source text;
begin
  select t.channel_account into source from ticket t where t.id = new.ticket_id and t.channel = 'http';
  if not found then return null; end if;
  if new.channel = 'email' then
    update message set channel = 'email', channel_account = new.channel_account,
      sender = coalesce((select s.reply_account from http_source s where 'http:' || s.id = source), sender) where id = new.message_id;
    insert into ticket_party (ticket_id, kind, value) values (new.ticket_id, 'email', lower(new.recipient)) on conflict do nothing;
  else
    insert into thread_reference (reference, ticket_id) values (new.channel_account || '#' || new.id, new.ticket_id) on conflict do nothing;
  end if;
  return null;
end $$;

-- Each receiver is its source's own, and may hang: three requests at once and no more, so that others find somebody who sends. Answers for how
-- many milliseconds a message waits, longer each time; 0 when it may go.
create index if not exists outbound_to_receiver on outbound (channel_account) where status = 'sending' and channel = 'http';
create or replace function wait_for_receiver(p_account text, p_postponed integer) returns double precision language sql volatile as $$
  select case when (select count(*) from outbound where channel_account = p_account and status = 'sending' and channel = 'http') < 3 then 0
    else ceil(1000 * least(30, 2 ^ least(p_postponed, 5)) * (0.5 + random() / 2)) end;
$$;

-- `claim_outbound` for each of these, in their order. Those that nothing stands against and whose account knows no limit, as almost all,
-- are moved by one statement; the others one by one, as what goes to a source.
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
  return query select one, claim_outbound(one) from unnest(p_ids) one where one <> all (taken);
end $$;

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
  update outbound set status = 'sending', claimed_at = now(),
    attempts = attempts + case when obstacle is null or o.doubtful_since is not null then 1 else 0 end where id = p_id;
  if obstacle is not null and o.doubtful_since is null then
    perform settle_outbound(p_id, 'failed', null, obstacle, 0, null);
    return jsonb_build_object('obstacle', obstacle, 'ticketId', o.ticket_id);
  end if;
  -- An earlier try may have arrived: whoever claims it asks about that before it says that nothing was sent.
  return outbound_message(p_id) || jsonb_build_object('doubtfulSince', o.doubtful_since, 'standsAgainst', obstacle);
end $$;

-- What was sent before, and what was reported of it since.
create temporary table moved on commit drop as
  with moved as (
    update outbound set channel_account = 'email' where channel = 'email' and channel_account <> 'email' returning external_id, message_id
  ), messages as (
    update message m set channel_account = 'email' from moved where m.id = moved.message_id
  )
  select external_id from moved where external_id is not null;
select apply_delivery('email', external_id) from moved order by external_id;
