-- Files of messages that are here already while their provider cannot give these: what a customer wrote does not wait for a file.

create table if not exists awaited_file (
  id uuid primary key default uuid_v7(),
  message_id uuid not null references message (id) on delete cascade,
  -- Its place among the attachments of its message, which is kept for it.
  position integer not null,
  url text not null,
  filename text not null,
  content_type text not null,
  -- Those that began, also before its message was written; which one it is tells whoever took the file from whoever took it over.
  tries integer not null,
  -- While a try is under way: when it is over at the latest.
  next_try_at timestamptz not null,
  unique (message_id, position)
);
create index if not exists awaited_file_due on awaited_file (next_try_at);
