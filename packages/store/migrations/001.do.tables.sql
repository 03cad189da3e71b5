-- The record of the hub. Anything that may be repeated is made idempotent by a constraint here, not by looking first.

create extension if not exists pg_trgm;

-- RFC 9562 version 7: ordered by time, so that primary keys grow at one end and pages can be cut by id.
create function uuid_v7() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
      substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
    'hex')::uuid
$$;

create table setting (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

-- People who work here, and their sessions -------------------------------------------------------------------------

create table agent (
  id text primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  role text not null default 'agent' check (role in ('admin', 'manager', 'agent')),
  phone text,
  presence text not null default 'offline' check (presence in ('online', 'away', 'busy', 'wrap-up', 'offline')),
  presence_since timestamptz not null default now(),
  -- Last moment that work was taken: the longest idle agent is offered the next item.
  idle_since timestamptz not null default now(),
  -- When a console was last connected. Null: nobody follows the presence, which was set without a console.
  last_seen_at timestamptz,
  capacity jsonb not null default '{"email": 5, "sms": 5, "chat": 3, "phone": 1}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table auth_session (
  id text primary key,
  token text not null unique,
  user_id text not null references agent (id) on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index auth_session_user on auth_session (user_id);

create table auth_account (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  user_id text not null references agent (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index auth_account_user on auth_account (user_id);

create table auth_verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index auth_verification_identifier on auth_verification (identifier);

create table presence_log (
  id bigint generated always as identity primary key,
  agent_id text not null references agent (id) on delete cascade,
  state text not null,
  reason text,
  at timestamptz not null default now()
);
create index presence_log_agent on presence_log (agent_id, at);

create table queue (
  id uuid primary key default uuid_v7(),
  name text not null unique,
  channels text[] not null default '{}',
  position integer not null default 0,
  created_at timestamptz not null default now()
);

create table queue_member (
  queue_id uuid not null references queue (id) on delete cascade,
  agent_id text not null references agent (id) on delete cascade,
  primary key (queue_id, agent_id)
);
create index queue_member_agent on queue_member (agent_id);

-- Customers --------------------------------------------------------------------------------------------------------

create table customer (
  id uuid primary key default uuid_v7(),
  display_name text not null,
  merged_into uuid references customer (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index customer_name_search on customer using gin (display_name gin_trgm_ops);

create table identifier (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  kind text not null check (kind in ('email', 'phone', 'visitor', 'account', 'external')),
  value text not null,
  grade text not null check (grade in ('verified', 'known', 'claimed')),
  channel text,
  -- Several people use it (a switchboard, a family mailbox): it joins nobody.
  shared boolean not null default false,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  unique (customer_id, kind, value)
);
-- One proved identifier, one customer: the law of the design's Identity section.
create unique index identifier_proved on identifier (kind, value) where grade in ('verified', 'known') and not shared;
create index identifier_value on identifier (value, kind);
create index identifier_value_search on identifier using gin (value gin_trgm_ops);

create table customer_merge (
  id uuid primary key default uuid_v7(),
  customer_id uuid not null references customer (id),
  other_id uuid not null references customer (id),
  by_agent_id text,
  at timestamptz not null default now(),
  undone_at timestamptz,
  undone_by_agent_id text
);
create unique index customer_merge_live on customer_merge (other_id) where undone_at is null;
create index customer_merge_customer on customer_merge (customer_id);

-- What a merge moved, row by row, so that undoing it puts back exactly that.
create table customer_merge_row (
  merge_id uuid not null references customer_merge (id) on delete cascade,
  kind text not null check (kind in ('identifier', 'ticket', 'message', 'call')),
  row_id uuid not null,
  primary key (merge_id, kind, row_id)
);

-- Contacts as they came in -----------------------------------------------------------------------------------------

create table inbox (
  id uuid primary key default uuid_v7(),
  channel text not null,
  channel_account text not null,
  external_id text not null,
  content_hash text,
  state text not null default 'pending' check (state in ('pending', 'done', 'duplicate', 'quarantined')),
  reason text,
  -- Null when the bytes could not be understood.
  contact jsonb,
  raw bytea,
  raw_type text not null,
  -- The file store holds the bytes under this hash when `raw` is null.
  raw_sha256 text not null,
  attempts integer not null default 0,
  deliveries integer not null default 1,
  next_attempt_at timestamptz not null default now(),
  message_id uuid,
  ticket_id uuid,
  correlation_id text not null,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  unique (channel_account, external_id)
);
create index inbox_pending on inbox (next_attempt_at) where state = 'pending';
create index inbox_state on inbox (state, id) where state <> 'done';
create index inbox_raw on inbox (raw_sha256);

-- Tickets and messages ---------------------------------------------------------------------------------------------

create sequence ticket_number start 1001;

create table ticket (
  id uuid primary key default uuid_v7(),
  number integer not null unique default nextval('ticket_number'),
  subject text not null,
  status text not null default 'open' check (status in ('open', 'pending', 'resolved', 'closed')),
  channel text not null,
  -- The centre's address or number that was contacted; answers leave from it.
  channel_account text not null,
  customer_id uuid not null references customer (id),
  -- The chat visitor whose conversation this is; only they may read it.
  visitor_id uuid,
  -- Where answers go.
  contact_address text not null,
  assignee_id text references agent (id),
  queue_id uuid references queue (id),
  priority integer not null default 0,
  message_count integer not null default 0,
  preview text not null default '',
  waiting_since timestamptz,
  offer_agent_id text references agent (id),
  offer_expires_at timestamptz,
  preferred_agent_id text references agent (id),
  -- Whether it takes up its assignee's capacity; a phone ticket stops to when its call is over.
  occupies boolean not null default true,
  first_response_at timestamptz,
  linked_ticket_id uuid references ticket (id),
  last_activity_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- Without `last_activity_at`, so that a message changes no indexed column and its ticket's row stays on its page.
create index ticket_customer on ticket (customer_id, channel);
alter table ticket set (fillfactor = 80);
create index ticket_waiting on ticket (queue_id, priority desc, waiting_since) where waiting_since is not null;
create index ticket_assignee on ticket (assignee_id, id) where assignee_id is not null;
create index ticket_offered on ticket (offer_agent_id) where offer_agent_id is not null;
create index ticket_offer_due on ticket (offer_expires_at) where offer_agent_id is not null;
create index ticket_queue on ticket (queue_id, id);
create index ticket_status on ticket (status, id);
create index ticket_visitor on ticket (visitor_id) where visitor_id is not null;
create index ticket_subject_search on ticket using gin (subject gin_trgm_ops);

create table ticket_decline (
  ticket_id uuid not null references ticket (id) on delete cascade,
  agent_id text not null references agent (id) on delete cascade,
  at timestamptz not null default now(),
  primary key (ticket_id, agent_id)
);

-- Who may write to a ticket besides its customer: people in copy.
create table ticket_party (
  ticket_id uuid not null references ticket (id) on delete cascade,
  kind text not null,
  value text not null,
  primary key (ticket_id, kind, value)
);

create table message (
  id uuid primary key default uuid_v7(),
  position bigint generated always as identity unique,
  ticket_id uuid not null references ticket (id),
  customer_id uuid references customer (id),
  direction text not null check (direction in ('in', 'out')),
  channel text not null,
  channel_account text not null,
  external_id text,
  kind text not null,
  visibility text not null default 'public' check (visibility in ('public', 'internal')),
  author_id text references agent (id),
  sender text not null default '',
  sender_name text,
  recipients text[] not null default '{}',
  copies text[] not null default '{}',
  subject text,
  body_text text not null default '',
  reply_text text,
  body_html text,
  raw_sha256 text,
  inbox_id uuid unique references inbox (id),
  delivery_status text check (delivery_status in ('queued', 'sending', 'unknown', 'sent', 'delivered', 'read', 'failed')),
  delivery_error text,
  sent_at timestamptz,
  received_at timestamptz not null default now(),
  unique (channel_account, external_id)
);
create index message_ticket on message (ticket_id, position);
create index message_customer on message (customer_id);
create index message_external on message (external_id) where external_id is not null;

-- Message-IDs of a ticket's mails and of the mails they refer to (RFC 5322, 3.6.4).
create table thread_reference (
  reference text not null,
  ticket_id uuid not null references ticket (id) on delete cascade,
  primary key (reference, ticket_id)
);

create table attachment (
  id uuid primary key default uuid_v7(),
  message_id uuid not null references message (id) on delete cascade,
  position integer not null,
  filename text not null,
  content_type text not null,
  size bigint not null,
  sha256 text not null,
  content_id text,
  inline boolean not null default false,
  unique (message_id, position)
);

-- A file that was handed in and is not yet part of a message. `owner_id`: an agent or a visitor.
create table upload (
  id uuid primary key default uuid_v7(),
  owner_id text not null,
  filename text not null,
  content_type text not null,
  size bigint not null,
  sha256 text not null,
  created_at timestamptz not null default now()
);

create table outbound (
  id uuid primary key default uuid_v7(),
  message_id uuid not null unique references message (id),
  ticket_id uuid not null references ticket (id),
  author_id text,
  -- The caller's key: the same write again is the same message.
  idempotency_key text not null,
  request_hash text,
  channel text not null,
  channel_account text not null,
  recipient text not null,
  automatic boolean not null default false,
  in_reply_to text,
  "references" text[] not null default '{}',
  status text not null default 'queued' check (status in ('queued', 'sending', 'unknown', 'sent', 'failed')),
  external_id text,
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  claimed_at timestamptz,
  error text,
  raw_sha256 text,
  correlation_id text not null,
  created_at timestamptz not null default now(),
  unique (ticket_id, idempotency_key)
);
create index outbound_due on outbound (next_attempt_at) where status in ('queued', 'sending');
create index outbound_provider on outbound (channel_account, external_id);

-- Internal notes have no outbound row; their keys are kept here.
create table note_key (
  ticket_id uuid not null references ticket (id),
  idempotency_key text not null,
  message_id uuid not null references message (id),
  request_hash text,
  primary key (ticket_id, idempotency_key)
);

-- Requests to the API that brought a key, with their answers: the same request again gets the same answer.
create table idempotency (
  principal_id text not null,
  key text not null,
  request text not null,
  request_hash text not null,
  claim uuid not null,
  -- Null while the work is under way.
  status integer,
  answer jsonb,
  created_at timestamptz not null default now(),
  primary key (principal_id, key)
);
create index idempotency_age on idempotency (created_at);

-- Providers' words on outgoing messages, also those that come before the send is recorded.
create table delivery_report (
  channel_account text not null,
  external_id text not null,
  status text not null check (status in ('sent', 'delivered', 'read', 'failed')),
  error text,
  at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (channel_account, external_id, status)
);

create table call (
  id uuid primary key default uuid_v7(),
  call_sid text not null unique,
  ticket_id uuid not null references ticket (id),
  customer_id uuid references customer (id),
  state text not null check (state in ('waiting', 'connecting', 'talking', 'held', 'voicemail', 'ended', 'missed')),
  caller text not null,
  called text not null,
  agent_id text references agent (id),
  agent_call_sid text,
  conference_sid text,
  started_at timestamptz not null default now(),
  -- Since when it is in its state.
  changed_at timestamptz not null default now(),
  -- Who rings the agent's phone claims it here first.
  dialled_at timestamptz,
  answered_at timestamptz,
  held_at timestamptz,
  held_seconds double precision not null default 0,
  ended_at timestamptz,
  duration_seconds double precision
);
create index call_ticket on call (ticket_id, started_at desc);
create index call_customer on call (customer_id);
create index call_active on call (state) where state in ('waiting', 'connecting', 'talking', 'held', 'voicemail');

-- Events and figures -----------------------------------------------------------------------------------------------

-- Facts, never changed but for the one `seq` that the relay gives each of them after its commit.
create table event (
  id bigint generated always as identity primary key,
  seq bigint unique,
  type text not null,
  at timestamptz not null default clock_timestamp(),
  ticket_id uuid,
  customer_id uuid,
  queue_id uuid,
  agent_id text,
  actor_id text,
  correlation_id text,
  data jsonb not null default '{}'
);
create index event_unsequenced on event (id) where seq is null;
create index event_ticket on event (ticket_id, id) where ticket_id is not null;

create table relay_state (
  id boolean primary key default true check (id),
  last_seq bigint not null default 0
);
insert into relay_state default values;

-- Running figures, kept by the relay in the transaction that numbers the events they are made of.
create table figure_count (
  day date not null,
  figure text not null,
  dimension text not null,
  count bigint not null,
  primary key (day, figure, dimension)
);
create table figure_latency (
  day date not null,
  figure text not null,
  dimension text not null,
  -- Logarithmic bucket, relative error 1 % (domain/histogram).
  bucket integer not null,
  count bigint not null,
  primary key (day, figure, dimension, bucket)
);
