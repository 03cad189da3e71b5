-- A try is one that may have rung; whoever spoke with a customer was answered; targets outlive their queue.

create or replace function settle_placed_call(p_call_id uuid) returns void language plpgsql volatile as $$
declare
  c call%rowtype;
begin
  select * into c from call where id = p_call_id;
  -- One that the hub or the carrier refused to dial was no try.
  if c.outcome in ('reached', 'busy', 'no-answer', 'unknown') or c.customer_call_sid is not null then
    update call_back set last_outcome = c.outcome, tries = tries + 1, done_at = case when c.outcome = 'reached' then now() end
    where ticket_id = c.ticket_id and phone = c.caller and done_at is null;
  end if;
  -- As with a call that came in: once it was talked about, it takes up nobody's room.
  if c.outcome = 'reached' then
    update ticket set occupies = false, updated_at = now() where id = c.ticket_id and channel = 'phone' and assignee_id = c.agent_id;
  end if;
end $$;

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
       where c.customer_id = new.customer_id and c.agent_id is not null and c.answered_at is not null
         and c.started_at > now() - interval '30 days' order by c.started_at desc limit 1)) l
    order by l.at desc limit 1;
  end if;
  return new;
end $$;

-- Days of a queue that is gone are counted again as they were; its id is given to no other.
alter table queue_target drop constraint queue_target_queue_id_fkey;
