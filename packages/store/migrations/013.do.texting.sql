-- Consent to be texted, kept from the customer's words and the carrier's refusals; the 24 hours of WhatsApp; message templates.

-- The card of a customer asks by address alone.
create index consent_address on consent (address);

-- Writes a consent down, with its log and the event that the screens follow. What was said later counts, in whatever order it is
-- worked on; what says nothing new is not logged again. Answers whether the state changed.
-- p: channel, account, address, state, source, reason, agentId, messageId, ticketId, customerId, at, correlationId
create function set_consent(p jsonb) returns boolean language plpgsql volatile as $$
declare
  before text;
  said_at timestamptz := coalesce((p ->> 'at')::timestamptz, now());
begin
  -- Two words about one address come one after the other, also while there is no row to lock.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'consent', p ->> 'channel', p ->> 'account', p ->> 'address'), 22));
  select c.state into before from consent c
  where c.channel = p ->> 'channel' and c.account = p ->> 'account' and c.address = p ->> 'address';
  insert into consent as c (channel, account, address, state, source, reason, at)
  values (p ->> 'channel', p ->> 'account', p ->> 'address', p ->> 'state', p ->> 'source', p ->> 'reason', said_at)
  on conflict (channel, account, address) do update set state = excluded.state, source = excluded.source, reason = excluded.reason,
    at = excluded.at
  where c.at <= excluded.at;
  if not found or before is not distinct from p ->> 'state' then return false; end if;
  insert into consent_log (channel, account, address, state, source, reason, agent_id, message_id, at)
  values (p ->> 'channel', p ->> 'account', p ->> 'address', p ->> 'state', p ->> 'source', p ->> 'reason', p ->> 'agentId',
    (p ->> 'messageId')::uuid, said_at);
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  select 'consent.changed', t.id, coalesce(t.customer_id, (p ->> 'customerId')::uuid), t.queue_id, t.assignee_id, p ->> 'agentId',
    p ->> 'correlationId', jsonb_build_object('channel', p ->> 'channel', 'account', p ->> 'account', 'address', p ->> 'address',
      'state', p ->> 'state', 'source', p ->> 'source', 'reason', coalesce(p ->> 'reason', ''))
  from (select 1) one left join ticket t on t.id = (p ->> 'ticketId')::uuid;
  return true;
end $$;

-- STOP and START of a customer, in the transaction that writes their message. HELP changes nothing. An ordinary message that happens to be a
-- word of consent (YES) gives back what was withdrawn and is otherwise just an answer.
create function apply_consent_word(p_message_id uuid, p_contact jsonb) returns void language plpgsql volatile as $$
declare
  m message%rowtype;
  writer text := coalesce(p_contact #>> '{identifiers,0,value}', p_contact ->> 'from');
  word text := p_contact #>> '{consent,word}';
begin
  if word not in ('stop', 'start') then return; end if;
  select * into m from message where id = p_message_id;
  if p_contact ->> 'kind' = 'customer' and not exists (select 1 from consent c where c.channel = m.channel and c.account = m.channel_account
    and c.address = writer and c.state = 'withdrawn') then return; end if;
  perform set_consent(jsonb_build_object('channel', m.channel, 'account', m.channel_account, 'address', writer,
    'state', case word when 'stop' then 'withdrawn' else 'granted' end, 'source', 'word', 'reason', p_contact #>> '{consent,said}',
    'messageId', m.id, 'ticketId', m.ticket_id, 'customerId', m.customer_id, 'at', m.received_at));
end $$;

-- The carrier refuses a recipient who told it STOP (Twilio 21610), when a message is handed over or in a later report. A START that came
-- after the message left is newer than the refusal.
create function record_opt_out(p_outbound_id uuid, p_channel text, p_account text, p_external_id text, p_address text, p_reason text)
returns boolean language plpgsql volatile as $$
declare
  o outbound%rowtype;
begin
  if p_outbound_id is not null then
    select * into o from outbound where id = p_outbound_id;
  else
    select * into o from outbound where channel_account = p_account and external_id = p_external_id;
  end if;
  return set_consent(jsonb_build_object('channel', coalesce(o.channel, p_channel), 'account', coalesce(o.channel_account, p_account),
    'address', coalesce(o.recipient, p_address), 'state', 'withdrawn', 'source', 'carrier', 'reason', p_reason, 'messageId', o.message_id,
    'ticketId', o.ticket_id, 'at', coalesce(o.claimed_at, now()), 'correlationId', o.correlation_id));
end $$;

-- When somebody last wrote to one of our numbers on a channel whose provider counts from then. The predicate keeps the index of the one
-- such channel from costing the others anything.
create index message_session on message (channel_account, sender, received_at desc) where direction = 'in' and channel = 'whatsapp';

-- Messages there answer one another by the provider's ids, as mail does by Message-ID.
create function keep_message_reference() returns trigger language plpgsql as $$
begin
  insert into thread_reference (reference, ticket_id) values (new.external_id, new.ticket_id) on conflict do nothing;
  return null;
end $$;
create trigger message_reference after insert or update of external_id on message
  for each row when (new.channel = 'whatsapp' and new.external_id is not null) execute function keep_message_reference();

-- Texts that the provider has approved for writing first.
create table message_template (
  id uuid primary key default uuid_v7(),
  channel text not null,
  name text not null,
  language text not null,
  -- The provider's id of the approved content.
  content_sid text not null,
  -- As approved, with {{1}}, {{2}} … where variables go.
  body text not null,
  -- What each variable is, in order.
  labels text[] not null default '{}',
  state text not null default 'active' check (state in ('active', 'retired')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (channel, name, language)
);

-- What a message was made from: the provider is given the template's id, and keeps to the text that it approved.
create table message_template_use (
  message_id uuid primary key references message (id) on delete cascade,
  template_id uuid references message_template (id) on delete set null,
  content_sid text not null,
  variables text[] not null default '{}'
);
