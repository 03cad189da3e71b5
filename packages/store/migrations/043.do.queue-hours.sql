-- A queue's opening hours, by the key of a calendar of the service plan. Null: the centre's.
alter table queue drop column calendar_id, add column calendar text;
