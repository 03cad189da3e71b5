-- Identity: what proved an identifier, identifiers of several people, who may be one person, and a ledger of every merge and split.

-- Identifiers ------------------------------------------------------------------------------------------------------

-- The extension behind a switchboard's number. The network vouches for the number alone, so such a row is always shared.
alter table identifier add column extension text check (extension ~ '^[0-9]{1,15}$');
alter table identifier add constraint identifier_extension_shared check (extension is null or shared);

-- What proved or said an identifier, when, and by whom. Never edited; it goes with the customer who holds the identifier.
create table identifier_evidence (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  kind text not null,
  value text not null,
  grade text not null check (grade in ('verified', 'known', 'claimed')),
  source text not null check (source in ('message', 'token', 'code', 'agent', 'import')),
  channel text,
  by_agent_id text,
  reason text,
  message_id uuid,
  -- What makes it one fact: the channel of a message, the site and subject of a token, the code.
  reference text,
  at timestamptz not null default now(),
  unique (customer_id, kind, value, source, reference)
);

insert into identifier_evidence (customer_id, kind, value, grade, source, channel, reference, at)
select customer_id, kind, value, grade, case when channel is null then 'import' else 'message' end, channel, coalesce(channel, 'before'), first_seen_at
from identifier;

-- Identifiers of several people, with the organisation that they name.
create table shared_identifier (
  kind text not null,
  value text not null,
  organisation text,
  source text not null check (source in ('agent', 'names', 'extension')),
  by_agent_id text,
  reason text,
  at timestamptz not null default now(),
  primary key (kind, value)
);

-- Names that were given with an identifier, as far as it takes to see that it is not one person's.
create table identifier_name (
  kind text not null,
  value text not null,
  name text not null,
  primary key (kind, value, name)
);

-- Proofs -----------------------------------------------------------------------------------------------------------

