-- The supervisors' floor: words to the agent alone, and reading along.

-- For the agent who had the ticket when it was written, and its author; nobody else is shown it.
create table whisper (
  id uuid primary key default uuid_v7(),
  ticket_id uuid not null references ticket (id) on delete cascade,
  agent_id text not null references agent (id) on delete cascade,
  author_id text not null references agent (id) on delete cascade,
  text text not null,
  at timestamptz not null default now()
);
create index whisper_ticket on whisper (ticket_id, id);
create index whisper_agent on whisper (agent_id);
create index whisper_author on whisper (author_id);

-- Reading along on the same ticket again within ten minutes is one entry.
create unique index audit_entry_listened on audit_entry (actor_id, ticket_id, (date_bin('10 minutes', at, timestamptz 'epoch')))
  where action = 'ticket.listened';
