-- What messages say of their senders is read by the numbers of their events. A message's place is taken before its commit, so a transaction of many
-- messages could end behind the place that was reached. It goes on behind the last message that was read. The row `identity-messages` stays for
-- processes of the release before that still run.
insert into setting (key, value)
select 'identity-events', jsonb_build_object('seq', coalesce((
  select e.seq from message m join event e on e.ticket_id = m.ticket_id
  where m.direction = 'in' and m.position <= (place.value ->> 'position')::bigint
    and e.type = 'message.received' and e.data ->> 'messageId' = m.id::text and e.seq is not null
  order by m.position desc limit 1), 0))
from setting place where place.key = 'identity-messages'
on conflict do nothing;
