-- A message waits for an earlier one of its ticket only where the two have somebody to wait for: one in copy whose server puts mail off for
-- hours keeps nothing from the customer, and what goes to somebody else does not wait for what the customer is to get.

-- `claim_outbound` for each of these, in their order. Those that nothing stands against and whose account knows no limit, as almost all,
-- are moved by one statement; the others one by one.
create or replace function claim_outbounds(p_ids uuid[]) returns table (id uuid, claimed jsonb) language plpgsql volatile
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  taken uuid[];
begin
  with due as materialized (
    select o.id from outbound o join message m on m.id = o.message_id
    where o.id = any (p_ids) and o.status = 'queued' and o.next_attempt_at <= now()
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
-- something stands against it, and then it is settled already; or null when it is not to be sent now.
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
