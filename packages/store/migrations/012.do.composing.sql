-- Writing: who a message is from and who gets it, replies that are held back for a moment, and what was passed on.

alter table message
  -- Recipients that no recipient sees. Shown to agents only.
  add column blind_copies text[] not null default '{}',
  -- Where the sender of what came in wants to be answered.
  add column reply_to text[] not null default '{}',
  -- {id, address, name} of the sender as it was when the message was written.
  add column identity jsonb,
  add column forward_of uuid references message (id),
  -- The subject is its author's own and is not made into that of an answer.
  add column own_subject boolean not null default false;

-- Of several recipients those whom the provider took in an earlier try: they do not get it again.
alter table outbound add column reached text[] not null default '{}';

-- Seconds that what the agent writes in the console stands before it leaves.
alter table agent add column undo_seconds integer not null default 10 check (undo_seconds between 0 and 60);

-- A reply that its author may still take back. `leaving` is claimed: from then on only the message itself counts, which is written once
-- under the key `held:<id>` however often this is tried.
create table held_reply (
  id uuid primary key default uuid_v7(),
  ticket_id uuid not null references ticket (id),
  author_id text not null references agent (id),
  author_name text not null,
  idempotency_key text not null,
  request_hash text not null,
  input jsonb not null,
  due_at timestamptz not null,
  state text not null default 'held' check (state in ('held', 'leaving', 'released', 'taken-back', 'failed')),
  reason text,
  message_id uuid references message (id),
  attempts integer not null default 0,
  claimed_at timestamptz,
  correlation_id text not null,
  created_at timestamptz not null default now(),
  unique (ticket_id, author_id, idempotency_key)
);
create index held_reply_due on held_reply (due_at) where state in ('held', 'leaving');
create index held_reply_open on held_reply (author_id, ticket_id) where state in ('held', 'leaving', 'failed');

-- The identity of the address at which a ticket's mail arrives; of several the one whose queue has the ticket.
create function ticket_identity(p_ticket_id uuid) returns mail_identity language sql stable as $$
  select i from ticket_address d join mail_identity i on i.address = d.address join ticket t on t.id = d.ticket_id
  where d.ticket_id = p_ticket_id order by i.queue_id is not distinct from t.queue_id desc, i.address limit 1
$$;

-- Everything that an adapter is given of a message. A machine's mail leaves from the address that was written to, asked here because
-- most tickets have no identity and ingest shall not look for one.
create or replace function outbound_message(p_id uuid) returns jsonb language sql stable as $$
  select jsonb_build_object('outboundId', o.id, 'idempotencyKey', o.idempotency_key, 'ticketId', o.ticket_id, 'ticketNumber', t.number,
    'channel', o.channel, 'channelAccount', o.channel_account, 'to', o.recipient, 'alsoTo', to_jsonb(m.recipients[2:]), 'cc', to_jsonb(m.copies),
    'bcc', to_jsonb(m.blind_copies), 'subject', coalesce(m.subject, t.subject), 'ownSubject', m.own_subject, 'text', m.body_text,
    'html', m.body_html, 'inReplyTo', o.in_reply_to, 'references', to_jsonb(o."references"), 'automatic', o.automatic, 'attempts', o.attempts,
    'postponed', o.postponed, 'reached', to_jsonb(o.reached), 'claimedAt', o.claimed_at, 'messageId', m.id, 'correlationId', o.correlation_id,
    'from', case
      when m.identity is not null then jsonb_build_object('name', m.identity ->> 'name', 'address', m.identity ->> 'address')
      when o.automatic and m.channel = 'email' and exists (select 1 from mail_identity) then (
        select jsonb_build_object('name', i.name, 'address', i.address) from ticket_identity(m.ticket_id) i where i.id is not null)
      end,
    'attachments', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size,
        'sha256', a.sha256, 'inline', a.inline, 'contentId', a.content_id)) order by a.position)
      from attachment a where a.message_id = m.id), '[]'))
  from outbound o join message m on m.id = o.message_id join ticket t on t.id = o.ticket_id
  where o.id = p_id
$$;

-- What has to be known to write on a ticket whose channel carries copies: one statement, however long the ticket is.
create function compose_context(p_ticket_id uuid, p_identity_id uuid, p_forward_of uuid) returns jsonb language sql stable as $$
  with t as (select * from ticket where id = p_ticket_id)
  select jsonb_build_object('contactAddress', t.contact_address, 'subject', t.subject, 'queueId', t.queue_id,
    'addresses', (select coalesce(jsonb_agg(d.address order by d.address), '[]') from ticket_address d where d.ticket_id = t.id),
    'identities', (
      select coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'address', i.address, 'name', i.name, 'signatureText', i.signature_text,
        'signatureHtml', i.signature_html, 'queueId', i.queue_id, 'isDefault', i.is_default) order by i.address), '[]')
      from mail_identity i
      where i.id = p_identity_id or i.is_default or i.queue_id = t.queue_id
        or i.address in (select d.address from ticket_address d where d.ticket_id = t.id)),
    'answered', (
      select jsonb_build_object('from', m.sender, 'to', to_jsonb(m.recipients), 'cc', to_jsonb(m.copies), 'replyTo', to_jsonb(m.reply_to),
        'verdict', m.authenticity ->> 'verdict', 'ours', (
          select coalesce(jsonb_agg(o.address), '[]')
          from (select address from mail_identity union select lower(address) from mail_account) o
          where o.address in (select lower(a) from unnest(m.recipients || m.copies || m.reply_to || m.sender) a)))
      from message m where m.ticket_id = t.id and m.direction = 'in' and m.kind = 'customer' order by m.position desc limit 1),
    'forwarded', (
      select jsonb_build_object('id', f.id, 'from', f.sender, 'fromName', f.sender_name, 'to', to_jsonb(f.recipients), 'cc',
        to_jsonb(f.copies), 'subject', coalesce(f.subject, t.subject), 'text', f.body_text, 'html', f.body_html,
        'at', coalesce(f.sent_at, f.received_at), 'inboxId', f.inbox_id, 'rawSha256', coalesce(f.raw_sha256, o.raw_sha256),
        'attachments', coalesce((
          select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size,
            'sha256', a.sha256, 'inline', a.inline, 'contentId', a.content_id)) order by a.position)
          from attachment a where a.message_id = f.id), '[]'))
      from message f left join outbound o on o.message_id = f.id
      where f.id = p_forward_of and f.ticket_id = t.id and f.visibility = 'public'))
  from t
