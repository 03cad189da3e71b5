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
