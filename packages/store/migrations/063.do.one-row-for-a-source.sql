-- A source of the HTTP channel is one account, whatever was understood of what it sent; and what lay with a provider before anybody here
-- looked after it is no delay of the channel.

-- Calls that could not be understood are kept under the path that they came to, from which a replay takes its parameters again. Whose they
-- are stands in it.
create or replace function source_account(p_channel text, p_account text) returns text language sql immutable parallel safe as $$
  select case when p_channel = 'http'
    then coalesce('http:' || substring(p_account from '^/webhooks/http/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/status)?$'), p_account)
    else p_account end
$$;

insert into channel_account as a (channel, account, last_contact_at, last_error, last_error_at)
select channel, source_account(channel, account), max(last_contact_at),
  (array_agg(last_error order by last_error_at desc nulls last))[1], max(last_error_at)
from channel_account where source_account(channel, account) <> account group by 1, 2
on conflict (channel, account) do update set last_contact_at = greatest(a.last_contact_at, excluded.last_contact_at),
  last_error = case when a.last_error_at >= excluded.last_error_at then a.last_error else coalesce(excluded.last_error, a.last_error) end,
  last_error_at = greatest(a.last_error_at, excluded.last_error_at);
delete from channel_account where source_account(channel, account) <> account;

insert into channel_traffic as t (at, channel, account, contacts)
select at, channel, source_account(channel, account), sum(contacts) from channel_traffic
where source_account(channel, account) <> account group by 1, 2, 3
on conflict (at, channel, account) do update set contacts = t.contacts + excluded.contacts;
delete from channel_traffic where source_account(channel, account) <> account;

-- As its contact says, which is not unpacked again to know it.
alter table inbox add column if not exists imported boolean not null default false;
create or replace function mark_imported() returns trigger language plpgsql as $$
begin
  new.imported := true;
  return new;
end $$;
create or replace trigger inbox_imported before insert on inbox for each row when (new.contact ? 'imported') execute function mark_imported();
create or replace trigger inbox_imported_again before update of contact on inbox
  for each row when (new.contact ? 'imported') execute function mark_imported();

-- Brings the figures of the accounts up to date. It reads what is new since the last time and a little before, for rows that were
-- committed late, and every part of it may be repeated. Who finds another at it leaves it to that one.
create or replace function roll_channel_figures() returns void language plpgsql volatile set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  now_at timestamptz := clock_timestamp();
  begun timestamptz;
begin
  if not pg_try_advisory_xact_lock(7421015) then return; end if;
  select date_bin('5 minutes', rolled_to - interval '1 minute', 'epoch'::timestamptz) into begun from channel_rollup;

  insert into channel_account as a (channel, account, last_contact_at)
  select channel, source_account(channel, channel_account), max(received_at) from inbox where id >= uuid_v7_floor(begun) group by 1, 2
  on conflict (channel, account) do update set last_contact_at = greatest(a.last_contact_at, excluded.last_contact_at)
  where excluded.last_contact_at is distinct from a.last_contact_at;

  insert into channel_traffic as t (at, channel, account, contacts)
  select date_bin('5 minutes', received_at, 'epoch'::timestamptz), channel, source_account(channel, channel_account), count(*)
  from inbox where id >= uuid_v7_floor(begun) group by 1, 2, 3
  on conflict (at, channel, account) do update set contacts = excluded.contacts where t.contacts < excluded.contacts;
  delete from channel_traffic where at < now_at - interval '3 days';

  insert into channel_account as a (channel, account, last_sent_at, last_send_error_at)
  select channel, channel_account, max(claimed_at) filter (where status = 'sent'), max(claimed_at) filter (where error is not null)
  from outbound where claimed_at >= begun group by 1, 2
  on conflict (channel, account) do update set last_sent_at = greatest(a.last_sent_at, excluded.last_sent_at),
    last_send_error_at = greatest(a.last_send_error_at, excluded.last_send_error_at)
  where (greatest(a.last_sent_at, excluded.last_sent_at), greatest(a.last_send_error_at, excluded.last_send_error_at))
    is distinct from (a.last_sent_at, a.last_send_error_at);

  update channel_account a set last_error = e.error, last_error_at = e.at
  from (
    select distinct on (channel, account) channel, account, error, at from (
      select channel, channel_account as account, error, claimed_at as at from outbound where claimed_at >= begun and error is not null
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
        count(*) filter (where error is not null)::int as retrying
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
      'outgoing', coalesce(o.n, 0), 'oldestOutgoingAt', o.oldest, 'retrying', coalesce(o.retrying, 0),
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
