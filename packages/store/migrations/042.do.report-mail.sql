-- Saved reports that are mailed: when, to whom, and what became of each mail.

create table report_schedule (
  report_id uuid primary key references saved_report on delete cascade,
  enabled boolean not null,
  -- Every day, week or month, and when, by the centre's own clock.
  times jsonb not null,
  agent_ids text[] not null,
  addresses text[] not null,
  language text not null,
  format text not null,
  -- Null while it is switched off.
  next_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index report_schedule_due on report_schedule (next_at) where next_at is not null;

-- A report that is sent: once for each time it was due, however many hubs look.
create table report_run (
  id uuid primary key default uuid_v7(),
  report_id uuid not null references saved_report on delete cascade,
  due_at timestamptz not null,
  -- Null: its schedule.
  asked_by text,
  language text not null,
  format text not null,
  created_at timestamptz not null default now(),
  unique (report_id, due_at)
);
create index report_run_age on report_run (created_at);

-- One for each recipient, so that nobody sees who else gets it, and one that fails is tried again alone.
create table report_mail (
  id uuid primary key default uuid_v7(),
  run_id uuid not null references report_run on delete cascade,
  report_id uuid not null references saved_report on delete cascade,
  agent_id text,
  address text not null,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
  attempts integer not null default 0,
  -- Whose try it is: only that one settles it.
  claim uuid,
  next_try_at timestamptz not null default now(),
  claimed_at timestamptz,
  settled_at timestamptz,
  error text
);
create unique index report_mail_recipient on report_mail (run_id, lower(address)) where address <> '';
create index report_mail_log on report_mail (report_id, id);
create index report_mail_due on report_mail (next_try_at) where state = 'queued';
create index report_mail_sending on report_mail (claimed_at) where state = 'sending';
