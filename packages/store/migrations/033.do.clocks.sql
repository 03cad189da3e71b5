-- Service targets with their calendars. A published version never changes.
create table service_plan (
  version integer primary key,
  plan jsonb not null,
  note text not null,
  published_by text,
  published_at timestamptz not null default now()
);

-- What the clocks of a ticket have come to by its events, and which of them is due next.
create table ticket_service (
  ticket_id uuid primary key references ticket (id) on delete cascade,
  -- The last event that is in the state.
  seq bigint not null,
  -- By what the ticket was measured at first, and what was decided last: an event that tells of it may still be on its way.
  first_choice jsonb not null,
  decided jsonb not null,
  state jsonb not null,
  clock_kind text,
  clock_state text,
  due_at timestamptz,
  warn_at timestamptz
);

create table ticket_clock (
  ticket_id uuid not null references ticket (id) on delete cascade,
  kind text not null,
  round integer not null,
  choice jsonb not null,
  target jsonb not null,
  state text not null check (state in ('running', 'paused', 'stopped', 'met', 'dropped')),
  started_at timestamptz not null,
  due_at timestamptz,
  warn_at timestamptz,
  met_at timestamptz,
  business_ms bigint not null,
  calendar_ms bigint not null,
  runs jsonb not null,
  -- When it was told of; each once.
  warned_at timestamptz,
  breached_at timestamptz,
  met_told boolean not null default false,
  -- The next moment that is to be told of.
  next_at timestamptz,
  primary key (ticket_id, kind, round)
);
create index ticket_clock_next on ticket_clock (next_at) where next_at is not null;

