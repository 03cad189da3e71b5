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

-- Carries a decision out: everything of one contact in one transaction. Raises PB001 when what the decision saw has changed
-- (the caller decides again) and PB002 when the contact is not pending any more.
--
-- p_decision: customerId | displayName + customerReason; ticketId + seenStatus + reopen + requeue | subject + queueId + priority +
-- linkedTicketId; reason; parties [{kind, value}]; attachments; acknowledgement {subject, text, sender, windowMs} | null
create or replace function ingest_apply(p_inbox_id uuid, p_contact jsonb, p_decision jsonb) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  row inbox%rowtype;
  c_id uuid := (p_decision ->> 'customerId')::uuid;
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  a_id uuid;
  o_id uuid;
  acknowledged boolean := false;
  opened boolean := p_decision ->> 'ticketId' is null;
  is_customer boolean := p_contact ->> 'kind' = 'customer';
  first_words text := left(regexp_replace(coalesce(nullif(p_contact ->> 'replyText', ''), p_contact ->> 'text', ''), '\s+', ' ', 'g'), 140);
  reopened boolean := false;
  -- As the row has it now: the mail may have arrived at another address since the decision was made.
  arrived_at text[];
begin
  select i.* into row from inbox i where i.id = p_inbox_id and i.state = 'pending' for update;
  if not found then raise exception 'contact is not pending' using errcode = 'PB002'; end if;

  arrived_at := array(select jsonb_array_elements_text(coalesce(row.contact -> 'deliveredTo', '[]')));

  if c_id is null then
    insert into customer (display_name) values (p_decision ->> 'displayName') returning id into c_id;
    insert into event (type, customer_id, correlation_id, data)
    values ('customer.created', c_id, row.correlation_id, jsonb_build_object('reason', p_decision ->> 'customerReason'));
  end if;

  insert into identifier (customer_id, kind, value, grade, channel, shared)
  -- LIMIT keeps it an index look-up for each of the few identifiers; a bare EXISTS is planned as one scan of the whole table.
  select c_id, i.kind, i.value, i.grade, row.channel,
    coalesce((select true from identifier s where s.value = i.value and s.kind = i.kind and s.shared limit 1), false)
  from jsonb_to_recordset(p_contact -> 'identifiers') i (kind text, value text, grade text)
  on conflict do nothing;
  update identifier k set last_seen_at = now()
  from jsonb_to_recordset(p_contact -> 'identifiers') i (kind text, value text, grade text)
  where k.kind = i.kind and k.value = i.value and k.customer_id = c_id and k.last_seen_at < now() - interval '1 minute';

  if opened then
    insert into ticket (subject, channel, channel_account, customer_id, visitor_id, contact_address, queue_id, priority, message_count,
      preview, waiting_since, linked_ticket_id, request_type, fields)
    values (p_decision ->> 'subject', row.channel, row.channel_account, c_id,
      (select (i ->> 'value')::uuid from jsonb_array_elements(p_contact -> 'identifiers') i where i ->> 'kind' = 'visitor' limit 1),
      coalesce(p_contact #>> '{identifiers,0,value}', p_contact ->> 'from'), (p_decision ->> 'queueId')::uuid,
      (p_decision ->> 'priority')::integer, 1, first_words, case when p_decision ->> 'queueId' is null then null else now() end,
      (p_decision ->> 'linkedTicketId')::uuid, p_contact #>> '{request,type}', coalesce(p_contact #> '{request,fields}', '{}'))
    returning * into t;
    insert into event (type, ticket_id, customer_id, queue_id, correlation_id, data)
    values ('ticket.opened', t.id, c_id, t.queue_id, row.correlation_id, jsonb_build_object('number', t.number, 'channel', t.channel,
      'reason', p_decision ->> 'reason', 'linkedTicketId', t.linked_ticket_id));
  else
    reopened := coalesce((p_decision ->> 'reopen')::boolean, false) and p_decision ->> 'seenStatus' <> 'open';
    update ticket u set
      message_count = u.message_count + 1,
      preview = case when is_customer then first_words else u.preview end,
      last_activity_at = case when is_customer then now() else u.last_activity_at end,
      updated_at = now(),
      status = case when reopened then 'open' else u.status end,
      -- A ticket that a machine opened is in no queue until a person writes to it.
      queue_id = case when is_customer then coalesce(u.queue_id, (p_decision ->> 'queueId')::uuid) else u.queue_id end,
      occupies = u.occupies or reopened,
      preferred_agent_id = case when (p_decision ->> 'requeue')::boolean then coalesce(u.assignee_id, u.preferred_agent_id) else u.preferred_agent_id end,
      assignee_id = case when (p_decision ->> 'requeue')::boolean then null else u.assignee_id end,
      waiting_since = case
        when (p_decision ->> 'requeue')::boolean then coalesce(u.waiting_since, now())
        when is_customer and u.assignee_id is null and (reopened or u.status = 'open') then coalesce(u.waiting_since, now())
        else u.waiting_since end
    where u.id = (p_decision ->> 'ticketId')::uuid and u.status = p_decision ->> 'seenStatus'
    returning * into t;
    if not found then raise exception 'ticket has changed' using errcode = 'PB001'; end if;
    if (p_decision ->> 'requeue')::boolean then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      values ('ticket.queued', t.id, t.customer_id, t.queue_id, t.preferred_agent_id, row.correlation_id,
        jsonb_build_object('queueId', t.queue_id, 'reason', p_decision ->> 'reason'));
    end if;
    if reopened then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      values ('ticket.reopened', t.id, t.customer_id, t.queue_id, t.assignee_id, row.correlation_id,
        jsonb_build_object('reason', p_decision ->> 'reason'));
    end if;
  end if;

  insert into ticket_party (ticket_id, kind, value)
  select t.id, i.kind, i.value from jsonb_to_recordset(p_contact -> 'identifiers') i (kind text, value text, grade text)
  where i.grade <> 'claimed' and is_customer
  union
  select t.id, p.kind, p.value from jsonb_to_recordset(coalesce(p_decision -> 'parties', '[]')) p (kind text, value text)
  on conflict do nothing;

  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, external_id, kind, sender, sender_name,
    recipients, copies, delivered_to, subject, body_text, reply_text, body_html, raw_sha256, inbox_id, sent_at, received_at, authenticity,
    classification)
  values (m_id, t.id, c_id, 'in', row.channel, row.channel_account, row.external_id, p_contact ->> 'kind', p_contact ->> 'from',
    p_contact ->> 'senderName', array(select jsonb_array_elements_text(p_contact -> 'to')),
    array(select jsonb_array_elements_text(p_contact -> 'cc')), arrived_at, p_contact ->> 'subject', coalesce(p_contact ->> 'text', ''),
    p_contact ->> 'replyText', p_contact ->> 'html', row.raw_sha256, row.id, (p_contact ->> 'sentAt')::timestamptz, row.received_at,
    p_contact -> 'authenticity', p_contact -> 'classification');
  insert into ticket_address (ticket_id, address) select t.id, a from unnest(arrived_at) a on conflict do nothing;

  insert into attachment (message_id, position, filename, content_type, size, sha256, content_id, inline)
  select m_id, f.ordinality, f.item ->> 'filename', f.item ->> 'contentType', (f.item ->> 'size')::bigint, f.item ->> 'sha256',
    f.item ->> 'contentId', coalesce((f.item ->> 'inline')::boolean, false)
  from jsonb_array_elements(coalesce(p_decision -> 'attachments', p_contact -> 'attachments')) with ordinality f (item, ordinality);

  if row.channel = 'email' then
    insert into thread_reference (reference, ticket_id)
    select distinct r, t.id from unnest(array[p_contact ->> 'externalId'] || array(select jsonb_array_elements_text(p_contact #> '{threading,references}'))) r
    where r is not null
    on conflict do nothing;
  end if;

  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  values ('message.received', t.id, c_id, t.queue_id, t.assignee_id, row.correlation_id, jsonb_build_object('messageId', m_id,
    'channel', row.channel, 'kind', p_contact ->> 'kind', 'reason', p_decision ->> 'reason'));

  if jsonb_array_length(coalesce(p_contact -> 'reports', '[]')) > 0 then perform apply_contact_reports(m_id, p_contact); end if;
  if p_contact -> 'consent' is not null then perform apply_consent_word(m_id, p_contact); end if;

  -- Compare-and-set: of two contacts at once only one moves the moment, and only its sender is told.
  if p_decision -> 'acknowledgement' <> 'null'::jsonb then
    insert into acknowledgement as k (channel, address) values (t.channel, t.contact_address)
    on conflict (channel, address) do update set at = now()
      where k.at < now() - make_interval(secs => (p_decision #>> '{acknowledgement,windowMs}')::double precision / 1000);
    acknowledged := found;
  end if;
  if acknowledged then
    insert into message (ticket_id, customer_id, direction, channel, channel_account, kind, sender, recipients, subject, body_text, delivery_status)
    values (t.id, c_id, 'out', t.channel, t.channel_account, 'system', coalesce(p_decision #>> '{acknowledgement,sender}', t.channel_account), array[t.contact_address],
      replace(p_decision #>> '{acknowledgement,subject}', '{number}', t.number::text),
      replace(p_decision #>> '{acknowledgement,text}', '{number}', t.number::text), 'queued')
    returning id into a_id;
    insert into outbound (message_id, ticket_id, idempotency_key, channel, channel_account, recipient, automatic, in_reply_to,
      "references", correlation_id)
    values (a_id, t.id, 'acknowledgement:' || p_inbox_id, t.channel, t.channel_account, t.contact_address, true,
      case when row.channel = 'email' then p_contact ->> 'externalId' end,
      array(select jsonb_array_elements_text(p_contact #> '{threading,references}')), row.correlation_id)
    returning id into o_id;
    update ticket set message_count = message_count + 1 where id = t.id;
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
    values ('message.created', t.id, c_id, t.queue_id, t.assignee_id, row.correlation_id, jsonb_build_object('messageId', a_id,
      'channel', t.channel, 'kind', 'system', 'visibility', 'public', 'direction', 'out'));
  end if;

  update inbox set state = 'done', reason = null, message_id = m_id, ticket_id = t.id, processed_at = now() where id = p_inbox_id;

  return jsonb_build_object('outcome', 'done', 'ticketId', t.id, 'ticketNumber', t.number, 'customerId', c_id, 'messageId', m_id,
    'queueId', t.queue_id, 'assigneeId', t.assignee_id, 'waiting', t.waiting_since is not null, 'opened', opened, 'outboundId', o_id,
    'correlationId', row.correlation_id, 'channel', row.channel, 'seconds', extract(epoch from clock_timestamp() - row.received_at));
end $$;
