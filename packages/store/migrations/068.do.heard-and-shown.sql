-- Words of consent, alerts and the figures of accounts: what somebody says is heard, and what fails shows.

-- As in 018, by the word itself: only one that is an ordinary answer as well (YES) says nothing where nothing was withdrawn.
create or replace function hear_consent_word(p_inbox inbox) returns void language plpgsql volatile set plan_cache_mode = force_custom_plan as $$
declare
  writer text := coalesce(p_inbox.contact #>> '{identifiers,0,value}', p_inbox.contact ->> 'from');
  word text := p_inbox.contact #>> '{consent,word}';
  t ticket%rowtype;
begin
  if word not in ('stop', 'start') or writer is null then return; end if;
  if p_inbox.contact #>> '{consent,ambiguous}' = 'true' and not exists (select 1 from consent c where c.channel = p_inbox.channel
    and c.account = p_inbox.channel_account and c.address = writer and c.state = 'withdrawn') then return; end if;
  -- Where somebody may be writing an answer just now.
  select k.* into t from identifier i join ticket k on k.customer_id = i.customer_id
  where i.value = writer and not i.shared and k.channel = p_inbox.channel and k.channel_account = p_inbox.channel_account
    and k.contact_address = writer and k.status <> 'closed'
  order by k.last_activity_at desc limit 1;
  perform set_consent(jsonb_build_object('channel', p_inbox.channel, 'account', p_inbox.channel_account, 'address', writer,
    'state', case word when 'stop' then 'withdrawn' else 'granted' end, 'source', 'word', 'reason', p_inbox.contact #>> '{consent,said}',
    'inboxId', p_inbox.id, 'ticketId', t.id, 'customerId', t.customer_id, 'at', p_inbox.received_at, 'correlationId', p_inbox.correlation_id));
end $$;

-- As in 060, but for HELP, to which there is an answer of its own.
create or replace function ingest_contact(p_inbox_id uuid, p_continuation jsonb, p_reasons jsonb) returns jsonb language plpgsql volatile set plan_cache_mode = force_generic_plan as $$
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
     or (c ->> 'automatic')::boolean or c #>> '{consent,word}' = 'help' then
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
  if hit is null or not (refs or (hit ->> 'sameEnds')::boolean) or hit ->> 'queueId' is null
     or hit ->> 'status' <> 'open' or hit ->> 'customerId' <> owners[1]
     or (refs and (select count(distinct t ->> 'ticketId') from jsonb_array_elements(snapshot -> 'tickets') t where t ->> 'via' = 'reference') <> 1) then
    return jsonb_build_object('outcome', 'decide');
  end if;

  return ingest_apply(p_inbox_id, c, jsonb_build_object('customerId', owners[1], 'ticketId', hit ->> 'ticketId', 'seenStatus', 'open',
    'reopen', false, 'requeue', false, 'reason', (p_reasons ->> (hit ->> 'via')) || ': ticket ' || (hit ->> 'number')));
end $$;
