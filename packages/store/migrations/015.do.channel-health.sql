-- Watching over what comes in and goes out: quarantined contacts as a person works through them, alerts that fire once, and how each
-- account of a channel is doing. Nothing here scans history: every question is about what waits now or about the last hour.

alter table inbox drop constraint inbox_state_check;
alter table inbox add constraint inbox_state_check
  check (state in ('pending', 'done', 'duplicate', 'quarantined', 'discarded'));

alter table inbox
  -- Since when it waits for a person; kept when it is discarded, so that taking that back does not make it new.
  add column quarantined_at timestamptz,
  add column discarded_at timestamptz,
  add column discarded_by text,
  add column discard_reason text,
  -- A replay that was asked for and is still to be done. Whoever does it, or discards the contact, takes the mark away.
  add column replay_requested_at timestamptz,
  add column replay_requested_by text;
update inbox set quarantined_at = received_at where state = 'quarantined';

create index inbox_quarantined on inbox (quarantined_at) where state = 'quarantined';
create index inbox_replay on inbox (replay_requested_at) where replay_requested_at is not null;

-- Whichever statement puts a contact aside, the moment is written down.
create function mark_quarantined() returns trigger language plpgsql as $$
begin
  new.quarantined_at := clock_timestamp();
  return new;
end $$;
create trigger inbox_put_aside before insert on inbox
  for each row when (new.state = 'quarantined') execute function mark_quarantined();
create trigger inbox_put_aside_again before update of state on inbox
  for each row when (new.state = 'quarantined' and old.state not in ('quarantined', 'discarded')) execute function mark_quarantined();

-- What fails alike reads alike: a reason without what differs from one contact to the next (addresses, quoted values, hashes, numbers).
create function reason_group(p_reason text) returns text language sql immutable parallel safe as $$
  select left(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(coalesce(p_reason, ''),
      '\S+@\S+', '…', 'g'), '"[^"]*"|''[^'']*''', '…', 'g'), '\m[0-9a-fA-F-]{8,}\M', '…', 'g'), '\d+', '#', 'g'), 160)
$$;

-- An alert's present state. Whoever moves `firing` tells of it, so that several clocks and restarts tell once.
create table alert (
  key text primary key,
  firing boolean not null default false,
  since timestamptz not null default now(),
  reasons jsonb not null default '[]'
);

-- The last that is known of an account of a channel: moments that are older than the last hour would have to be searched for.
create table channel_account (
  channel text not null,
  account text not null,
  last_contact_at timestamptz,
  last_sent_at timestamptz,
  last_error text,
  last_error_at timestamptz,
  last_send_error_at timestamptz,
  primary key (channel, account)
);

-- Contacts by stretches of five minutes, so that a day and its course are sums of a few rows.
create table channel_traffic (
  at timestamptz not null,
  channel text not null,
  account text not null,
  contacts integer not null,
  primary key (at, channel, account)
);

-- Up to where both have been brought.
create table channel_rollup (
  id boolean primary key default true check (id),
  rolled_to timestamptz not null
);
insert into channel_rollup (rolled_to) values (now() - interval '1 day');

create index outbound_claimed on outbound (claimed_at) where claimed_at is not null;

insert into channel_account (channel, account, last_contact_at)
select channel, channel_account, max(received_at) from inbox group by 1, 2;
insert into channel_account (channel, account, last_sent_at)
select channel, channel_account, max(claimed_at) from outbound where status = 'sent' group by 1, 2
on conflict (channel, account) do update set last_sent_at = excluded.last_sent_at;

-- The smallest id that `uuid_v7` gives at a moment: ids are ordered by time, so the primary key finds what is recent.
create function uuid_v7_floor(p_at timestamptz) returns uuid language sql immutable parallel safe as $$
  select (substring(lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') for 8) || '-'
    || substring(lpad(to_hex(floor(extract(epoch from p_at) * 1000)::bigint), 12, '0') from 9) || '-7000-8000-000000000000')::uuid
$$;
create function uuid_v7_time(p_id uuid) returns timestamptz language sql immutable parallel safe as $$
  select to_timestamp(('x' || lpad(left(replace(p_id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0)
$$;

-- Brings the figures of the accounts up to date. It reads what is new since the last time and a little before, for rows that were
-- committed late, and every part of it may be repeated. Who finds another at it leaves it to that one.
create function roll_channel_figures() returns void language plpgsql volatile set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  now_at timestamptz := clock_timestamp();
  begun timestamptz;
begin
  if not pg_try_advisory_xact_lock(7421015) then return; end if;
  select date_bin('5 minutes', rolled_to - interval '1 minute', 'epoch'::timestamptz) into begun from channel_rollup;

  insert into channel_account as a (channel, account, last_contact_at)
  select channel, channel_account, max(received_at) from inbox where id >= uuid_v7_floor(begun) group by 1, 2
  on conflict (channel, account) do update set last_contact_at = greatest(a.last_contact_at, excluded.last_contact_at)
  where excluded.last_contact_at is distinct from a.last_contact_at;

  insert into channel_traffic as t (at, channel, account, contacts)
  select date_bin('5 minutes', received_at, 'epoch'::timestamptz), channel, channel_account, count(*)
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
      select channel, channel_account, reason, quarantined_at from inbox where state = 'quarantined' and quarantined_at >= begun
    ) errors order by channel, account, at desc
  ) e
  where a.channel = e.channel and a.account = e.account and (a.last_error_at is null or a.last_error_at < e.at);

  update channel_rollup set rolled_to = now_at;
end $$;

-- How every account stands. Counts are of what waits now or of the last hour; the rest is kept above.
-- p_midnight: when the centre's day began.
create function channel_health(p_midnight timestamptz) returns jsonb language plpgsql volatile set plan_cache_mode = force_custom_plan set jit = off as $$
declare
  now_at timestamptz := clock_timestamp();
  hour_ago timestamptz := now_at - interval '1 hour';
begin
  perform roll_channel_figures();
  return (
    with waiting as (
      select channel, channel_account as account, count(*)::int as n, min(received_at) as oldest from inbox where state = 'pending' group by 1, 2
    ), aside as (
      select channel, channel_account as account, count(*)::int as n from inbox where state = 'quarantined' group by 1, 2
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
          ('provider', extract(epoch from m.received_at - m.sent_at)::float8),
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
    select coalesce(jsonb_agg(jsonb_build_object('channel', channel, 'account', account, 'lastContactAt', c.last_contact_at,
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
