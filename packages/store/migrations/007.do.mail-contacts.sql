-- What mail brings besides its text: how far its sender can be believed, what it is and by which rule, where it arrived, and what it
-- reports about messages of ours. Contacts of every channel may carry a request type with its fields, or a word about consent.

alter table message
  add column authenticity jsonb,
  add column classification jsonb,
  -- Our addresses at which it arrived. One mail to two of them is one message that both see.
  add column delivered_to text[] not null default '{}';

alter table ticket
  add column request_type text,
  add column fields jsonb not null default '{}';

create table ticket_address (
  ticket_id uuid not null references ticket (id) on delete cascade,
  address text not null,
  primary key (ticket_id, address)
);
create index ticket_address_address on ticket_address (address);

-- Who the centre writes as: an address of its own, with the name and the signature that go with it, and the queue that takes what
-- arrives there.
create table mail_identity (
  id uuid primary key default uuid_v7(),
  address text not null unique,
  name text not null,
  signature_text text not null default '',
  signature_html text,
  queue_id uuid references queue (id) on delete set null,
  is_default boolean not null default false,
  created_at timestamptz not null default now()
);
create unique index mail_identity_default on mail_identity (is_default) where is_default;

-- One acknowledgement per sender and window: whoever moves `at` may send it.
create table acknowledgement (
  channel text not null,
  address text not null,
  at timestamptz not null default now(),
  primary key (channel, address)
);

alter table agent alter column capacity set default '{"email": 5, "sms": 5, "whatsapp": 5, "http": 5, "chat": 3, "phone": 1}';
update agent set capacity = '{"whatsapp": 5, "http": 5}'::jsonb || capacity;
update queue set channels = array_append(channels, 'whatsapp') where 'sms' = any (channels) and not 'whatsapp' = any (channels);

-- The same mail arrived at another address of ours: its message is visible there too. The row's lock makes this and the ingest
-- of the row follow each other.
create function add_delivery_address(p_inbox_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  row inbox%rowtype;
  added text[];
begin
  if jsonb_array_length(coalesce(p_contact -> 'deliveredTo', '[]')) = 0 then return; end if;
  select * into row from inbox where id = p_inbox_id for update;
  added := array(
    select distinct a from jsonb_array_elements_text(p_contact -> 'deliveredTo') a
    where not coalesce(row.contact -> 'deliveredTo', '[]') ? a);
  if cardinality(added) = 0 or row.contact is null then return; end if;
  update inbox set contact = jsonb_set(contact, '{deliveredTo}', coalesce(contact -> 'deliveredTo', '[]') || to_jsonb(added))
  where id = p_inbox_id;
  if row.message_id is null then return; end if;
  update message set delivered_to = delivered_to || added where id = row.message_id;
  insert into ticket_address (ticket_id, address) select row.ticket_id, a from unnest(added) a on conflict do nothing;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  select 'message.address-added', t.id, t.customer_id, t.queue_id, t.assignee_id, row.correlation_id,
    jsonb_build_object('messageId', row.message_id, 'addresses', to_jsonb(added))
  from ticket t where t.id = row.ticket_id;
end $$;

-- A second delivery of the same bytes finds the row. Where the provider's id cannot be trusted to be unique (mail), the
-- same id with another content is a contact of its own, and the same content in other bytes is kept as a duplicate.
create or replace function receive_contact(
  p_channel text, p_account text, p_external_id text, p_content_hash text, p_contact jsonb, p_raw bytea, p_raw_type text,
  p_raw_sha256 text, p_state text, p_reason text, p_correlation_id text,
  out inbox_id uuid, out outcome text, out correlation_id text
) language plpgsql as $$
declare
  found_row inbox%rowtype;
begin
  insert into inbox (channel, channel_account, external_id, content_hash, contact, raw, raw_type, raw_sha256, state, reason, correlation_id)
  values (p_channel, p_account, p_external_id, p_content_hash, p_contact, p_raw, p_raw_type, p_raw_sha256, p_state, p_reason, p_correlation_id)
  on conflict (channel_account, external_id) do nothing
  returning id into inbox_id;
  if inbox_id is not null then
    if p_state = 'quarantined' then
      insert into event (type, correlation_id, data)
      values ('contact.quarantined', p_correlation_id, jsonb_build_object('inboxId', inbox_id, 'channel', p_channel, 'reason', p_reason));
    end if;
    outcome := case p_state when 'quarantined' then 'quarantined' else 'accepted' end;
    correlation_id := p_correlation_id;
    return;
  end if;

  select * into found_row from inbox i where i.channel_account = p_account and i.external_id = p_external_id;
  if p_content_hash is not null and found_row.content_hash = p_content_hash then
    perform add_delivery_address(found_row.id, p_contact);
  end if;
  if found_row.raw_sha256 = p_raw_sha256 or p_content_hash is null or found_row.content_hash is null then
    update inbox set deliveries = deliveries + 1 where id = found_row.id;
    inbox_id := found_row.id;
    outcome := 'duplicate';
    correlation_id := found_row.correlation_id;
  elsif found_row.content_hash = p_content_hash then
    insert into inbox (channel, channel_account, external_id, content_hash, contact, raw, raw_type, raw_sha256, state, reason,
      correlation_id, message_id, ticket_id, processed_at)
    values (p_channel, p_account, p_external_id || '~' || left(p_raw_sha256, 16), p_content_hash, p_contact, p_raw, p_raw_type,
      p_raw_sha256, 'duplicate', 'The same message was received before in other bytes, as ' || found_row.id, p_correlation_id,
      found_row.message_id, found_row.ticket_id, now())
    on conflict (channel_account, external_id) do update set deliveries = inbox.deliveries + 1
    returning id into inbox_id;
    outcome := 'duplicate';
    correlation_id := p_correlation_id;
  else
    select r.inbox_id, r.outcome, r.correlation_id into inbox_id, outcome, correlation_id
    from receive_contact(p_channel, p_account, p_external_id || '#' || left(p_content_hash, 16), p_content_hash, p_contact, p_raw,
      p_raw_type, p_raw_sha256, p_state, p_reason, p_correlation_id) r;
  end if;
end $$;
