-- Tags on tickets, automation rules and their runs, outgoing webhooks.

-- Tags -------------------------------------------------------------------------------------------------------------
-- In a table of their own: a ticket that is opened or changed costs nothing for the tags that it does not have.
create table ticket_tag (
  ticket_id uuid not null references ticket (id) on delete cascade,
  tag text not null,
  at timestamptz not null default now(),
  primary key (ticket_id, tag)
);
create index ticket_tag_tag on ticket_tag (tag, ticket_id);

-- Every tag that was ever given, to choose from.
create table tag (
  name text primary key,
  used_at timestamptz not null default now()
);

-- Answers `done`, `unchanged`, `no-ticket`, or `too-many` when the ticket would have more than `p_most`.
create function change_tags(p_ticket_id uuid, p_add text[], p_remove text[], p_most integer, p_actor_id text, p_reason text) returns text
language plpgsql volatile as $$
declare
  t ticket%rowtype;
  present text[];
  added text[];
  gone text[];
begin
  select * into t from ticket where id = p_ticket_id for no key update;
  if not found then return 'no-ticket'; end if;
  present := array(select g.tag from ticket_tag g where g.ticket_id = t.id);
  added := array(select distinct a from unnest(p_add) a where a <> all (present) order by 1);
  gone := array(select distinct r from unnest(p_remove) r where r = any (present) and r <> all (p_add) order by 1);
  if cardinality(added) = 0 and cardinality(gone) = 0 then return 'unchanged'; end if;
  if cardinality(present) + cardinality(added) - cardinality(gone) > p_most then return 'too-many'; end if;
  delete from ticket_tag g where g.ticket_id = t.id and g.tag = any (gone);
  insert into ticket_tag (ticket_id, tag) select t.id, a from unnest(added) a;
  insert into tag as k (name) select a from unnest(added) a order by 1
  on conflict (name) do update set used_at = now() where k.used_at < now() - interval '1 hour';
  update ticket set updated_at = now() where id = t.id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  select c.type, t.id, t.customer_id, t.queue_id, t.assignee_id, p_actor_id,
    jsonb_build_object('tags', to_jsonb(c.tags)) || case when p_reason is null then '{}' else jsonb_build_object('reason', p_reason) end
  from (values ('ticket.tagged', added), ('ticket.untagged', gone)) c (type, tags) where cardinality(c.tags) > 0;
  return 'done';
end $$;

-- Automation -------------------------------------------------------------------------------------------------------
create table automation_rule (
  id uuid primary key default uuid_v7(),
  position integer not null,
  enabled boolean not null,
  -- The published version that runs.
  version integer not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Taken away; what it did keeps its name.
  removed_at timestamptz
);

create table automation_rule_version (
  rule_id uuid not null references automation_rule (id),
  version integer not null,
  definition jsonb not null,
  note text not null,
  published_by text,
  published_at timestamptz not null default now(),
  primary key (rule_id, version)
);
create trigger automation_rule_version_kept before update or delete on automation_rule_version for each row execute function refuse_change();

-- An event for which a rule holds. It is worked on in the transaction that marks it done, and so once.
create table automation_run (
  id uuid primary key default uuid_v7(),
  rule_id uuid not null references automation_rule (id),
  version integer not null,
  event_seq bigint not null,
  event_type text not null,
  ticket_id uuid not null,
  -- The rule's place among those that hold for the event.
  position integer not null,
  -- The rules from the first event of the chain to this one; none of them comes twice.
  chain uuid[] not null,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed', 'paused')),
  outcomes jsonb not null default '[]',
  duration_ms integer,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (rule_id, event_seq)
);
create index automation_run_waiting on automation_run (ticket_id, event_seq, position) where state = 'waiting';
create index automation_run_ticket on automation_run (ticket_id, rule_id, created_at);
create index automation_run_rule on automation_run (rule_id, id);
create index automation_run_trouble on automation_run (state, id) where state in ('failed', 'paused');

-- A rule answers a ticket once, unless it may do so again.
create table automation_reply (
  rule_id uuid not null references automation_rule (id),
  ticket_id uuid not null references ticket (id) on delete cascade,
  at timestamptz not null default now(),
  primary key (rule_id, ticket_id)
);

-- What a transaction does for a reason of its own says so in the correlation of the events that it writes.
alter table event alter column correlation_id set default nullif(current_setting('patchbay.correlation', true), '');

