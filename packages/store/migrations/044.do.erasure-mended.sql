-- Erasure, mended: what is written, merged and parted while a person is being erased.

-- Locks a customer with all that are one person with it, and answers them: nothing is joined to them, taken from them or written down for
-- them until this transaction ends. Behind everybody who decides about a contact of theirs. Raises PB001 when the person grew meanwhile.
create function lock_person(p_id uuid) returns uuid[] language plpgsql volatile as $$
declare
  ids uuid[] := array(select merged_customers(customer_root(p_id)) order by 1);
  keys text[] := array(select distinct kind || ':' || value from identifier where customer_id = any (ids) and grade <> 'claimed');
begin
  perform lock_identifiers(keys);
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

-- Nothing is written down any more of a customer who is erased, also by who decided about it before; that one decides again.
create function keep_erased_bare() returns trigger language plpgsql as $$
declare
  at timestamptz;
begin
  select erased_at into at from customer where id = new.customer_id for key share;
  if at is not null then raise exception 'this customer is erased' using errcode = tg_argv[0]; end if;
  return new;
end $$;
create trigger identifier_of_living before insert or update of customer_id on identifier for each row execute function keep_erased_bare('PB001');

-- As in 021, and nothing is given to who is erased.
create or replace function split_identifier(p_customer_id uuid, p_identifier_id uuid, p_target_id uuid, p_name text, p_agent_id text, p_reason text)
returns uuid language plpgsql volatile as $$
declare
  m_id uuid;
  i identifier%rowtype;
  target uuid := p_target_id;
  part text;
  ids uuid[];
begin
  if target = p_customer_id then raise exception 'the identifier is this customer''s already' using errcode = 'PB003'; end if;
  perform 1 from customer where id in (p_customer_id, target) order by id for no key update;
  select * into i from identifier where id = p_identifier_id and customer_id = p_customer_id;
  if not found then raise exception 'no such identifier' using errcode = 'PB004'; end if;
  if target is null then
    insert into customer (display_name) values (coalesce(nullif(trim(p_name), ''), i.value)) returning id into target;
  end if;
  if (select count(*) from customer where id in (p_customer_id, target)) <> 2 then raise exception 'no such customer' using errcode = 'PB004'; end if;
  if exists (select 1 from customer where id in (p_customer_id, target) and merged_into is not null) then
    raise exception 'one of the customers is merged already' using errcode = 'PB003';
  end if;
  if exists (select 1 from customer where id in (p_customer_id, target) and erased_at is not null) then
    raise exception 'one of the customers is erased' using errcode = 'PB003';
  end if;
  perform lock_identifiers(array[i.kind || ':' || i.value]);
  select * into i from identifier where id = p_identifier_id and customer_id = p_customer_id;
  if not found then raise exception 'no such identifier' using errcode = 'PB004'; end if;

  insert into customer_merge (kind, customer_id, other_id, by_agent_id, reason, made_customer, before)
  select 'split', target, p_customer_id, p_agent_id, p_reason, p_target_id is null, jsonb_build_object('customer', to_jsonb(c), 'other', to_jsonb(o))
  from customer c, customer o where c.id = target and o.id = p_customer_id
  returning id into m_id;
  update customer set updated_at = now() where id in (p_customer_id, target);

  -- A claim of the one who gets it says nothing more.
  with gone as (delete from identifier k where k.customer_id = target and k.kind = i.kind and k.value = i.value returning k.*)
  insert into customer_merge_row (merge_id, kind, row_key, action, before)
  select m_id, 'identifier', jsonb_build_object('id', g.id), 'removed', to_jsonb(g) from gone g;

  for part, ids in
    select r.kind, array_agg(r.id) from rows_of_identifiers(p_customer_id, array[i.kind || ':' || i.value], null, '{}') r where r.goes
    group by r.kind order by array_position(array['ticket', 'message', 'call'], r.kind)
  loop
    perform move_customer_rows(m_id, part, p_customer_id, target, format('t.id = any (%L::uuid[])', ids));
  end loop;
  perform move_customer_rows(m_id, 'identifier', p_customer_id, target, format('t.id = %L', i.id));
  perform move_customer_rows(m_id, 'identifier_evidence', p_customer_id, target, format('t.kind = %L and t.value = %L', i.kind, i.value));
  perform move_customer_rows(m_id, 'identity_code', p_customer_id, target, format('t.kind = %L and t.value = %L', i.kind, i.value));

  insert into event (type, customer_id, actor_id, data)
  values ('customer.split', p_customer_id, p_agent_id, jsonb_build_object('mergeId', m_id, 'otherId', target, 'kind', i.kind, 'value', i.value));
  perform tell_tickets_moved(m_id, moved_tickets(m_id), p_customer_id, target, p_agent_id);
  return m_id;
