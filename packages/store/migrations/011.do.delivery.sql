-- Handing messages to providers: how fast an account may be used, what stands against a send, what becomes of one whose end nobody
-- knows, and how a failure comes back to who wrote.

-- Postponed is not tried: `attempts` counts what left, `postponed` what waited for a token or for the end of a pause.
alter table outbound add column postponed integer not null default 0;
-- When the provider is asked next what became of a send of unknown end; null: nobody will be asked, a person decides.
alter table outbound add column reconcile_at timestamptz;
alter table outbound add column reconcile_attempts integer not null default 0;
-- A person's word on a message that failed or whose end is unknown.
alter table outbound add column decided_at timestamptz;
alter table outbound add column decided_by text;
create index outbound_reconcile on outbound (reconcile_at) where reconcile_at is not null;
create index outbound_author on outbound (author_id, id);
create index message_undelivered on message (author_id) where delivery_status in ('failed', 'unknown');

-- How fast one of our accounts may be used, as a token bucket (domain/sending-limit states the same law), and until when it rests
-- because the provider said so (429). An account without a row is neither limited nor resting.
create table sending_account (
  channel text not null,
  account text not null,
  -- Messages per second; null: no limit.
  rate double precision check (rate > 0),
  burst integer not null default 1 check (burst >= 1),
  tokens double precision not null default 0,
  refilled_at timestamptz not null default now(),
  -- When the last of those that wait comes back, so that the next one is told a time of its own.
  last_slot timestamptz,
  paused_until timestamptz,
  primary key (channel, account)
);

-- How far the sweep has looked through rows that only time makes superfluous, so that it looks at each of them once.
create table sweep_progress (
  name text primary key,
  reached timestamptz not null
);
create index delivery_report_age on delivery_report (received_at);
create index upload_age on upload (created_at);

create function bucket_tokens(p_tokens double precision, p_seconds double precision, p_rate double precision, p_burst integer)
returns double precision language sql immutable as $$
  select least(p_burst, p_tokens + p_rate * greatest(0, p_seconds))
$$;

-- Takes a token of the account: 0 when there is one, else how many milliseconds to wait before asking again. `p_fresh`: it has not
-- waited yet, and does not overtake those that do. The row's lock makes it one bucket for all processes.
create function take_sending_token(p_channel text, p_account text, p_fresh boolean) returns double precision language plpgsql volatile as $$
declare
  a sending_account%rowtype;
  moment timestamptz;
  have double precision;
  slot timestamptz;
begin
  select * into a from sending_account where channel = p_channel and account = p_account for no key update;
  if not found then return 0; end if;
  -- Not now(): this transaction may have waited for the row. Never backwards, whatever the clock does.
  moment := greatest(clock_timestamp(), a.refilled_at);
  if a.paused_until > moment then
    -- Spread over a second, so that they do not all come back in the same moment.
    return ceil(extract(epoch from a.paused_until - moment) * 1000 + random() * 1000);
  end if;
  if a.rate is null then return 0; end if;
  have := bucket_tokens(a.tokens, extract(epoch from moment - a.refilled_at), a.rate, a.burst);
  if have >= 1 and not (p_fresh and coalesce(a.last_slot > moment, false)) then
    update sending_account set tokens = have - 1, refilled_at = moment where channel = p_channel and account = p_account;
    return 0;
  end if;
  slot := greatest(moment + make_interval(secs => greatest(0, 1 - have) / a.rate), a.last_slot + make_interval(secs => 1 / a.rate));
  update sending_account set last_slot = slot where channel = p_channel and account = p_account;
  return ceil(extract(epoch from slot - moment) * 1000) + 1;
end $$;

-- Everything that an adapter is given of a message.
create function outbound_message(p_id uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('outboundId', o.id, 'idempotencyKey', o.idempotency_key, 'ticketId', o.ticket_id, 'ticketNumber', t.number,
    'channel', o.channel, 'channelAccount', o.channel_account, 'to', o.recipient, 'cc', to_jsonb(m.copies), 'subject',
    coalesce(m.subject, t.subject), 'text', m.body_text, 'html', m.body_html, 'inReplyTo', o.in_reply_to, 'references', to_jsonb(o."references"),
    'automatic', o.automatic, 'attempts', o.attempts, 'postponed', o.postponed, 'claimedAt', o.claimed_at, 'messageId', m.id,
    'correlationId', o.correlation_id, 'attachments', coalesce((
      select jsonb_agg(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size, 'sha256', a.sha256,
        'inline', a.inline) order by a.position) from attachment a where a.message_id = m.id), '[]'))
  from outbound o join message m on m.id = o.message_id join ticket t on t.id = o.ticket_id
  where o.id = p_id
$$;

-- What agents are told of a message's way, the one who wrote it wherever the ticket is by now. A failure brings the ticket back to
-- work, unless the hub wrote the message by itself. Call it only when the message has moved: it is not idempotent by itself.
create function tell_delivery(p_message_id uuid, p_status text, p_error text, p_actor_id text, p_return boolean) returns void
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
    -- What one ticket says leaves in the order in which it was written.
    and not exists (select 1 from outbound earlier where earlier.ticket_id = outbound.ticket_id and earlier.id < outbound.id
      and earlier.status in ('queued', 'sending'))
  for no key update skip locked;
  if not found then return null; end if;
  obstacle := send_obstacle(o.channel, o.channel_account, o.recipient, o.automatic);
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
  return outbound_message(p_id);
end $$;

