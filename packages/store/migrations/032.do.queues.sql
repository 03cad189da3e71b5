-- Queues with skills, ageing and overflow, teams, presence with reasons and wrap-up, and the claims that hold all of it.

alter table queue
  -- What every item of the queue has before its own priority.
  add column priority_base integer not null default 0 check (priority_base between -1000 and 1000),
  -- Points that an item gains in a minute of waiting. Never none, so that nobody waits for ever.
  add column ageing double precision not null default 1 check (ageing > 0 and ageing <= 1000),
  add column calendar_id uuid,
  -- Null: as the centre has it.
  add column offer_seconds integer check (offer_seconds between 1 and 600),
  -- Whether agents may take what waits by hand.
  add column pull boolean not null default true,
  -- So long an item waits for the agent who had it, or who is the customer's own, before others are asked.
  add column sticky_seconds integer not null default 0 check (sticky_seconds between 0 and 86400),
  add column wrap_up_seconds integer not null default 0 check (wrap_up_seconds between 0 and 3600),
  -- What is done after how long, in order (`queueRing` of the contracts).
  add column rings jsonb not null default '[]',
  -- In which language callers are told their place.
  add column language text not null default 'en' check (language in ('en', 'zh')),
  -- Whether callers may hang up and be called back with the place they have.
  add column call_back boolean not null default false,
  add column updated_at timestamptz not null default now();

create table skill (
  id uuid primary key default uuid_v7(),
  name text not null unique,
  created_at timestamptz not null default now()
);

create table agent_skill (
  agent_id text not null references agent (id) on delete cascade,
  skill_id uuid not null references skill (id),
  level integer not null check (level between 1 and 5),
  primary key (agent_id, skill_id)
);
create index agent_skill_skill on agent_skill (skill_id);

create table queue_skill (
  queue_id uuid not null references queue (id) on delete cascade,
  skill_id uuid not null references skill (id),
  level integer not null check (level between 1 and 5),
  primary key (queue_id, skill_id)
);
create index queue_skill_skill on queue_skill (skill_id);

