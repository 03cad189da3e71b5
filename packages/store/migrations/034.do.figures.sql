-- Running figures: facts added up as events pass, by a reader of events, so that the relay only numbers them.

-- What of a ticket is needed to tell what its next event counts for. Only the reader writes it.
create table figure_ticket (
  ticket_id uuid primary key,
  queue_id text not null,
  opened_at timestamptz not null,
  settled_at timestamptz,
  state jsonb not null
);
create index figure_ticket_backlog on figure_ticket (queue_id, opened_at) where settled_at is null;

create table figure_agent (
  agent_id text primary key,
  state jsonb not null
);

-- Sums of facts that agree in period and dimensions. Empty: none. Null: nothing of it happened. What percentiles are asked of is kept as counts
-- by logarithmic bucket (DDSketch, relative error 1 %, domain/metrics/sketch).
create table figure_sum (
  -- 0 a quarter of an hour, 1 a day, 2 a month, of the centre's own clock.
  grain integer not null,
  -- Which dimensions are kept: 0 queue and channel; 1 these with agent and team; and, but for quarters, 2 these with request type and grade;
  -- 3 agent and team alone; 4 request type and grade alone.
  slice integer not null,
  -- Of a month its first.
  day date not null,
  -- Counted from local midnight; -1 where the row is a day's or a month's.
  quarter integer not null,
  queue_id text not null,
  channel text not null,
  agent_id text not null,
  team_id text not null,
  type text not null,
  grade text not null,
  received bigint,
  opened bigint,
  offered bigint,
  answered bigint,
  answered_in_target bigint,
  wait_ms bigint,
  abandoned bigint,
  abandoned_in_target bigint,
  abandoned_short bigint,
  abandoned_wait_ms bigint,
  diverted bigint,
  handled bigint,
  talk_ms bigint,
  hold_ms bigint,
  wrap_ms bigint,
  transferred bigint,
  resolved bigint,
  first_contact bigint,
  first_contact_undone bigint,
  reopened bigint,
  staffed_ms bigint,
  available_ms bigint,
  occupied_ms bigint,
  away_ms bigint,
  answer_wait jsonb,
  first_response jsonb,
  first_response_business jsonb,
  next_response jsonb,
  next_response_business jsonb,
  resolution jsonb,
  resolution_business jsonb,
  primary key (grain, slice, day, quarter, queue_id, channel, agent_id, team_id, type, grade)
) with (fillfactor = 70);

-- Each time that a ticket counts for something: the tickets behind a figure.
create table figure_entry (
  id bigint generated always as identity,
  fact text not null,
  at timestamptz not null,
  ticket_id uuid not null,
  queue_id text not null,
  channel text not null,
  agent_id text not null,
  team_id text not null,
  type text not null,
  grade text not null,
  seconds double precision,
  primary key (fact, at, id)
);
create index figure_entry_agent on figure_entry (agent_id, fact, at, id) where agent_id <> '';

-- What managers ask for again and again. Its days are counted from when it is asked for.
create table saved_report (
  id uuid primary key default uuid_v7(),
  name text not null unique,
  query jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index event_presence on event (id) where type = 'agent.presence-changed';

create function merge_sketches(a jsonb, b jsonb) returns jsonb language sql immutable parallel safe as $$
  select case when a is null then b when b is null then a else (
    select jsonb_object_agg(key, n) from (
      select key, sum(value::bigint) as n from (select * from jsonb_each_text(a) union all select * from jsonb_each_text(b)) each group by key) merged) end
$$;

create aggregate merged_sketch(jsonb) (sfunc = merge_sketches, stype = jsonb, parallel = safe);

-- Adds to what a number is so far; null and null stay null, so that nothing takes no room.
create function add_up(a bigint, b bigint) returns bigint language sql immutable parallel safe as $$
  select case when a is null then b when b is null then a else a + b end
$$;

-- The team of each agent; none while there are no teams.
create function figure_teams() returns table (agent_id text, team_id text) language plpgsql stable as $$
begin
  if to_regclass('team_member') is not null then
    return query execute 'select m.agent_id::text, min(m.team_id::text) from team_member m group by 1';
  end if;
end $$;

create function figure_team_names() returns table (team_id text, name text) language plpgsql stable as $$
begin
  if to_regclass('team') is not null then
    return query execute 'select t.id::text, t.name::text from team t';
  end if;
end $$;

drop table figure_count;
drop table figure_latency;
drop function relay_events(integer, text);

-- Gives committed events their `seq`: dense, in commit order, one relay at a time. NOTIFY is safe here: only this one serial writer issues it.
-- A ticket whose mail arrived at addresses of several queues is shown live to all of them.
create function relay_events(p_limit integer) returns bigint language plpgsql volatile as $$
declare
  base bigint;
  numbered bigint;
  -- Most centres have one queue for all their addresses, and pay nothing.
  routed boolean := exists (select 1 from mail_identity where queue_id is not null);
begin
  perform pg_advisory_xact_lock(7421001);
  if not exists (select 1 from event where seq is null) then
    return 0;
  end if;
  select last_seq into base from relay_state for update;

  with batch as (
    select id, row_number() over (order by id) as n from (select id from event where seq is null order by id limit p_limit) waiting
  )
  update event e set seq = base + b.n, also_queue_ids = case when routed and e.ticket_id is not null then array(
    select distinct i.queue_id from ticket_address d join mail_identity i on i.address = d.address
    where d.ticket_id = e.ticket_id and i.queue_id is distinct from e.queue_id and i.queue_id is not null) else '{}' end
  from batch b where e.id = b.id;
  get diagnostics numbered = row_count;

  update relay_state set last_seq = base + numbered;
  perform pg_notify('patchbay_live', (base + numbered)::text);
  return numbered;
end $$;
