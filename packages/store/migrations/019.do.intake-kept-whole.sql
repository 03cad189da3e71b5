-- What belongs to intake and was lost so far: secrets of a source that still hold when it is given another twice, and the envelopes of
-- what could not be understood.

-- Each secret before the present one, until it ends.
create table http_source_secret (
  id uuid primary key default uuid_v7(),
  source_id uuid not null references http_source (id) on delete cascade,
  -- Sealed for `http-source:` and the source's id.
  secret text not null,
  valid_until timestamptz not null,
  created_at timestamptz not null default now()
);
create index http_source_secret_source on http_source_secret (source_id, valid_until);
insert into http_source_secret (source_id, secret, valid_until)
select id, previous_secret, previous_until from http_source where previous_secret is not null and previous_until > now();
alter table http_source drop column previous_secret, drop column previous_until;

-- With what the same bytes were handed over, each time that it was something else: for a mail who sent it to whom. A replay reads them with it.
alter table inbox add column envelopes jsonb;

-- The same id of a source with another content is another message. What came before this was known is told apart by its bytes.
update inbox set content_hash = raw_sha256 where channel = 'http' and content_hash is null and contact is not null;

-- Changes of the configuration, newest first.
create index event_setting on event (id) where type = 'setting.changed';