-- Records how a send ended. `retry`: back to the queue, due after p_after_ms, and the whole account rests for p_pause_ms where the
-- provider asked for it. `unknown`: the provider is asked after p_after_ms what became of it.
-- p_from: the state that it must be in; `unknown` when the provider has told later.
-- p_attempt: which try it is about. The word of a try that was given up counts while nobody has decided otherwise and no other try is under
-- way, except that it never makes a message be sent again.
drop function settle_outbound(uuid, text, text, text, double precision, text);
create function settle_outbound(p_id uuid, p_result text, p_external_id text, p_error text, p_after_ms double precision, p_raw_sha256 text,
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
    if o.channel = 'email' and p_external_id is not null then
      insert into thread_reference (reference, ticket_id) values (p_external_id, o.ticket_id) on conflict do nothing;
    end if;
  end if;
  if p_external_id is not null then perform apply_delivery(o.channel_account, p_external_id); end if;
  return true;
end $$;

-- As before, and tells by `tell_delivery`.
create or replace function apply_delivery(p_account text, p_external_id text) returns uuid language plpgsql volatile as $$
declare
  furthest record;
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
  if not found then return null; end if;
  perform tell_delivery(m_id, furthest.status, furthest.error, null, furthest.status = 'failed');
  return m_id;
end $$;

-- Takes a message of unknown end whose provider is to be asked now; null when somebody else has, or it is settled. p_next_ms: when to
-- ask again; null: this was the last time. Not while another message goes to the same recipient, which could be taken for this one.
create function claim_reconcile(p_id uuid, p_next_ms double precision[]) returns jsonb language plpgsql volatile as $$
declare
  claimed uuid;
begin
  update outbound o set reconcile_attempts = reconcile_attempts + 1,
    reconcile_at = now() + make_interval(secs => p_next_ms[reconcile_attempts + 1] / 1000)
  where id = p_id and status = 'unknown' and reconcile_at <= now()
    and not exists (select 1 from outbound other where other.channel_account = o.channel_account and other.recipient = o.recipient
      and other.status = 'sending')
  returning id into claimed;
  return case when claimed is not null then outbound_message(p_id) || (
    select jsonb_build_object('last', reconcile_at is null, 'round', reconcile_attempts) from outbound where id = p_id) end;
end $$;

-- The provider could not tell: what it did say is kept, and a person decides.
create function leave_to_person(p_id uuid, p_evidence text) returns void language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  update outbound set reconcile_at = null, error = p_evidence where id = p_id and status = 'unknown' returning * into o;
  if not found then return; end if;
  update message set delivery_error = p_evidence where id = o.message_id and delivery_status = 'unknown';
  if found then perform tell_delivery(o.message_id, 'unknown', p_evidence, null, true); end if;
end $$;

-- A person's word on a message of unknown end, or that a failure was seen. Compare-and-set: the second of two is told `conflict`.
create function resolve_outbound(p_id uuid, p_decision text, p_actor_id text) returns text language plpgsql volatile as $$
declare
  o outbound%rowtype;
  status_now text;
  told text := case p_decision when 'resend' then 'queued' else p_decision end;
  why text;
begin
  select * into o from outbound where id = p_id for no key update;
  if not found then return 'none'; end if;
  select delivery_status into status_now from message where id = o.message_id for no key update;
  if status_now = 'failed' and p_decision = 'failed' and o.decided_at is null then
    update outbound set decided_at = now(), decided_by = p_actor_id where id = p_id;
    perform tell_delivery(o.message_id, 'failed', o.error, p_actor_id, false);
    return 'resolved';
  end if;
  if o.status <> 'unknown' or status_now <> 'unknown' then return 'conflict'; end if;
  why := case p_decision when 'sent' then 'An agent decided that it was sent' when 'failed' then 'An agent decided that it was not sent'
    else 'An agent had it sent again' end;
  update outbound set status = told, error = case when told = 'failed' then why end, decided_at = now(), decided_by = p_actor_id,
    reconcile_at = null, next_attempt_at = case when told = 'queued' then now() else next_attempt_at end
  where id = p_id;
  update message set delivery_status = told, delivery_error = case when told = 'failed' then why end where id = o.message_id;
  perform tell_delivery(o.message_id, told, why, p_actor_id, false);
  return 'resolved';
end $$;

-- Reports that belong to no message after p_days, looked at once each, p_limit at a time.
create function delete_stray_reports(p_days integer, p_limit integer) returns integer language plpgsql volatile as $$
declare
  seen record;
  deleted integer;
begin
  insert into sweep_progress (name, reached) values ('stray-reports', '-infinity') on conflict do nothing;
  with progress as (select reached from sweep_progress where name = 'stray-reports' for update),
  batch as (
    select r.channel_account, r.external_id, r.status, r.received_at from delivery_report r
    where r.received_at >= (select reached from progress) and r.received_at < now() - make_interval(days => p_days)
    order by r.received_at limit p_limit
  ), gone as (
    delete from delivery_report r using batch b
    where r.channel_account = b.channel_account and r.external_id = b.external_id and r.status = b.status
      and not exists (select 1 from outbound o where o.channel_account = b.channel_account and o.external_id = b.external_id)
      -- Visitors' own messages have marks, too.
      and not exists (select 1 from message m where m.channel_account = b.channel_account and m.external_id = b.external_id)
    returning 1
  )
  select (select max(received_at) from batch) as reached, (select count(*) from gone) as n into seen;
  deleted := seen.n;
  update sweep_progress set reached = seen.reached where name = 'stray-reports' and seen.reached is not null;
  return deleted;
end $$;