create table team (
  id uuid primary key default uuid_v7(),
  name text not null unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table team_member (
  team_id uuid not null references team (id) on delete cascade,
  agent_id text not null references agent (id) on delete cascade,
  primary key (team_id, agent_id)
);
create index team_member_agent on team_member (agent_id);

create table queue_team (
  queue_id uuid not null references queue (id) on delete cascade,
  team_id uuid not null references team (id) on delete cascade,
  primary key (queue_id, team_id)
);
create index queue_team_team on queue_team (team_id);

-- A member of its own; false: only as a member of one of the queue's teams.
alter table queue_member add column direct boolean not null default true;

-- Makes the members of queues agree with the teams that the queues take. For after every change of either.
create function sync_team_queues() returns void language sql as $$
  delete from queue_member m where not m.direct
    and not exists (select 1 from queue_team q join team_member t using (team_id) where q.queue_id = m.queue_id and t.agent_id = m.agent_id);
  insert into queue_member (queue_id, agent_id, direct)
  select distinct q.queue_id, t.agent_id, false from queue_team q join team_member t using (team_id) on conflict do nothing;
$$;

alter table agent
  -- How much at once on all channels together; null: only each channel has its limit.
  add column capacity_total integer check (capacity_total between 0 and 200),
  add column presence_reason text,
  -- When the wrap-up ends by itself.
  add column wrap_up_until timestamptz;
create index agent_wrap_up on agent (wrap_up_until) where wrap_up_until is not null;
create index agent_presence on agent (presence) where presence <> 'offline';

create function presence_log_stays() returns trigger language plpgsql as $$
begin
  -- Only with its agent.
  if tg_op = 'DELETE' and not exists (select 1 from agent where id = old.agent_id) then return old; end if;
  raise exception 'The presence log is never changed';
end $$;
create trigger presence_log_stays before update or delete on presence_log for each row execute function presence_log_stays();

alter table ticket
  -- Since when it is in its present queue; null: since it waits.
  add column queued_at timestamptz,
  -- Since when it waited before somebody took it: its old place, if it has to go back.
  add column waited_since timestamptz,
  -- Queues that it has overflowed from, and does not overflow to again.
  add column overflowed uuid[] not null default '{}',
  -- The offer that is out is a transfer to exactly this agent.
  add column transferring boolean not null default false;

-- What agents hold now, without what they have ever had.
create index ticket_held on ticket (assignee_id, channel) where assignee_id is not null and status = 'open' and occupies;

-- When something was taken out of a queue, to tell those who wait how fast it goes. Old rows are deleted.
create table queue_answer (
  id bigint generated always as identity primary key,
  queue_id uuid not null references queue (id) on delete cascade,
  at timestamptz not null default now()
);
create index queue_answer_queue on queue_answer (queue_id, at desc);
create index queue_answer_age on queue_answer (at);

-- Who waits to be called back, with the place of the ticket.
create table call_back (
  ticket_id uuid primary key references ticket (id) on delete cascade,
  phone text not null,
  source text not null check (source in ('voice', 'chat', 'agent')),
  asked_at timestamptz not null default now()
);

-- Work that an agent holds or is offered: on one channel, or on all where none is given.
create or replace function agent_load(p_agent_id text, p_channel text) returns integer language sql stable as $$
  select (select count(*) from ticket where assignee_id = p_agent_id and (p_channel is null or channel = p_channel) and status = 'open' and occupies)::integer
       + (select count(*) from ticket where offer_agent_id = p_agent_id and (p_channel is null or channel = p_channel))::integer
$$;

-- Whether one more on the channel is within the agent's limits. Only with the agent's row locked is it still so afterwards.
create function has_room(a agent, p_channel text) returns boolean language sql stable as $$
  select agent_load(a.id, p_channel) < coalesce((a.capacity ->> p_channel)::integer, 0)
    and (a.capacity_total is null or agent_load(a.id, null) < a.capacity_total)
$$;

drop function offer_ticket(uuid, text, integer, text);
create function offer_ticket(p_ticket_id uuid, p_agent_id text, p_seconds integer, p_reason text, p_why jsonb) returns boolean language plpgsql volatile as $$
declare
  a agent%rowtype;
  t ticket%rowtype;
begin
  -- The agent's row is the lock for the agent's capacity. NO KEY: whoever only refers to the agent does not wait for it.
  select * into a from agent where id = p_agent_id for no key update;
  if not found or a.presence <> 'online' then return false; end if;
  update ticket set offer_agent_id = p_agent_id, offer_expires_at = now() + make_interval(secs => p_seconds), transferring = false, updated_at = now()
  where id = p_ticket_id and waiting_since is not null and assignee_id is null and offer_agent_id is null and status = 'open'
    and has_room(a, channel)
  returning * into t;
  if not found then return false; end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
  values ('ticket.offered', t.id, t.customer_id, t.queue_id, p_agent_id, jsonb_build_object('agentId', p_agent_id, 'agentName', a.name,
    'expiresAt', t.offer_expires_at, 'reason', p_reason, 'why', p_why));
  return true;
end $$;

-- Takes an offer back; the ticket keeps its place. `p_only_expired`: only when nobody took it in time.
create or replace function withdraw_offer(p_ticket_id uuid, p_agent_id text, p_reason text, p_only_expired boolean) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
begin
  update ticket set offer_agent_id = null, offer_expires_at = null, transferring = false, updated_at = now()
  where id = p_ticket_id and offer_agent_id = p_agent_id and (not p_only_expired or offer_expires_at <= now())
  returning * into t;
  if not found then return false; end if;
  insert into ticket_decline (ticket_id, agent_id) values (p_ticket_id, p_agent_id)
  on conflict (ticket_id, agent_id) do update set at = now();
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
  values ('ticket.offer-withdrawn', t.id, t.customer_id, t.queue_id, p_agent_id, jsonb_build_object('agentId', p_agent_id, 'reason', p_reason));
  return true;
end $$;

-- The ticket becomes the agent's: an accepted offer (`p_pull` false) or one pulled from the queue by hand.
create or replace function take_ticket(p_ticket_id uuid, p_agent_id text, p_pull boolean, p_reason text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
  waited timestamptz;
  agent_name text;
begin
  select name into agent_name from agent where id = p_agent_id for no key update;
  select waiting_since into waited from ticket where id = p_ticket_id for no key update;
  update ticket set assignee_id = p_agent_id, offer_agent_id = null, offer_expires_at = null, waiting_since = null, occupies = true,
    waited_since = waiting_since, queued_at = null, overflowed = '{}', transferring = false,
    status = case when status in ('resolved') then 'open' else status end, updated_at = now()
  where id = p_ticket_id and assignee_id is null and status <> 'closed'
    and (offer_agent_id = p_agent_id or (p_pull and offer_agent_id is null))
  returning * into t;
  if not found then return false; end if;
  update agent set idle_since = now() where id = p_agent_id;
  delete from ticket_decline where ticket_id = p_ticket_id;
  if waited is not null and t.queue_id is not null then insert into queue_answer (queue_id) values (t.queue_id); end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.assigned', t.id, t.customer_id, t.queue_id, p_agent_id, p_agent_id, jsonb_build_object('agentId', p_agent_id,
    'agentName', agent_name, 'reason', p_reason));
  return true;
