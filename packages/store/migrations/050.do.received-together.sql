-- Contacts that are received at the same moment, by one statement and one commit. Each is what it would be if they came one after the other.
-- `p_items` names for each what `receive_contact` is given; the raw bytes of all follow one another in `p_raws`, from byte `rawFrom` on. None waits
-- longer than `p_patience_ms` for a row that another transaction has (0: as long as it takes); then all of it fails.
create function receive_contacts(p_items jsonb, p_raws bytea, p_patience_ms integer) returns table (n integer, inbox_id uuid, outcome text, correlation_id text)
language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
declare
  written integer[] := '{}';
  ids uuid[] := '{}';
  one record;
begin
  perform set_config('lock_timeout', p_patience_ms::text, true);
  -- Those that are new go by one insert. Only where no two have one name, and none may have to be looked for under another one.
  if (
    select count(*) = count(distinct (i ->> 'channelAccount', i ->> 'externalId'))
      and bool_and(i ->> 'state' = 'pending' and i ->> 'externalId' not like '%@missing-message-id>')
    from jsonb_array_elements(p_items) i)
  then
    with item as materialized (
      select x.n::integer as n, x.e, x.e ->> 'channelAccount' as channel_account, x.e ->> 'externalId' as external_id
      from jsonb_array_elements(p_items) with ordinality x (e, n)
    ), rows as (
      insert into inbox as b (channel, channel_account, external_id, content_hash, contact, raw, raw_type, raw_sha256, state, correlation_id,
        received_at, next_attempt_at)
      select e ->> 'channel', channel_account, external_id, e ->> 'contentHash', e -> 'contact',
        substring(p_raws from (e ->> 'rawFrom')::integer for (e ->> 'rawLength')::integer), e ->> 'rawType', e ->> 'rawSha256', 'pending', e ->> 'correlationId',
        -- They came in this order.
        now() + item.n * interval '1 microsecond', now() + item.n * interval '1 microsecond'
      from item order by channel_account, external_id
      on conflict (channel_account, external_id) do nothing
      returning b.id, b.channel_account, b.external_id
    )
    select coalesce(array_agg(i.n), '{}'), coalesce(array_agg(r.id), '{}') into written, ids
    from rows r join item i on i.channel_account = r.channel_account and i.external_id = r.external_id;
  end if;
  if cardinality(written) = jsonb_array_length(p_items) then
    return query select w.n, w.id, 'accepted', p_items -> (w.n - 1) ->> 'correlationId' from unnest(written, ids) w (n, id);
    return;
  end if;
  for one in
    select x.n::integer as n, r.* from jsonb_array_elements(p_items) with ordinality x (e, n)
    cross join lateral receive_contact(e ->> 'channel', e ->> 'channelAccount', e ->> 'externalId', e ->> 'contentHash', nullif(e -> 'contact', 'null'),
      substring(p_raws from (e ->> 'rawFrom')::integer for (e ->> 'rawLength')::integer), e ->> 'rawType', e ->> 'rawSha256', e ->> 'state', e ->> 'reason',
      e ->> 'correlationId') r
    where x.n <> all (written)
  loop
    n := one.n;
    inbox_id := one.inbox_id;
    outcome := one.outcome;
    correlation_id := one.correlation_id;
    return next;
  end loop;
  return query select w.n, w.id, 'accepted', p_items -> (w.n - 1) ->> 'correlationId' from unnest(written, ids) w (n, id);
end $$;
