-- A source that never answers whether it has its messages is asked about a few at once, and the others are asked meanwhile; a mail that failed for one of
-- its recipients is sent again to those of whom nobody knows whether they have it; and a mailed report is told by each try of it, and not sent by its
-- schedule to an address that is marked.

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

-- Mailed reports -------------------------------------------------------------------------------------------------------

alter table report_mail
  -- What each try is called in its bounce address that a person asked for after the first one, which has the mail's own id.
  add column if not exists tries uuid[] not null default '{}',
  -- By which Message-ID the last try left, null: the mail's own. After one of which nobody knows whether it arrived it stays the same, so that the
  -- recipient's mail system can tell that it is one mail.
  add column if not exists known_as uuid;
create index if not exists report_mail_tries on report_mail using gin (tries);

-- The id in a Message-ID of ours (notice.ts): a UUIDv7 and a domain.
create or replace function own_id(p_message_id text) returns uuid language sql immutable as $$
  select substring(p_message_id from '^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@')::uuid
$$;

-- As in 065. What no person asked for is subject to what any other automatic mail is, and fails when something stands against it.
create or replace function claim_report_mail(p_run_id uuid) returns jsonb language plpgsql volatile as $$
declare
  mail report_mail%rowtype;
  obstacle text;
  wait_ms double precision;
begin
  loop
    select * into mail from report_mail where run_id = p_run_id and state = 'queued' and next_try_at <= clock_timestamp()
    order by id limit 1 for no key update skip locked;
    if not found then return null; end if;
    select send_obstacle('email', 'email', array[lower(mail.address)], r.asked_by is null and mail.tries = '{}') into obstacle
    from report_run r where r.id = p_run_id;
    exit when obstacle is null;
    update report_mail set state = 'failed', error = obstacle, settled_at = now() where id = mail.id;
  end loop;
  wait_ms := take_sending_token('email', 'email', mail.attempts + mail.postponed = 0);
  if wait_ms > 0 then
    update report_mail set next_try_at = clock_timestamp() + make_interval(secs => wait_ms / 1000), postponed = postponed + 1 where id = mail.id;
    return jsonb_build_object('id', mail.id, 'postponedMs', wait_ms, 'round', mail.postponed + 1);
  end if;
  update report_mail set state = 'sending', attempts = attempts + 1, claim = gen_random_uuid(), claimed_at = now() where id = mail.id
  returning * into mail;
  return jsonb_build_object('id', mail.id, 'address', mail.address, 'attempts', mail.attempts, 'claim', mail.claim,
    'knownAs', coalesce(mail.known_as, mail.id), 'try', coalesce(mail.tries[cardinality(mail.tries)], mail.id));
end $$;

-- As in 075. What is said of a try before the last one changes nothing, save that the address is marked; and an automatic mail that answers one, as an
-- absence note to its sender, is about it, too.
create or replace function settle_mail_report(p_inbox_id uuid, p_reason text) returns boolean language plpgsql volatile as $$
declare
  c jsonb;
  correlation text;
  report jsonb;
  mail report_mail%rowtype;
  known boolean := false;
  named boolean;
  named_as uuid;
  is_last boolean;
  result text;
  said text;
  doubt text;
  new_mark text;
begin
  select contact, correlation_id into c, correlation from inbox where id = p_inbox_id and state = 'pending' for update;
  if not found then return true; end if;
  for report in select r from jsonb_array_elements(c -> 'reports') r loop
    -- Each has its id in its bounce address and in its Message-ID.
    named_as := coalesce((report ->> 'outboundId')::uuid, own_id(report ->> 'messageId'));
    select * into mail from report_mail m where m.id = named_as or m.tries @> array[named_as] for no key update;
    continue when not found;
    known := true;
    is_last := named_as = case when report ->> 'outboundId' is not null then coalesce(mail.tries[cardinality(mail.tries)], mail.id) else coalesce(mail.known_as, mail.id) end;
    named := coalesce(lower(report ->> 'recipient'), lower(mail.address)) = lower(mail.address);
    result := report ->> 'result';
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, c, lower(mail.address)) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;
    if result = 'failed' then
      update report_mail set state = 'failed', settled_at = now(),
        error = concat_ws(': ', case when not named then report ->> 'recipient' end, coalesce(said, 'The mail came back') || doubt)
      where id = mail.id and state in ('sending', 'sent', 'unknown') and is_last;
    -- Nobody could speak of it if it had not left.
    else
      update report_mail set state = 'sent', settled_at = now(), error = null where id = mail.id and state = 'unknown' and is_last;
    end if;
    new_mark := case
      when result = 'complained' then 'complained'
      when result = 'failed' and (report ->> 'permanent')::boolean then 'undeliverable' end;
    continue when new_mark is null or not named;
    if mark_address(lower(mail.address), new_mark, coalesce(left(said, 500), new_mark) || doubt, null) then
      insert into event (type, customer_id, correlation_id, data)
      select 'address.marked', i.customer_id, correlation,
        jsonb_build_object('address', lower(mail.address), 'mark', new_mark, 'reason', coalesce(left(said, 500), new_mark) || doubt, 'messageId', null)
      from identifier i where i.kind = 'email' and i.value = lower(mail.address) order by i.customer_id;
    end if;
  end loop;
  -- An absence note, or what else came to its bounce address or answers it and says nothing of it.
  named_as := coalesce((c #>> '{threading,outboundId}')::uuid, own_id(coalesce(c #>> '{threading,inReplyTo}', c #>> '{threading,references,-1}')));
  known := known or exists (select 1 from report_mail m where m.id = named_as or m.tries @> array[named_as]);
  if known then update inbox set state = 'done', reason = p_reason, processed_at = now() where id = p_inbox_id; end if;
  return known;
end $$;