-- Websites that vouch for their visitors. A token names its site by the audience.
create table visitor_site (
  id uuid primary key default uuid_v7(),
  name text not null,
  audience text not null unique,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Several keys hold at once while one takes over from the other.
create table visitor_site_key (
  id uuid primary key default uuid_v7(),
  site_id uuid not null references visitor_site (id) on delete cascade,
  algorithm text not null check (algorithm in ('HS256', 'ES256', 'EdDSA')),
  -- A secret comes sealed; a public key is an SPKI in PEM.
  material text not null,
  created_at timestamptz not null default now(),
  retires_at timestamptz
);
create index visitor_site_key_site on visitor_site_key (site_id);

-- A token belongs to the visitor who brought it first; in another's hands it is a copy.
create table visitor_token (
  token_hash text primary key,
  visitor_id uuid not null,
  expires_at timestamptz not null
);
create index visitor_token_expiry on visitor_token (expires_at);

-- Who a site says that a visitor is, as long as its word holds.
create table visitor_proof (
  visitor_id uuid primary key,
  site_id uuid not null references visitor_site (id) on delete cascade,
  subject text not null,
  display_name text,
  identifiers jsonb not null,
  at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- One-time codes. The code itself is kept as a keyed hash, and sealed only until its message has left.
create table identity_code (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  ticket_id uuid not null references ticket (id),
  kind text not null check (kind in ('email', 'phone')),
  value text not null,
  code_hash text not null,
  sealed_code text,
  outbound_id uuid unique,
  attempts integer not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz,
  by_agent_id text not null,
  created_at timestamptz not null default now()
);
create index identity_code_address on identity_code (kind, value, created_at);
create index identity_code_agent on identity_code (by_agent_id, created_at);
create index identity_code_customer on identity_code (customer_id, created_at);
create index identity_code_ticket on identity_code (ticket_id, created_at);
create index identity_code_sealed on identity_code (expires_at) where sealed_code is not null;

-- The ledger -------------------------------------------------------------------------------------------------------

-- Every table with a `customer_id` is named here. `moves`: its rows go with the identity that they belong to; `stays`: they do not, for a reason.
-- A migration that makes such a table adds its line.
create table customer_table (
  name text primary key,
  policy text not null check (policy in ('moves', 'stays')),
  -- Tickets before what is written to them: whoever writes holds the ticket's row.
  position integer not null default 100,
  why text,
  check (policy = 'moves' or why is not null)
);
insert into customer_table (name, policy, position, why) values
  ('identifier', 'moves', 10, null),
  ('ticket', 'moves', 20, null),
  ('message', 'moves', 30, null),
  ('call', 'moves', 40, null),
  ('identifier_evidence', 'moves', 50, null),
  ('identity_code', 'moves', 60, null),
  ('event', 'stays', 100, 'A fact is never changed'),
  ('customer_merge', 'stays', 100, 'It is the ledger'),
  ('blocking_key', 'stays', 100, 'It is computed from the record'),
  ('identity_work', 'stays', 100, 'It says that a record has to be looked at');

-- `merge`: other_id is joined to customer_id. `split`: an identifier of other_id, with its contacts, goes to customer_id.
alter table customer_merge add column position bigint generated always as identity unique;
alter table customer_merge add column kind text not null default 'merge' check (kind in ('merge', 'split'));
alter table customer_merge add column reason text;
-- The split made its customer.
alter table customer_merge add column made_customer boolean not null default false;
-- Both records as they were.
alter table customer_merge add column before jsonb not null default '{}';
-- Where what came since went when it was undone: {returned: {table: [id]}, stayed: {table: [id]}}.
alter table customer_merge add column later jsonb;
drop index customer_merge_live;
create unique index customer_merge_live on customer_merge (other_id) where undone_at is null and kind = 'merge';
create index customer_merge_other on customer_merge (other_id);
create index customer_merged_into on customer (merged_into) where merged_into is not null;

-- `moved` from other_id to customer_id, or back in a split; `changed` and `removed` with what the row was.
alter table customer_merge_row drop constraint customer_merge_row_kind_check;
alter table customer_merge_row drop constraint customer_merge_row_pkey;
alter table customer_merge_row add column row_key jsonb;
alter table customer_merge_row add column action text not null default 'moved' check (action in ('moved', 'changed', 'removed'));
alter table customer_merge_row add column before jsonb;
update customer_merge_row set row_key = jsonb_build_object('id', row_id);
alter table customer_merge_row alter column row_key set not null;
alter table customer_merge_row drop column row_id;
alter table customer_merge_row add primary key (merge_id, kind, row_key);
create index customer_merge_row_of on customer_merge_row (kind, row_key);

-- How a row of such a table is named in the ledger: by its primary key without the customer.
create function customer_table_key(p_table text, out written text, out matched text) language sql stable as $$
  select 'jsonb_build_object(' || coalesce(string_agg(format('%L, t.%I', a.attname, a.attname), ', ' order by a.attnum), '') || ')',
    coalesce(string_agg(format('t.%I = (r.row_key ->> %L)::%s', a.attname, a.attname, format_type(a.atttypid, a.atttypmod)), ' and '), 'true')
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
  where i.indrelid = p_table::regclass and i.indisprimary and a.attname <> 'customer_id'
$$;

-- That the customer p_to has no row yet which is the same by a unique index: such a row stays where it is, since it would say nothing new.
create function customer_table_free(p_table text, p_to uuid) returns text language sql stable as $$
  select coalesce(string_agg(format('not exists (select 1 from %I k where k.customer_id = %L and %s)', p_table, p_to, u.same), ' and '), 'true')
  from (
    select coalesce(string_agg(format('k.%I = t.%I', a.attname, a.attname), ' and ') filter (where a.attname <> 'customer_id'), 'true') as same
    from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
    where i.indrelid = p_table::regclass and i.indisunique and i.indexprs is null
    group by i.indexrelid having bool_or(a.attname = 'customer_id')) u
$$;

-- Moves rows of one table from a customer to another and writes each of them down. p_which: a condition on `t`.
create function move_customer_rows(p_merge_id uuid, p_table text, p_from uuid, p_to uuid, p_which text) returns void language plpgsql volatile as $$
begin
  execute format(
    'with moved as (update %1$I t set customer_id = %3$L where t.customer_id = %2$L and (%4$s) and %5$s returning %6$s as row_key)
     insert into customer_merge_row (merge_id, kind, row_key) select %7$L, %1$L, row_key from moved',
    p_table, p_from, p_to, p_which, customer_table_free(p_table, p_to), (customer_table_key(p_table)).written, p_merge_id);
end $$;

-- Says on each ticket, and so to everybody who has it on screen or in a queue, that it is another customer's now.
create function tell_tickets_moved(p_merge_id uuid, p_tickets uuid[], p_from uuid, p_to uuid, p_agent_id text) returns void language sql volatile as $$
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  select 'ticket.customer-changed', t.id, p_to, t.queue_id, t.assignee_id, p_agent_id,
    jsonb_build_object('from', p_from, 'to', p_to, 'mergeId', p_merge_id)
  from ticket t where t.id = any (p_tickets)
$$;

create function ids_of(p_list jsonb) returns uuid[] language sql immutable as $$
  select array(select value::uuid from jsonb_array_elements_text(coalesce(p_list, '[]')) value)
$$;

create function moved_tickets(p_merge_id uuid) returns uuid[] language sql stable as $$
  select coalesce(array_agg((row_key ->> 'id')::uuid), '{}') from customer_merge_row where merge_id = p_merge_id and kind = 'ticket' and action = 'moved'
$$;

-- The rows of a customer that came by some of its identifiers (`kind:value`): a message whose proved identifiers are among them and of which no other
-- proved one was this customer's; a ticket that such a message opened, with what was written on it; a call of such a ticket. What only claims
-- says whose it is by the claim. p_since: only what is newer than this id, also on the tickets p_tickets, and with what such messages alone said.
create function rows_of_identifiers(p_customer_id uuid, p_keys text[], p_since uuid, p_tickets uuid[])
returns table (kind text, id uuid, goes boolean) language sql stable as $$
  with held as materialized (
    select i.kind || ':' || i.value as key from identifier i where i.customer_id = p_customer_id and (p_since is null or i.id <= p_since)
  ), came as materialized (
    select m.id, m.ticket_id, m.position, b.contact -> 'identifiers' as named, (
      select coalesce(bool_or(k.mine and (k.grade <> 'claimed' or not k.proved)), false)
        and not coalesce(bool_or(k.grade <> 'claimed' and not k.mine and k.held), false)
      from (
        select x.grade, x.kind || ':' || x.value = any (p_keys) as mine, bool_or(x.grade <> 'claimed') over () as proved,
          x.kind || ':' || x.value in (select h.key from held h) as held
        from jsonb_to_recordset(coalesce(b.contact -> 'identifiers', '[]')) x (kind text, value text, grade text)) k) as goes
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

-- Joins two customers. Raises PB003 when they cannot be joined, PB004 when one does not exist.
drop function merge_customers(uuid, uuid, text);
create function merge_customers(p_customer_id uuid, p_other_id uuid, p_agent_id text, p_reason text default null) returns uuid language plpgsql volatile as $$
declare
  m_id uuid;
  moving record;
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

  insert into customer_merge (customer_id, other_id, by_agent_id, reason, before)
  select p_customer_id, p_other_id, p_agent_id, p_reason, jsonb_build_object('customer', to_jsonb(c), 'other', to_jsonb(o))
  from customer c, customer o where c.id = p_customer_id and o.id = p_other_id
  returning id into m_id;
  update customer set merged_into = p_customer_id, updated_at = now() where id = p_other_id;
  update customer set updated_at = now() where id = p_customer_id;

  -- What both name and only the other proved is proved for the survivor: an identifier never speaks for a customer who is merged away.
  insert into customer_merge_row (merge_id, kind, row_key, action, before)
  select m_id, 'identifier', jsonb_build_object('id', i.id), 'changed', jsonb_build_object('grade', i.grade, 'twin', case when i.id = o.id then s.id else o.id end)
  from identifier o join identifier s on s.customer_id = p_customer_id and s.kind = o.kind and s.value = o.value and s.grade = 'claimed' and not s.shared
  join identifier i on i.id in (o.id, s.id)
  where o.customer_id = p_other_id and o.grade <> 'claimed' and not o.shared;
  update identifier i set grade = 'claimed' from customer_merge_row r
  where r.merge_id = m_id and r.action = 'changed' and i.id = (r.row_key ->> 'id')::uuid and i.customer_id = p_other_id;
  update identifier i set grade = t.before ->> 'grade' from customer_merge_row r join customer_merge_row t on t.merge_id = r.merge_id
    and t.kind = 'identifier' and t.row_key = jsonb_build_object('id', r.before ->> 'twin')
  where r.merge_id = m_id and r.action = 'changed' and i.id = (r.row_key ->> 'id')::uuid and i.customer_id = p_customer_id;

  for moving in select name from customer_table where policy = 'moves' order by position, name loop
    perform move_customer_rows(m_id, moving.name, p_other_id, p_customer_id, 'true');
  end loop;

  insert into event (type, customer_id, actor_id, data)
  values ('customer.merged', p_customer_id, p_agent_id, jsonb_build_object('mergeId', m_id, 'otherId', p_other_id));
  perform tell_tickets_moved(m_id, moved_tickets(m_id), p_other_id, p_customer_id, p_agent_id);
  return m_id;
end $$;

-- Gives one identifier of a customer, with the contacts that came by it, to another one; p_target_id null: to a new one.
-- Raises PB003 when that cannot be, PB004 when one of them does not exist.
create function split_identifier(p_customer_id uuid, p_identifier_id uuid, p_target_id uuid, p_name text, p_agent_id text, p_reason text)
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

-- The entry that has to be undone before this one: a later one that merged one of the two away, or that took a row of it along.
create function merge_blocked_by(p_merge_id uuid) returns uuid language sql stable as $$
  select n.id from customer_merge m join customer_merge n on n.position > m.position and n.undone_at is null and (
    (n.kind = 'merge' and (n.other_id = m.customer_id or (m.kind = 'split' and n.other_id = m.other_id)))
    or n.id in (
      select b.merge_id from customer_merge_row a join customer_merge_row b on b.kind = a.kind and b.row_key = a.row_key
      where a.merge_id = m.id and b.merge_id <> m.id))
  where m.id = p_merge_id
    and (n.customer_id in (m.customer_id, m.other_id) or n.other_id in (m.customer_id, m.other_id))
  order by n.position desc limit 1
$$;

-- What came to the customer of an entry since, and whether it goes back with the identifiers that do. What a later entry that stands has
-- moved or changed is that one's.
create function merge_later_rows(p_merge_id uuid) returns table (kind text, id uuid, goes boolean) language sql stable as $$
  select l.kind, l.id, l.goes
  from customer_merge m cross join lateral rows_of_identifiers(m.customer_id, array(
    select i.kind || ':' || i.value from customer_merge_row r join identifier i on i.id = (r.row_key ->> 'id')::uuid
    where r.merge_id = m.id and r.kind = 'identifier'
      and ((r.action = 'moved' and i.customer_id = m.customer_id) or (r.action = 'changed' and i.customer_id = m.other_id))),
    m.id, moved_tickets(m.id)) l
  where m.id = p_merge_id and not exists (
    select 1 from customer_merge_row r join customer_merge n on n.id = r.merge_id and n.position >= m.position
    where r.kind = l.kind and r.row_key = jsonb_build_object('id', l.id) and (n.id = m.id or n.undone_at is null))
$$;

-- Puts back exactly what an entry moved, with what came since by the identifiers that go back. False when it is undone already. Raises
-- PB003 when a later entry has to be undone first, PB004 when there is no such entry.
drop function undo_merge(uuid, text);
create function undo_merge(p_merge_id uuid, p_agent_id text) returns boolean language plpgsql volatile as $$
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
  insert into identifier select (jsonb_populate_record(null::identifier, r.before)).* from customer_merge_row r
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

  insert into event (type, customer_id, actor_id, data)
  values ('customer.merge-undone', m.customer_id, p_agent_id, jsonb_build_object('mergeId', p_merge_id, 'otherId', m.other_id));
  perform tell_tickets_moved(p_merge_id, moved_tickets(p_merge_id) || ids_of(returned -> 'ticket'), m.customer_id, m.other_id, p_agent_id);
  return true;
end $$;

-- Suggestions ------------------------------------------------------------------------------------------------------

-- Two customers who may be one person; the lower id first. `proof`: both proved one identifier, which the score does not see.
create table suggestion (
  id uuid primary key default uuid_v7(),
  low_id uuid not null references customer (id),
  high_id uuid not null references customer (id),
  score double precision not null,
  -- [{code, field, detail}]
  reasons jsonb not null default '[]',
  source text not null default 'score' check (source in ('score', 'proof')),
  state text not null default 'open' check (state in ('open', 'accepted', 'rejected')),
  decided_by text,
  decided_at timestamptz,
  merge_id uuid references customer_merge (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (low_id < high_id),
  unique (low_id, high_id)
);
create index suggestion_open on suggestion (score desc, id desc) where state = 'open';
create index suggestion_high on suggestion (high_id);
create index suggestion_merge on suggestion (merge_id) where merge_id is not null;

-- What similar customers have in common: candidates are looked up by these and never by reading customers.
create table blocking_key (
  key text not null,
  customer_id uuid not null references customer (id) on delete cascade,
  primary key (key, customer_id)
);
create index blocking_key_customer on blocking_key (customer_id);

-- Customers to look at again. Rows are only ever added and taken away, so that no writer waits for another.
create table identity_work (
  id bigint generated always as identity primary key,
  customer_id uuid not null
);
insert into identity_work (customer_id) select id from customer where merged_into is null;

create function note_identity_work() returns trigger language plpgsql as $$
begin
  insert into identity_work (customer_id) values (new.customer_id);
  if tg_op = 'UPDATE' and old.customer_id <> new.customer_id then insert into identity_work (customer_id) values (old.customer_id); end if;
  return null;
end $$;
create trigger identifier_work_added after insert on identifier for each row execute function note_identity_work();
create trigger identifier_work_changed after update on identifier for each row
  when (old.customer_id <> new.customer_id or old.grade <> new.grade or old.shared <> new.shared) execute function note_identity_work();

create function note_customer_work() returns trigger language plpgsql as $$
begin
  insert into identity_work (customer_id) values (new.id);
  return null;
end $$;
create trigger customer_work_added after insert on customer for each row execute function note_customer_work();
create trigger customer_work_changed after update on customer for each row
  when (old.display_name <> new.display_name or old.merged_into is distinct from new.merged_into) execute function note_customer_work();

-- A customer with all that were merged into it.
create function customer_cluster(p_id uuid) returns setof uuid language sql stable rows 2 as $$
  with recursive cluster as (select p_id as id union select c.id from customer c join cluster k on c.merged_into = k.id) select id from cluster
$$;

-- The customer that an id leads to after all merges.
create function customer_root(p_id uuid) returns uuid language sql stable as $$
  with recursive way as (select id, merged_into from customer where id = p_id union select c.id, c.merged_into from customer c join way w on c.id = w.merged_into)
  select id from way where merged_into is null
$$;

-- Whether a person has said that the two are not one, of them or of customers who were merged into them.
create function suggestion_rejected(p_one uuid, p_other uuid) returns boolean language sql stable as $$
  select exists (
    select 1 from (select array(select customer_cluster(p_one)) as ones, array(select customer_cluster(p_other)) as others) k
    join suggestion s on s.state = 'rejected' and ((s.low_id = any (k.ones) and s.high_id = any (k.others)) or (s.low_id = any (k.others) and s.high_id = any (k.ones))))
$$;

-- Raising a grade --------------------------------------------------------------------------------------------------

-- Proves an identifier to be a customer's. Where another one proved it, the two are one person: they are merged when it was verified on
-- both sides and p.mayMerge, and suggested otherwise. Raises PB001 when somebody else was faster (to be tried again), PB003, PB004.
-- p: customerId, kind, value, source, channel, agentId, reason, reference, mayMerge
create function prove_identifier(p jsonb) returns jsonb language plpgsql volatile as $$
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

-- Marks an identifier as that of several people, or takes the mark away. Where several proved it, p.keepCustomerId says who keeps it; the others
-- only claim it from then on. Raises PB003 when that is not said.
-- p: kind, value, shared, organisation, source, agentId, reason, keepCustomerId
create function set_identifier_shared(p jsonb) returns boolean language plpgsql volatile as $$
declare
  changed boolean;
  keep uuid := (p ->> 'keepCustomerId')::uuid;
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

-- One try at a code: `wrong` counts, the fifth ends it. p_hash: of what was typed.
create function try_identity_code(p_id uuid, p_hash text, p_now timestamptz) returns text language plpgsql volatile as $$
declare
  c identity_code%rowtype;
begin
  select * into c from identity_code where id = p_id for no key update;
  if not found then return 'unknown'; end if;
  if c.used_at is not null then return 'used'; end if;
  if c.expires_at <= p_now then return 'expired'; end if;
  if c.attempts >= 5 then return 'exhausted'; end if;
  if c.code_hash <> p_hash then
    update identity_code set attempts = attempts + 1 where id = p_id;
    return case when c.attempts + 1 >= 5 then 'exhausted' else 'wrong' end;
  end if;
  update identity_code set used_at = p_now, sealed_code = null where id = p_id;
  return 'confirmed';
end $$;
