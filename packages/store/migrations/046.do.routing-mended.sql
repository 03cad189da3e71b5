-- Nothing takes a ticket away while its caller is on the line, whoever vanished goes in one step with what is given back, and a long queue of one
-- channel does not hide another's.

-- What waits, by channel: an agent without room for one of them still gets what comes on another.
create index ticket_waiting_channel on ticket (queue_id, channel, priority desc, waiting_since) where waiting_since is not null;

-- Whether the ticket's caller talks to an agent, or is just being connected.
create function on_the_line(p_ticket_id uuid) returns boolean language sql stable as $$
  select coalesce((select state in ('connecting', 'talking', 'held') from call where ticket_id = p_ticket_id order by started_at desc limit 1), false)
$$;

create or replace function release_ticket(p_ticket_id uuid, p_agent_id text, p_actor_id text, p_since timestamptz, p_reason text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
begin
  update ticket set assignee_id = null, offer_agent_id = null, offer_expires_at = null, transferring = false, queued_at = now(),
    waiting_since = coalesce(p_since, now()), updated_at = now(), status = 'open'
  where id = p_ticket_id and assignee_id = p_agent_id and status in ('open', 'pending') and not on_the_line(p_ticket_id)
  returning * into t;
  if not found then return false; end if;
  insert into ticket_decline (ticket_id, agent_id) values (p_ticket_id, p_agent_id)
  on conflict (ticket_id, agent_id) do update set at = now();
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.released', t.id, t.customer_id, t.queue_id, p_agent_id, p_actor_id, jsonb_build_object('agentId', p_agent_id, 'reason', p_reason));
  return true;
end $$;

-- To another queue, where it waits with the place it has; whoever had it or was offered it no longer does. False when it is there already, settled,
-- or its caller is on the line. `p_overflow`: it is only moved while it waits and nobody is asked, and does not come back by itself.
create or replace function move_ticket(p_ticket_id uuid, p_queue_id uuid, p_actor_id text, p_reason text, p_overflow boolean, p_why jsonb) returns boolean language plpgsql volatile as $$
declare
  before ticket%rowtype;
  t ticket%rowtype;
begin
  select * into before from ticket where id = p_ticket_id for no key update;
  update ticket set queue_id = p_queue_id, assignee_id = null, offer_agent_id = null, offer_expires_at = null, transferring = false, status = 'open',
    waiting_since = coalesce(waiting_since, waited_since, now()), queued_at = now(), updated_at = now(),
    overflowed = case when p_overflow then overflowed || queue_id else '{}' end
  where id = p_ticket_id and status in ('open', 'pending') and queue_id is distinct from p_queue_id and not on_the_line(p_ticket_id)
    and (not p_overflow or (waiting_since is not null and assignee_id is null and offer_agent_id is null and p_queue_id <> all (overflowed)))
  returning * into t;
  if not found then return false; end if;
  delete from ticket_decline where ticket_id = p_ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.queued', t.id, t.customer_id, t.queue_id, before.assignee_id, p_actor_id,
    jsonb_strip_nulls(jsonb_build_object('queueId', t.queue_id, 'fromQueueId', before.queue_id, 'fromAgentId', before.assignee_id, 'reason', p_reason, 'why', p_why)));
  return true;
end $$;

create or replace function transfer_ticket(p_ticket_id uuid, p_from text, p_agent_id text, p_actor_id text, p_seconds integer, p_reason text, p_why jsonb) returns text language plpgsql volatile as $$
declare
  a agent%rowtype;
  t ticket%rowtype;
  asked text;
begin
  select * into a from agent where id = p_agent_id for no key update;
  if not found then return 'no-agent'; end if;
  if a.presence <> 'online' then return 'not-online'; end if;
  select * into t from ticket where id = p_ticket_id for no key update;
  if not found or t.assignee_id is distinct from p_from or t.assignee_id = p_agent_id or t.status not in ('open', 'pending') or on_the_line(p_ticket_id) then
    return 'changed';
  end if;
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

create or replace function take_over_ticket(p_ticket_id uuid, p_from text, p_agent_id text, p_reason text) returns boolean language plpgsql volatile as $$
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
  where id = p_ticket_id and assignee_id is not distinct from p_from and assignee_id is distinct from p_agent_id and status <> 'closed' and not on_the_line(p_ticket_id)
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

-- `p_wrap_up_seconds`: so long a wrap-up lasts at the most; null: until the agent ends it.
create or replace function set_presence(p_agent_id text, p_state text, p_reason text, p_actor_id text, p_wrap_up_seconds integer) returns boolean language plpgsql volatile as $$
declare
  before agent%rowtype;
begin
  select * into before from agent where id = p_agent_id for no key update;
  if not found then return false; end if;
  if before.presence = p_state and (p_state in ('online', 'offline') or before.presence_reason is not distinct from p_reason) then return true; end if;
  update agent set presence = p_state, presence_since = now(), presence_reason = p_reason, updated_at = now(),
    -- Who has a console open is followed on from when it was seen: the process that would say it again may be gone before it does.
    last_seen_at = case when p_state <> 'offline' and last_seen_at > now() - interval '75 seconds' then last_seen_at end,
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

-- Offline, if the agent was still not seen for so long. Part of the transaction that gives back what they have not answered.
create function end_absent(p_agent_id text, p_grace_ms double precision, p_reason text) returns boolean language plpgsql volatile as $$
begin
  perform 1 from agent where id = p_agent_id and presence <> 'offline' and last_seen_at < now() - make_interval(secs => p_grace_ms / 1000) for no key update;
  if not found then return false; end if;
  return set_presence(p_agent_id, 'offline', p_reason, null, null);
end $$;

-- What the customer's grade gives a new ticket: its place in the queue, and the agent who knows them. Where the queue keeps tickets for somebody and
-- the customer has no agent of their own, that is who wrote to or spoke with them last.
create or replace function treat_new_ticket() returns trigger language plpgsql as $$
declare
  extra integer;
  agent text;
begin
  select queue_priority, dedicated_agent_id into extra, agent from customer where id = new.customer_id;
  new.priority := new.priority + coalesce(extra, 0);
  new.preferred_agent_id := coalesce(new.preferred_agent_id, agent);
  if new.preferred_agent_id is null and exists (select 1 from queue where id = new.queue_id and sticky_seconds > 0) then
    select l.agent_id into new.preferred_agent_id from (
      (select author_id as agent_id, received_at as at from message
       where customer_id = new.customer_id and direction = 'out' and visibility = 'public' and author_id is not null
         and received_at > now() - interval '30 days' order by received_at desc limit 1)
      union all
      (select c.agent_id, c.started_at from call c
       where c.customer_id = new.customer_id and c.agent_id is not null and c.started_at > now() - interval '30 days' order by c.started_at desc limit 1)) l
    order by l.at desc limit 1;
  end if;
  return new;
end $$;
