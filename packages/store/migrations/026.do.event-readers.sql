-- Work that follows the events: each reader goes through them once, in order, and moves its place in the transaction of what it does.
create table event_reader (
  name text primary key,
  -- Everything up to it is done.
  seq bigint not null
);

-- Events that a reader could not work on: they are passed over, so that the others do not wait, and are seen.
create table event_reader_failure (
  reader text not null references event_reader (name) on delete cascade,
  seq bigint not null,
  error text not null,
  at timestamptz not null default now(),
  primary key (reader, seq)
);

-- To another queue, where it waits with the place it has; whoever had it or was offered it no longer does. False when it is there already, or settled.
create function move_ticket(p_ticket_id uuid, p_queue_id uuid, p_actor_id text, p_reason text) returns boolean language plpgsql volatile as $$
declare
  before ticket%rowtype;
  t ticket%rowtype;
begin
  select * into before from ticket where id = p_ticket_id for no key update;
  update ticket set queue_id = p_queue_id, assignee_id = null, offer_agent_id = null, offer_expires_at = null, status = 'open',
    waiting_since = coalesce(waiting_since, now()), updated_at = now()
  where id = p_ticket_id and status in ('open', 'pending') and queue_id is distinct from p_queue_id
  returning * into t;
  if not found then return false; end if;
  delete from ticket_decline where ticket_id = p_ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.queued', t.id, t.customer_id, t.queue_id, before.assignee_id, p_actor_id,
    jsonb_build_object('queueId', t.queue_id, 'fromQueueId', before.queue_id, 'fromAgentId', before.assignee_id, 'reason', p_reason));
  return true;
end $$;

create function set_ticket_priority(p_ticket_id uuid, p_priority integer, p_actor_id text, p_reason text) returns boolean language plpgsql volatile as $$
declare
  before integer;
  t ticket%rowtype;
begin
  select priority into before from ticket where id = p_ticket_id for no key update;
  update ticket set priority = p_priority, updated_at = now() where id = p_ticket_id and priority <> p_priority returning * into t;
  if not found then return false; end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.priority-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, p_actor_id,
    jsonb_build_object('from', before, 'to', p_priority, 'reason', p_reason));
  return true;
end $$;
