-- Sources that speak the signed webhook pair, what can be asked for and with which fields, and the public forms that ask.

create table http_source (
  id uuid primary key default uuid_v7(),
  name text not null,
  -- `form`: a web form of the hub, whose secret never leaves it.
  kind text not null check (kind in ('app', 'form')),
  -- Sealed for `http-source:` and the id.
  secret text not null,
  -- Holds until `previous_until`, so that the other side can change over.
  previous_secret text,
  previous_until timestamptz,
  outbound_url text,
  reply_by text not null default 'none' check (reply_by in ('webhook', 'email', 'none')),
  -- The address of ours that answers by mail leave from.
  reply_account text not null,
  -- How far the source is believed about each kind of identifier; a kind that is not named is claimed.
  trust jsonb not null default '{}',
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table request_type (
  key text primary key,
  name_en text not null,
  name_zh text not null,
  description text not null default '',
  -- Null: the queue that takes the channel's contacts.
  queue_id uuid references queue (id) on delete set null,
  priority integer not null default 0,
  fields jsonb not null default '[]',
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table web_form (
  id uuid primary key default uuid_v7(),
  slug text not null unique,
  title_en text not null,
  title_zh text not null,
  intro_en text not null default '',
  intro_zh text not null default '',
  success_en text not null default '',
  success_zh text not null default '',
  source_id uuid not null references http_source (id),
  -- Keys of request types; one that is gone is left out.
  request_types text[] not null default '{}',
  languages text[] not null default '{en,zh}',
  -- By what the visitor can be answered at least.
  contact_by text not null default 'any' check (contact_by in ('any', 'email', 'phone', 'none')),
  -- Origins that may show the form in a frame.
  frame_ancestors text[] not null default '{}',
  confirm_by_mail boolean not null default false,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index web_form_source on web_form (source_id);

-- A conversation of a source goes on by its name there, and by the ids of its messages. Whose conversation it is, threading decides.
create function keep_http_references() returns trigger language plpgsql as $$
begin
  insert into thread_reference (reference, ticket_id)
  select distinct r, new.ticket_id from inbox i, unnest(
    array[new.channel_account || '#' || new.external_id] || array(select jsonb_array_elements_text(i.contact #> '{threading,references}'))) r
  where i.id = new.inbox_id and r is not null
  on conflict do nothing;
  return null;
end $$;
create trigger message_http_references after insert on message
  for each row when (new.channel = 'http' and new.direction = 'in') execute function keep_http_references();

-- What leaves for a source: by its webhook under the conversation's name there, or by mail to the address that was given.
create function route_http_outbound() returns trigger language plpgsql as $$
declare
  source http_source%rowtype;
  mails text[];
begin
  select * into source from http_source s where 'http:' || s.id = new.channel_account;
  if source.reply_by = 'email' and new.recipient ~ '^[^@\s]+@[^@\s]+$' then
    select array_agg(m.external_id order by m.position) into mails from (
      select external_id, position from message where ticket_id = new.ticket_id and channel = 'email' and external_id is not null
      order by position desc limit 20) m;
    new.channel := 'email';
    new.channel_account := source.reply_account;
    new.in_reply_to := mails[cardinality(mails)];
    new."references" := coalesce(mails, '{}');
  elsif cardinality(new."references") = 0 then
    select m.external_id, array(select jsonb_array_elements_text(i.contact #> '{threading,references}'))
      into new.in_reply_to, new."references"
    from message m join inbox i on i.id = m.inbox_id
    where m.ticket_id = new.ticket_id and m.channel = 'http' and m.direction = 'in' order by m.position desc limit 1;
    new."references" := coalesce(new."references", '{}');
  end if;
  return new;
end $$;
create trigger outbound_http_route before insert on outbound
  for each row when (new.channel = 'http') execute function route_http_outbound();

-- After the statement, when all that it writes can be seen. Whoever answers the mail has received it, and so is a party of the ticket;
-- whose customer they are is decided by what the mail proves.
create function keep_http_outbound() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from ticket t where t.id = new.ticket_id and t.channel = 'http') then return null; end if;
  if new.channel = 'email' then
    update message set channel = 'email', channel_account = new.channel_account, sender = new.channel_account where id = new.message_id;
    insert into ticket_party (ticket_id, kind, value) values (new.ticket_id, 'email', lower(new.recipient)) on conflict do nothing;
  else
    insert into thread_reference (reference, ticket_id) values (new.channel_account || '#' || new.id, new.ticket_id) on conflict do nothing;
  end if;
  return null;
end $$;
create trigger outbound_http_kept after insert on outbound
  for each row when (new.channel in ('email', 'http')) execute function keep_http_outbound();

-- What a ticket asks for, changed by an agent: the event says who changed which field from what to what. Answers whether there is such
-- a ticket.
create function set_ticket_request(p_ticket_id uuid, p_type text, p_fields jsonb, p_actor_id text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
  changes jsonb;
begin
  select * into t from ticket where id = p_ticket_id for no key update;
  if not found then return false; end if;
  select coalesce(jsonb_agg(jsonb_build_object('field', k, 'from', t.fields -> k, 'to', p_fields -> k) order by k), '[]') into changes
  from (select jsonb_object_keys(t.fields) union select jsonb_object_keys(p_fields)) f (k)
  where t.fields -> k is distinct from p_fields -> k;
  if t.request_type is not distinct from p_type and changes = '[]' then return true; end if;
  update ticket set request_type = p_type, fields = p_fields, updated_at = now() where id = t.id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.request-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, p_actor_id,
    jsonb_build_object('from', t.request_type, 'to', p_type, 'changes', changes));
  return true;
end $$;