-- A message that the hub writes by itself: a note, or a reply to the customer. The same key is the same message.
-- p: ticketId, key, visibility, text, sender, senderName, correlationId, mostToCustomer (automatic messages to a customer within an hour)
create function write_automatic(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  o_id uuid := uuid_v7();
  last uuid;
  public boolean := p ->> 'visibility' = 'public';
  identity mail_identity%rowtype;
  answered record;
begin
  select * into t from ticket where id = (p ->> 'ticketId')::uuid for no key update;
  if not found then return jsonb_build_object('outcome', 'no-ticket'); end if;
  if exists (select 1 from outbound o where o.ticket_id = t.id and o.idempotency_key = p ->> 'key')
    or exists (select 1 from note_key k where k.ticket_id = t.id and k.idempotency_key = p ->> 'key') then
    return jsonb_build_object('outcome', 'repeated');
  end if;
  if public then
    if t.status = 'closed' then return jsonb_build_object('outcome', 'closed'); end if;
    select m.external_id, m.kind, m.authenticity ->> 'verdict' as verdict, i.contact #> '{threading,references}' as refs,
      coalesce((i.contact ->> 'automatic')::boolean, false) as automatic into answered
    from message m left join inbox i on i.id = m.inbox_id where m.ticket_id = t.id and m.direction = 'in' order by m.position desc limit 1;
    -- A machine is never answered (RFC 3834, 2), nor somebody whose name another uses.
    if answered.kind is distinct from 'customer' or answered.automatic or answered.verdict = 'fail' then
      return jsonb_build_object('outcome', 'not-a-person');
    end if;
    if (select count(*) from ticket k join outbound o on o.ticket_id = k.id
        where k.customer_id = t.customer_id and o.automatic and o.created_at > now() - interval '1 hour') >= (p ->> 'mostToCustomer')::integer then
      return jsonb_build_object('outcome', 'too-many');
    end if;
    if t.channel = 'email' then identity := ticket_identity(t.id); end if;
  end if;
  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, visibility, sender, sender_name, recipients, subject,
    body_text, delivery_status, identity)
  values (m_id, t.id, t.customer_id, 'out', t.channel, t.channel_account, 'system', p ->> 'visibility',
    case when public then coalesce(identity.address, p ->> 'sender', t.channel_account) else '' end, p ->> 'senderName',
    case when public then array[t.contact_address] else '{}' end, t.subject, p ->> 'text', case when public then 'queued' end,
    case when identity.id is not null then jsonb_build_object('id', identity.id, 'address', identity.address, 'name', identity.name) end);
  if public then
    -- They leave in the order of their ids.
    select id into last from outbound where ticket_id = t.id and status in ('queued', 'sending') order by id desc limit 1;
    if o_id <= last then
      o_id := overlay(o_id::text placing left(uuid_v7_floor(uuid_v7_time(last) + interval '1 millisecond')::text, 13) from 1 for 13);
    end if;
    insert into outbound (id, message_id, ticket_id, idempotency_key, channel, channel_account, recipient, automatic, in_reply_to, "references", correlation_id)
    values (o_id, m_id, t.id, p ->> 'key', t.channel, t.channel_account, t.contact_address, true,
      case when t.channel = 'email' then answered.external_id end,
      case when t.channel = 'email' and answered.refs is not null then array(select jsonb_array_elements_text(answered.refs)) else '{}' end,
      p ->> 'correlationId');
  else
    insert into note_key (ticket_id, idempotency_key, message_id) values (t.id, p ->> 'key', m_id);
  end if;
  -- Nobody has answered yet: first response, status and what the list shows stay as they are.
  update ticket set message_count = message_count + 1, updated_at = now() where id = t.id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  values ('message.created', t.id, t.customer_id, t.queue_id, t.assignee_id, p ->> 'correlationId', jsonb_build_object('messageId', m_id,
    'channel', t.channel, 'kind', 'system', 'visibility', p ->> 'visibility', 'direction', 'out', 'firstResponseSeconds', null));
  return jsonb_build_object('outcome', 'created', 'messageId', m_id, 'outboundId', case when public then o_id end);
end $$;

