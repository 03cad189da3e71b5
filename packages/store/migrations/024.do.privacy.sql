-- What a person may ask of the centre, and what the law asks of it: export, erasure, retention, consent by purpose, and a trail of who
-- looked at, gave away and changed what.

-- Whose erasure has begun or is done: the row stays for what refers to it, and nothing joins it any more.
alter table customer add column erased_at timestamptz;
-- When its texts were removed by retention or erasure.
alter table ticket add column emptied_at timestamptz;
-- Copies of what arrived twice go with their message.
create index inbox_duplicate on inbox (message_id) where state = 'duplicate';
create index ticket_content on ticket (id) where emptied_at is null and status in ('resolved', 'closed');

-- Nothing of this customer may be removed while a hold stands.
create table legal_hold (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  reason text not null,
  by_agent_id text not null,
  at timestamptz not null default now(),
  released_at timestamptz,
  released_by text,
  release_reason text
);
create unique index legal_hold_live on legal_hold (customer_id) where released_at is null;

create table privacy_request (
  id uuid primary key default uuid_v7(),
  kind text not null check (kind in ('export', 'erasure')),
  customer_id uuid not null references customer (id),
  -- `asked`: a second person has to confirm; `waiting`: for its time.
  state text not null check (state in ('asked', 'waiting', 'running', 'done', 'expired', 'cancelled')),
  reason text not null,
  -- Null: asked for by retention.
  asked_by text,
  asked_at timestamptz not null default now(),
  confirmed_by text,
  confirmed_at timestamptz,
  cancelled_by text,
  due_at timestamptz not null,
  -- Why it does not go on at present, as a code.
  obstacle text,
  -- What has to be found everywhere, sealed for the row's id; gone when all is done.
  sought_sealed text,
  step text,
  cursor text,
  counts jsonb not null default '{}',
  lease_until timestamptz,
  finished_at timestamptz,
  size bigint,
  expires_at timestamptz,
  -- The present one-time link of an export: the hash of its token, whose it is, and until when it holds.
  link_hash text,
  link_agent_id text,
  link_until timestamptz,
  downloaded_at timestamptz
);
create unique index privacy_request_live on privacy_request (customer_id, kind) where state in ('asked', 'waiting', 'running');
create index privacy_request_due on privacy_request (due_at) where state in ('waiting', 'running');
create index privacy_request_customer on privacy_request (customer_id);
create index privacy_request_expiry on privacy_request (expires_at) where state = 'done' and kind = 'export';
create unique index privacy_request_link on privacy_request (link_hash) where link_hash is not null;

-- Consent to more than being texted, each change a row; the last one of a purpose holds.
create table consent_record (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  purpose text not null check (purpose in ('marketing', 'recording', 'survey')),
  state text not null check (state in ('granted', 'withdrawn')),
  source text not null check (source in ('customer', 'agent', 'form', 'import')),
  channel text,
  -- Which wording the person agreed to.
  text_version text not null default '',
  note text not null default '',
  by_agent_id text,
  at timestamptz not null default clock_timestamp()
);
create index consent_record_customer on consent_record (customer_id, purpose, at desc, id desc);

-- Audit ------------------------------------------------------------------------------------------------------------

-- Who looked at, took out and changed what. `detail` may name a person and is the only part that an erasure replaces: `digest` is made of it
-- with a salt, so that the seals hold without it and nobody finds it by guessing.
create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  action text not null,
  actor_id text,
  customer_id uuid,
  ticket_id uuid,
  correlation_id text,
  event_id bigint,
  detail jsonb not null default '{}',
  salt uuid default gen_random_uuid(),
  digest text not null,
  seal_id bigint
);
create index audit_entry_customer on audit_entry (customer_id, id) where customer_id is not null;
create index audit_entry_actor on audit_entry (actor_id, id) where actor_id is not null;
create index audit_entry_action on audit_entry (action, id);
create index audit_entry_unsealed on audit_entry (id) where seal_id is null;
create index audit_entry_seal on audit_entry (seal_id, id);
-- A screen reads a file again and again while somebody works on it: that is one look in ten minutes.
create unique index audit_entry_look on audit_entry (actor_id, customer_id, (date_bin('10 minutes', at, timestamptz 'epoch')))
  where action = 'customer.read';