-- Runs over the clocks of open tickets.
create table clock_run (
  id uuid primary key default uuid_v7(),
  kind text not null check (kind in ('rebuild', 'preview', 'apply')),
  state text not null default 'running' check (state in ('running', 'done')),
  version integer not null,
  reason text not null,
  cursor uuid,
  done integer not null default 0,
  counts jsonb not null,
  started_by text,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index clock_run_running on clock_run (id) where state = 'running';

-- What was escalated. A rule is carried out once for each cause; by hand there is no rule.
create table escalation (
  id uuid primary key default uuid_v7(),
  ticket_id uuid not null references ticket (id) on delete cascade,
  rule_id text,
  cause text not null,
  actor_id text,
  at timestamptz not null default now()
);
create unique index escalation_once on escalation (ticket_id, rule_id, cause) where rule_id is not null;

create function clock_next(p_state text, p_warn_at timestamptz, p_due_at timestamptz, p_met_at timestamptz, p_warned_at timestamptz, p_breached_at timestamptz)
returns timestamptz language sql immutable as $$
  select case when p_state <> 'dropped' and p_breached_at is null then least(
    case when p_met_at is null or p_met_at > p_due_at then p_due_at end,
    case when p_warned_at is null and p_met_at is null then p_warn_at end) end
$$;

-- Keeps what events have made of clocks, and tells of those that are met. `silent`: what is past is not told of.
create function keep_clocks(p_states jsonb, p_clocks jsonb, p_silent_until timestamptz) returns void language plpgsql volatile as $$
begin
  insert into ticket_service (ticket_id, seq, first_choice, decided, state, clock_kind, clock_state, due_at, warn_at)
  select s."ticketId", s.seq, s."firstChoice", s.decided, s.state, s.kind, s."clockState", s."dueAt", s."warnAt"
  from jsonb_to_recordset(p_states) s ("ticketId" uuid, seq bigint, "firstChoice" jsonb, decided jsonb, state jsonb, kind text, "clockState" text,
    "dueAt" timestamptz, "warnAt" timestamptz)
  order by s."ticketId"
  on conflict (ticket_id) do update set seq = excluded.seq, decided = excluded.decided, state = excluded.state, clock_kind = excluded.clock_kind,
    clock_state = excluded.clock_state, due_at = excluded.due_at, warn_at = excluded.warn_at;

  with given as (
    select g.*, case when g."warnAt" <= p_silent_until then g."warnAt" end as warned, case when g."dueAt" <= p_silent_until
      and (g."metAt" is null or g."metAt" > g."dueAt") then g."dueAt" end as breached
    from jsonb_to_recordset(p_clocks) g ("ticketId" uuid, kind text, round integer, choice jsonb, target jsonb, state text, "startedAt" timestamptz,
      "dueAt" timestamptz, "warnAt" timestamptz, "metAt" timestamptz, "businessMs" bigint, "calendarMs" bigint, runs jsonb)
  ), before as (
    select c.ticket_id, c.kind, c.round, c.met_told from given g join ticket_clock c on c.ticket_id = g."ticketId" and c.kind = g.kind and c.round = g.round
  ), kept as (
    insert into ticket_clock (ticket_id, kind, round, choice, target, state, started_at, due_at, warn_at, met_at, business_ms, calendar_ms, runs, warned_at,
      breached_at, met_told, next_at)
    select g."ticketId", g.kind, g.round, g.choice, g.target, g.state, g."startedAt", g."dueAt", g."warnAt", g."metAt", g."businessMs", g."calendarMs", g.runs,
      g.warned, g.breached, g."metAt" is not null, clock_next(g.state, g."warnAt", g."dueAt", g."metAt", g.warned, g.breached)
    from given g order by g."ticketId", g.kind, g.round
    on conflict (ticket_id, kind, round) do update set choice = excluded.choice, target = excluded.target, state = excluded.state, due_at = excluded.due_at,
      started_at = excluded.started_at, warn_at = excluded.warn_at, met_at = excluded.met_at, business_ms = excluded.business_ms,
      calendar_ms = excluded.calendar_ms, runs = excluded.runs, met_told = ticket_clock.met_told or excluded.met_told,
      next_at = clock_next(excluded.state, excluded.warn_at, excluded.due_at, excluded.met_at, ticket_clock.warned_at, ticket_clock.breached_at)
  )
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
  select 'clock.met', t.id, t.customer_id, t.queue_id, t.assignee_id, jsonb_build_object('clock', g.kind, 'round', g.round, 'dueAt', g."dueAt",
    'late', greatest(0, extract(epoch from g."metAt" - g."dueAt")), 'businessSeconds', g."businessMs" / 1000.0, 'calendarSeconds', g."calendarMs" / 1000.0)
  from given g join ticket t on t.id = g."ticketId"
    left join before b on b.ticket_id = g."ticketId" and b.kind = g.kind and b.round = g.round
  where g."metAt" is not null and g."dueAt" is not null and not coalesce(b.met_told, false) and (p_silent_until is null or g."metAt" > p_silent_until);
end $$;

-- Tells of the clocks whose moment has come, each once: only who changes the row tells. A clock waits while an event of its ticket is not read
-- yet, which may have ended it in time.
create function fire_clocks(p_now timestamptz, p_types text[], p_limit integer) returns integer language sql volatile as $$
  with place as (
    select coalesce((select seq from event_reader where name = 'clocks'), 0) as seq
  ), due as (
    select c.ticket_id, c.kind, c.round, coalesce(c.due_at <= p_now, false) as breach
    from ticket_clock c
    -- Counted for each clock by itself: as a join it might read all events.
    where c.next_at <= p_now and (select count(*) from event e
      where e.ticket_id = c.ticket_id and (e.seq is null or e.seq > (select seq from place)) and e.type = any (p_types)) = 0
    order by c.next_at limit p_limit for update of c skip locked
  ), fired as (
    update ticket_clock c set warned_at = coalesce(c.warned_at, p_now), breached_at = case when d.breach then p_now end,
      next_at = clock_next(c.state, c.warn_at, c.due_at, c.met_at, p_now, case when d.breach then p_now end)
    from due d where c.ticket_id = d.ticket_id and c.kind = d.kind and c.round = d.round
    returning c.ticket_id, c.kind, c.round, c.due_at, c.warn_at, d.breach
  ), told as (
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
    select case when f.breach then 'clock.breached' else 'clock.warned' end, t.id, t.customer_id, t.queue_id, t.assignee_id,
      jsonb_build_object('clock', f.kind, 'round', f.round, 'dueAt', f.due_at,
        'late', greatest(0, extract(epoch from p_now - case when f.breach then f.due_at else f.warn_at end)))
    from fired f join ticket t on t.id = f.ticket_id
    order by f.due_at, t.id
  )
  select count(*)::int from fired
$$;
