-- What messages say of their senders is read by the numbers of their events. A message's place is taken before its commit, so a transaction of many
-- messages could end behind the place that was reached. It goes on a little before the last message that was read; noting one again changes nothing.
insert into setting (key, value)
select 'identity-events', jsonb_build_object('seq', coalesce((
  select e.seq - 1 from message m join event e on e.ticket_id = m.ticket_id
  where m.position = (
      select max(f.position) from message f
      where f.direction = 'in' and f.position <= (select (value ->> 'position')::bigint - 500 from setting where key = 'identity-messages'))
    and e.type = 'message.received' and e.data ->> 'messageId' = m.id::text and e.seq is not null), 0))
on conflict do nothing;
delete from setting where key = 'identity-messages';
