-- A source that never answers whether it has its messages is asked about a few at once, and the others are asked meanwhile; and a mail that failed for
-- one of its recipients is sent again to those of whom nobody knows whether they have it.

-- Questions to sources -------------------------------------------------------------------------------------------------

alter table outbound
  -- Since when its source is being asked whether it has it; null when it is not.
  add column if not exists asked_at timestamptz;
create index if not exists outbound_asked on outbound (channel_account) where asked_at is not null;

-- For how many milliseconds a question to a source waits, as what is sent to it does (056); 0 when it may go. What a process that is gone was asking
-- is asked no more.
create or replace function wait_to_ask(p_account text, p_postponed integer) returns double precision language sql volatile as $$
  select case when (select count(*) from outbound where channel_account = p_account and asked_at > clock_timestamp() - interval '2 minutes') < 3 then 0
    else ceil(1000 * least(30, 2 ^ least(p_postponed, 5)) * (0.5 + random() / 2)) end;
$$;

-- As in 011. A source is asked about three messages at once, by all processes: one more waits, and then for how long is answered.
create or replace function claim_reconcile(p_id uuid, p_next_ms double precision[]) returns jsonb language plpgsql volatile as $$
declare
  o outbound%rowtype;
  claimed uuid;
  wait_ms double precision;
begin
  select * into o from outbound where id = p_id and channel = 'http' and status = 'unknown' and reconcile_at <= now();
  if found then
    -- Two hubs do not see each other's claims before their commit: one waits here.
    perform pg_advisory_xact_lock(hashtextextended('asked:' || o.channel_account, 24));
    wait_ms := wait_to_ask(o.channel_account, o.postponed);
    if wait_ms > 0 then
      update outbound set reconcile_at = clock_timestamp() + make_interval(secs => wait_ms / 1000), postponed = postponed + 1
      where id = p_id and status = 'unknown' and reconcile_at <= now() returning * into o;
      return case when found then jsonb_build_object('postponedMs', wait_ms, 'round', o.reconcile_attempts + o.postponed) end;
    end if;
  end if;
  update outbound u set reconcile_attempts = reconcile_attempts + 1,
    reconcile_at = now() + make_interval(secs => p_next_ms[reconcile_attempts + 1] / 1000),
    asked_at = case channel when 'http' then clock_timestamp() end
  where id = p_id and status = 'unknown' and reconcile_at <= now()
    and not exists (select 1 from outbound other where other.channel_account = u.channel_account and other.recipient = u.recipient
      and other.status = 'sending')
  returning id into claimed;
  return case when claimed is not null then outbound_message(p_id) || (
    select jsonb_build_object('last', reconcile_at is null, 'round', reconcile_attempts) from outbound where id = p_id) end;
end $$;

-- Decisions ------------------------------------------------------------------------------------------------------------

-- As in 075. Of a mail that failed for one whom an earlier try reached, and of which nobody knows whether the others have it, these are sent it again.
create or replace function resolve_outbound(p_id uuid, p_decision text, p_actor_id text) returns text language plpgsql volatile as $$
declare
  o outbound%rowtype;
  status_now text;
  told text := case p_decision when 'resend' then 'queued' else p_decision end;
  why text;
  missed text;
begin
  perform lock_deliveries(delivery_keys(u.channel, u.channel_account, u.id, u.external_id)) from outbound u where u.id = p_id;
  select * into o from outbound where id = p_id for no key update;
  if not found then return 'none'; end if;
  select delivery_status into status_now from message where id = o.message_id for no key update;
  if status_now = 'failed' and p_decision = 'failed' and o.decided_at is null then
    -- What was in doubt besides was seen with it.
    update outbound set status = 'failed', decided_at = now(), decided_by = p_actor_id, reconcile_at = null where id = p_id;
    perform tell_delivery(o.message_id, 'failed', o.error, p_actor_id, false);
    return 'resolved';
  end if;
  -- Of whom it failed for is known enough: they have been sent it. What the others get changes nothing about that.
  if status_now = 'failed' and p_decision = 'resend' and o.status = 'unknown' and o.reached <> '{}' then
    update outbound set status = 'queued', error = null, untaken = '{}', doubtful_since = null, reconcile_at = null, next_attempt_at = now(),
      decided_at = now(), decided_by = p_actor_id
    where id = p_id returning * into o;
    update message set delivery_error = told_error(o, 'failed') where id = o.message_id;
    perform tell_delivery(o.message_id, 'failed', told_error(o, 'failed'), p_actor_id, false);
    return 'resolved';
  end if;
  if o.status <> 'unknown' or status_now <> 'unknown' then return 'conflict'; end if;
  why := case p_decision when 'sent' then 'An agent decided that it was sent' when 'failed' then 'An agent decided that it was not sent'
    else 'An agent had it sent again' end;
  if p_decision = 'sent' and o.untaken <> '{}' then
    told := end_as_taken(o);
    missed := concat_ws('; ', untaken_words(o), 'everybody else has it');
  end if;
  update outbound set status = told, error = coalesce(missed, case when told = 'failed' then why end),
    decided_at = case when missed is null then now() end, decided_by = case when missed is null then p_actor_id end, untaken = '{}',
    reconcile_at = null, next_attempt_at = case when told = 'queued' then now() else next_attempt_at end,
    doubtful_since = case when told <> 'queued' then doubtful_since end
  where id = p_id returning * into o;
  update message set delivery_status = told, delivery_error = case when told <> 'queued' then told_error(o, told) end where id = o.message_id;
  perform tell_delivery(o.message_id, told, coalesce(missed, why), p_actor_id, missed is not null);
  if p_decision <> 'resend' and o.external_id is not null then perform apply_delivery(o.channel_account, o.external_id); end if;
  return 'resolved';
end $$;
