-- Wallboards as managers lay them out, and the links by which televisions open one.
create table wallboard (
  id uuid primary key default uuid_v7(),
  name text not null unique,
  layout jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- The link's secret is a signature over the row, and so is kept nowhere. A link without its row opens nothing.
create table wallboard_link (
  id uuid primary key,
  wallboard_id uuid not null references wallboard (id) on delete cascade,
  name text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index wallboard_link_wallboard on wallboard_link (wallboard_id);

-- What is due next, and what was due last, for whoever looks at the wall.
create index ticket_clock_due on ticket_clock (due_at) where state = 'running';
