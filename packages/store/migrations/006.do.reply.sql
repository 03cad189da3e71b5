-- An agent's message: repeated with the same key it is the same message, whoever repeats it and however often.
-- p: ticketId, sender, authorId, authorName, idempotencyKey, requestHash, visibility, text, html, attachments, correlationId
create function write_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  o_id uuid;
  public boolean := p ->> 'visibility' = 'public';
  earlier record;
  answered record;
  first_response double precision;
begin
  -- The ticket's row orders everything that is written to it.
  select * into t from ticket where id = (p ->> 'ticketId')::uuid for no key update;
  if not found then return jsonb_build_object('outcome', 'no-ticket'); end if;

  select o.message_id, o.id as outbound_id, o.request_hash into earlier from outbound o
  where o.ticket_id = t.id and o.idempotency_key = p ->> 'idempotencyKey';
  if not found then
    select k.message_id, null::uuid as outbound_id, k.request_hash into earlier from note_key k
    where k.ticket_id = t.id and k.idempotency_key = p ->> 'idempotencyKey';
  end if;
  if found then
    return jsonb_build_object('outcome', case when earlier.request_hash = p ->> 'requestHash' then 'repeated' else 'mismatch' end,
      'messageId', earlier.message_id, 'outboundId', earlier.outbound_id);
  end if;
  if t.status = 'closed' and public then return jsonb_build_object('outcome', 'closed'); end if;

  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, visibility, author_id, sender, sender_name, recipients,
    subject, body_text, body_html, delivery_status)
  values (m_id, t.id, t.customer_id, 'out', t.channel, t.channel_account, 'agent', p ->> 'visibility', p ->> 'authorId',
    case when public then coalesce(p ->> 'sender', t.channel_account) else '' end, p ->> 'authorName', case when public then array[t.contact_address] else '{}' end,
    t.subject, p ->> 'text', p ->> 'html', case when public then 'queued' end);
  insert into attachment (message_id, position, filename, content_type, size, sha256)
  select m_id, f.ordinality, f.item ->> 'filename', f.item ->> 'contentType', (f.item ->> 'size')::bigint, f.item ->> 'sha256'
  from jsonb_array_elements(p -> 'attachments') with ordinality f (item, ordinality);

  if public then
    -- The customer's last message is what it answers (RFC 5322, 3.6.4).
    select m.external_id, i.contact #> '{threading,references}' as refs into answered
    from message m left join inbox i on i.id = m.inbox_id
    where m.ticket_id = t.id and m.direction = 'in' and m.kind = 'customer' order by m.position desc limit 1;
    insert into outbound (message_id, ticket_id, author_id, idempotency_key, request_hash, channel, channel_account, recipient, in_reply_to, "references", correlation_id)
    values (m_id, t.id, p ->> 'authorId', p ->> 'idempotencyKey', p ->> 'requestHash', t.channel, t.channel_account, t.contact_address,
      case when t.channel = 'email' then answered.external_id end,
      case when t.channel = 'email' and answered.refs is not null then array(select jsonb_array_elements_text(answered.refs)) else '{}' end, p ->> 'correlationId')
    returning id into o_id;
    if t.first_response_at is null then first_response := extract(epoch from clock_timestamp() - t.created_at); end if;
  else
    insert into note_key (ticket_id, idempotency_key, message_id, request_hash) values (t.id, p ->> 'idempotencyKey', m_id, p ->> 'requestHash');
  end if;

  update ticket set
    message_count = message_count + 1,
    updated_at = now(),
    last_activity_at = case when public then now() else last_activity_at end,
    preview = case when public then left(regexp_replace(p ->> 'text', '\s+', ' ', 'g'), 140) else preview end,
    first_response_at = case when public then coalesce(first_response_at, now()) else first_response_at end,
    status = case when public and status = 'resolved' then 'open' else status end
  where id = t.id;

  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('message.created', t.id, t.customer_id, t.queue_id, t.assignee_id, p ->> 'authorId', p ->> 'correlationId', jsonb_build_object('messageId', m_id,
    'channel', t.channel, 'kind', 'agent', 'visibility', p ->> 'visibility', 'direction', 'out', 'firstResponseSeconds', first_response));
  return jsonb_build_object('outcome', 'created', 'messageId', m_id, 'outboundId', o_id);
end $$;
