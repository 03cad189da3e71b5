-- Answers to the signed reply address, on tickets that somebody opened who proved nothing. Whoever claims the address that the ticket is
-- answered to is its customer, as long as nobody has proved that address: who opened the ticket proved no more, and had no answer of ours.
-- Whoever proves it is a party of the ticket, and a customer of their own.

-- Whether a contact says who it is from and proves nothing of it.
create function only_claims(p_contact jsonb) returns boolean language sql immutable as $$
  select p_contact -> 'identifiers' @> '[{"grade": "claimed"}]' and not jsonb_path_exists(p_contact -> 'identifiers', '$[*] ? (@.grade != "claimed")')
$$;

-- As before, with the customer who is answered so, or null.
create or replace function locked_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile
-- Few rows are looked up by key, whatever the planner thinks of arrays of unknown length: it must never read a whole table for them.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  identifiers jsonb := p_contact -> 'identifiers';
  refs text[] := array(select jsonb_array_elements_text(p_contact #> '{threading,references}'));
  token uuid := (p_contact #>> '{threading,ticketId}')::uuid;
  own_id text := case when p_contact ->> 'channel' = 'email' then p_contact ->> 'externalId' end;
  tag integer := (p_contact #>> '{threading,ticketNumber}')::integer;
  customers jsonb;
  owners uuid[];
  tickets jsonb;
  addressee uuid;
begin
  select coalesce(jsonb_agg(jsonb_build_object('customerId', f.customer_id, 'kind', f.kind, 'value', f.value, 'grade', f.grade,
           'shared', f.shared)), '[]'),
         array_agg(f.customer_id) filter (where f.grade <> 'claimed' and not f.shared and c.grade <> 'claimed')
    into customers, owners
  from jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
  cross join lateral (select * from identifier i where i.kind = c.kind and i.value = c.value order by i.grade desc limit 20) f;

  with hit as (
    select t.id, 'token' as via, 0 as distance from ticket t where t.id = token
    -- It came to the signed bounce address of a message of ours.
    union all select o.ticket_id, 'token', 0 from outbound o where o.id = (p_contact #>> '{threading,outboundId}')::uuid
    union all select r.ticket_id, 'reference', min(cardinality(refs) - array_position(refs, r.reference)) from thread_reference r
    where r.reference = any (refs) group by r.ticket_id
    union all select r.ticket_id, 'answered', 0 from thread_reference r
    where r.reference = own_id and not exists (
      select 1 from message m where m.channel_account = p_contact ->> 'channelAccount' and m.external_id = own_id)
    union all select t.id, 'tag', 0 from ticket t where t.number = tag
    union all select w.id, 'window', 0 from (
      select t.id from ticket t
      where p_continuation_ms > 0 and t.customer_id = any (owners) and t.channel = p_contact ->> 'channel' and t.status <> 'closed'
        -- After a merge one customer has several visitors; a conversation goes on only with the visitor who began it.
        and (t.visitor_id is null or identifiers @> jsonb_build_array(jsonb_build_object('kind', 'visitor', 'value', t.visitor_id)))
        and t.last_activity_at >= now() - make_interval(secs => p_continuation_ms / 1000)
      order by t.last_activity_at desc limit 5) w
  )
  select coalesce(jsonb_agg(jsonb_build_object('ticketId', t.id, 'number', t.number, 'status', t.status, 'customerId', t.customer_id,
           'channel', t.channel, 'queueId', t.queue_id, 'via', h.via, 'lastActivityAt', t.last_activity_at, 'senderIsParty', exists (
             select 1 from ticket_party p join jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
               on p.kind = c.kind and p.value = c.value and c.grade <> 'claimed'
             where p.ticket_id = t.id)
             or t.id = token and exists (
               select 1 from jsonb_to_recordset(identifiers) c (value text, grade text) where c.value = t.contact_address and c.grade <> 'claimed')) order by h.distance, t.number), '[]')
    into tickets
  from (select id, via, distance from hit order by distance limit 50) h join ticket t on t.id = h.id;

  if token is not null and only_claims(p_contact) then
    select t.customer_id into addressee
    from ticket t cross join jsonb_to_recordset(identifiers) c (kind text, value text)
    join identifier i on i.customer_id = t.customer_id and i.kind = c.kind and i.value = c.value
    where t.id = token and c.value = t.contact_address and not i.shared
      and not exists (select 1 from identifier k where k.kind = c.kind and k.value = c.value and k.grade in ('verified', 'known') and not k.shared);
  end if;
  return jsonb_build_object('customers', customers, 'tickets', tickets, 'addressee', addressee);
end $$;

-- Nothing that is locked by identifier tells of that customer. Whoever merges or splits customers locks them before identifiers, and so it is
-- here; a merge that was waited for may have given the ticket to another one.
create function lock_addressee(p_contact jsonb) returns void language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  answered uuid := (p_contact #>> '{threading,ticketId}')::uuid;
  holder uuid;
  locked uuid;
begin
  if answered is null or not only_claims(p_contact) then return; end if;
  loop
    select customer_id into holder from ticket where id = answered;
    exit when holder is not distinct from locked;
    perform 1 from customer where id = holder for share;
    locked := holder;
  end loop;
end $$;

create or replace function ingest_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile as $$
begin
  perform lock_addressee(p_contact);
  perform lock_identifiers(contact_locks(p_contact));
  return locked_snapshot(p_contact, p_continuation_ms);
end $$;

-- As in 021. What proves nothing and came to a ticket that there was before goes where that ticket goes: two who claim one address are
-- told apart by it alone.
create or replace function rows_of_identifiers(p_customer_id uuid, p_keys text[], p_since uuid, p_tickets uuid[])
returns table (kind text, id uuid, goes boolean) language sql stable as $$
  with held as materialized (
    select i.kind || ':' || i.value as key from identifier i where i.customer_id = p_customer_id and (p_since is null or i.id <= p_since)
  ), came as materialized (
    select m.id, m.ticket_id, m.position, b.contact -> 'identifiers' as named, case
      when m.ticket_id <= p_since and only_claims(b.contact) then m.ticket_id = any (p_tickets)
      else (select coalesce(bool_or(k.mine and (k.grade <> 'claimed' or not k.proved)), false)
        and not coalesce(bool_or(k.grade <> 'claimed' and not k.mine and k.held), false)
      from (
        select x.grade, x.kind || ':' || x.value = any (p_keys) as mine, bool_or(x.grade <> 'claimed') over () as proved,
          x.kind || ':' || x.value in (select h.key from held h) as held
        from jsonb_to_recordset(coalesce(b.contact -> 'identifiers', '[]')) x (kind text, value text, grade text)) k) end as goes
    from message m left join inbox b on b.id = m.inbox_id
    where m.customer_id = p_customer_id and m.direction = 'in' and (p_since is null or m.id > p_since)
  ), tickets as materialized (
    select t.id, coalesce(
      (select c.goes from came c where c.ticket_id = t.id order by c.position limit 1),
      exists (select 1 from unnest(p_keys) k where substr(k, position(':' in k) + 1) = t.contact_address)) as goes
    from ticket t where t.customer_id = p_customer_id and (p_since is null or t.id > p_since)
  )
  select 'ticket', t.id, t.goes from tickets t
  union all select 'message', c.id, c.goes from came c
  union all select 'message', m.id, coalesce(t.goes, m.ticket_id = any (p_tickets))
  from message m left join tickets t on t.id = m.ticket_id
  where m.customer_id = p_customer_id and m.direction = 'out' and (p_since is null or m.id > p_since)
  union all select 'call', l.id, coalesce(t.goes, l.ticket_id = any (p_tickets))
  from call l left join tickets t on t.id = l.ticket_id
  where l.customer_id = p_customer_id and (p_since is null or l.id > p_since)
  union all select 'identifier', i.id, n.goes
  from identifier i cross join lateral (
    select coalesce(bool_and(c.goes), false) as goes from came c where c.named @> jsonb_build_array(jsonb_build_object('kind', i.kind, 'value', i.value))) n
  where i.customer_id = p_customer_id and p_since is not null and i.id > p_since and i.kind || ':' || i.value <> all (p_keys)
$$;

-- As in 044, and before any ticket behind whoever has a customer and goes on to a ticket: who answers as them.
create or replace function lock_person(p_id uuid) returns uuid[] language plpgsql volatile as $$
declare
  ids uuid[] := array(select merged_customers(customer_root(p_id)) order by 1);
  keys text[] := array(select distinct kind || ':' || value from identifier where customer_id = any (ids) and grade <> 'claimed');
begin
  perform lock_identifiers(keys);
  perform 1 from customer where id = any (ids) order by id for no key update;
  -- Whoever writes on a ticket has the ticket first and the customer then.
  perform 1 from ticket where customer_id = any (ids) order by id for no key update;
  -- Rows that refer to them wait, too.
  perform 1 from customer where id = any (ids) order by id for update;
  if ids is distinct from array(select merged_customers(customer_root(p_id)) order by 1)
    or exists (select 1 from identifier where customer_id = any (ids) and grade <> 'claimed' and kind || ':' || value <> all (keys)) then
    raise exception 'the person has changed' using errcode = 'PB001';
  end if;
  return ids;
end $$;
