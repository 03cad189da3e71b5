-- Calls that agents place, and call-backs that are tried until somebody is reached.

alter table call
  add column direction text not null default 'in' check (direction in ('in', 'out')),
  add column outcome text check (outcome in ('reached', 'busy', 'no-answer', 'failed', 'agent-no-answer', 'cancelled', 'unknown')),
  -- The customer's leg, where the call itself is not that one.
  add column customer_call_sid text,
  add column agent_answered_at timestamptz,
  -- Who dials the customer claims it here first.
  add column customer_dialled_at timestamptz;
create index call_outgoing_active on call (agent_id) where direction = 'out' and state in ('connecting', 'talking', 'held');

alter table call_back
  add column tries integer not null default 0,
  add column last_outcome text check (last_outcome in ('reached', 'busy', 'no-answer', 'failed', 'agent-no-answer', 'cancelled', 'unknown')),
  add column done_at timestamptz;

-- Calls that the agent has placed and that no ticket takes up room for already.
create function outgoing_load(p_agent_id text) returns integer language sql stable as $$
  select count(*)::integer from call k join ticket t on t.id = k.ticket_id
  where k.agent_id = p_agent_id and k.direction = 'out' and k.state in ('connecting', 'talking', 'held')
    and not (t.channel = 'phone' and t.assignee_id = p_agent_id and t.status = 'open' and t.occupies)
$$;

-- Work that an agent holds or is offered: on one channel, or on all where none is given. A call that the agent has placed is one on the phone.
create or replace function agent_load(p_agent_id text, p_channel text) returns integer language sql stable as $$
  select (select count(*) from ticket where assignee_id = p_agent_id and (p_channel is null or channel = p_channel) and status = 'open' and occupies)::integer
       + (select count(*) from ticket where offer_agent_id = p_agent_id and (p_channel is null or channel = p_channel))::integer
       + case when coalesce(p_channel, 'phone') = 'phone' then outgoing_load(p_agent_id) else 0 end
$$;

-- A call that the agent begins on the ticket; the agent's phone is yet to be rung. Answers 'placed', or why not. The same call again is 'repeated'.
create function place_call(p_call_sid text, p_ticket_id uuid, p_agent_id text, p_to text, p_from text, p_correlation_id text) returns text language plpgsql volatile as $$
declare
  a agent%rowtype;
  t ticket%rowtype;
  own integer;
begin
  -- The agent's row is the lock for the agent's capacity, the ticket's for its calls.
  select * into a from agent where id = p_agent_id for no key update;
  select * into t from ticket where id = p_ticket_id for no key update;
  if t.id is null or a.id is null then return 'no-ticket'; end if;
  if exists (select 1 from call where call_sid = p_call_sid) then
    return case when exists (select 1 from call where call_sid = p_call_sid and caller = p_to) then 'repeated' else 'other' end;
  end if;
  if t.status = 'closed' then return 'closed'; end if;
  if a.phone is null then return 'no-phone'; end if;
  if a.presence <> 'online' then return 'not-online'; end if;
  if exists (select 1 from call where ticket_id = t.id and state not in ('ended', 'missed')) then return 'on-the-line'; end if;
  if exists (select 1 from call where agent_id = a.id and state in ('connecting', 'talking', 'held')) then return 'busy'; end if;
  -- A call that came in keeps its room until the ticket is done with: calling back needs no more.
  own := (t.channel = 'phone' and t.status = 'open' and t.occupies and t.assignee_id is not distinct from a.id)::integer;
  if agent_load(a.id, 'phone') - own >= coalesce((a.capacity ->> 'phone')::integer, 0)
    or agent_load(a.id, null) - own >= a.capacity_total then return 'full'; end if;
  insert into call (call_sid, ticket_id, customer_id, state, caller, called, agent_id, direction)
  values (p_call_sid, t.id, t.customer_id, 'connecting', p_to, p_from, a.id, 'out');
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('call.changed', t.id, t.customer_id, t.queue_id, a.id, a.id, p_correlation_id,
    jsonb_build_object('callSid', p_call_sid, 'state', 'connecting', 'step', 'placed', 'direction', 'out'));
  return 'placed';
end $$;

-- A placed call is over: its call-back is done when the customer was reached, and was tried once more otherwise.
create function settle_placed_call(p_call_id uuid) returns void language plpgsql volatile as $$
declare
  c call%rowtype;
begin
  select * into c from call where id = p_call_id;
  if c.outcome = 'reached' or c.customer_dialled_at is not null then
    update call_back set last_outcome = c.outcome, tries = tries + 1, done_at = case when c.outcome = 'reached' then now() end
    where ticket_id = c.ticket_id and phone = c.caller and done_at is null;
  end if;
  -- As with a call that came in: once it was talked about, it takes up nobody's room.
  if c.outcome = 'reached' then
    update ticket set occupies = false, updated_at = now() where id = c.ticket_id and channel = 'phone' and assignee_id = c.agent_id;
  end if;
end $$;
