-- Purchases and tasks, as far as grades need them.

create table purchase (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  source text not null,
  external_id text not null,
  occurred_at timestamptz not null,
  amount_minor bigint not null,
  currency text not null,
  items jsonb not null default '[]',
  state text not null default 'completed',
  created_at timestamptz not null default now(),
  unique (source, external_id)
);
create index purchase_customer on purchase (customer_id, occurred_at);

create table task (
  id uuid primary key default uuid_v7(),
  kind text not null,
  customer_id uuid references customer (id),
  ticket_id uuid references ticket (id),
  due_at timestamptz,
  assignee_id text references agent (id),
  state text not null default 'open' check (state in ('open', 'done', 'skipped')),
  cause text,
  cause_data jsonb,
  unique_key text unique,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  done_by text,
  reason text
);
create index task_customer on task (customer_id);