-- A chain over the entries: each seal is made of the seal before it and of its entries.
create table audit_seal (
  id bigint generated always as identity primary key,
  entries integer not null,
  digest text not null,
  at timestamptz not null default now(),
  -- When retention removed the entries; the chain goes on over their digest.
  pruned_at timestamptz
);

create function audit_detail_digest(p_salt uuid, p_detail jsonb) returns text language sql immutable parallel safe as $$
  select encode(sha256(convert_to(p_salt::text || p_detail::text, 'UTF8')), 'hex')
$$;
create function digest_audit_entry() returns trigger language plpgsql as $$
begin
  new.digest := audit_detail_digest(new.salt, new.detail);
  new.seal_id := null;
  return new;
end $$;
create trigger audit_entry_digest before insert on audit_entry for each row execute function digest_audit_entry();

-- Facts stay. Only erasure and retention, which say so for their transaction and leave entries of their own, may replace or remove.
create function keep_facts() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('patchbay.privacy', true), '') not in ('erasure', 'retention') then
    raise exception '% is append-only', tg_table_name using errcode = 'PB010';
  end if;
  if tg_op = 'UPDATE' then return new; end if;
  return old;
end $$;
create trigger audit_entry_kept before delete or update of id, at, action, actor_id, customer_id, ticket_id, correlation_id, event_id, detail, salt, digest
  on audit_entry for each row execute function keep_facts();
create function keep_seal() returns trigger language plpgsql as $$
begin
  raise exception 'An entry is sealed once' using errcode = 'PB010';
end $$;
create trigger audit_entry_sealed_once before update of seal_id on audit_entry
  for each row when (old.seal_id is not null) execute function keep_seal();
create trigger audit_entry_whole before truncate on audit_entry for each statement execute function keep_facts();
create trigger audit_seal_kept before delete or update on audit_seal for each row execute function keep_facts();
-- The relay numbers events; what they say stays.
create trigger event_kept before delete or update of id, type, at, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data
  on event for each row execute function keep_facts();
create trigger event_whole before truncate on event for each statement execute function keep_facts();

-- What people change of customers and of the configuration is told as an event; the trail has it in the same transaction.
create function audit_event() returns trigger language plpgsql as $$
begin
  insert into audit_entry (action, actor_id, customer_id, ticket_id, correlation_id, event_id, detail)
  values (new.type, new.actor_id, new.customer_id, new.ticket_id, new.correlation_id, new.id, new.data);
  return null;
end $$;
create trigger event_audited after insert on event for each row
  when (new.type = 'customer.erased'
    or (new.actor_id is not null and (new.type in ('setting.changed', 'settings.changed', 'ticket.request-changed', 'import.changed', 'data.exported')
      or new.type ~ '^(customer|consent|address|identifier|identity|suggestion|purchase|task|score|grading|segment|guard)\.')))
  execute function audit_event();

create function seal_digest(p_seal_id bigint, p_previous text) returns text language sql stable as $$
  select encode(sha256(convert_to(p_previous || coalesce(string_agg(
    concat_ws('|', id, extract(epoch from at), action, coalesce(actor_id, '-'), coalesce(customer_id::text, '-'), coalesce(ticket_id::text, '-'),
      coalesce(correlation_id, '-'), coalesce(event_id::text, '-'), digest), E'\n' order by id), ''), 'UTF8')), 'hex')
  from audit_entry where seal_id = p_seal_id
$$;

-- Seals entries that are committed. One at a time; who finds another at it leaves it to that one.
create function seal_audit(p_limit integer) returns integer language plpgsql volatile as $$
declare
  previous text;
  made bigint;
  sealed integer;
begin
  if not pg_try_advisory_xact_lock(7421024) or not exists (select 1 from audit_entry where seal_id is null) then return 0; end if;
  select digest into previous from audit_seal order by id desc limit 1;
  made := coalesce((select max(id) from audit_seal), 0) + 1;
  update audit_entry set seal_id = made
  where id in (select id from audit_entry where seal_id is null order by id limit p_limit);
  get diagnostics sealed = row_count;
  insert into audit_seal (id, entries, digest) overriding system value
  values (made, sealed, seal_digest(made, coalesce(previous, '')));
  return sealed;
end $$;

