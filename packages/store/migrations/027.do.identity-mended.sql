-- Identity, mended: marks that come and go between a merge and its undoing, and what is written while a merge runs.

-- The mark of an identifier holds for whoever comes to name it, also when nobody has it at the moment.
create function mark_identifier() returns trigger language plpgsql as $$
begin
  new.shared := new.shared or exists (select 1 from shared_identifier s where s.kind = new.kind and s.value = new.value);
  return new;
end $$;
create trigger identifier_marked before insert on identifier for each row execute function mark_identifier();

-- As in 021. Who keeps it is one of those who proved it, and none of those who were merged away.
-- Marks an identifier as that of several people, or takes the mark away. Where several proved it, p.keepCustomerId says who keeps it; the others
-- only claim it from then on. Raises PB003 when that is not said.
-- p: kind, value, shared, organisation, source, agentId, reason, keepCustomerId
create or replace function set_identifier_shared(p jsonb) returns boolean language plpgsql volatile as $$
declare
  changed boolean;
  keep uuid := customer_root((p ->> 'keepCustomerId')::uuid);
  astray record;
begin
  perform lock_identifiers(array[(p ->> 'kind') || ':' || (p ->> 'value')]);
  if (p ->> 'shared')::boolean then
    insert into shared_identifier as s (kind, value, organisation, source, by_agent_id, reason)
    values (p ->> 'kind', p ->> 'value', p ->> 'organisation', p ->> 'source', p ->> 'agentId', p ->> 'reason')
    on conflict (kind, value) do update set organisation = excluded.organisation, source = excluded.source, by_agent_id = excluded.by_agent_id,
      reason = excluded.reason, at = now() where p ->> 'source' = 'agent';
    changed := found;
    update identifier set shared = true where kind = p ->> 'kind' and value = p ->> 'value' and not shared;
    changed := changed or found;
  else
    if exists (select 1 from identifier where kind = p ->> 'kind' and value = p ->> 'value' and extension is not null) then
      raise exception 'the number has extensions, so it is a switchboard''s' using errcode = 'PB003';
    end if;
    -- A customer who was merged away proves nothing: it is proved for the one that they lead to, as a merge does it.
    for astray in
      select i.id, i.customer_id, i.grade, k.customer_id as root, k.id as mine from identifier i join customer c on c.id = i.customer_id and c.merged_into is not null
      left join identifier k on k.customer_id = customer_root(c.id) and k.kind = i.kind and k.value = i.value and k.grade = 'claimed'
      where i.kind = p ->> 'kind' and i.value = p ->> 'value' and i.grade <> 'claimed' order by i.grade desc, i.id
    loop
      update identifier set grade = 'claimed' where id = astray.id;
      update identifier set grade = astray.grade where id = astray.mine and grade = 'claimed';
      if found then
        insert into customer_merge_row (merge_id, kind, row_key, action, before)
        select m.id, 'identifier', jsonb_build_object('id', x.id), 'changed', jsonb_build_object('grade', x.grade, 'twin', x.twin)
        from customer_merge m cross join (values (astray.id, astray.grade, astray.mine), (astray.mine, 'claimed', astray.id)) x (id, grade, twin)
        where m.kind = 'merge' and m.other_id = astray.customer_id and m.customer_id = astray.root and m.undone_at is null on conflict do nothing;
      end if;
    end loop;
    if keep is not null and not exists (
      select 1 from identifier where kind = p ->> 'kind' and value = p ->> 'value' and grade <> 'claimed' and customer_id = keep) then
      raise exception 'only a customer who proved it can keep it' using errcode = 'PB003';
    end if;
    if keep is null and (select count(*) from identifier where kind = p ->> 'kind' and value = p ->> 'value' and grade <> 'claimed') > 1 then
      raise exception 'several customers proved it: say who keeps it' using errcode = 'PB003';
    end if;
    if keep is not null then
      update identifier set grade = 'claimed' where kind = p ->> 'kind' and value = p ->> 'value' and grade <> 'claimed' and customer_id <> keep;
    end if;
    update identifier set shared = false where kind = p ->> 'kind' and value = p ->> 'value' and shared;
    changed := found;
    delete from shared_identifier where kind = p ->> 'kind' and value = p ->> 'value';
    changed := changed or found;
    -- A person knows better than the count of names, which begins anew.
    delete from identifier_name where kind = p ->> 'kind' and value = p ->> 'value';
  end if;
  if changed then
    insert into event (type, customer_id, actor_id, data)
    select case when (p ->> 'shared')::boolean then 'identifier.shared' else 'identifier.unshared' end, i.customer_id, p ->> 'agentId',
      jsonb_build_object('kind', i.kind, 'value', i.value, 'organisation', p ->> 'organisation', 'reason', coalesce(p ->> 'reason', ''))
    from identifier i where i.kind = p ->> 'kind' and i.value = p ->> 'value' order by i.id limit 100;
  end if;
  return changed;
