-- What is kept of a field's values besides them goes when the field becomes sensitive.

-- Keys by which customers are compared, by the field that they are made of.
create function forget_compared_values() returns trigger language plpgsql as $$
declare
  kinds text[] := case new.key
    when 'birthDate' then '{born,name-year}' when 'street' then '{door}' when 'postalCode' then '{name-code,door}'
    when 'givenName' then '{names,givenName}' when 'familyName' then '{names,name-year,name-code,familyName}' else '{}' end;
  kind text;
begin
  update suggestion s set updated_at = now(), reasons = (
    select jsonb_agg(case when r ->> 'field' = new.key then r || '{"left": null, "right": null}' else r end order by n)
    from jsonb_array_elements(s.reasons) with ordinality e (r, n))
  where s.source = 'score' and s.reasons @> jsonb_build_array(jsonb_build_object('field', new.key));
  foreach kind in array kinds loop
    with gone as (delete from blocking_key k where k.key >= kind || ':' collate "C" and k.key < kind || ';' collate "C" returning customer_id)
    insert into identity_work (customer_id) select distinct customer_id from gone;
  end loop;
  -- Both records as they were before a merge; undoing one takes nothing from there.
  update customer_merge m set before = m.before #- array['customer', 'fields', new.key] #- array['other', 'fields', new.key]
  where m.before #> array['customer', 'fields', new.key] is not null or m.before #> array['other', 'fields', new.key] is not null;
  return null;
end $$;
create trigger custom_field_made_sensitive after insert on custom_field
  for each row when (new.scope = 'customer' and new.sensitive) execute function forget_compared_values();
create trigger custom_field_turned_sensitive after update of sensitive on custom_field
  for each row when (new.scope = 'customer' and new.sensitive and not old.sensitive) execute function forget_compared_values();

-- By which the file of an import, what is shown of it and its rejected rows are encrypted; sealed by the key of the hub. Null: they are not.
alter table data_import add column key_sealed text;

-- Sensitive values of tickets are {"ref", "sealed"}, sealed for their ref.
create index ticket_sealed on ticket (id) where jsonb_path_exists(fields, '$.*.sealed');

-- As before; of a value that is sealed is told that it changed.
create or replace function set_ticket_request(p_ticket_id uuid, p_type text, p_fields jsonb, p_actor_id text) returns boolean language plpgsql volatile as $$
declare
  t ticket%rowtype;
  changes jsonb;
begin
  select * into t from ticket where id = p_ticket_id for no key update;
  if not found then return false; end if;
  select coalesce(jsonb_agg(case when is_sealed_value(t.fields -> k) or is_sealed_value(p_fields -> k)
      then jsonb_build_object('field', k, 'from', case when t.fields ? k then '[sealed]' end, 'to', case when p_fields ? k then '[sealed]' end)
      else jsonb_build_object('field', k, 'from', t.fields -> k, 'to', p_fields -> k) end order by k), '[]') into changes
  from (select jsonb_object_keys(t.fields) union select jsonb_object_keys(p_fields)) f (k)
  where t.fields -> k is distinct from p_fields -> k;
  if t.request_type is not distinct from p_type and changes = '[]' then return true; end if;
  update ticket set request_type = p_type, fields = p_fields, updated_at = now() where id = t.id;
  insert into event (type, ticket_id, customer_id, queue_id, agent_id, actor_id, data)
  values ('ticket.request-changed', t.id, t.customer_id, t.queue_id, t.assignee_id, p_actor_id,
    jsonb_build_object('from', t.request_type, 'to', p_type, 'changes', changes));
  return true;
end $$;

-- What an event tells of changed fields, without the values of these.
create function without_sensitive_changes(p_data jsonb, p_keys text[]) returns jsonb language sql immutable parallel safe as $$
  select case when jsonb_typeof(p_data -> 'changes') = 'array' then jsonb_set(p_data, '{changes}', (
    select coalesce(jsonb_agg(case when c ->> 'field' = any (p_keys) then c || '{"from": "[sealed]", "to": "[sealed]"}' else c end order by n), '[]')
    from jsonb_array_elements(p_data -> 'changes') with ordinality e (c, n))) else p_data end
$$;

create index audit_entry_ticket on audit_entry (ticket_id, id) where ticket_id is not null;

-- As before; the moves of tickets, grades and stages, what warned of churn and when a follow-up was kept are figures and name nobody.
create or replace function erased_data(p_type text, p_data jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(key, case
    when key in ('channel', 'kind', 'messageId', 'status', 'direction', 'visibility', 'authorId', 'state', 'step', 'queueId', 'agentId', 'agentName',
      'expiresAt', 'linkedTicketId', 'mergeId', 'otherId', 'heldReplyId', 'dueAt', 'inboxId', 'mark', 'source', 'requestId', 'holdId', 'purpose',
      'grade', 'callSid', 'importId', 'suggestionId', 'taskId', 'decision', 'outcome', 'what', 'codeId', 'scoreId', 'purchaseId', 'result')
      and jsonb_typeof(value) = 'string' then value
    when p_type in ('ticket.status-changed', 'ticket.customer-changed', 'customer.graded', 'customer.stage-moved')
      and key in ('from', 'to', 'rule', 'cause') then value
    when p_type = 'customer.churn-warned' and key = 'signals' then value
    when p_type = 'follow-up.kept' and key = 'at' then value
    when key = 'counts' then value
    when jsonb_typeof(value) = 'string' then '"[erased]"'
    when jsonb_typeof(value) = 'array' then '[]'
    when jsonb_typeof(value) = 'object' then '{}'
    else value end), '{}')
  from jsonb_each(p_data)
$$;
