-- As in 052. A message of unknown end that a report speaks of is taken for sent also where a copy of it that came back has its Message-ID, and
-- good news of whom a message is for leave standing who missed it as a copy.

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
  missed text;
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
      begin
        perform settle_outbound(about.outbound_id, 'sent', about.external_id, null, 0, null, 0, 'unknown');
      exception when unique_violation then
        -- Another message has that id: a copy of it that came back to us before it was written down.
        about.external_id := about.outbound_id::text;
        perform settle_outbound(about.outbound_id, 'sent', about.external_id, null, 0, null, 0, 'unknown');
      end;
    end if;
    -- How far a message is says what became of it for whom it is for.
    if result in ('failed', 'delivered', 'read') and not about.copied then
      -- Good news of whom it is for are none of who missed it as a copy.
      select string_agg(said_of, '; ') into missed from message u, regexp_split_to_table(u.delivery_error, '; ') said_of
      where u.id = about.message_id and about.several and said_of ~ '^\S+@\S+: ' and not starts_with(said_of, about.recipient || ': ');
      perform record_delivery('email', about.external_id, result, case result when 'failed' then failure end, now());
      if result <> 'failed' and missed is not null then
        update message set delivery_error = missed where id = about.message_id and delivery_error is null;
      end if;
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
