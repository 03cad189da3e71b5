-- Words of consent, alerts and the figures of accounts: what somebody says is heard, and what fails shows.

-- As in 018, by the word itself: only one that is an ordinary answer as well (YES) says nothing where nothing was withdrawn.
create or replace function hear_consent_word(p_inbox inbox) returns void language plpgsql volatile set plan_cache_mode = force_custom_plan as $$
declare
  writer text := coalesce(p_inbox.contact #>> '{identifiers,0,value}', p_inbox.contact ->> 'from');
  word text := p_inbox.contact #>> '{consent,word}';
  t ticket%rowtype;
begin
  if word not in ('stop', 'start') or writer is null then return; end if;
  if p_inbox.contact #>> '{consent,ambiguous}' = 'true' and not exists (select 1 from consent c where c.channel = p_inbox.channel
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

-- As in 060, but for HELP, to which there is an answer of its own.
create or replace function ingest_contact(p_inbox_id uuid, p_continuation jsonb, p_reasons jsonb) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  row inbox%rowtype;
  snapshot jsonb;
  c jsonb;
  owners text[];
  hit jsonb;
  refs boolean;
begin
  select i.* into row from inbox i where i.id = p_inbox_id and i.state = 'pending';
  if not found then return jsonb_build_object('outcome', 'settled'); end if;
  c := row.contact;
  if c is null or c ->> 'kind' <> 'customer' or c ? 'call' or jsonb_array_length(c -> 'remoteFiles') > 0 or jsonb_array_length(c -> 'cc') > 0
     or jsonb_array_length(c -> 'to') > 1 or c #> '{threading,ticketId}' is not null or c #> '{threading,ticketNumber}' is not null
     or (c ->> 'automatic')::boolean or c #>> '{consent,word}' = 'help' then
    return jsonb_build_object('outcome', 'decide');
  end if;

  snapshot := ingest_snapshot(c, (p_continuation ->> row.channel)::double precision);
  owners := array(select distinct s ->> 'customerId' from jsonb_array_elements(snapshot -> 'customers') s
    where s ->> 'grade' <> 'claimed' and not (s ->> 'shared')::boolean);
  if cardinality(owners) <> 1 or exists (select 1 from jsonb_array_elements(c -> 'identifiers') i where i ->> 'grade' = 'claimed') then
    return jsonb_build_object('outcome', 'decide');
  end if;

  refs := jsonb_array_length(c #> '{threading,references}') > 0;
  select t into hit from jsonb_array_elements(snapshot -> 'tickets') t
  where t ->> 'via' = case when refs then 'reference' else 'window' end
  order by (t ->> 'lastActivityAt')::timestamptz desc limit 1;
  if hit is null or not (refs or (hit ->> 'sameEnds')::boolean) or hit ->> 'queueId' is null
     or hit ->> 'status' <> 'open' or hit ->> 'customerId' <> owners[1]
     or (refs and (select count(distinct t ->> 'ticketId') from jsonb_array_elements(snapshot -> 'tickets') t where t ->> 'via' = 'reference') <> 1) then
    return jsonb_build_object('outcome', 'decide');
  end if;

  return ingest_apply(p_inbox_id, c, jsonb_build_object('customerId', owners[1], 'ticketId', hit ->> 'ticketId', 'seenStatus', 'open',
    'reopen', false, 'requeue', false, 'reason', (p_reasons ->> (hit ->> 'via')) || ': ticket ' || (hit ->> 'number')));
end $$;

-- Calls that could not be understood are kept under the path that they came to, from which a replay takes its parameters again. They are of the
-- source that stands in it; elsewhere of the channel's account where it has one, and of the channel where it has none or several.
create or replace function account_of_path(p_channel text, p_path text) returns text language sql stable parallel safe as $$
  select coalesce(
    'http:' || case p_channel when 'http' then
      substring(p_path from '^/webhooks/http/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/status)?$') end,
    (select min(account) from channel_account where channel = p_channel and account not like '/webhooks/%' having count(*) = 1),
    p_channel)
$$;
create or replace function source_account(p_channel text, p_account text) returns text language sql stable parallel safe as $$
  select case when p_account like '/webhooks/%' then account_of_path(p_channel, p_account) else p_account end
$$;

insert into channel_account as a (channel, account, last_contact_at, last_error, last_error_at)
select channel, source_account(channel, account), max(last_contact_at),
  (array_agg(last_error order by last_error_at desc nulls last))[1], max(last_error_at)
from channel_account where account like '/webhooks/%' and source_account(channel, account) <> channel group by 1, 2
on conflict (channel, account) do update set last_contact_at = greatest(a.last_contact_at, excluded.last_contact_at),
  last_error = case when a.last_error_at >= excluded.last_error_at then a.last_error else coalesce(excluded.last_error, a.last_error) end,
  last_error_at = greatest(a.last_error_at, excluded.last_error_at);
insert into channel_traffic as t (at, channel, account, contacts)
select at, channel, source_account(channel, account), sum(contacts) from channel_traffic
where account like '/webhooks/%' and source_account(channel, account) <> channel group by 1, 2, 3
on conflict (at, channel, account) do update set contacts = t.contacts + excluded.contacts;
delete from channel_account where account like '/webhooks/%';
delete from channel_traffic where account like '/webhooks/%';

-- The provider was reached and put off this message: that alone is no trouble of the account. Of several recipients it may be.
alter table outbound add column if not exists put_off boolean not null default false;

-- Sends whose process was gone are known to be unknown only when somebody finds them.
create index if not exists outbound_unknown on outbound (claimed_at) where status = 'unknown';

-- As in 060, with what its provider put off.
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
    select * into o from outbound where id = o_id and channel = 'http' and external_id is null and attempts = attempt for no key update;
    if found and exists (select 1 from delivery_report r where r.channel_account = o.channel_account and r.external_id = o.id::text)
      and settle_as_told(o, attempt) then
      return true;
    end if;
  end if;
  if p_item ? 'optedOut' then perform record_opt_out(o_id, p_item ->> 'optedOut'); end if;
  return settle_outbound(o_id, p_item ->> 'result', p_item ->> 'externalId', p_item ->> 'error',
    coalesce((p_item ->> 'afterMs')::double precision, 0), p_item ->> 'rawSha256', coalesce((p_item ->> 'pauseMs')::double precision, 0),
    'sending', attempt);
exception when integrity_constraint_violation or data_exception or program_limit_exceeded then
  return settle_outbound(o_id, 'unknown', null, case sqlstate
      when '23505' then 'The provider named an id that another message has' else 'What the provider answered cannot be kept' end, 0, null, 0,
    'sending', attempt);
end $$;

-- Brings the figures of the accounts up to date. It reads what is new since the last time and a little before, for rows that were
-- committed late, and every part of it may be repeated. How a send ended is known long after its claim: of a large mail by a quarter of
-- an hour, of one whose process was gone by a day. What is only the channel's is the contact of no account. Who finds another at it leaves it to that one.
create or replace function roll_channel_figures() returns void language plpgsql volatile set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  now_at timestamptz := clock_timestamp();
  begun timestamptz;
begin
  if not pg_try_advisory_xact_lock(7421015) then return; end if;
  select date_bin('5 minutes', rolled_to - interval '1 minute', 'epoch'::timestamptz) into begun from channel_rollup;

  insert into channel_account as a (channel, account, last_contact_at)
  select channel, source_account(channel, channel_account), max(received_at) from inbox
  where id >= uuid_v7_floor(begun) and (channel_account not like '/webhooks/%' or source_account(channel, channel_account) <> channel) group by 1, 2
  on conflict (channel, account) do update set last_contact_at = greatest(a.last_contact_at, excluded.last_contact_at)
  where excluded.last_contact_at is distinct from a.last_contact_at;

  insert into channel_traffic as t (at, channel, account, contacts)
  select date_bin('5 minutes', received_at, 'epoch'::timestamptz), channel, source_account(channel, channel_account), count(*)
  from inbox
  where id >= uuid_v7_floor(begun) and (channel_account not like '/webhooks/%' or source_account(channel, channel_account) <> channel) group by 1, 2, 3
  on conflict (at, channel, account) do update set contacts = excluded.contacts where t.contacts < excluded.contacts;
  delete from channel_traffic where at < now_at - interval '3 days';

  insert into channel_account as a (channel, account, last_sent_at, last_send_error_at)
  select channel, channel_account, max(claimed_at) filter (where status = 'sent'), max(claimed_at) filter (where error is not null)
  from (
    select channel, channel_account, claimed_at, status, error from outbound where claimed_at >= begun - interval '15 minutes'
    union all
    select channel, channel_account, claimed_at, status, error from outbound where status = 'unknown' and claimed_at >= now_at - interval '1 day'
  ) sends group by 1, 2
  on conflict (channel, account) do update set last_sent_at = greatest(a.last_sent_at, excluded.last_sent_at),
    last_send_error_at = greatest(a.last_send_error_at, excluded.last_send_error_at)
  where (greatest(a.last_sent_at, excluded.last_sent_at), greatest(a.last_send_error_at, excluded.last_send_error_at))
    is distinct from (a.last_sent_at, a.last_send_error_at);

  update channel_account a set last_error = e.error, last_error_at = e.at
  from (
    select distinct on (channel, account) channel, account, error, at from (
      select channel, channel_account as account, error, claimed_at as at from outbound
      where claimed_at >= begun - interval '15 minutes' and error is not null
      union all
      select channel, channel_account, error, claimed_at from outbound
      where status = 'unknown' and claimed_at >= now_at - interval '1 day' and error is not null
      union all
      select channel, source_account(channel, channel_account), reason, quarantined_at from inbox where state = 'quarantined' and quarantined_at >= begun
    ) errors order by channel, account, at desc
  ) e
  where a.channel = e.channel and a.account = e.account and (a.last_error_at is null or a.last_error_at < e.at);

  update channel_rollup set rolled_to = now_at;
end $$;

-- How every account stands. Counts are of what waits now or of the last hour; the rest is kept above.
-- p_midnight: when the centre's day began.
create or replace function channel_health(p_midnight timestamptz) returns jsonb language plpgsql volatile set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  now_at timestamptz := clock_timestamp();
  hour_ago timestamptz := now_at - interval '1 hour';
begin
  perform roll_channel_figures();
  return (
    with waiting as (
      select channel, channel_account as account, count(*)::int as n, min(received_at) as oldest from inbox where state = 'pending' group by 1, 2
    ), aside as (
      select channel, source_account(channel, channel_account) as account, count(*)::int as n from inbox where state = 'quarantined' group by 1, 2
    ), outgoing as (
      select channel, channel_account as account, count(*)::int as n, min(created_at) as oldest,
        min(created_at) filter (where not put_off) as oldest_sendable,
        count(*) filter (where error is not null and not put_off)::int as retrying,
        count(distinct recipient) filter (where error is not null and put_off)::int as put_off
      from outbound where status = 'queued' group by 1, 2
    ), ended as (
      select channel, channel_account as account, count(*) filter (where status = 'failed')::int as failed,
        count(*) filter (where status = 'unknown')::int as unknown, count(*) filter (where status = 'sent')::int as sent
      from outbound where claimed_at >= hour_ago group by 1, 2
    ), delays as (
      select channel, account, figure, jsonb_agg(jsonb_build_array(bucket, n)) as buckets from (
        select m.channel, m.channel_account as account, d.figure,
          -- The bucket of domain/histogram.
          ceil(ln(greatest(d.seconds, 0.001)) / ln(1.01::float8 / 0.99::float8))::integer as bucket, count(*)::int as n
        from message m cross join lateral (values
          -- What lay there has come more than the five minutes before by which clocks may differ (`isOld`); nothing else is looked up.
          ('provider', case when coalesce(m.sent_at <= m.received_at - interval '5 minutes', false)
            and (select i.imported from inbox i where i.id = m.inbox_id) then null
            else extract(epoch from m.received_at - m.sent_at)::float8 end),
          ('ingest', extract(epoch from uuid_v7_time(m.id) - m.received_at)::float8)) d (figure, seconds)
        where m.id >= uuid_v7_floor(hour_ago) and m.direction = 'in' and d.seconds is not null
        group by 1, 2, 3, 4
      ) buckets group by 1, 2, 3
    ), hours as (
      select channel, account, coalesce(sum(contacts) filter (where at >= p_midnight), 0)::int as today,
        jsonb_agg(jsonb_build_object('at', at, 'contacts', contacts)) filter (where at >= now_at - interval '24 hours') as course
      from channel_traffic where at >= least(p_midnight, now_at - interval '24 hours') group by 1, 2
    ), accounts as (
      select channel, account from channel_account union select channel, account from waiting union select channel, account from aside
      union select channel, account from outgoing
    )
    select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'account', account,
      'name', (select s.name from http_source s where channel = 'http' and 'http:' || s.id = account), 'lastContactAt', c.last_contact_at,
      'lastSentAt', c.last_sent_at, 'lastError', c.last_error, 'lastErrorAt', c.last_error_at, 'lastSendErrorAt', c.last_send_error_at,
      'pending', coalesce(w.n, 0), 'oldestPendingAt', w.oldest, 'quarantined', coalesce(q.n, 0),
      'outgoing', coalesce(o.n, 0), 'oldestOutgoingAt', o.oldest, 'oldestSendableAt', o.oldest_sendable, 'retrying', coalesce(o.retrying, 0), 'putOff', coalesce(o.put_off, 0),
      'failed', coalesce(e.failed, 0), 'unknown', coalesce(e.unknown, 0), 'sent', coalesce(e.sent, 0),
      'contactsToday', coalesce(h.today, 0), 'course', coalesce(h.course, '[]'),
      'providerDelay', coalesce((select buckets from delays d where (d.channel, d.account, d.figure) = (a.channel, a.account, 'provider')), '[]'),
      'ingestDelay', coalesce((select buckets from delays d where (d.channel, d.account, d.figure) = (a.channel, a.account, 'ingest')), '[]')
    ) order by channel, account), '[]')
    from accounts a
    left join channel_account c using (channel, account)
    left join waiting w using (channel, account)
    left join aside q using (channel, account)
    left join outgoing o using (channel, account)
    left join ended e using (channel, account)
    left join hours h using (channel, account)
  );
end $$;