end $$;

-- Back into the queue, at the end of it, or with its old place when `p_since` says since when it waits.
create or replace function release_ticket(p_ticket_id uuid, p_agent_id text, p_actor_id text, p_since timestamptz, p_reason text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
begin
  update ticket set assignee_id = null, offer_agent_id = null, offer_expires_at = null, transferring = false, queued_at = now(),
    waiting_since = coalesce(p_since, now()), updated_at = now(), status = 'open'
  where id = p_ticket_id and assignee_id = p_agent_id and status in ('open', 'pending')
  returning * into t;
  if not found then return false; end if;
  insert into ticket_decline (ticket_id, agent_id) values (p_ticket_id, p_agent_id)
  on conflict (ticket_id, agent_id) do update set at = now();
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.released', t.id, t.customer_id, t.queue_id, p_agent_id, p_actor_id, jsonb_build_object('agentId', p_agent_id, 'reason', p_reason));
  return true;
end $$;

-- To another queue, where it waits with the place it has; whoever had it or was offered it no longer does. False when it is there already, or
-- settled. `p_overflow`: it is only moved while it waits and nobody is asked, and does not come back by itself.
create function move_ticket(p_ticket_id uuid, p_queue_id uuid, p_actor_id text, p_reason text, p_overflow boolean, p_why jsonb) returns boolean language plpgsql volatile as $$
declare
  before ticket%rowtype;
  t ticket%rowtype;
begin
  select * into before from ticket where id = p_ticket_id for no key update;
  update ticket set queue_id = p_queue_id, assignee_id = null, offer_agent_id = null, offer_expires_at = null, transferring = false, status = 'open',
    waiting_since = coalesce(waiting_since, waited_since, now()), queued_at = now(), updated_at = now(),
    overflowed = case when p_overflow then overflowed || queue_id else '{}' end
  where id = p_ticket_id and status in ('open', 'pending') and queue_id is distinct from p_queue_id
    and (not p_overflow or (waiting_since is not null and assignee_id is null and offer_agent_id is null and p_queue_id <> all (overflowed)))
  returning * into t;
  if not found then return false; end if;
  delete from ticket_decline where ticket_id = p_ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.queued', t.id, t.customer_id, t.queue_id, before.assignee_id, p_actor_id,
    jsonb_strip_nulls(jsonb_build_object('queueId', t.queue_id, 'fromQueueId', before.queue_id, 'fromAgentId', before.assignee_id, 'reason', p_reason, 'why', p_why)));
  return true;
