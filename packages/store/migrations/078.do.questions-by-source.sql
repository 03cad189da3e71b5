-- A source that never answers whether it has its messages is asked about a few at once, and the others are asked meanwhile.

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
