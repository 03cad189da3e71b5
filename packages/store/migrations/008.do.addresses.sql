-- What is known of an address besides whose it is: whether mail reaches it, and whether its holder agreed to be written to.

-- A permanent failure or a complaint marks the address; a message from it takes the mark away.
create table address_mark (
  kind text not null check (kind in ('email', 'phone')),
  value text not null,
  mark text not null check (mark in ('undeliverable', 'complained')),
  reason text not null,
  message_id uuid,
  at timestamptz not null default now(),
  primary key (kind, value)
);

-- The holder of an address and one account of ours: a STOP to one number says nothing about another.
create table consent (
  channel text not null,
  account text not null,
  address text not null,
  state text not null check (state in ('granted', 'withdrawn')),
  -- Where it comes from: a word of the customer, the carrier's refusal, an agent, a form.
  source text not null check (source in ('word', 'carrier', 'agent', 'form', 'import')),
  reason text,
  at timestamptz not null default now(),
  primary key (channel, account, address)
);

-- Every change of a consent, never edited.
create table consent_log (
  id bigint generated always as identity primary key,
  channel text not null,
  account text not null,
  address text not null,
  state text not null,
  source text not null,
  reason text,
  agent_id text,
  message_id uuid,
  at timestamptz not null default now()
);
create index consent_log_address on consent_log (address, id);

-- Why nothing may be sent there now, in words for the agent who wrote it; null when nothing stands against it. Asked in the statement
-- that claims a message for sending, so that what waited in the queue while consent was withdrawn is held back, too.
create function send_obstacle(p_channel text, p_account text, p_recipient text, p_automatic boolean) returns text
language sql stable as $$
  select case
    when exists (select 1 from consent c where c.channel = p_channel and c.account = p_account and c.address = p_recipient
      and c.state = 'withdrawn') then 'The recipient has withdrawn consent (STOP)'
    when p_automatic then (select 'The address is marked: ' || m.reason from address_mark m
      where m.value = p_recipient and m.kind = case p_channel when 'email' then 'email' else 'phone' end)
  end
$$;
