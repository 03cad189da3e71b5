-- As in 060. What misses a recipient after somebody had decided about the message waits for its author again, too.
create or replace function tell_delivery(p_message_id uuid, p_status text, p_error text, p_actor_id text, p_return boolean) returns void
language plpgsql volatile as $$
declare
  o outbound%rowtype;
  t ticket%rowtype;
  returned boolean := false;
begin
  select * into o from outbound where message_id = p_message_id;
  if p_return and not o.automatic then
    update ticket set status = 'open', updated_at = now(),
      waiting_since = case when assignee_id is null and queue_id is not null then coalesce(waiting_since, now()) else waiting_since end
    where id = o.ticket_id and status <> 'open' returning * into t;
    returned := found;
  end if;
  if p_actor_id is null and o.decided_at is not null and (p_return or p_error is not null) then
    update outbound set decided_at = null, decided_by = null where id = o.id;
  end if;
  if not returned then select * into t from ticket where id = o.ticket_id; end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('message.status-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, p_actor_id, o.correlation_id,
    jsonb_build_object('messageId', p_message_id, 'status', p_status, 'error', p_error, 'authorId', o.author_id, 'ticketNumber', t.number,
      'automatic', o.automatic));
  if returned then
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
    values ('ticket.reopened', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
      jsonb_build_object('reason', 'A message could not be delivered'));
  end if;
end $$;
