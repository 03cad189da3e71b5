-- What is written under one key by two ways in the same moment leaves once, and what was reported of a message before its send ended is looked at
-- however it ends.

-- Replies -----------------------------------------------------------------------------------------------------------

-- As in 018. Of a reply that is held back and a message under one key of its author the first is the one that there is.
-- An agent's message: repeated with the same key it is the same message, whoever repeats it and however often.
-- p: ticketId, sender, authorId, authorName, idempotencyKey, requestHash, visibility, text, replyText, html, attachments, correlationId;
-- where the channel carries copies also to, cc, bcc, subject, identity, forwardOf; callerKey: the key as the caller sent it, where one did
create or replace function write_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  o_id uuid := uuid_v7();
  last uuid;
  public boolean := p ->> 'visibility' = 'public';
  addressed text[] := array(select jsonb_array_elements_text(coalesce(p -> 'to', '[]')));
  copied text[] := array(select jsonb_array_elements_text(coalesce(p -> 'cc', '[]')));
  hidden text[] := array(select jsonb_array_elements_text(coalesce(p -> 'bcc', '[]')));
  earlier record;
  held held_reply%rowtype;
  answered record;
  first_response double precision;
  -- What goes to somebody else is no answer to the customer.
  forwards boolean := p ->> 'forwardOf' is not null;
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
  -- What was handed in to be held back does not leave by this way as well: its message, once it is one.
  if p ->> 'callerKey' is not null then
    select * into held from held_reply h
    where h.ticket_id = t.id and h.author_id = p ->> 'authorId' and h.idempotency_key = p ->> 'callerKey' and h.state <> 'taken-back';
    if found then
      return jsonb_build_object('outcome', case when held.request_hash <> p ->> 'requestHash' then 'mismatch' when held.message_id is null then 'held'
        else 'repeated' end, 'messageId', held.message_id, 'outboundId', null);
    end if;
  end if;
  -- One that was held back is written as long as it leaves, and its author cannot take it back meanwhile.
  if starts_with(p ->> 'idempotencyKey', 'held:') then
    select * into held from held_reply h where h.id = substr(p ->> 'idempotencyKey', 6)::uuid and h.state = 'leaving' for no key update;
    if not found then return jsonb_build_object('outcome', 'not-leaving', 'messageId', null, 'outboundId', null); end if;
  end if;
  if t.status = 'closed' and public then return jsonb_build_object('outcome', 'closed'); end if;
  if public and cardinality(addressed) = 0 then addressed := array[t.contact_address]; end if;

  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, visibility, author_id, sender, sender_name, recipients,
    copies, blind_copies, subject, own_subject, body_text, reply_text, body_html, delivery_status, identity, forward_of)
  values (m_id, t.id, t.customer_id, 'out', t.channel, t.channel_account, 'agent', p ->> 'visibility', p ->> 'authorId',
    case when public then coalesce(p #>> '{identity,address}', p ->> 'sender', t.channel_account) else '' end, p ->> 'authorName',
    case when public then addressed else '{}' end, copied, hidden, coalesce(p ->> 'subject', t.subject), p ->> 'subject' is not null,
    p ->> 'text', p ->> 'replyText', p ->> 'html', case when public then 'queued' end, nullif(p -> 'identity', 'null'),
    (p ->> 'forwardOf')::uuid);
  if held.id is not null then update held_reply set message_id = m_id where id = held.id; end if;
  insert into attachment (message_id, position, filename, content_type, size, sha256, content_id, inline)
  select m_id, f.ordinality, f.item ->> 'filename', f.item ->> 'contentType', (f.item ->> 'size')::bigint, f.item ->> 'sha256',
    f.item ->> 'contentId', coalesce((f.item ->> 'inline')::boolean, false)
  from jsonb_array_elements(p -> 'attachments') with ordinality f (item, ordinality);

  if public then
    -- The customer's last message is what it answers (RFC 5322, 3.6.4). What is passed on begins a thread of its own.
    if not forwards then
      select m.external_id, i.contact #> '{threading,references}' as refs into answered
      from message m left join inbox i on i.id = m.inbox_id
      where m.ticket_id = t.id and m.direction = 'in' and m.kind = 'customer' order by m.position desc limit 1;
    else
      select null::text as external_id, null::jsonb as refs into answered;
    end if;
    -- They leave in the order of their ids, also those of one millisecond and those before which the clock was set back.
    select id into last from outbound where ticket_id = t.id and status in ('queued', 'sending') order by id desc limit 1;
    if o_id <= last then
      o_id := overlay(o_id::text placing left(uuid_v7_floor(uuid_v7_time(last) + interval '1 millisecond')::text, 13) from 1 for 13);
    end if;
    insert into outbound (id, message_id, ticket_id, author_id, idempotency_key, request_hash, channel, channel_account, recipient, in_reply_to, "references", correlation_id)
    values (o_id, m_id, t.id, p ->> 'authorId', p ->> 'idempotencyKey', p ->> 'requestHash', t.channel, t.channel_account, addressed[1],
      case when t.channel = 'email' then answered.external_id end,
      case when t.channel = 'email' and answered.refs is not null then array(select jsonb_array_elements_text(answered.refs)) else '{}' end, p ->> 'correlationId');
    -- Whoever is written to may answer: they are parties of the ticket from now on.
    insert into ticket_party (ticket_id, kind, value)
    select t.id, 'email', a from unnest(addressed || copied || hidden) a where t.channel = 'email'
    on conflict do nothing;
    if t.first_response_at is null and not forwards then first_response := extract(epoch from clock_timestamp() - t.created_at); end if;
  else
    insert into note_key (ticket_id, idempotency_key, message_id, request_hash) values (t.id, p ->> 'idempotencyKey', m_id, p ->> 'requestHash');
  end if;

  update ticket set
    message_count = message_count + 1,
    updated_at = now(),
    last_activity_at = case when public then now() else last_activity_at end,
    preview = case when public then left(regexp_replace(coalesce(nullif(p ->> 'replyText', ''), p ->> 'text'), '\s+', ' ', 'g'), 140) else preview end,
    first_response_at = case when public and not forwards then coalesce(first_response_at, now()) else first_response_at end,
    status = case when public and not forwards and status = 'resolved' then 'open' else status end
  where id = t.id;

  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('message.created', t.id, t.customer_id, t.queue_id, t.assignee_id, p ->> 'authorId', p ->> 'correlationId', jsonb_build_object('messageId', m_id,
    'channel', t.channel, 'kind', 'agent', 'visibility', p ->> 'visibility', 'direction', 'out', 'firstResponseSeconds', first_response));
  return jsonb_build_object('outcome', 'created', 'messageId', m_id, 'outboundId', case when public then o_id end);
end $$;

-- As in 012.
-- Holds a reply back. The same key with the same content is the same one; one under which a message was written is not to be had any more.
-- p: ticketId, authorId, authorName, idempotencyKey, requestHash, input, delaySeconds, correlationId; replyKey: the key as a message has it
create or replace function hold_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  -- The ticket's row orders everything that is written to it.
  perform 1 from ticket where id = (p ->> 'ticketId')::uuid for no key update;
  select * into h from held_reply where ticket_id = (p ->> 'ticketId')::uuid and author_id = p ->> 'authorId'
    and idempotency_key = p ->> 'idempotencyKey';
  if found then
    return jsonb_build_object('outcome', case when h.request_hash = p ->> 'requestHash' then 'repeated' else 'mismatch' end, 'id', h.id,
      'dueAt', h.due_at);
  end if;
  if exists (select 1 from outbound o where o.ticket_id = (p ->> 'ticketId')::uuid and o.idempotency_key = p ->> 'replyKey')
    or exists (select 1 from note_key k where k.ticket_id = (p ->> 'ticketId')::uuid and k.idempotency_key = p ->> 'replyKey') then
    return jsonb_build_object('outcome', 'mismatch');
  end if;
  insert into held_reply (ticket_id, author_id, author_name, idempotency_key, request_hash, input, due_at, correlation_id)
  values ((p ->> 'ticketId')::uuid, p ->> 'authorId', p ->> 'authorName', p ->> 'idempotencyKey', p ->> 'requestHash', p -> 'input',
    now() + make_interval(secs => (p ->> 'delaySeconds')::double precision), p ->> 'correlationId')
  returning * into h;
  select * into t from ticket where id = h.ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('reply.held', t.id, t.customer_id, t.queue_id, t.assignee_id, h.author_id, h.correlation_id,
    jsonb_build_object('heldReplyId', h.id, 'dueAt', h.due_at));
  return jsonb_build_object('outcome', 'created', 'id', h.id, 'dueAt', h.due_at);
end $$;

-- As in 065. What has become a message has left: it neither fails nor comes back.
create or replace function move_held_reply(p_id uuid, p_from text[], p_to text, p_reason text, p_message_id uuid) returns boolean
language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  update held_reply set state = p_to, reason = p_reason, message_id = coalesce(p_message_id, message_id)
  where id = p_id and state = any (p_from) and (message_id is null or p_to not in ('taken-back', 'failed'))
  returning * into h;
  if not found then return false; end if;
  -- Its author goes on with its files, which may be as old as the reply.
  if p_to = 'taken-back' then
    update upload set created_at = now() where owner_id = h.author_id and id in (
      select case jsonb_typeof(a) when 'object' then a ->> 'id' else a #>> '{}' end::uuid from jsonb_array_elements(h.input -> 'attachments') a);
  end if;
  if p_to in ('taken-back', 'failed') then
    select * into t from ticket where id = h.ticket_id;
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
    values ('reply.' || p_to, t.id, t.customer_id, t.queue_id, t.assignee_id, h.author_id, h.correlation_id,
      jsonb_strip_nulls(jsonb_build_object('heldReplyId', h.id, 'reason', case when p_to = 'failed' then coalesce(p_reason, '') end)));
  end if;
  return true;
end $$;