-- Seals after p_after that do not hold: an entry was changed, added or removed, or a detail is not what it was.
create function broken_audit_seals(p_after bigint, p_limit integer) returns table (seal_id bigint, broken boolean) language sql stable as $$
  select s.id, s.pruned_at is null and (
    s.digest <> seal_digest(s.id, coalesce((select b.digest from audit_seal b where b.id = s.id - 1), ''))
    or exists (select 1 from audit_entry e where e.seal_id = s.id and e.salt is not null and e.digest <> audit_detail_digest(e.salt, e.detail)))
  from audit_seal s where s.id > p_after order by s.id limit p_limit
$$;

-- Erasure ----------------------------------------------------------------------------------------------------------

-- A customer with all that were merged into it, however often.
create function merged_customers(p_id uuid) returns setof uuid language sql stable rows 2 as $$
  with recursive whole as (select p_id as id union select c.id from customer c join whole w on c.merged_into = w.id) select id from whole
$$;

-- Everybody of whom nothing may be removed: a hold on one of several that were merged stands for all of them.
create function held_customers() returns setof uuid language sql stable rows 10 as $$
  with recursive held as (
    select customer_id as id from legal_hold where released_at is null
    union select x.id from held h cross join lateral (
      select c.merged_into from customer c where c.id = h.id and c.merged_into is not null
      union all select c.id from customer c where c.merged_into = h.id) x (id))
  select id from held
$$;

-- What an event says without what could name a person: ids, states, kinds, numbers stay.
create function erased_data(p_type text, p_data jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(key, case
    when key in ('channel', 'kind', 'messageId', 'status', 'direction', 'visibility', 'authorId', 'state', 'step', 'queueId', 'agentId', 'agentName',
      'expiresAt', 'linkedTicketId', 'mergeId', 'otherId', 'heldReplyId', 'dueAt', 'inboxId', 'mark', 'source', 'requestId', 'holdId', 'purpose',
      'grade', 'callSid', 'importId', 'suggestionId', 'taskId', 'decision', 'outcome', 'what') and jsonb_typeof(value) = 'string' then value
    when p_type = 'ticket.status-changed' and key in ('from', 'to') then value
    when key = 'counts' then value
    when jsonb_typeof(value) = 'string' then '"[erased]"'
    when jsonb_typeof(value) = 'array' then '[]'
    when jsonb_typeof(value) = 'object' then '{}'
    else value end), '{}')
  from jsonb_each(p_data)
$$;

