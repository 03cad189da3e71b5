-- Reports on our mail are about one of its recipients. What a copy's reader says moved the whole message: once it had been read in copy, the
-- bounce of whom it was for changed nothing and told nobody; a copy's bounce failed a message that its recipient has. And what was said of
-- a message before its send was written down, or whose end nobody knows, was passed over.

drop function reported_outbound(jsonb);
-- The outgoing message that a report is about, when its recipient is one of those it was sent to: whoever knows a Message-ID of
-- ours may not mark other people's addresses by it. A mail that is not written down as sent is found by its Message-ID, too, which has its id.
-- copied: the recipient is another than the one whom the message is for.
create function reported_outbound(p_report jsonb)
returns table (outbound_id uuid, message_id uuid, ticket_id uuid, external_id text, status text, recipient text, copied boolean, several boolean)
language sql stable as $$
  select o.id, o.message_id, o.ticket_id, coalesce(o.external_id, p_report ->> 'messageId'), o.status, r.value, r.value <> lower(o.recipient),
    cardinality(m.recipients || m.copies || m.blind_copies) > 1
  from outbound o
  join message m on m.id = o.message_id
  -- A report that names nobody is about the one whom the message was for, where that is one.
  cross join lateral (
    select lower(a) as value from unnest(array[o.recipient] || m.recipients || m.copies || m.blind_copies) a
    where lower(a) = lower(p_report ->> 'recipient')
      or (p_report ->> 'recipient' is null and cardinality(m.recipients) <= 1 and cardinality(m.copies || m.blind_copies) = 0 and lower(a) = lower(o.recipient))
    limit 1) r
  where o.channel = 'email' and (
    o.id = (p_report ->> 'outboundId')::uuid
    or (p_report ->> 'outboundId' is null and o.channel_account = 'email' and o.external_id = p_report ->> 'messageId')
    or (p_report ->> 'outboundId' is null and o.external_id is null
      and o.id = substring(p_report ->> 'messageId' from '^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@')::uuid))
  limit 1
$$;

-- Called by ingest_apply in its transaction. Repeating it has no effect: deliveries only move forwards, a recipient's failure is told once,
-- and a mark is one row for each address.
create or replace function apply_contact_reports(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  report jsonb;
  about record;
  told record;
  result text;
  said text;
  doubt text;
  failure text;
  new_mark text;
  moved uuid;
begin
  for report in select r from jsonb_array_elements(p_contact -> 'reports') r loop
    select * into about from reported_outbound(report);
    continue when not found or about.external_id is null;
    result := report ->> 'result';
    said := nullif(concat_ws(' ', report ->> 'code', coalesce(report ->> 'diagnostic', case when report ->> 'code' is null then report ->> 'replyCode' end)), '');
    doubt := case when is_vouched(report, p_contact, about.recipient) then '' else ' (nothing vouches for this report but the Message-ID that it names)' end;
    failure := case when about.several then about.recipient || ': ' else '' end || coalesce(said, 'The mail came back') || doubt;

    -- Nobody could speak of it if it had not left.
    if about.status = 'unknown' then
      perform settle_outbound(about.outbound_id, 'sent', about.external_id, null, 0, null, 0, 'unknown');
    end if;
    -- How far a message is says what became of it for whom it is for.
    if result in ('failed', 'delivered', 'read') and not about.copied then
      perform record_delivery('email', about.external_id, result, case result when 'failed' then failure end, now());
    end if;
    -- A failure that moves nothing is told all the same.
    if result = 'failed' then
      update message u set delivery_error = concat_ws('; ', u.delivery_error, failure)
      where u.id = about.message_id and u.delivery_status in ('sent', 'delivered', 'read', 'failed')
        and (about.copied or u.delivery_status <> 'failed')
        and strpos(coalesce(u.delivery_error, ''), failure) = 0 and length(coalesce(u.delivery_error, '')) < 4000
      returning u.delivery_status, u.delivery_error into told;
      if found then perform tell_delivery(about.message_id, told.delivery_status, told.delivery_error, null, true); end if;
    end if;

    new_mark := case
      when result = 'complained' then 'complained'
      when result = 'failed' and (report ->> 'permanent')::boolean then 'undeliverable' end;
    continue when new_mark is null;
    -- A complaint outlasts a failure; of two failures the first is kept.
    insert into address_mark as k (kind, value, mark, reason, message_id)
    values ('email', about.recipient, new_mark, coalesce(left(said, 500), new_mark) || doubt, p_message_id)
    on conflict (kind, value) do update set mark = excluded.mark, reason = excluded.reason, message_id = excluded.message_id, at = now()
      where k.mark <> 'complained' and k.mark <> excluded.mark
    returning k.message_id into moved;
    if found then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      select 'address.marked', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
        jsonb_build_object('address', about.recipient, 'mark', new_mark, 'reason', coalesce(left(said, 500), new_mark) || doubt, 'messageId', p_message_id)
      from ticket t join outbound o on o.id = about.outbound_id where t.id = about.ticket_id;
    end if;
  end loop;
end $$;
