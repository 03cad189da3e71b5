-- The hot path: one statement takes a contact in, one statement makes it a message of its ticket.

-- A second delivery of the same bytes finds the row. Where the provider's id cannot be trusted to be unique (mail), the
-- same id with another content is a contact of its own, and the same content in other bytes is kept as a duplicate.
create function receive_contact(
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

-- Takes the locks of a contact's proved identifiers in one fixed order. Every writer that joins or moves identifiers takes
-- these first, so that two first contacts of one person cannot both find nobody.
create function lock_identifiers(p_keys text[]) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  k bigint;
begin
  for k in select distinct hashtextextended(key, 20) from unnest(p_keys) key order by 1 loop
    perform pg_advisory_xact_lock(k);
  end loop;
end $$;

-- What the decision about a contact depends on. VOLATILE: each statement sees what was committed before it, also by
-- whoever held the locks just taken.
create function ingest_snapshot(p_contact jsonb, p_continuation_ms double precision) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  identifiers jsonb := p_contact -> 'identifiers';
  refs text[] := array(select jsonb_array_elements_text(p_contact #> '{threading,references}'));
  token uuid := (p_contact #>> '{threading,ticketId}')::uuid;
  tag integer := (p_contact #>> '{threading,ticketNumber}')::integer;
  customers jsonb;
  owners uuid[];
  tickets jsonb;
begin
  perform lock_identifiers(array(
    select (i ->> 'kind') || ':' || (i ->> 'value') from jsonb_array_elements(identifiers) i where i ->> 'grade' <> 'claimed'));

  select coalesce(jsonb_agg(jsonb_build_object('customerId', f.customer_id, 'kind', f.kind, 'value', f.value, 'grade', f.grade,
           'shared', f.shared)), '[]'),
         array_agg(f.customer_id) filter (where f.grade <> 'claimed' and not f.shared and c.grade <> 'claimed')
    into customers, owners
  from jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
  cross join lateral (select * from identifier i where i.kind = c.kind and i.value = c.value order by i.grade desc limit 20) f;

  with hit as (
    select t.id, 'token' as via from ticket t where t.id = token
    union all select r.ticket_id, 'reference' from thread_reference r where r.reference = any (refs)
    union all select t.id, 'tag' from ticket t where t.number = tag
    union all select w.id, 'window' from (
      select t.id from ticket t
      where p_continuation_ms > 0 and t.customer_id = any (owners) and t.channel = p_contact ->> 'channel' and t.status <> 'closed'
        -- After a merge one customer has several visitors; a conversation goes on only with the visitor who began it.
        and (t.visitor_id is null or identifiers @> jsonb_build_array(jsonb_build_object('kind', 'visitor', 'value', t.visitor_id)))
        and t.last_activity_at >= now() - make_interval(secs => p_continuation_ms / 1000)
      order by t.last_activity_at desc limit 5) w
  )
  select coalesce(jsonb_agg(jsonb_build_object('ticketId', t.id, 'number', t.number, 'status', t.status, 'customerId', t.customer_id,
           'channel', t.channel, 'queueId', t.queue_id, 'via', h.via, 'lastActivityAt', t.last_activity_at, 'senderIsParty', exists (
             select 1 from ticket_party p join jsonb_to_recordset(identifiers) c (kind text, value text, grade text)
               on p.kind = c.kind and p.value = c.value and c.grade <> 'claimed'
             where p.ticket_id = t.id))), '[]')
    into tickets
  from (select id, via from hit limit 50) h join ticket t on t.id = h.id;

  return jsonb_build_object('customers', customers, 'tickets', tickets);
end $$;

-- Carries a decision out: everything of one contact in one transaction. Raises PB001 when what the decision saw has changed
-- (the caller decides again) and PB002 when the contact is not pending any more.
--
-- p_decision: customerId | displayName + customerReason; ticketId + seenStatus + reopen + requeue | subject + queueId + priority +
-- linkedTicketId; reason; parties [{kind, value}]; attachments; acknowledgement {subject, text, sender} | null
create function ingest_apply(p_inbox_id uuid, p_contact jsonb, p_decision jsonb) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  row inbox%rowtype;
  c_id uuid := (p_decision ->> 'customerId')::uuid;
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  a_id uuid;
  o_id uuid;
  opened boolean := p_decision ->> 'ticketId' is null;
  is_customer boolean := p_contact ->> 'kind' = 'customer';
  first_words text := left(regexp_replace(coalesce(nullif(p_contact ->> 'replyText', ''), p_contact ->> 'text', ''), '\s+', ' ', 'g'), 140);
  reopened boolean := false;
begin
  select i.* into row from inbox i where i.id = p_inbox_id and i.state = 'pending' for update;
  if not found then raise exception 'contact is not pending' using errcode = 'PB002'; end if;

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
      preview, waiting_since, linked_ticket_id)
    values (p_decision ->> 'subject', row.channel, row.channel_account, c_id,
      (select (i ->> 'value')::uuid from jsonb_array_elements(p_contact -> 'identifiers') i where i ->> 'kind' = 'visitor' limit 1),
      coalesce(p_contact #>> '{identifiers,0,value}', p_contact ->> 'from'), (p_decision ->> 'queueId')::uuid,
      (p_decision ->> 'priority')::integer, 1, first_words, case when p_decision ->> 'queueId' is null then null else now() end,
      (p_decision ->> 'linkedTicketId')::uuid)
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
    recipients, copies, subject, body_text, reply_text, body_html, raw_sha256, inbox_id, sent_at, received_at)
  values (m_id, t.id, c_id, 'in', row.channel, row.channel_account, row.external_id, p_contact ->> 'kind', p_contact ->> 'from',
    p_contact ->> 'senderName', array(select jsonb_array_elements_text(p_contact -> 'to')),
    array(select jsonb_array_elements_text(p_contact -> 'cc')), p_contact ->> 'subject', coalesce(p_contact ->> 'text', ''),
    p_contact ->> 'replyText', p_contact ->> 'html', row.raw_sha256, row.id, (p_contact ->> 'sentAt')::timestamptz, row.received_at);

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

  if p_decision -> 'acknowledgement' <> 'null'::jsonb then
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

-- The path of a known customer with an open ticket in one round trip. It takes only the plain case, in which every rule of
-- domain/threading that could speak says the same; everything else answers `decide`, and the rules themselves decide.
create function ingest_contact(p_inbox_id uuid, p_continuation jsonb, p_reasons jsonb) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  row inbox%rowtype;
  snapshot jsonb;
  c jsonb;
  owners text[];
  hit jsonb;
  refs boolean;
begin
  select i.* into row from inbox i where i.id = p_inbox_id and i.state = 'pending';
  if not found then return jsonb_build_object('outcome', 'settled'); end if;
  c := row.contact;
  if c is null or c ->> 'kind' <> 'customer' or c ? 'call' or jsonb_array_length(c -> 'remoteFiles') > 0 or jsonb_array_length(c -> 'cc') > 0
     or jsonb_array_length(c -> 'to') > 1 or c #> '{threading,ticketId}' is not null or c #> '{threading,ticketNumber}' is not null
     or (c ->> 'automatic')::boolean then
    return jsonb_build_object('outcome', 'decide');
  end if;

  snapshot := ingest_snapshot(c, (p_continuation ->> row.channel)::double precision);
  owners := array(select distinct s ->> 'customerId' from jsonb_array_elements(snapshot -> 'customers') s
    where s ->> 'grade' <> 'claimed' and not (s ->> 'shared')::boolean);
  if cardinality(owners) <> 1 or exists (select 1 from jsonb_array_elements(c -> 'identifiers') i where i ->> 'grade' = 'claimed') then
    return jsonb_build_object('outcome', 'decide');
  end if;

  refs := jsonb_array_length(c #> '{threading,references}') > 0;
  select t into hit from jsonb_array_elements(snapshot -> 'tickets') t
  where t ->> 'via' = case when refs then 'reference' else 'window' end
  order by (t ->> 'lastActivityAt')::timestamptz desc limit 1;
  if hit is null or hit ->> 'queueId' is null or hit ->> 'status' <> 'open' or hit ->> 'customerId' <> owners[1]
     or (refs and (select count(distinct t ->> 'ticketId') from jsonb_array_elements(snapshot -> 'tickets') t where t ->> 'via' = 'reference') <> 1) then
    return jsonb_build_object('outcome', 'decide');
  end if;

  return ingest_apply(p_inbox_id, c, jsonb_build_object('customerId', owners[1], 'ticketId', hit ->> 'ticketId', 'seenStatus', 'open',
    'reopen', false, 'requeue', false, 'reason', (p_reasons ->> (hit ->> 'via')) || ': ticket ' || (hit ->> 'number')));
end $$;
