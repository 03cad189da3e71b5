-- Gives committed events their `seq`: dense, in commit order, one relay at a time. Running figures move in the same
-- transaction, so that they count every event exactly once. NOTIFY is safe here: only this one serial writer issues it.
create function relay_events(p_limit integer, p_time_zone text) returns bigint language plpgsql volatile as $$
declare
  base bigint;
  numbered bigint;
begin
  perform pg_advisory_xact_lock(7421001);
  if not exists (select 1 from event where seq is null) then
    return 0;
  end if;
  select last_seq into base from relay_state for update;

  with batch as (
    select id, row_number() over (order by id) as n from (select id from event where seq is null order by id limit p_limit) waiting
  ), given as (
    update event e set seq = base + b.n from batch b where e.id = b.id
    returning e.type, e.at, e.data
  ), counts as (
    insert into figure_count (day, figure, dimension, count)
    select (at at time zone p_time_zone)::date, 'contacts', data ->> 'channel', count(*)
    from given where type = 'message.received' and data ->> 'kind' = 'customer' group by 1, 3
    on conflict (day, figure, dimension) do update set count = figure_count.count + excluded.count
  ), latencies as (
    insert into figure_latency (day, figure, dimension, bucket, count)
    select (at at time zone p_time_zone)::date, 'first-response', data ->> 'channel',
      ceil(ln(greatest((data ->> 'firstResponseSeconds')::double precision, 0.001)) / ln(1.01::float8 / 0.99::float8))::integer, count(*)
    from given where type = 'message.created' and data ->> 'firstResponseSeconds' is not null group by 1, 3, 4
    on conflict (day, figure, dimension, bucket) do update set count = figure_latency.count + excluded.count
  )
  select count(*) into numbered from given;

  update relay_state set last_seq = base + numbered;
  perform pg_notify('patchbay_live', (base + numbered)::text);
  return numbered;
end $$;

-- The order in which a delivery may move; domain/delivery states the same law.
create function delivery_rank(p_status text) returns integer language sql immutable as $$
  select array_position(array['queued', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'read'], p_status)
$$;

-- Moves a message's delivery forwards to the furthest that its reports say. Called after a report and after a send is
-- recorded, so that it does not matter which of the two came first.
create function apply_delivery(p_account text, p_external_id text) returns uuid language plpgsql volatile as $$
declare
  furthest record;
  m record;
begin
  -- A report and the record of the send may come at the same moment, and neither sees the other before its commit: one waits here.
  perform pg_advisory_xact_lock(hashtextextended('delivery:' || p_account || ':' || p_external_id, 21));
  select status, error into furthest from delivery_report
  where channel_account = p_account and external_id = p_external_id order by delivery_rank(status) desc limit 1;
  if not found then return null; end if;
  update message u set delivery_status = furthest.status, delivery_error = case furthest.status when 'failed' then furthest.error end
  from outbound o join ticket t on t.id = o.ticket_id
  where o.channel_account = p_account and o.external_id = p_external_id and u.id = o.message_id
    and delivery_rank(furthest.status) > delivery_rank(coalesce(u.delivery_status, 'queued'))
  returning u.id, u.ticket_id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id into m;
  if not found then return null; end if;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
  values ('message.status-changed', m.ticket_id, m.customer_id, m.queue_id, m.assignee_id, m.correlation_id,
    jsonb_build_object('messageId', m.id, 'status', furthest.status, 'error', furthest.error));
  return m.id;
end $$;

create function record_delivery(p_account text, p_external_id text, p_status text, p_error text, p_at timestamptz)
returns uuid language plpgsql volatile as $$
begin
  insert into delivery_report (channel_account, external_id, status, error, at)
  values (p_account, p_external_id, p_status, p_error, p_at)
  on conflict do nothing;
  return apply_delivery(p_account, p_external_id);
end $$;

-- One sender per row: whoever moves it from `queued` to `sending` sends it.
create function claim_outbound(p_id uuid) returns jsonb language sql volatile as $$
  with claimed as (
    update outbound set status = 'sending', attempts = attempts + 1, claimed_at = now()
    where id = p_id and status = 'queued' and next_attempt_at <= now()
      -- What one ticket says leaves in the order in which it was written.
      and not exists (select 1 from outbound earlier where earlier.ticket_id = outbound.ticket_id and earlier.id < outbound.id
        and earlier.status in ('queued', 'sending'))
    returning *
  )
  select jsonb_build_object('outboundId', o.id, 'idempotencyKey', o.idempotency_key, 'ticketId', o.ticket_id, 'ticketNumber', t.number,
    'channel', o.channel, 'channelAccount', o.channel_account, 'to', o.recipient, 'cc', to_jsonb(m.copies), 'subject',
    coalesce(m.subject, t.subject), 'text', m.body_text, 'html', m.body_html, 'inReplyTo', o.in_reply_to, 'references', to_jsonb(o."references"),
    'automatic', o.automatic, 'attempts', o.attempts, 'messageId', m.id, 'correlationId', o.correlation_id, 'attachments', coalesce((
      select jsonb_agg(jsonb_build_object('filename', a.filename, 'contentType', a.content_type, 'size', a.size, 'sha256', a.sha256,
        'inline', a.inline) order by a.position) from attachment a where a.message_id = m.id), '[]'))
  from claimed o join message m on m.id = o.message_id join ticket t on t.id = o.ticket_id
$$;

-- Records how a send ended. `retry`: back to the queue, due after p_retry_ms.
create function settle_outbound(p_id uuid, p_result text, p_external_id text, p_error text, p_retry_ms double precision, p_raw_sha256 text)
returns boolean language plpgsql volatile as $$
declare
  o outbound%rowtype;
  t ticket%rowtype;
  moved boolean;
begin
  update outbound set
    status = case p_result when 'retry' then 'queued' else p_result end,
    external_id = coalesce(p_external_id, external_id),
    error = p_error,
    raw_sha256 = coalesce(p_raw_sha256, raw_sha256),
    next_attempt_at = case p_result when 'retry' then now() + make_interval(secs => p_retry_ms / 1000) else next_attempt_at end
  where id = p_id and status = 'sending'
  returning * into o;
  if not found then return false; end if;
  select * into t from ticket where id = o.ticket_id;
  if p_result <> 'retry' then
    update message set delivery_status = p_result, delivery_error = p_error, external_id = coalesce(p_external_id, external_id)
    where id = o.message_id and delivery_rank(p_result) > delivery_rank(delivery_status);
    moved := found;
    if o.channel = 'email' and p_external_id is not null then
      insert into thread_reference (reference, ticket_id) values (p_external_id, o.ticket_id) on conflict do nothing;
    end if;
    if moved then
      insert into event (type, ticket_id, customer_id, queue_id, agent_id, correlation_id, data)
      values ('message.status-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, o.correlation_id,
        jsonb_build_object('messageId', o.message_id, 'status', p_result, 'error', p_error));
    end if;
  end if;
  if p_external_id is not null then perform apply_delivery(o.channel_account, p_external_id); end if;
  return true;
end $$;
