-- What machines report about messages of ours: the message's delivery moves, its ticket has the report, and an address that is no good
-- is marked until somebody writes from it.

-- The outgoing message that a report is about, when its recipient is one of those it was sent to: whoever knows a Message-ID of
-- ours may not mark other people's addresses by it.
create function reported_outbound(p_report jsonb) returns table (outbound_id uuid, message_id uuid, ticket_id uuid, external_id text, recipient text)
language sql stable as $$
  select o.id, o.message_id, o.ticket_id, o.external_id, r.value
  from outbound o
  join message m on m.id = o.message_id
  -- A report that names nobody is about the one whom the message was for, where that is one.
  cross join lateral (
    select lower(a) as value from unnest(array[o.recipient] || m.recipients || m.copies) a
    where lower(a) = lower(p_report ->> 'recipient')
      or (p_report ->> 'recipient' is null and cardinality(m.copies) = 0 and lower(a) = lower(o.recipient))
    limit 1) r
  where o.channel = 'email' and (
    o.id = (p_report ->> 'outboundId')::uuid
    or (p_report ->> 'outboundId' is null and o.channel_account = 'email' and o.external_id = p_report ->> 'messageId'))
  limit 1
$$;

-- Called by ingest_apply in its transaction. Repeating it has no effect: deliveries only move forwards, and a mark is one row for each address.
create function apply_contact_reports(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  report jsonb;
  about record;
  said text;
  new_mark text;
  moved uuid;
begin
  for report in select r from jsonb_array_elements(p_contact -> 'reports') r loop
    select * into about from reported_outbound(report);
    continue when not found or about.external_id is null;
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');

    if report ->> 'result' in ('failed', 'delivered', 'read') then
      perform record_delivery('email', about.external_id, report ->> 'result',
        case report ->> 'result' when 'failed' then coalesce(said, 'The mail came back') end, now());
    end if;

    new_mark := case
      when report ->> 'result' = 'complained' then 'complained'
      when report ->> 'result' = 'failed' and (report ->> 'permanent')::boolean then 'undeliverable' end;
    continue when new_mark is null;
    -- A complaint outlasts a failure; of two failures the first is kept.
    insert into address_mark as k (kind, value, mark, reason, message_id)
    values ('email', about.recipient, new_mark, coalesce(left(said, 500), new_mark), p_message_id)
    on conflict (kind, value) do update set mark = excluded.mark, reason = excluded.reason, message_id = excluded.message_id, at = now()
      where k.mark <> 'complained' and k.mark <> excluded.mark
    returning k.message_id into moved;
    if found then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      select 'address.marked', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
        jsonb_build_object('address', about.recipient, 'mark', new_mark, 'reason', coalesce(left(said, 500), new_mark), 'messageId', p_message_id)
      from ticket t join outbound o on o.id = about.outbound_id where t.id = about.ticket_id;
    end if;
  end loop;
end $$;

-- Who writes from an address has it: the failure is over. A complaint stands until a person takes it back.
create function clear_address_mark(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
begin
  if p_contact ->> 'kind' <> 'customer' then return; end if;
  with gone as (
    delete from address_mark k
    using jsonb_to_recordset(p_contact -> 'identifiers') i (kind text, value text, grade text)
    where k.kind = i.kind and k.value = i.value and i.grade <> 'claimed' and k.mark = 'undeliverable'
    returning k.value, k.mark)
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  select 'address.unmarked', t.id, t.customer_id, t.queue_id, t.assignee_id, b.correlation_id,
    jsonb_build_object('address', g.value, 'mark', g.mark, 'messageId', p_message_id)
  from gone g, message m join ticket t on t.id = m.ticket_id join inbox b on b.id = m.inbox_id
  where m.id = p_message_id;
end $$;
