-- Of mail to several, who was refused is known also where the answer to the mail was lost, and what is reported of those who have it hides no doubt
-- about the others; and what machines say of a mailed report is kept with it, and is nobody's work.

-- Sending ----------------------------------------------------------------------------------------------------------

alter table outbound
  -- Whom the provider refused in a try of which nobody knows whether it took the rest: an address and, in brackets, why.
  add column if not exists untaken text[] not null default '{}';

-- Whom the provider did not take, while it is in doubt whether it took the rest.
create or replace function untaken_words(o outbound) returns text language sql immutable as $$
  select case when o.untaken <> '{}' then 'Not taken for ' || array_to_string(o.untaken, ', ') end
$$;

-- How a try ends that was taken: as that of a provider which refused some and took the rest, which fails whom the message is for when it refused them.
create or replace function end_as_taken(o outbound) returns text language sql immutable as $$
  select case when exists (select 1 from unnest(o.untaken) u where starts_with(u, o.recipient || ' (')) then 'failed' else 'sent' end
$$;

-- As in 065, and of one in doubt, too.
create or replace function told_error(o outbound, p_status text) returns text language sql immutable as $$
  select nullif(concat_ws('; ', case when o.status in ('sent', 'unknown') or (o.status, p_status) = ('failed', 'failed') then o.error end,
    case when o.status = 'unknown' then untaken_words(o) end, nullif(array_to_string(o.bounces, '; '), '')), '')
$$;

-- As in 065. What is in doubt waits for a person already.
create or replace function show_bounces(p_outbound_id uuid) returns void language plpgsql volatile as $$
declare
  told record;
begin
  update message u set delivery_error = told_error(o, u.delivery_status) from outbound o
  where o.id = p_outbound_id and o.bounces <> '{}' and u.id = o.message_id and u.delivery_status in ('sent', 'delivered', 'read', 'failed', 'unknown')
    and u.delivery_error is distinct from told_error(o, u.delivery_status)
  returning u.id, u.delivery_status, u.delivery_error into told;
  if found then perform tell_delivery(told.id, told.delivery_status, told.delivery_error, null, true); end if;
end $$;

-- As in 072. That somebody whom an earlier try of a mail reached has it says nothing of those to whom it is still on its way, or of whom nobody
-- knows: until that has ended, only failures count.
create or replace function apply_delivery(p_account text, p_external_id text) returns uuid language plpgsql volatile as $$
declare
  furthest record;
  refused record;
  m_id uuid;
  ids text[] := array[p_external_id];
  open boolean := p_account = 'email' and exists (select 1 from outbound o where o.channel_account = p_account and o.external_id = p_external_id
    and o.reached <> '{}' and o.status in ('queued', 'sending', 'unknown'));
begin
  if p_account = 'email' or starts_with(p_account, 'http:') then
    ids := ids || array(select o.id::text from outbound o where o.channel_account = p_account and o.external_id = p_external_id);
  end if;
  select status, error into furthest from delivery_report
  where channel_account = p_account and external_id = any (ids) and (status = 'failed' or not open) order by delivery_rank(status) desc limit 1;
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

-- As in 072. Whom the provider refused in a try that turns out to have been taken does not have it. What an earlier try of a mail that has ended is
-- known by holds for all of it.
create or replace function settle_outbound(p_id uuid, p_result text, p_external_id text, p_error text, p_after_ms double precision, p_raw_sha256 text,
  p_pause_ms double precision default 0, p_from text default 'sending', p_attempt integer default null)
returns boolean language plpgsql volatile as $$
declare
  o outbound%rowtype;
  result text := p_result;
  why text := p_error;
  known_as text;
begin
  if p_result <> 'retry' or p_external_id is not null then
    perform lock_deliveries(delivery_keys(u.channel, u.channel_account, u.id, p_external_id)) from outbound u
    where u.id = p_id and (p_external_id is not null or p_result = 'unknown' or (u.channel = 'email' and u.external_id is not null));
  end if;
  if p_result = 'unknown' then
    select u.* into o from outbound u
    where u.id = p_id and u.status = case when p_attempt is null then p_from else 'sending' end and u.attempts = coalesce(p_attempt, u.attempts)
    for no key update;
    if found and was_reported(o) and settle_as_told(o, p_attempt) then return true; end if;
  elsif p_result = 'sent' then
    select u.* into o from outbound u where u.id = p_id and u.untaken <> '{}' for no key update;
    if found then
      result := end_as_taken(o);
      why := concat_ws('; ', p_error, untaken_words(o), 'everybody else has it');
    end if;
  end if;
  update outbound set
    status = case result when 'retry' then 'queued' else result end,
    external_id = coalesce(p_external_id, external_id),
    error = why,
    raw_sha256 = coalesce(p_raw_sha256, raw_sha256),
    next_attempt_at = case result when 'retry' then now() + make_interval(secs => p_after_ms / 1000) else next_attempt_at end,
    reconcile_at = case result when 'unknown' then now() + make_interval(secs => p_after_ms / 1000) end,
    reconcile_attempts = 0,
    untaken = case when result = 'unknown' then untaken else '{}' end,
    -- What was said of this try is said of no other.
    reported_as = case when result <> 'retry' then reported_as end
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
  known_as := coalesce(p_external_id, case when o.channel = 'email' and result in ('sent', 'failed') then o.external_id end);
  if result <> 'retry' then
    why := case when result = 'unknown' then told_error(o, 'unknown') else why end;
    update message set delivery_status = result, delivery_error = why, external_id = coalesce(p_external_id, external_id)
    where id = o.message_id and delivery_rank(result) > delivery_rank(delivery_status);
    if found then perform tell_delivery(o.message_id, result, why, null, result = 'failed'); end if;
    if o.channel in ('email', 'http') and p_external_id is not null then
      insert into thread_reference (reference, ticket_id)
      values (case o.channel when 'http' then o.channel_account || '#' || p_external_id else p_external_id end, o.ticket_id) on conflict do nothing;
    end if;
  end if;
  if known_as is not null then
    perform apply_delivery(o.channel_account, known_as);
  elsif result in ('failed', 'unknown') and o.bounces <> '{}' then
    perform show_bounces(o.id);
  end if;
  return true;
