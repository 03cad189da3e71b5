-- The customer file: fields with their provenance, organisations, relations, tasks, purchases, and what comes by CSV.
-- No unique constraint of a table with a `customer_id` names that column: merging two customers moves their rows as they are.

-- Fields -----------------------------------------------------------------------------------------------------------

-- What a file has places for. `standard`: known to the hub, so that key and type stay.
create table custom_field (
  id uuid primary key default uuid_v7(),
  scope text not null check (scope in ('customer', 'ticket')),
  key text not null,
  label_en text not null,
  label_zh text not null,
  type text not null,
  options jsonb not null default '[]',
  pattern text,
  min jsonb,
  max jsonb,
  required boolean not null default false,
  -- Required besides where a ticket is of one of these request types, or the customer has one of these grades.
  required_types text[] not null default '{}',
  required_grades text[] not null default '{}',
  sensitive boolean not null default false,
  standard boolean not null default false,
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (scope, key)
);
insert into custom_field (scope, key, label_en, label_zh, type, position, standard) values
  ('customer', 'givenName', 'Given name', '名', 'text', 10, true),
  ('customer', 'familyName', 'Family name', '姓', 'text', 20, true),
  ('customer', 'title', 'Title', '称谓', 'text', 30, true),
  ('customer', 'birthDate', 'Birth date', '出生日期', 'date', 40, true),
  ('customer', 'language', 'Language', '语言', 'text', 50, true),
  ('customer', 'timeZone', 'Time zone', '时区', 'text', 60, true),
  ('customer', 'street', 'Street and number', '街道门牌', 'text', 70, true),
  ('customer', 'postalCode', 'Postal code', '邮政编码', 'text', 80, true),
  ('customer', 'city', 'City', '城市', 'text', 90, true),
  ('customer', 'region', 'State or province', '省/州', 'text', 100, true),
  ('customer', 'country', 'Country', '国家', 'text', 110, true),
  ('customer', 'notes', 'Notes', '备注', 'longtext', 120, true);

-- Every value that a field of a customer ever had. The newest of a key holds; null empties it. Its id is the version that an edit names.
create table customer_field_value (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  key text not null,
  value jsonb,
  source text not null check (source in ('agent', 'import', 'form', 'api')),
  -- The import and its row, the form, or the program.
  source_ref text,
  by_agent_id text,
  at timestamptz not null default clock_timestamp()
);
create index customer_field_value_key on customer_field_value (customer_id, key, at desc, id desc);

alter table customer
  -- The values that hold, kept by the trigger below.
  add column fields jsonb not null default '{}',
  -- Required fields of this customer, and how many of them are filled in.
  add column file_required integer not null default 0,
  add column file_filled integer not null default 0,
  -- How many kinds of its records are to be reviewed regularly.
  add column file_kinds integer not null default 0,
  -- Whether the totals below contain it.
  add column file_counted boolean not null default false,
  -- Null: something changed since the file was last looked at.
  add column file_checked_at timestamptz,
  -- By kind of record, when somebody last said that it is still right.
  add column reviewed jsonb not null default '{}',
  -- When the next review falls due; null while none is to be waited for.
  add column review_at timestamptz;
create index customer_unchecked on customer (id) where file_checked_at is null;
create index customer_review_due on customer (review_at) where review_at is not null;
create index customer_incomplete on customer (id) where merged_into is null and file_filled < file_required;

create function refresh_customer_fields(p_ids uuid[]) returns void language sql volatile as $$
  update customer c set updated_at = now(), file_checked_at = null, fields = coalesce((
    select jsonb_object_agg(f.key, f.value) filter (where f.value is not null) from (
      select distinct on (v.key) v.key, v.value from customer_field_value v where v.customer_id = c.id and v.key <> 'displayName'
      order by v.key, v.at desc, v.id desc) f), '{}')
  where c.id = any (p_ids)
$$;
create function keep_customer_fields() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform refresh_customer_fields(array(select distinct customer_id from written order by customer_id));
  elsif tg_op = 'DELETE' then
    perform refresh_customer_fields(array(select distinct customer_id from gone order by customer_id));
  else
    perform refresh_customer_fields(array(select customer_id from gone union select customer_id from written order by 1));
  end if;
  return null;