-- Outgoing webhooks ------------------------------------------------------------------------------------------------
create table webhook_endpoint (
  id uuid primary key default uuid_v7(),
  name text not null,
  url text not null,
  event_types text[] not null,
  secret text not null,
  enabled boolean not null default true,
  -- Since when nothing has arrived there; null when the last delivery did.
  failing_since timestamptz,
  delivered_at timestamptz,
  -- Why the hub switched it off by itself.
  disabled_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table webhook_secret (
  id uuid primary key default uuid_v7(),
  endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
  secret text not null,
  valid_until timestamptz not null,
  created_at timestamptz not null default now()
);
create index webhook_secret_endpoint on webhook_secret (endpoint_id);

-- One event for one endpoint. What is sent is read from the event each time, so nothing of a person is kept twice.
create table webhook_delivery (
  id uuid primary key default uuid_v7(),
  endpoint_id uuid not null references webhook_endpoint (id) on delete cascade,
  -- Null for a test.
  event_seq bigint,
  event_type text not null,
  ticket_id uuid,
  -- `event`, `rule:<id>` or `test:<id>`.
  cause text not null default 'event',
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'delivered', 'failed')),
  attempt_count integer not null default 0,
  -- Of the attempts, the last ones: [{at, status, ms, error}].
  attempts jsonb not null default '[]',
  replays integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  give_up_at timestamptz not null,
  claimed_at timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (endpoint_id, event_seq, cause)
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, next_attempt_at, event_seq) where state = 'waiting';
create index webhook_delivery_ticket on webhook_delivery (endpoint_id, ticket_id, event_seq) where state in ('waiting', 'sending');
create index webhook_delivery_sending on webhook_delivery (endpoint_id, claimed_at) where state = 'sending';
create index webhook_delivery_overdue on webhook_delivery (give_up_at) where state = 'waiting';
create index webhook_delivery_log on webhook_delivery (endpoint_id, id);
create index webhook_delivery_state on webhook_delivery (endpoint_id, state, id);

-- Takes what is due for an endpoint, as long as no more than `p_most` are on their way: of each ticket the earliest.
create function claim_webhooks(p_endpoint_id uuid, p_most integer) returns setof webhook_delivery language plpgsql volatile as $$
declare
  room integer;
begin
  -- One at a time, and with what the one before wrote.
  perform 1 from webhook_endpoint where id = p_endpoint_id and enabled for no key update;
  if not found then return; end if;
  room := p_most - (select count(*) from webhook_delivery where endpoint_id = p_endpoint_id and state = 'sending');
  if room <= 0 then return; end if;
  return query
    update webhook_delivery u set state = 'sending', claimed_at = now(), attempt_count = u.attempt_count + 1
    where u.state = 'waiting' and u.id in (
      select d.id from webhook_delivery d
      where d.endpoint_id = p_endpoint_id and d.state = 'waiting' and d.next_attempt_at <= now()
        and not exists (select 1 from webhook_delivery e where e.endpoint_id = d.endpoint_id and e.ticket_id = d.ticket_id
          and e.state in ('waiting', 'sending') and (e.event_seq < d.event_seq or (e.event_seq = d.event_seq and e.id < d.id)))
      order by d.next_attempt_at, d.event_seq limit room)
    returning u.*;
end $$;

-- Writes down what became of an attempt, if it is still the one that was claimed. `p_after_ms`: tried again after so long; null: it is over.
create function settle_webhook(p_id uuid, p_attempt integer, p_delivered boolean, p_log jsonb, p_after_ms double precision) returns boolean
language plpgsql volatile as $$
declare
  d webhook_delivery%rowtype;
begin
  update webhook_delivery u set
    state = case when p_delivered then 'delivered' when p_after_ms is null or now() + make_interval(secs => p_after_ms / 1000) > u.give_up_at then 'failed'
      else 'waiting' end,
    next_attempt_at = now() + make_interval(secs => coalesce(p_after_ms, 0) / 1000),
    attempts = (select coalesce(jsonb_agg(a.item order by a.n), '[]') from (
      select item, n from jsonb_array_elements(u.attempts || p_log) with ordinality x (item, n) order by n desc limit 20) a),
    finished_at = case when p_delivered or p_after_ms is null or now() + make_interval(secs => p_after_ms / 1000) > u.give_up_at then now() end
  where u.id = p_id and u.state = 'sending' and u.attempt_count = p_attempt
  returning * into d;
  if not found then return false; end if;
  -- What waits for it is not looked at before it is its turn.
  if d.state = 'waiting' then
    update webhook_delivery set next_attempt_at = d.next_attempt_at
    where endpoint_id = d.endpoint_id and ticket_id = d.ticket_id and state = 'waiting' and next_attempt_at < d.next_attempt_at;
  else
    update webhook_delivery set next_attempt_at = now() where id = (
      select n.id from webhook_delivery n where n.endpoint_id = d.endpoint_id and n.ticket_id = d.ticket_id and n.state in ('waiting', 'sending')
      order by n.event_seq, n.id limit 1) and state = 'waiting' and attempt_count = 0 and next_attempt_at > now();
  end if;
  if p_delivered then
    update webhook_endpoint set failing_since = null, delivered_at = now() where id = d.endpoint_id;
  else
    update webhook_endpoint set failing_since = coalesce(failing_since, now()) where id = d.endpoint_id;
  end if;
  return true;
end $$;
