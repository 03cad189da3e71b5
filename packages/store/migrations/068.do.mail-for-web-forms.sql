-- What answers a web form by mail is a mail like any other: with copies, an identity of the centre's and mails that are passed on.

-- As in 056; what is passed on begins a thread of its own.
create or replace function route_http_outbound() returns trigger language plpgsql as $$
declare
  source http_source%rowtype;
  mails text[];
begin
  select * into source from http_source s where 'http:' || s.id = new.channel_account;
  if source.reply_by = 'email' and new.recipient ~ '^[^@\s]+@[^@\s]+$' then
    if not exists (select 1 from message where id = new.message_id and forward_of is not null) then
      select array_agg(m.external_id order by m.position) into mails from (
        select external_id, position from message where ticket_id = new.ticket_id and channel = 'email' and external_id is not null
        order by position desc limit 20) m;
    end if;
    new.channel := 'email';
    new.channel_account := 'email';
    new.in_reply_to := mails[cardinality(mails)];
    new."references" := coalesce(mails, '{}');
  elsif cardinality(new."references") = 0 then
    select m.external_id, array(select jsonb_array_elements_text(i.contact #> '{threading,references}'))
      into new.in_reply_to, new."references"
    from message m join inbox i on i.id = m.inbox_id
    where m.ticket_id = new.ticket_id and m.channel = 'http' and m.direction = 'in' order by m.position desc limit 1;
    new."references" := coalesce(new."references", '{}');
  end if;
  return new;
end $$;

-- As in 056; an identity that was chosen stays the sender, and everybody who is written to may answer.
create or replace function keep_http_outbound() returns trigger language plpgsql as $$
declare
  source text;
begin
  select t.channel_account into source from ticket t where t.id = new.ticket_id and t.channel = 'http';
  if not found then return null; end if;
  if new.channel = 'email' then
    update message m set channel = 'email', channel_account = new.channel_account,
      sender = coalesce(m.identity ->> 'address', (select s.reply_account from http_source s where 'http:' || s.id = source), sender) where id = new.message_id;
    insert into ticket_party (ticket_id, kind, value)
    select new.ticket_id, 'email', lower(a) from message m, unnest(m.recipients || m.copies || m.blind_copies) a where m.id = new.message_id
    union select new.ticket_id, 'email', lower(new.recipient)
    on conflict do nothing;
  else
    insert into thread_reference (reference, ticket_id) values (new.channel_account || '#' || new.id, new.ticket_id) on conflict do nothing;
  end if;
  return null;
end $$;

-- Whether what is written on a ticket leaves by mail although it did not come by mail.
create or replace function answered_by_mail(p_ticket_id uuid) returns boolean language sql stable as $$
  select exists (
    select 1 from ticket t join http_source s on 'http:' || s.id = t.channel_account
    where t.id = p_ticket_id and t.channel = 'http' and s.reply_by = 'email' and t.contact_address ~ '^[^@\s]+@[^@\s]+$');
$$;
