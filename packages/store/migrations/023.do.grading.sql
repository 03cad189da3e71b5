-- Grades, stages, warnings, follow-ups and segments of customers. What a customer is now stands on the customer; how it came to be stands
-- in `customer_move`. One worker at a time goes through batches of customers, under an advisory lock.

alter table customer
  add column grade text,
  add column grade_value text check (grade_value in ('high', 'medium', 'low')),
  add column loyalty text check (loyalty in ('high', 'medium', 'low')),
  add column vip boolean not null default false,
  add column grade_rule text,
  add column stage text check (stage in ('prospect', 'new', 'active', 'at-risk', 'lost', 'won-back')),
  add column stage_since timestamptz,
  -- Since when a warning of churn stands.
  add column churn_since timestamptz,
  add column churn_score integer not null default 0,
  -- What the grade adds to the priority of a new ticket.
  add column queue_priority integer not null default 0,
  add column dedicated_agent_id text references agent (id) on delete set null;

-- Every move of a grade, a stage or a warning.
create table customer_move (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  kind text not null check (kind in ('grade', 'stage', 'churn')),
  from_value text,
  to_value text not null,
  cause text,
  version integer not null,
  at timestamptz not null default now()
);
create index customer_move_customer on customer_move (customer_id, id);

-- A merge gives a move to another customer; otherwise it stays as it was written.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'PB003';
end $$;
create trigger customer_move_kept before update of id, kind, from_value, to_value, cause, version, at on customer_move
  for each row execute function refuse_change();

-- Versions of the policy. A published one never changes; before the first there is the one that comes with the hub, 0.
create table grading_version (
  version integer primary key,
  policy jsonb not null,
  note text not null,
  published_by text,
  published_at timestamptz not null default now()
);
create trigger grading_version_kept before update or delete on grading_version for each row execute function refuse_change();

-- A way through all customers, batch by batch, from the one after `cursor`. A preview changes nothing but its own counts.
create table grading_run (
  id uuid primary key default uuid_v7(),
  kind text not null check (kind in ('daily', 'publish', 'segments', 'manual', 'preview')),
  -- The same occasion begins one run, whoever sees it first.
  unique_key text unique,
  state text not null default 'running' check (state in ('running', 'done')),
  policy jsonb,
  version integer,
  cursor uuid,
  done integer not null default 0,
  total integer not null default 0,
  counts jsonb not null default '{"grades": [], "stages": {}, "warned": 0, "sample": []}',
  started_by text,
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
create index grading_run_running on grading_run (id) where state = 'running';

-- Customers whose facts have changed since they were last looked at; a customer may stand here several times.
create table grading_due (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  at timestamptz not null default clock_timestamp()
);
create index grading_due_customer on grading_due (customer_id);

-- Up to which event that was looked for.
create table grading_cursor (
  id boolean primary key default true check (id),
  seq bigint not null
);
insert into grading_cursor (seq) select last_seq from relay_state;

create function purchases_make_due() returns trigger language plpgsql as $$
begin
  insert into grading_due (customer_id) select distinct customer_id from changed;
  return null;
end $$;
create trigger purchase_added_due after insert on purchase referencing new table as changed
  for each statement execute function purchases_make_due();
create trigger purchase_changed_due after update on purchase referencing new table as changed
  for each statement execute function purchases_make_due();
create trigger purchase_removed_due after delete on purchase referencing old table as changed
  for each statement execute function purchases_make_due();

-- Marks that customers gave, one the worst and five the best.
create table satisfaction_score (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  ticket_id uuid references ticket (id),
  source text not null,
  external_id text not null,
  score integer not null check (score between 1 and 5),
  at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (source, external_id)
);
create index satisfaction_score_customer on satisfaction_score (customer_id);

create table segment (
  id uuid primary key default uuid_v7(),
  key text not null unique,
  name text not null,
  description text not null default '',
  condition jsonb not null,
  member_count integer not null default 0,
  -- The run that looks at its present condition for every customer.
  run_id uuid references grading_run (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table segment_member (
  id uuid primary key default uuid_v7(),
  segment_id uuid not null references segment (id) on delete cascade,
  customer_id uuid not null references customer (id),
  since timestamptz not null default now(),
  unique (segment_id, customer_id)
);
create index segment_member_customer on segment_member (customer_id);

-- What the customer's grade gives a new ticket: its place in the queue, and the agent who knows them.
create function treat_new_ticket() returns trigger language plpgsql as $$
declare
  extra integer;
  agent text;
begin
  select queue_priority, dedicated_agent_id into extra, agent from customer where id = new.customer_id;
  new.priority := new.priority + coalesce(extra, 0);
  new.preferred_agent_id := coalesce(new.preferred_agent_id, agent);
  return new;
end $$;
create trigger ticket_treated before insert on ticket for each row execute function treat_new_ticket();

-- When an agent last wrote to a customer, for the contact guard and for follow-ups.
create index message_agent_contact on message (customer_id, received_at desc)
  where direction = 'out' and visibility = 'public' and author_id is not null;

insert into customer_table (name, policy, position, why) values
  ('customer_move', 'moves', 100, null),
  ('satisfaction_score', 'moves', 100, null),
  ('grading_due', 'stays', 100, 'It says that a record has to be looked at'),
  ('segment_member', 'stays', 100, 'It follows from the record and is found anew after a merge');