end $$;
create trigger customer_field_value_written after insert on customer_field_value referencing new table as written
  for each statement execute function keep_customer_fields();
create trigger customer_field_value_moved after update on customer_field_value referencing old table as gone new table as written
  for each statement execute function keep_customer_fields();
create trigger customer_field_value_gone after delete on customer_field_value referencing old table as gone
  for each statement execute function keep_customer_fields();

-- A merge, and a grade where there are grades, change what a file has to have.
create function mark_customer_file() returns trigger language plpgsql as $$
begin
  new.file_checked_at := null;
  return new;
end $$;
create trigger customer_file_changed before update on customer for each row
  when (old.merged_into is distinct from new.merged_into or to_jsonb(old) -> 'grade' is distinct from to_jsonb(new) -> 'grade')
  execute function mark_customer_file();

-- Sums over all customers, moved along with each file that is looked at.
create table customer_file_total (
  id boolean primary key default true check (id),
  customers bigint not null default 0,
  complete bigint not null default 0,
  filled bigint not null default 0,
  required bigint not null default 0,
  kinds bigint not null default 0,
  overdue bigint not null default 0,
  -- How far a walk over all customers has come after the definitions changed; null when none is under way.
  walked_to uuid,
  updated_at timestamptz not null default now()
);
insert into customer_file_total default values;

-- Sets fields of a customer. A change that names a version holds only while that is the present one. With a conflict nothing is written, and
-- the answer has what is there.
create function set_customer_fields(p_customer_id uuid, p_changes jsonb, p_source text, p_source_ref text, p_actor_id text, p_correlation_id text)
returns jsonb language plpgsql volatile as $$
declare
  c customer%rowtype;
  conflicts jsonb;
  changed text[];
begin
  select * into c from customer where id = p_customer_id for no key update;
  if not found then raise exception 'no such customer' using errcode = 'PB004'; end if;
  if c.merged_into is not null then raise exception 'this customer is merged into another one' using errcode = 'PB003'; end if;
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
  insert into customer_field_value (customer_id, key, value, source, source_ref, by_agent_id)
  select p_customer_id, w ->> 'key', nullif(w -> 'value', 'null'), p_source, p_source_ref, p_actor_id
  from jsonb_array_elements(p_changes) w where w ->> 'key' = any (changed);
  if 'displayName' = any (changed) then
    update customer set display_name = (select w ->> 'value' from jsonb_array_elements(p_changes) w where w ->> 'key' = 'displayName') where id = p_customer_id;
  end if;
  insert into event (type, customer_id, actor_id, correlation_id, data)
  values ('customer.changed', p_customer_id, p_actor_id, p_correlation_id, jsonb_build_object('fields', to_jsonb(changed), 'source', p_source));
  return jsonb_build_object('changed', to_jsonb(changed));
end $$;

-- By which name another system knows a customer.
create table customer_source_key (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  source text not null,
  external_id text not null,
  created_at timestamptz not null default now(),
  unique (source, external_id)
);
create index customer_source_key_customer on customer_source_key (customer_id);

-- Organisations and relations --------------------------------------------------------------------------------------

