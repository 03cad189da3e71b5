alter table event add column also_queue_ids uuid[] not null default '{}';

-- Gives committed events their `seq`: dense, in commit order, one relay at a time. Running figures move in the same
-- transaction, so that they count every event exactly once. NOTIFY is safe here: only this one serial writer issues it.
-- A ticket whose mail arrived at addresses of several queues is shown live to all of them.
create or replace function relay_events(p_limit integer, p_time_zone text) returns bigint language plpgsql volatile as $$
declare
  base bigint;
  numbered bigint;
  -- Most centres have one queue for all their addresses, and pay nothing.
  routed boolean := exists (select 1 from mail_identity where queue_id is not null);
begin
  perform pg_advisory_xact_lock(7421001);
  if not exists (select 1 from event where seq is null) then
    return 0;
  end if;
  select last_seq into base from relay_state for update;

  with batch as (
    select id, row_number() over (order by id) as n from (select id from event where seq is null order by id limit p_limit) waiting
  ), given as (
    update event e set seq = base + b.n, also_queue_ids = case when routed and e.ticket_id is not null then array(
      select distinct i.queue_id from ticket_address d join mail_identity i on i.address = d.address
      where d.ticket_id = e.ticket_id and i.queue_id is distinct from e.queue_id and i.queue_id is not null) else '{}' end
    from batch b where e.id = b.id
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