end $$;
create or replace function move_ticket(p_ticket_id uuid, p_queue_id uuid, p_actor_id text, p_reason text) returns boolean language sql volatile as $$
  select move_ticket(p_ticket_id, p_queue_id, p_actor_id, p_reason, false, null)
$$;

-- An offer to exactly this agent, whoever had the ticket. Declined or not taken, it waits in its queue with the place it had.
-- Answers 'offered', or why not: 'no-agent', 'not-online', 'full', 'changed' (`p_from` has it no longer, or it is settled).
create function transfer_ticket(p_ticket_id uuid, p_from text, p_agent_id text, p_actor_id text, p_seconds integer, p_reason text, p_why jsonb) returns text language plpgsql volatile as $$
declare
  a agent%rowtype;
  t ticket%rowtype;
  asked text;
begin
  select * into a from agent where id = p_agent_id for no key update;
  if not found then return 'no-agent'; end if;
  if a.presence <> 'online' then return 'not-online'; end if;
  select * into t from ticket where id = p_ticket_id for no key update;
  if not found or t.assignee_id is distinct from p_from or t.assignee_id = p_agent_id or t.status not in ('open', 'pending') then return 'changed'; end if;
  if t.offer_agent_id is distinct from p_agent_id and not has_room(a, t.channel) then return 'full'; end if;
  asked := t.offer_agent_id;
  update ticket set assignee_id = null, offer_agent_id = p_agent_id, offer_expires_at = now() + make_interval(secs => p_seconds), transferring = true,
    status = 'open', waiting_since = coalesce(waiting_since, waited_since, now()), queued_at = coalesce(queued_at, now()), updated_at = now()
  where id = p_ticket_id returning * into t;
  delete from ticket_decline where ticket_id = p_ticket_id and agent_id = p_agent_id;
  if asked <> p_agent_id then
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
    values ('ticket.offer-withdrawn', t.id, t.customer_id, t.queue_id, asked, p_actor_id, jsonb_build_object('agentId', asked, 'reason', p_reason));
  end if;
  if p_from is not null then
    -- Whoever hands it on is not offered it again at once.
    insert into ticket_decline (ticket_id, agent_id) values (p_ticket_id, p_from) on conflict (ticket_id, agent_id) do update set at = now();
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
    values ('ticket.released', t.id, t.customer_id, t.queue_id, p_from, p_actor_id, jsonb_build_object('agentId', p_from, 'reason', p_reason));
  end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.transferred', t.id, t.customer_id, t.queue_id, p_agent_id, p_actor_id,
      jsonb_build_object('fromAgentId', p_from, 'toAgentId', p_agent_id, 'agentName', a.name, 'toQueueId', null, 'reason', p_reason)),
    ('ticket.offered', t.id, t.customer_id, t.queue_id, p_agent_id, p_actor_id,
      jsonb_build_object('agentId', p_agent_id, 'agentName', a.name, 'expiresAt', t.offer_expires_at, 'reason', p_reason, 'why', p_why));
  return 'offered';
end $$;

-- A supervisor takes it, from whoever has it (`p_from`) or was offered it.
create function take_over_ticket(p_ticket_id uuid, p_from text, p_agent_id text, p_reason text) returns boolean language plpgsql volatile as $$
declare
  before ticket%rowtype;
  t ticket%rowtype;
  agent_name text;