end $$;

-- As in 072.
create or replace function settle_one(p_item jsonb) returns boolean language plpgsql volatile as $$
declare
  o_id uuid := (p_item ->> 'id')::uuid;
  attempt integer := (p_item ->> 'attempt')::integer;
  o outbound%rowtype;
begin
  if p_item ?| array['reached', 'doubtful', 'heldBack', 'putOff', 'untaken'] then
    update outbound set
      reached = reached || array(select jsonb_array_elements_text(coalesce(p_item -> 'reached', '[]'))),
      doubtful_since = case when (p_item ->> 'doubtfulAnew')::boolean then claimed_at
        when (p_item ->> 'doubtful')::boolean then coalesce(doubtful_since, claimed_at) else doubtful_since end,
      untaken = array(select jsonb_array_elements_text(coalesce(p_item -> 'untaken', '[]'))),
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

-- What machines say of mail of ours -----------------------------------------------------------------------------------

-- A complaint outlasts a failure; of two failures the first is kept. False: it had that mark, or a worse one.
create or replace function mark_address(p_address text, p_mark text, p_reason text, p_message_id uuid) returns boolean language plpgsql volatile as $$
begin
  insert into address_mark as k (kind, value, mark, reason, message_id) values ('email', p_address, p_mark, p_reason, p_message_id)
  on conflict (kind, value) do update set mark = excluded.mark, reason = excluded.reason, message_id = excluded.message_id, at = now()
    where k.mark <> 'complained' and k.mark <> excluded.mark;
  return found;
end $$;

-- As in 072. What is said of whom an earlier try reached leaves a later one in doubt.
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
    if (o.status = 'unknown' and o.reported_as is not null) or (o.status = 'queued' and o.attempts > 0 and o.external_id is null) then
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
    if mark_address(about.recipient, new_mark, coalesce(left(said, 500), new_mark) || doubt, p_message_id) then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      select 'address.marked', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
        jsonb_build_object('address', about.recipient, 'mark', new_mark, 'reason', coalesce(left(said, 500), new_mark) || doubt, 'messageId', p_message_id)
      from ticket t where t.id = about.ticket_id;
    end if;
  end loop;
end $$;

-- As in 072. Whom the provider refused, and who has it and what came back of them, are told with it.
create or replace function leave_to_person(p_id uuid, p_evidence text) returns void language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  perform lock_deliveries(delivery_keys(u.channel, u.channel_account, u.id, null)) from outbound u where u.id = p_id;
  select * into o from outbound where id = p_id and status = 'unknown' for no key update;
  if found and was_reported(o) and settle_as_told(o, null) then return; end if;
  update outbound set reconcile_at = null, error = p_evidence where id = p_id and status = 'unknown' returning * into o;
  if not found then return; end if;
  update message set delivery_error = told_error(o, 'unknown') where id = o.message_id and delivery_status = 'unknown';
  if found then perform tell_delivery(o.message_id, 'unknown', told_error(o, 'unknown'), null, true); end if;
  perform show_bounces(o.id);
end $$;

-- As in 011. That it was sent says nothing of those whom the provider refused: its author has yet to see that they do not have it. What was reported
-- of those who have it counts from then on. What a person has sent again is in doubt no more: the provider that could not tell is not asked anew.
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

-- What a machine says of mails of the centre's own, which are about no ticket, is kept with them, and its contact ends there: it is nobody's work.
-- False where it is about none; then nothing is changed. Whom such a mail was passed on to is told of by a report, too: that fails the mail, and marks
-- nobody's address. A mail that waits to be sent again is not failed by what is said of the try before.
create or replace function settle_mail_report(p_inbox_id uuid, p_reason text) returns boolean language plpgsql volatile as $$
declare
  c jsonb;
  correlation text;
  report jsonb;
  mail report_mail%rowtype;
  known boolean := false;
  named boolean;
  result text;
  said text;
  doubt text;
  new_mark text;
begin
  select contact, correlation_id into c, correlation from inbox where id = p_inbox_id and state = 'pending' for update;
  if not found then return true; end if;
  for report in select r from jsonb_array_elements(c -> 'reports') r loop
    -- Each has its id in its bounce address and in its Message-ID.
    select * into mail from report_mail m where m.id = coalesce((report ->> 'outboundId')::uuid,
      substring(report ->> 'messageId' from '^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@')::uuid) for no key update;
    continue when not found;
    known := true;
    named := coalesce(lower(report ->> 'recipient'), lower(mail.address)) = lower(mail.address);
    result := report ->> 'result';
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, c, lower(mail.address)) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;
    if result = 'failed' then
      update report_mail set state = 'failed', settled_at = now(),
        error = concat_ws(': ', case when not named then report ->> 'recipient' end, coalesce(said, 'The mail came back') || doubt)
      where id = mail.id and state in ('sending', 'sent', 'unknown');
    -- Nobody could speak of it if it had not left.
    else
      update report_mail set state = 'sent', settled_at = now(), error = null where id = mail.id and state = 'unknown';
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
  -- An absence note, or what else came to its bounce address and says nothing of it.
  known := known or exists (select 1 from report_mail m where m.id = (c #>> '{threading,outboundId}')::uuid);
  if known then update inbox set state = 'done', reason = p_reason, processed_at = now() where id = p_inbox_id; end if;
  return known;
end $$;
