-- Mailboxes elsewhere whose mail is fetched over IMAP. Secrets are sealed before they come here; what they are bound to is the row's id.

create table mail_account (
  id uuid primary key default uuid_v7(),
  -- Ours: what arrives in this mailbox arrived at this address.
  address text not null,
  provider text not null check (provider in ('google', 'microsoft', 'other')),
  host text not null,
  port integer not null check (port between 1 and 65535),
  security text not null check (security in ('tls', 'starttls', 'none')),
  username text not null,
  auth text not null check (auth in ('password', 'oauth2')),
  folder text not null,
  after_fetch text not null check (after_fetch in ('keep', 'seen', 'move', 'delete')),
  move_to text,
  import_from text not null check (import_from in ('all', 'new', 'days')),
  import_days integer,
  -- The host whose Authentication-Results are believed (RFC 8601 §5).
  authserv_id text,
  enabled boolean not null default true,

  password_sealed text,
  client_secret_sealed text,
  refresh_token_sealed text,
  -- authorizeUrl, tokenUrl, clientId, scope
  oauth jsonb,

  -- Moves whenever what the one who fetches was given is not true any more.
  revision integer not null default 1,
  -- Moves when somebody asks for a try at once.
  wake integer not null default 0,

  -- How far it was fetched. A UID means something only under its UIDVALIDITY (RFC 9051 §2.3.1.1).
  uid_validity bigint,
  last_uid bigint not null default 0,
  -- The last UID of a first import or of a resynchronisation, and how many mails that is.
  import_until bigint not null default 0,
  import_since timestamptz,
  import_done integer not null default 0,
  import_total integer not null default 0,

  state text not null default 'off' check (state in ('off', 'connecting', 'importing', 'watching', 'failing')),
  failures integer not null default 0,
  connected_at timestamptz,
  last_contact_at timestamptz,
  last_mail_at timestamptz,
  last_error text,
  last_error_code text,
  last_error_at timestamptz,
  next_try_at timestamptz,
  -- Mails known to be waiting in the mailbox.
  backlog integer not null default 0,

  -- Only the holder fetches; whoever finds it expired takes over.
  lease_holder uuid,
  lease_until timestamptz,

  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (after_fetch <> 'move' or move_to is not null),
  check (import_from <> 'days' or import_days is not null)
);
create unique index mail_account_mailbox on mail_account (lower(host), username, folder);
create index mail_account_address on mail_account (address, id);