$$;

-- An agent's message: repeated with the same key it is the same message, whoever repeats it and however often.
-- p: ticketId, sender, authorId, authorName, idempotencyKey, requestHash, visibility, text, replyText, html, attachments, correlationId;
-- where the channel carries copies also to, cc, bcc, subject, identity, forwardOf
create or replace function write_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  t ticket%rowtype;
  m_id uuid := uuid_v7();
  o_id uuid;
  public boolean := p ->> 'visibility' = 'public';
  addressed text[] := array(select jsonb_array_elements_text(coalesce(p -> 'to', '[]')));
  copied text[] := array(select jsonb_array_elements_text(coalesce(p -> 'cc', '[]')));
  hidden text[] := array(select jsonb_array_elements_text(coalesce(p -> 'bcc', '[]')));
  earlier record;
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
  if t.status = 'closed' and public then return jsonb_build_object('outcome', 'closed'); end if;
  if public and cardinality(addressed) = 0 then addressed := array[t.contact_address]; end if;

  insert into message (id, ticket_id, customer_id, direction, channel, channel_account, kind, visibility, author_id, sender, sender_name, recipients,
    copies, blind_copies, subject, own_subject, body_text, reply_text, body_html, delivery_status, identity, forward_of)
  values (m_id, t.id, t.customer_id, 'out', t.channel, t.channel_account, 'agent', p ->> 'visibility', p ->> 'authorId',
    case when public then coalesce(p #>> '{identity,address}', p ->> 'sender', t.channel_account) else '' end, p ->> 'authorName',
    case when public then addressed else '{}' end, copied, hidden, coalesce(p ->> 'subject', t.subject), p ->> 'subject' is not null,
    p ->> 'text', p ->> 'replyText', p ->> 'html', case when public then 'queued' end, nullif(p -> 'identity', 'null'),
    (p ->> 'forwardOf')::uuid);
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
    insert into outbound (message_id, ticket_id, author_id, idempotency_key, request_hash, channel, channel_account, recipient, in_reply_to, "references", correlation_id)
    values (m_id, t.id, p ->> 'authorId', p ->> 'idempotencyKey', p ->> 'requestHash', t.channel, t.channel_account, addressed[1],
      case when t.channel = 'email' then answered.external_id end,
      case when t.channel = 'email' and answered.refs is not null then array(select jsonb_array_elements_text(answered.refs)) else '{}' end, p ->> 'correlationId')
    returning id into o_id;
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
  return jsonb_build_object('outcome', 'created', 'messageId', m_id, 'outboundId', o_id);
end $$;

-- Holds a reply back. The same key with the same content is the same one.
-- p: ticketId, authorId, authorName, idempotencyKey, requestHash, input, delaySeconds, correlationId
create function hold_reply(p jsonb) returns jsonb language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  insert into held_reply (ticket_id, author_id, author_name, idempotency_key, request_hash, input, due_at, correlation_id)
  values ((p ->> 'ticketId')::uuid, p ->> 'authorId', p ->> 'authorName', p ->> 'idempotencyKey', p ->> 'requestHash', p -> 'input',
    now() + make_interval(secs => (p ->> 'delaySeconds')::double precision), p ->> 'correlationId')
  on conflict (ticket_id, author_id, idempotency_key) do nothing
  returning * into h;
  if not found then
    select * into h from held_reply where ticket_id = (p ->> 'ticketId')::uuid and author_id = p ->> 'authorId'
      and idempotency_key = p ->> 'idempotencyKey';
    return jsonb_build_object('outcome', case when h.request_hash = p ->> 'requestHash' then 'repeated' else 'mismatch' end, 'id', h.id,
      'dueAt', h.due_at);
  end if;
  select * into t from ticket where id = h.ticket_id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
  values ('reply.held', t.id, t.customer_id, t.queue_id, t.assignee_id, h.author_id, h.correlation_id,
    jsonb_build_object('heldReplyId', h.id, 'dueAt', h.due_at));
  return jsonb_build_object('outcome', 'created', 'id', h.id, 'dueAt', h.due_at);
end $$;

-- Moves a held reply from one of these states to another, with its event where there is one. False: somebody was faster.
create function move_held_reply(p_id uuid, p_from text[], p_to text, p_reason text, p_message_id uuid) returns boolean
language plpgsql volatile as $$
declare
  h held_reply%rowtype;
  t ticket%rowtype;
begin
  update held_reply set state = p_to, reason = p_reason, message_id = coalesce(p_message_id, message_id)
  where id = p_id and state = any (p_from)
  returning * into h;
  if not found then return false; end if;
  if p_to in ('taken-back', 'failed') then
    select * into t from ticket where id = h.ticket_id;
    insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, correlation_id, data)
    values ('reply.' || p_to, t.id, t.customer_id, t.queue_id, t.assignee_id, h.author_id, h.correlation_id,
      jsonb_strip_nulls(jsonb_build_object('heldReplyId', h.id, 'reason', case when p_to = 'failed' then coalesce(p_reason, '') end)));
  end if;
  return true;
end $$;