end $$;

-- As in 021, and heeds what was marked since; what a proof joined and a person took apart is not joined again.
create or replace function undo_merge(p_merge_id uuid, p_agent_id text) returns boolean language plpgsql volatile as $$
declare
  m customer_merge%rowtype;
  blocker uuid;
  moving record;
  returned jsonb;
  stayed jsonb;
  part text;
begin
  select * into m from customer_merge where id = p_merge_id;
  if not found then raise exception 'no such merge' using errcode = 'PB004'; end if;
  perform 1 from customer where id in (m.customer_id, m.other_id) order by id for no key update;
  update customer_merge set undone_at = now(), undone_by_agent_id = p_agent_id where id = p_merge_id and undone_at is null;
  if not found then return false; end if;
  blocker := merge_blocked_by(p_merge_id);
  if blocker is not null then
    raise exception 'merge % has to be undone first', blocker using errcode = 'PB003';
  end if;
  perform lock_identifiers(array(select kind || ':' || value from identifier where customer_id in (m.customer_id, m.other_id) and grade <> 'claimed'));

  select coalesce(jsonb_object_agg(kind, ids) filter (where goes), '{}'), coalesce(jsonb_object_agg(kind, ids) filter (where not goes), '{}')
    into returned, stayed
  from (select l.kind, l.goes, jsonb_agg(l.id order by l.id) as ids from merge_later_rows(p_merge_id) l group by l.kind, l.goes) u;

  -- Records: what nobody has changed since is as it was.
  update customer c set updated_at = case when c.updated_at = m.at then (b.was ->> 'updated_at')::timestamptz else now() end
  from (values (m.customer_id, m.before -> 'customer'), (m.other_id, m.before -> 'other')) b (id, was) where c.id = b.id and b.was is not null;
  if m.kind = 'merge' then update customer set merged_into = null where id = m.other_id; end if;

  -- Grades that the merge exchanged go back to whose they were, raised since or not.
  for moving in
    select theirs.id as theirs_id, mine.id as mine_id, mine.grade from customer_merge_row r
    join identifier theirs on theirs.id = (r.row_key ->> 'id')::uuid and theirs.customer_id = m.other_id
    join identifier mine on mine.id = (r.before ->> 'twin')::uuid and mine.customer_id = m.customer_id
    where r.merge_id = p_merge_id and r.action = 'changed'
  loop
    update identifier set grade = 'claimed' where id = moving.mine_id;
    update identifier set grade = moving.grade where id = moving.theirs_id;
  end loop;

  -- Who gave it away and only claimed it again since has it back.
  delete from identifier k using customer_merge_row r join identifier i on i.id = (r.row_key ->> 'id')::uuid
  where r.merge_id = p_merge_id and r.kind = 'identifier' and r.action = 'moved' and i.customer_id = m.customer_id
    and k.customer_id = m.other_id and k.kind = i.kind and k.value = i.value and k.grade = 'claimed' and k.id > m.id;
  for moving in select name, (customer_table_key(name)).matched, customer_table_free(name, m.other_id) as free from customer_table
    where policy = 'moves' order by position, name
  loop
    execute format('update %1$I t set customer_id = %2$L from customer_merge_row r
      where r.merge_id = %3$L and r.kind = %1$L and r.action = ''moved'' and t.customer_id = %4$L and %5$s and %6$s',
      moving.name, m.other_id, p_merge_id, m.customer_id, moving.matched, moving.free);
  end loop;
  for part in select name from customer_table where name in ('ticket', 'message', 'call', 'identifier') order by position loop
    execute format('update %1$I t set customer_id = %2$L where t.customer_id = %3$L and t.id = any (%4$L::uuid[]) and %5$s',
      part, m.other_id, m.customer_id, ids_of(returned -> part), customer_table_free(part, m.other_id));
  end loop;
  -- A mark may have been put on or taken off since: it is the mark that holds now, and where there is none nobody proves what another one did.
  insert into identifier
  select (jsonb_populate_record(null::identifier, r.before || jsonb_build_object('shared', k.shared, 'grade', case when not k.shared and exists (
      select 1 from identifier i where i.kind = r.before ->> 'kind' and i.value = r.before ->> 'value' and i.grade <> 'claimed') then 'claimed'
    else r.before ->> 'grade' end))).*
  from customer_merge_row r cross join lateral (select exists (
    select 1 from shared_identifier s where s.kind = r.before ->> 'kind' and s.value = r.before ->> 'value') as shared) k
  where r.merge_id = p_merge_id and r.kind = 'identifier' and r.action = 'removed' on conflict do nothing;
  -- What was learnt since about an identifier goes where it went.
  update identifier_evidence e set customer_id = m.other_id
  where e.customer_id = m.customer_id and e.id > m.id and exists (
    select 1 from identifier i where i.customer_id = m.other_id and i.kind = e.kind and i.value = e.value)
    and not exists (select 1 from identifier i where i.customer_id = m.customer_id and i.kind = e.kind and i.value = e.value)
    and not exists (select 1 from identifier_evidence k where k.customer_id = m.other_id and k.kind = e.kind and k.value = e.value
      and k.source = e.source and k.reference = e.reference);

  -- A customer that an undone split made leads to where its contacts are, as soon as nothing is left of it and nothing that stands concerns it.
  update customer c set merged_into = s.other_id from customer_merge s
  where s.customer_id = c.id and s.made_customer and s.undone_at is not null and c.id in (m.customer_id, m.other_id) and c.merged_into is null
    and not exists (select 1 from customer_merge n where n.customer_id = c.id and n.undone_at is null)
    and not exists (select 1 from customer_merge n where n.other_id = c.id and n.undone_at is null)
    and not exists (select 1 from identifier where customer_id = c.id) and not exists (select 1 from ticket where customer_id = c.id)
    and not exists (select 1 from message where customer_id = c.id);
  update customer_merge set later = jsonb_build_object('returned', returned, 'stayed', stayed) where id = p_merge_id;
  -- Whoever takes a merge apart says that the two are not one.
  update suggestion set state = 'rejected', decided_by = p_agent_id, decided_at = now(), updated_at = now() where merge_id = p_merge_id and state = 'accepted';
  -- What the hub joined by a proof it does not join again.
  if m.kind = 'merge' and m.reason like 'Both proved %' then
    insert into suggestion as s (low_id, high_id, score, source, state, decided_by, decided_at, merge_id)
    values (least(m.customer_id, m.other_id), greatest(m.customer_id, m.other_id), 1, 'proof', 'rejected', p_agent_id, now(), p_merge_id)
    on conflict (low_id, high_id) do update set state = 'rejected', decided_by = p_agent_id, decided_at = now(), updated_at = now() where s.state <> 'rejected';
  end if;

  insert into event (type, customer_id, actor_id, data)
  values ('customer.merge-undone', m.customer_id, p_agent_id, jsonb_build_object('mergeId', p_merge_id, 'otherId', m.other_id));
  perform tell_tickets_moved(p_merge_id, moved_tickets(p_merge_id) || ids_of(returned -> 'ticket'), m.customer_id, m.other_id, p_agent_id);
  return true;
