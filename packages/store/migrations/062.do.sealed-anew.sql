-- What came back from quarantine before kept its sensitive values in plain: the walk that seals them goes over all tickets once more.
update setting set value = jsonb_set(value, '{after}', '"00000000-0000-0000-0000-000000000000"')
where key = 'sealed-ticket-fields' and value -> 'after' = 'null'::jsonb;
