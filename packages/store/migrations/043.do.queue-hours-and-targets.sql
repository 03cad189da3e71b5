-- Opening hours and service-level targets of queues.

alter table queue
  drop column calendar_id,
  -- Its opening hours: the key of a calendar of the service plan. Null: the centre's.
  add column calendar text,
  -- Where a channel's target is another than the usual one (`serviceLevelTarget` of the contracts).
  add column targets jsonb not null default '[]';

-- What "in time" is in a queue, from when on. Rows are only added, so that any day can be counted again as it was.
create table queue_target (
  queue_id uuid not null references queue (id) on delete cascade,
  channel text not null,
  since timestamptz not null default now(),
  -- Null: the usual one again.
  seconds integer check (seconds > 0),
  primary key (queue_id, channel, since)
);

-- Who waits in a chat may be written back to instead.
alter table call_back
  alter column phone drop not null,
  add column email text,
  add constraint call_back_reached check (num_nonnulls(phone, email) = 1);