end $$;

-- What was written to a customer while it was being merged away goes where the rest went, and is in the ledger with it. Only of tables in which
-- no row may stay behind because the survivor has the same.
create function gather_strays(p_ids uuid[]) returns void language plpgsql volatile as $$
declare
  m customer_merge%rowtype;
  from_id uuid;
  moving record;
begin
  foreach from_id in array p_ids loop
    loop
      select * into m from customer_merge where kind = 'merge' and other_id = from_id and undone_at is null;
      exit when not found;
      perform 1 from customer where id in (m.customer_id, from_id) order by id for no key update;
      exit when not exists (select 1 from customer_merge where id = m.id and undone_at is null);
      for moving in select name from customer_table where policy = 'moves' and customer_table_free(name, m.customer_id) = 'true' order by position, name loop
        perform move_customer_rows(m.id, moving.name, from_id, m.customer_id, 'true');
      end loop;
      from_id := m.customer_id;
    end loop;
  end loop;
end $$;

-- What was wrong before.
update identifier i set shared = true from shared_identifier s where s.kind = i.kind and s.value = i.value and not i.shared;
with astray as (
  select i.id, i.kind, i.value, i.grade, customer_root(i.customer_id) as root from identifier i join customer c on c.id = i.customer_id
  where c.merged_into is not null and i.grade <> 'claimed' and not i.shared),
  lowered as (update identifier i set grade = 'claimed' from astray a where i.id = a.id)
update identifier i set grade = a.grade from astray a where i.customer_id = a.root and i.kind = a.kind and i.value = a.value and i.grade = 'claimed'
  and not exists (select 1 from identifier k join customer c on c.id = k.customer_id and c.merged_into is null
    where k.kind = a.kind and k.value = a.value and k.grade <> 'claimed');