create table organisation (
  id uuid primary key default uuid_v7(),
  name text not null,
  website text,
  notes text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index organisation_name on organisation (lower(name));
create index organisation_name_search on organisation using gin (name gin_trgm_ops);

create table organisation_member (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  organisation_id uuid not null references organisation (id),
  role text not null default '',
  by_agent_id text,
  created_at timestamptz not null default now()
);
create index organisation_member_customer on organisation_member (customer_id);
create index organisation_member_organisation on organisation_member (organisation_id, customer_id);

create table customer_relation (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  other_id uuid not null references customer (id),
  -- What the customer is to the other one.
  kind text not null,
  note text not null default '',
  by_agent_id text,
  created_at timestamptz not null default now()
);
create index customer_relation_customer on customer_relation (customer_id);
create index customer_relation_other on customer_relation (other_id);

-- Tasks ------------------------------------------------------------------------------------------------------------

create table task (
  id uuid primary key default uuid_v7(),
  kind text not null,
  customer_id uuid not null references customer (id),
  ticket_id uuid references ticket (id),
  due_at timestamptz not null,
  assignee_id text references agent (id) on delete set null,
  state text not null default 'open' check (state in ('open', 'done', 'skipped')),
  -- Why it is there, as a code that screens put into words, or in a person's own words.
  cause text not null default '',
  cause_data jsonb not null default '{}',
  -- Whoever makes it again makes nothing.
  unique_key text unique,
  created_by text,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  done_by text,
  reason text
);
create index task_customer on task (customer_id, created_at desc);
create index task_customer_done on task (customer_id, done_at desc) where done_at is not null;
create index task_due on task (due_at, id) where state = 'open';
create index task_assignee on task (assignee_id, due_at, id) where state = 'open';
create index task_kind_due on task (kind, due_at) where state = 'open';

-- Purchases --------------------------------------------------------------------------------------------------------

create table purchase (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  source text not null,
  -- The order's number there.
  external_id text not null,
  occurred_at timestamptz not null,
  -- In the currency's minor unit (ISO 4217).
  amount_minor bigint not null,
  currency text not null,
  items jsonb not null default '[]',
  state text not null default 'completed',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (source, external_id)
);
create index purchase_customer on purchase (customer_id, occurred_at desc, id desc);
create index purchase_source on purchase (source, occurred_at desc, id desc);
create index purchase_time on purchase (occurred_at desc, id desc);

-- The first purchase makes purchases a kind of record to be reviewed.
create function mark_purchasers() returns trigger language plpgsql as $$
begin
  update customer set file_checked_at = null where file_checked_at is not null and id in (select customer_id from written);
  return null;
end $$;
create trigger purchase_written after insert on purchase referencing new table as written
  for each statement execute function mark_purchasers();

-- Imports ----------------------------------------------------------------------------------------------------------

create table import_mapping (
  name text primary key,
  kind text not null check (kind in ('customers', 'purchases')),
  settings jsonb not null,
  updated_at timestamptz not null default now()
);

create table data_import (
  id uuid primary key default uuid_v7(),
  kind text not null check (kind in ('customers', 'purchases')),
  state text not null default 'draft' check (state in ('draft', 'ready', 'checking', 'running', 'paused', 'done', 'cancelled', 'failed')),
  filename text not null,
  sha256 text,
  size bigint not null default 0,
  encoding text,
  delimiter text,
  -- The column names of the file, and its first rows for whoever maps them.
  header text[] not null default '{}',
  sample jsonb not null default '[]',
  settings jsonb,
  -- What the dry run found; null when there was none with the present settings.
  report jsonb,
  -- Rows of the file, once they have been counted.
  total integer,
  -- Rows that are done, in the order of the file: committed in the transaction that wrote what they say.
  done integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  rejected integer not null default 0,
  problem text,
  lease_holder uuid,
  lease_until timestamptz,
  created_by text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index data_import_active on data_import (lease_until) where state in ('checking', 'running');

create table import_reject (
  import_id uuid not null references data_import (id) on delete cascade,
  row_number integer not null,
  reasons jsonb not null,
  cells text[] not null,
  primary key (import_id, row_number)
);

-- The customer's timeline reads each of these in the order of time. ---------------------------------------------------

create index message_customer_time on message (customer_id, received_at desc, id desc);
drop index message_customer;
create index call_customer_time on call (customer_id, started_at desc, id desc);
drop index call_customer;
create index event_customer on event (customer_id, at desc, id desc)
  where type in ('customer.created', 'customer.changed', 'customer.identified', 'customer.merged', 'customer.merge-undone');

insert into customer_table (name, policy, position, why) values
  ('customer_field_value', 'moves', 70, null),
  ('customer_source_key', 'moves', 70, null),
  ('customer_relation', 'moves', 70, null),
  ('organisation_member', 'moves', 70, null),
  ('purchase', 'moves', 70, null),
  ('task', 'moves', 70, null);
