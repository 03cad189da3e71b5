-- A mailbox may have a server of its own that its mail leaves by. What came to such a one is answered as it where no identity says otherwise, by
-- machines, too; one without is answered as the centre, whose server may not speak for others' domains.

alter table mail_account
  add column if not exists smtp_host text,
  add column if not exists smtp_port integer check (smtp_port between 1 and 65535),
  add column if not exists smtp_security text check (smtp_security in ('tls', 'starttls', 'none'));

create index if not exists mail_account_written_as on mail_account (lower(address)) where smtp_host is not null;

-- The addresses of mailboxes with a server of their own, among those at which a ticket's mail arrived.
create or replace function ticket_mailboxes(p_ticket_id uuid) returns table (address text) language sql stable as $$
  select d.address from ticket_address d
  where d.ticket_id = p_ticket_id and exists (select 1 from mail_account a where a.smtp_host is not null and lower(a.address) = d.address)
$$;

-- As in 031, save who a machine's mail is from where people would not write as an identity either. An empty name stands for the centre's.
create or replace function outbound_messages(p_ids uuid[]) returns table (id uuid, message jsonb) language sql stable as $$
  select o.id, jsonb_build_object('outboundId', o.id, 'idempotencyKey', o.idempotency_key, 'ticketId', o.ticket_id, 'ticketNumber', t.number,
    'channel', o.channel, 'channelAccount', o.channel_account, 'to', o.recipient, 'alsoTo', to_jsonb(m.recipients[2:]), 'cc', to_jsonb(m.copies),
    'bcc', to_jsonb(m.blind_copies), 'subject', coalesce(m.subject, t.subject), 'ownSubject', m.own_subject, 'text', m.body_text,
    'html', m.body_html, 'inReplyTo', o.in_reply_to, 'references', to_jsonb(o."references"), 'automatic', o.automatic, 'attempts', o.attempts,
    'postponed', o.postponed, 'reached', to_jsonb(o.reached), 'claimedAt', o.claimed_at, 'doubtfulSince', o.doubtful_since, 'messageId', m.id,
    'correlationId', o.correlation_id,
    'from', case
      when m.identity is not null then jsonb_build_object('name', m.identity ->> 'name', 'address', m.identity ->> 'address')
      when o.automatic and m.channel = 'email' then coalesce(
        case when exists (select 1 from mail_identity) then (
          select jsonb_build_object('name', i.name, 'address', i.address) from ticket_identity(m.ticket_id) i where i.id is not null) end,
        case when exists (select 1 from mail_account where smtp_host is not null)
          and not exists (select 1 from mail_identity i where i.is_default or i.queue_id = t.queue_id) then (
          select jsonb_build_object('name', '', 'address', min(b.address)) from ticket_mailboxes(m.ticket_id) b having count(*) > 0) end)
      end,
    'attachments', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size,
        'sha256', a.sha256, 'inline', a.inline, 'contentId', a.content_id)) order by a.position)
      from attachment a where a.message_id = m.id), '[]'))
  from outbound o join message m on m.id = o.message_id join ticket t on t.id = o.ticket_id
  where o.id = any (p_ids)
$$;

-- As in 012, with the mailboxes.
create or replace function compose_context(p_ticket_id uuid, p_identity_id uuid, p_forward_of uuid) returns jsonb language sql stable as $$
  with t as (select * from ticket where id = p_ticket_id)
  select jsonb_build_object('contactAddress', t.contact_address, 'subject', t.subject, 'queueId', t.queue_id,
    'addresses', (select coalesce(jsonb_agg(d.address order by d.address), '[]') from ticket_address d where d.ticket_id = t.id),
    'mailboxes', (select coalesce(jsonb_agg(b.address order by b.address), '[]') from ticket_mailboxes(t.id) b),
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