begin
  select name into agent_name from agent where id = p_agent_id for no key update;
  select * into before from ticket where id = p_ticket_id for no key update;
  update ticket set assignee_id = p_agent_id, offer_agent_id = null, offer_expires_at = null, waited_since = coalesce(waiting_since, waited_since),
    waiting_since = null, queued_at = null, overflowed = '{}', transferring = false, updated_at = now(),
    status = case when status = 'resolved' then 'open' else status end, occupies = true
  where id = p_ticket_id and assignee_id is not distinct from p_from and assignee_id is distinct from p_agent_id and status <> 'closed'
  returning * into t;
  if not found then return false; end if;
  update agent set idle_since = now() where id = p_agent_id;
  delete from ticket_decline where ticket_id = p_ticket_id;
  if before.offer_agent_id is not null then
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
    values ('ticket.offer-withdrawn', t.id, t.customer_id, t.queue_id, before.offer_agent_id, p_agent_id, jsonb_build_object('agentId', before.offer_agent_id, 'reason', p_reason));
  end if;
  if p_from is not null then
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
    values ('ticket.released', t.id, t.customer_id, t.queue_id, p_from, p_agent_id, jsonb_build_object('agentId', p_from, 'reason', p_reason));
  end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.assigned', t.id, t.customer_id, t.queue_id, p_agent_id, p_agent_id, jsonb_build_object('agentId', p_agent_id,
    'agentName', agent_name, 'fromAgentId', p_from, 'reason', p_reason));
  return true;
end $$;

drop function set_presence(text, text, text, text);
-- `p_wrap_up_seconds`: so long a wrap-up lasts at the most; null: until the agent ends it.
create function set_presence(p_agent_id text, p_state text, p_reason text, p_actor_id text, p_wrap_up_seconds integer) returns boolean language plpgsql volatile as $$
declare
  before agent%rowtype;
begin
  select * into before from agent where id = p_agent_id for no key update;
  if not found then return false; end if;
  if before.presence = p_state and (p_state in ('online', 'offline') or before.presence_reason is not distinct from p_reason) then return true; end if;
  update agent set presence = p_state, presence_since = now(), presence_reason = p_reason, updated_at = now(), last_seen_at = null,
    wrap_up_until = case when p_state = 'wrap-up' then now() + make_interval(secs => p_wrap_up_seconds) end,
    idle_since = case when p_state = 'online' then now() else idle_since end
  where id = p_agent_id;
  insert into presence_log (agent_id, state, reason) values (p_agent_id, p_state, p_reason);
  insert into event (type, agent_id, actor_id, data)
  values ('agent.presence-changed', p_agent_id, p_actor_id, jsonb_build_object('agentId', p_agent_id, 'from', before.presence, 'to', p_state, 'reason', coalesce(p_reason, '')));
  if p_state <> 'online' then
    perform withdraw_offer(t.id, p_agent_id, 'agent went ' || p_state, false) from ticket t where t.offer_agent_id = p_agent_id;
  elsif before.presence <> 'wrap-up' then
    -- Coming back is a fresh start: what was declined before may be offered again.
    delete from ticket_decline where agent_id = p_agent_id;
  end if;
  return true;
end $$;

-- After a call of a queue that gives time for it. Only who is online: whoever chose to be away stays so.
create function begin_wrap_up(p_ticket_id uuid, p_agent_id text) returns boolean language plpgsql volatile as $$
declare
  seconds integer;
begin
  select q.wrap_up_seconds into seconds from ticket t join queue q on q.id = t.queue_id where t.id = p_ticket_id;
  if coalesce(seconds, 0) = 0 then return false; end if;
  perform 1 from agent where id = p_agent_id and presence = 'online' for no key update;
  if not found then return false; end if;
  return set_presence(p_agent_id, 'wrap-up', null, null, seconds);
end $$;

-- Wrap-ups whose time is over: who they were, each claimed by one process.
create function end_wrap_ups(p_limit integer) returns setof text language plpgsql volatile as $$
declare
  one text;
begin
  for one in select id from agent where presence = 'wrap-up' and wrap_up_until <= now() order by id limit p_limit for no key update skip locked loop
    perform set_presence(one, 'online', 'The wrap-up time is over', null, null);
    return next one;
  end loop;
end $$;