end $$;

-- As in 021, and nothing is proved of who is erased.
create or replace function prove_identifier(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  c_id uuid := (p ->> 'customerId')::uuid;
  key text := (p ->> 'kind') || ':' || (p ->> 'value');
  holder record;
  again record;
  m_id uuid;
  s_id uuid;
  survivor uuid;
  outcome text := 'proved';
begin
  select i.customer_id, i.grade into holder from identifier i where i.kind = p ->> 'kind' and i.value = p ->> 'value' and i.grade <> 'claimed'
    and not i.shared and i.customer_id <> c_id;
  perform 1 from customer where id in (c_id, holder.customer_id) order by id for no key update;
  if not exists (select 1 from customer where id = c_id) then raise exception 'no such customer' using errcode = 'PB004'; end if;
  if exists (select 1 from customer where id = c_id and merged_into is not null) then
    raise exception 'the customer is merged into another one' using errcode = 'PB003';
  end if;
  if exists (select 1 from customer where id = c_id and erased_at is not null) then raise exception 'this customer is erased' using errcode = 'PB003'; end if;
  perform lock_identifiers(key || array(select i.kind || ':' || i.value from identifier i where i.customer_id in (c_id, holder.customer_id) and i.grade <> 'claimed'));
  select i.customer_id, i.grade into again from identifier i where i.kind = p ->> 'kind' and i.value = p ->> 'value' and i.grade <> 'claimed'
    and not i.shared and i.customer_id <> c_id;
  if again.customer_id is distinct from holder.customer_id then raise exception 'the identifier has changed hands' using errcode = 'PB001'; end if;
  survivor := c_id;

  if holder.customer_id is null then
    insert into identifier as k (customer_id, kind, value, grade, channel, shared)
    values (c_id, p ->> 'kind', p ->> 'value', 'verified', p ->> 'channel', exists (
      select 1 from shared_identifier s where s.kind = p ->> 'kind' and s.value = p ->> 'value'))
    on conflict (customer_id, kind, value) do update set grade = 'verified', last_seen_at = now();
  else
    insert into identifier (customer_id, kind, value, grade, channel) values (c_id, p ->> 'kind', p ->> 'value', 'claimed', p ->> 'channel')
    on conflict (customer_id, kind, value) do update set last_seen_at = now();
    if suggestion_rejected(c_id, holder.customer_id) then
      outcome := 'kept-apart';
    elsif again.grade = 'verified' and (p ->> 'mayMerge')::boolean then
      survivor := least(c_id, holder.customer_id);
      m_id := merge_customers(survivor, greatest(c_id, holder.customer_id), p ->> 'agentId', 'Both proved ' || key);
      outcome := 'merged';
    else
      insert into suggestion as s (low_id, high_id, score, reasons, source)
      values (least(c_id, holder.customer_id), greatest(c_id, holder.customer_id), 1,
        jsonb_build_array(jsonb_build_object('code', 'proved-by-both', 'field', p ->> 'kind', 'detail', p ->> 'value')), 'proof')
      on conflict (low_id, high_id) do update set score = 1, reasons = excluded.reasons, source = 'proof', state = 'open', updated_at = now()
        where s.state <> 'rejected'
      returning s.id into s_id;
      outcome := 'suggested';
    end if;
  end if;

  insert into identifier_evidence (customer_id, kind, value, grade, source, channel, by_agent_id, reason, reference)
  values (survivor, p ->> 'kind', p ->> 'value', 'verified', p ->> 'source', p ->> 'channel', p ->> 'agentId', p ->> 'reason', p ->> 'reference')
  on conflict do nothing;
  if found then
    insert into event (type, customer_id, actor_id, data)
    values ('customer.identified', survivor, p ->> 'agentId', jsonb_build_object('kind', p ->> 'kind', 'value', p ->> 'value', 'grade', 'verified',
      'source', p ->> 'source', 'outcome', outcome));
  end if;
  return jsonb_build_object('outcome', outcome, 'customerId', survivor, 'otherId', holder.customer_id, 'mergeId', m_id, 'suggestionId', s_id);
end $$;

-- A name in place of a number is its sender's own choice: who wrote under it before only claims it.
update identifier set grade = 'claimed'
where kind = 'external' and channel in ('sms', 'phone') and grade = 'known' and not shared and value !~ '^\d+$' and value !~ '^[a-z]+:';
