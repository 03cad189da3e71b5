-- Merging moves rows and writes down each of them; undoing puts back exactly those.

create function merge_customers(p_customer_id uuid, p_other_id uuid, p_agent_id text) returns uuid language plpgsql volatile as $$
declare
  m_id uuid;
begin
  if p_customer_id = p_other_id then raise exception 'a customer cannot be merged with itself' using errcode = 'PB003'; end if;
  perform 1 from customer where id in (p_customer_id, p_other_id) order by id for no key update;
  if (select count(*) from customer where id in (p_customer_id, p_other_id)) <> 2 then
    raise exception 'no such customer' using errcode = 'PB004';
  end if;
  if exists (select 1 from customer where id in (p_customer_id, p_other_id) and merged_into is not null) then
    raise exception 'one of the customers is merged already' using errcode = 'PB003';
  end if;
  perform lock_identifiers(array(select kind || ':' || value from identifier where customer_id in (p_customer_id, p_other_id) and grade <> 'claimed'));

  insert into customer_merge (customer_id, other_id, by_agent_id) values (p_customer_id, p_other_id, p_agent_id) returning id into m_id;
  update customer set merged_into = p_customer_id, updated_at = now() where id = p_other_id;
  update customer set updated_at = now() where id = p_customer_id;

  -- What the surviving customer has too stays behind; it would say nothing new.
  with moved as (
    update identifier i set customer_id = p_customer_id where i.customer_id = p_other_id
      and not exists (select 1 from identifier k where k.customer_id = p_customer_id and k.kind = i.kind and k.value = i.value)
    returning i.id)
  insert into customer_merge_row select m_id, 'identifier', id from moved;
  with moved as (update ticket set customer_id = p_customer_id where customer_id = p_other_id returning id)
  insert into customer_merge_row select m_id, 'ticket', id from moved;
  with moved as (update message set customer_id = p_customer_id where customer_id = p_other_id returning id)
  insert into customer_merge_row select m_id, 'message', id from moved;
  with moved as (update call set customer_id = p_customer_id where customer_id = p_other_id returning id)
  insert into customer_merge_row select m_id, 'call', id from moved;

  insert into event (type, customer_id, actor_id, data)
  values ('customer.merged', p_customer_id, p_agent_id, jsonb_build_object('mergeId', m_id, 'otherId', p_other_id));
  return m_id;
end $$;

create function undo_merge(p_merge_id uuid, p_agent_id text) returns boolean language plpgsql volatile as $$
declare
  m customer_merge%rowtype;
begin
  select * into m from customer_merge where id = p_merge_id;
  if not found then raise exception 'no such merge' using errcode = 'PB004'; end if;
  perform 1 from customer where id in (m.customer_id, m.other_id) order by id for no key update;
  update customer_merge set undone_at = now(), undone_by_agent_id = p_agent_id where id = p_merge_id and undone_at is null;
  if not found then return false; end if;
  -- A later merge of the survivor took these rows along: that one has to be undone first.
  if exists (select 1 from customer where id = m.customer_id and merged_into is not null) then
    raise exception 'a later merge has to be undone first' using errcode = 'PB003';
  end if;
  perform lock_identifiers(array(select kind || ':' || value from identifier where customer_id = m.customer_id and grade <> 'claimed'));
  update customer set merged_into = null, updated_at = now() where id = m.other_id;
  update identifier i set customer_id = m.other_id from customer_merge_row r
  where r.merge_id = p_merge_id and r.kind = 'identifier' and r.row_id = i.id and i.customer_id = m.customer_id;
  update ticket t set customer_id = m.other_id from customer_merge_row r
  where r.merge_id = p_merge_id and r.kind = 'ticket' and r.row_id = t.id and t.customer_id = m.customer_id;
  update message x set customer_id = m.other_id from customer_merge_row r
  where r.merge_id = p_merge_id and r.kind = 'message' and r.row_id = x.id and x.customer_id = m.customer_id;
  update call c set customer_id = m.other_id from customer_merge_row r
  where r.merge_id = p_merge_id and r.kind = 'call' and r.row_id = c.id and c.customer_id = m.customer_id;
  insert into event (type, customer_id, actor_id, data)
  values ('customer.merge-undone', m.customer_id, p_agent_id, jsonb_build_object('mergeId', p_merge_id, 'otherId', m.other_id));
  return true;
end $$;
