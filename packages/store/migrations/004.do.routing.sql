-- Claims are compare-and-set: the decision was made from a snapshot, and these hold only if what it saw still stands.

-- Work that an agent holds or is offered, on one channel.
create function agent_load(p_agent_id text, p_channel text) returns integer language sql stable as $$
  select (select count(*) from ticket where assignee_id = p_agent_id and channel = p_channel and status = 'open' and occupies)::integer
       + (select count(*) from ticket where offer_agent_id = p_agent_id and channel = p_channel)::integer
$$;

create function offer_ticket(p_ticket_id uuid, p_agent_id text, p_seconds integer, p_reason text) returns boolean language plpgsql volatile as $$
declare
  a agent%rowtype;
  t ticket%rowtype;
begin
  -- The agent's row is the lock for the agent's capacity. NO KEY: whoever only refers to the agent does not wait for it.
  select * into a from agent where id = p_agent_id for no key update;
  if not found or a.presence <> 'online' then return false; end if;
  update ticket set offer_agent_id = p_agent_id, offer_expires_at = now() + make_interval(secs => p_seconds), updated_at = now()
  where id = p_ticket_id and waiting_since is not null and assignee_id is null and offer_agent_id is null and status = 'open'
    and agent_load(p_agent_id, channel) < coalesce((a.capacity ->> channel)::integer, 0)
  returning * into t;
  if not found then return false; end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, data)
  values ('ticket.offered', t.id, t.customer_id, t.queue_id, p_agent_id, jsonb_build_object('agentId', p_agent_id, 'agentName', a.name,
    'expiresAt', t.offer_expires_at, 'reason', p_reason));
  return true;
end $$;

-- Takes an offer back; the ticket keeps its place. `p_only_expired`: only when nobody took it in time.
create function withdraw_offer(p_ticket_id uuid, p_agent_id text, p_reason text, p_only_expired boolean) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
begin
  update ticket set offer_agent_id = null, offer_expires_at = null, updated_at = now()
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
create function take_ticket(p_ticket_id uuid, p_agent_id text, p_pull boolean, p_reason text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
  agent_name text;
begin
  select name into agent_name from agent where id = p_agent_id for no key update;
  update ticket set assignee_id = p_agent_id, offer_agent_id = null, offer_expires_at = null, waiting_since = null, occupies = true,
    status = case when status in ('resolved') then 'open' else status end, updated_at = now()
  where id = p_ticket_id and assignee_id is null and status <> 'closed'
    and (offer_agent_id = p_agent_id or (p_pull and offer_agent_id is null))
  returning * into t;
  if not found then return false; end if;
  update agent set idle_since = now() where id = p_agent_id;
  delete from ticket_decline where ticket_id = p_ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.assigned', t.id, t.customer_id, t.queue_id, p_agent_id, p_agent_id, jsonb_build_object('agentId', p_agent_id,
    'agentName', agent_name, 'reason', p_reason));
  return true;
end $$;

-- Back into the queue, at the end of it, or with its old place when `p_since` says since when it waits.
create function release_ticket(p_ticket_id uuid, p_agent_id text, p_actor_id text, p_since timestamptz, p_reason text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
begin
  update ticket set assignee_id = null, offer_agent_id = null, offer_expires_at = null, waiting_since = coalesce(p_since, now()), updated_at = now(), status = 'open'
  where id = p_ticket_id and assignee_id = p_agent_id and status in ('open', 'pending')
  returning * into t;
  if not found then return false; end if;
  insert into ticket_decline (ticket_id, agent_id) values (p_ticket_id, p_agent_id)
  on conflict (ticket_id, agent_id) do update set at = now();
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.released', t.id, t.customer_id, t.queue_id, p_agent_id, p_actor_id, jsonb_build_object('agentId', p_agent_id, 'reason', p_reason));
  return true;
end $$;

create function set_presence(p_agent_id text, p_state text, p_reason text, p_actor_id text) returns boolean language plpgsql volatile as $$
declare
  before text;
begin
  select presence into before from agent where id = p_agent_id for no key update;
  if not found then return false; end if;
  if before = p_state then return true; end if;
  update agent set presence = p_state, presence_since = now(), updated_at = now(), last_seen_at = null,
    idle_since = case when p_state = 'online' then now() else idle_since end
  where id = p_agent_id;
  insert into presence_log (agent_id, state, reason) values (p_agent_id, p_state, p_reason);
  insert into event (type, agent_id, actor_id, data)
  values ('agent.presence-changed', p_agent_id, p_actor_id, jsonb_build_object('agentId', p_agent_id, 'from', before, 'to', p_state, 'reason', coalesce(p_reason, '')));
  if p_state <> 'online' then
    perform withdraw_offer(t.id, p_agent_id, 'agent went ' || p_state, false) from ticket t where t.offer_agent_id = p_agent_id;
  else
    -- Coming back is a fresh start: what was declined before may be offered again.
    delete from ticket_decline where agent_id = p_agent_id;
  end if;
  return true;
end $$;