-- The same JSON with what the pattern finds replaced in its strings, its keys and the numbers that are found as a whole.
create function masked_json(p_json jsonb, p_pattern text) returns jsonb language plpgsql immutable as $$
begin
  return case jsonb_typeof(p_json)
    when 'string' then to_jsonb(regexp_replace(p_json #>> '{}', p_pattern, '[erased]', 'gi'))
    when 'number' then case when p_json::text ~* p_pattern then '"[erased]"' else p_json end
    when 'array' then (select coalesce(jsonb_agg(masked_json(v, p_pattern) order by n), '[]') from jsonb_array_elements(p_json) with ordinality e (v, n))
    when 'object' then (select coalesce(jsonb_object_agg(regexp_replace(k, p_pattern, '[erased]', 'gi'), masked_json(v, p_pattern)), '{}')
      from jsonb_each(p_json) e (k, v))
    else p_json end;
end $$;
create function masked_texts(p_texts text[], p_pattern text) returns text[] language sql immutable as $$
  select array(select regexp_replace(v, p_pattern, '[erased]', 'gi') from unnest(p_texts) with ordinality e (v, n) order by n)
$$;

-- An erased customer is nobody: it cannot be merged, and no ticket refers to one of its tickets as an earlier one.
create function keep_erased_apart() returns trigger language plpgsql as $$
begin
  if old.erased_at is not null or exists (select 1 from customer c where c.id = new.merged_into and c.erased_at is not null) then
    raise exception 'this customer is erased' using errcode = 'PB003';
  end if;
  return new;
end $$;
create trigger customer_erased_apart before update of merged_into on customer
  for each row when (old.merged_into is distinct from new.merged_into) execute function keep_erased_apart();
-- Nor is a merge or a split with it undone: both records as they were are gone.
create function keep_erased_merge() returns trigger language plpgsql as $$
begin
  if exists (select 1 from customer c where c.id in (new.customer_id, new.other_id) and c.erased_at is not null) then
    raise exception 'one of the customers is erased' using errcode = 'PB003';
  end if;
  return new;
end $$;
create trigger customer_merge_erased before update of undone_at on customer_merge
  for each row when (old.undone_at is null and new.undone_at is not null) execute function keep_erased_merge();
create function forget_erased_ticket() returns trigger language plpgsql as $$
begin
  if exists (select 1 from ticket t join customer c on c.id = t.customer_id where t.id = new.linked_ticket_id and c.erased_at is not null) then
    new.linked_ticket_id := null;
  end if;
  return new;
end $$;
create trigger ticket_erased_link before insert on ticket
  for each row when (new.linked_ticket_id is not null) execute function forget_erased_ticket();

-- Files ------------------------------------------------------------------------------------------------------------

-- Bytes that a row stopped referring to. Whoever looks through it removes from the store what no row refers to any more.
create table file_removal (
  sha256 text primary key,
  at timestamptz not null default clock_timestamp()
);
create index attachment_file on attachment (sha256);
create index upload_file on upload (sha256);
create index data_import_file on data_import (sha256) where sha256 is not null;
-- Lists of recipients that the hub itself put beside a message which has too many.
create index attachment_recipients on attachment (id) where filename = 'recipients.txt';
create index outbound_file on outbound (raw_sha256) where raw_sha256 is not null;

create function note_file_removal() returns trigger language plpgsql as $$
begin
  insert into file_removal (sha256) values (old.sha256) on conflict do nothing;
  return null;
end $$;
create function note_raw_removal() returns trigger language plpgsql as $$
begin
  insert into file_removal (sha256) values (old.raw_sha256) on conflict do nothing;
  return null;
end $$;
create trigger attachment_removed after delete on attachment for each row execute function note_file_removal();
create trigger attachment_replaced after update of sha256 on attachment
  for each row when (old.sha256 is distinct from new.sha256) execute function note_file_removal();
create trigger data_import_replaced after update of sha256 on data_import
  for each row when (old.sha256 is not null and old.sha256 is distinct from new.sha256) execute function note_file_removal();
create trigger data_import_removed after delete on data_import
  for each row when (old.sha256 is not null) execute function note_file_removal();
create trigger upload_removed after delete on upload for each row execute function note_file_removal();
create trigger inbox_raw_removed after delete on inbox for each row when (length(old.raw_sha256) = 64) execute function note_raw_removal();
create trigger inbox_raw_replaced after update of raw_sha256 on inbox
  for each row when (length(old.raw_sha256) = 64 and old.raw_sha256 is distinct from new.raw_sha256) execute function note_raw_removal();
create trigger outbound_raw_replaced after update of raw_sha256 on outbound
  for each row when (length(old.raw_sha256) = 64 and old.raw_sha256 is distinct from new.raw_sha256) execute function note_raw_removal();

-- Which of these files some row still needs.
create function files_referred_to(p_files text[]) returns setof text language sql stable as $$
  select f from unnest(p_files) f where exists (select 1 from attachment a where a.sha256 = f) or exists (select 1 from upload u where u.sha256 = f)
    or exists (select 1 from inbox i where i.raw_sha256 = f) or exists (select 1 from outbound o where o.raw_sha256 = f)
    or exists (select 1 from data_import d where d.sha256 = f)
  union
  -- Files of contacts that are no messages yet.
  select a ->> 'sha256' from inbox i, jsonb_array_elements(case jsonb_typeof(i.contact -> 'attachments') when 'array' then i.contact -> 'attachments' end) a
  where i.state <> 'done' and a ->> 'sha256' = any (p_files)
$$;

-- Retention --------------------------------------------------------------------------------------------------------

-- What retention removed, by day of the centre.
create table retention_count (
  kind text not null,
  day date not null,
  removed bigint not null,
  primary key (kind, day)
);

-- Sensitive fields -------------------------------------------------------------------------------------------------

-- How far a walk over the values has come that seals those of a field which became sensitive, and opens those of one which is not any more;
-- null when none is under way.
alter table custom_field add column values_walked_to uuid;
create function walk_field_values() returns trigger language plpgsql as $$
begin
  new.values_walked_to := '00000000-0000-0000-0000-000000000000';
  return new;
end $$;
-- A field that was taken away leaves its values.
create trigger custom_field_made before insert on custom_field for each row when (new.scope = 'customer') execute function walk_field_values();
create trigger custom_field_sensitivity before update of sensitive on custom_field
  for each row when (new.scope = 'customer' and old.sensitive <> new.sensitive) execute function walk_field_values();

-- A sealed value is {"sealed": text}, sealed for its row.
create function is_sealed_value(p_value jsonb) returns boolean language sql immutable parallel safe as $$
  select coalesce(jsonb_typeof(p_value) = 'object' and p_value ? 'sealed', false)
$$;
create index customer_field_value_sealed on customer_field_value (id) where is_sealed_value(value);

-- Of a sealed value the customer has only that it is filled in.
create or replace function refresh_customer_fields(p_ids uuid[]) returns void language sql volatile as $$
  update customer c set updated_at = now(), file_checked_at = null, fields = coalesce((
    select jsonb_object_agg(f.key, case when is_sealed_value(f.value) then '{"sealed": true}' else f.value end) filter (where f.value is not null) from (
      select distinct on (v.key) v.key, v.value from customer_field_value v where v.customer_id = c.id and v.key <> 'displayName'
      order by v.key, v.at desc, v.id desc) f), '{}')
  where c.id = any (p_ids)
$$;
-- A value that is sealed anew with another key is the same value.
create or replace function keep_customer_fields() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform refresh_customer_fields(array(select distinct customer_id from written order by customer_id));
  elsif tg_op = 'DELETE' then
    perform refresh_customer_fields(array(select distinct customer_id from gone order by customer_id));
  else
    perform refresh_customer_fields(array(
      select c from gone g join written w on w.id = g.id cross join lateral unnest(array[g.customer_id, w.customer_id]) c
      where g.customer_id <> w.customer_id or not (is_sealed_value(g.value) and is_sealed_value(w.value)) group by c order by c));
  end if;
  return null;
end $$;

-- As before; a change may name the id that its value is to have, for which it is sealed.
create or replace function set_customer_fields(p_customer_id uuid, p_changes jsonb, p_source text, p_source_ref text, p_actor_id text, p_correlation_id text)
returns jsonb language plpgsql volatile as $$
declare
  c customer%rowtype;
  conflicts jsonb;
  changed text[];
begin
  select * into c from customer where id = p_customer_id for no key update;
  if not found then raise exception 'no such customer' using errcode = 'PB004'; end if;
  if c.merged_into is not null then raise exception 'this customer is merged into another one' using errcode = 'PB003'; end if;
  if c.erased_at is not null then raise exception 'this customer is erased' using errcode = 'PB003'; end if;
  with wanted as (select w ->> 'key' as key, nullif(w -> 'value', 'null') as value, w ? 'version' as guarded, (w ->> 'version')::uuid as version
      from jsonb_array_elements(p_changes) w),
    present as (select w.*, v.id as entry, v.value as held, v.source, v.by_agent_id, v.at from wanted w left join lateral (
      select * from customer_field_value v where v.customer_id = p_customer_id and v.key = w.key order by v.at desc, v.id desc limit 1) v on true)
  select jsonb_agg(jsonb_build_object('key', key, 'value', held, 'version', entry, 'source', source, 'byAgentId', by_agent_id, 'at', at))
      filter (where guarded and version is distinct from entry),
    array_agg(key) filter (where value is distinct from held)
  into conflicts, changed from present;
  if conflicts is not null then return jsonb_build_object('conflicts', conflicts); end if;
  if changed is null then return jsonb_build_object('changed', '[]'::jsonb); end if;
  insert into customer_field_value (id, customer_id, key, value, source, source_ref, by_agent_id)
  select coalesce((w ->> 'id')::uuid, uuid_v7()), p_customer_id, w ->> 'key', nullif(w -> 'value', 'null'), p_source, p_source_ref, p_actor_id
  from jsonb_array_elements(p_changes) w where w ->> 'key' = any (changed);
  if 'displayName' = any (changed) then
    update customer set display_name = (select w ->> 'value' from jsonb_array_elements(p_changes) w where w ->> 'key' = 'displayName') where id = p_customer_id;
  end if;
  insert into event (type, customer_id, actor_id, correlation_id, data)
  values ('customer.changed', p_customer_id, p_actor_id, p_correlation_id, jsonb_build_object('fields', to_jsonb(changed), 'source', p_source));
  return jsonb_build_object('changed', to_jsonb(changed));
end $$;

-- The tables above in the ledger of merges.
insert into customer_table (name, policy, position, why) values
  ('consent_record', 'moves', 100, null),
  ('legal_hold', 'stays', 100, 'A hold on one of several stands for all of them'),
  ('privacy_request', 'stays', 100, 'It is about whom it was asked for'),
  ('audit_entry', 'stays', 100, 'A fact is never changed');
