-- New customers begin as the rules see somebody without any record, so that looking at them for the first time writes nothing.
create table grading_start (
  id boolean primary key default true check (id),
  -- Of the rules; -1: not found out yet, and a customer begins without a grade.
  version integer not null,
  grade text,
  grade_value text,
  loyalty text,
  vip boolean not null default false,
  grade_rule text,
  queue_priority integer not null default 0,
  stage text
);
insert into grading_start (version, grade, grade_value, loyalty, stage) select 0, 'low', 'low', 'low', 'prospect'
where not exists (select 1 from grading_version);
insert into grading_start (version) values (-1) on conflict do nothing;

create function begin_graded() returns trigger language plpgsql as $$
begin
  select s.grade, s.grade_value, s.loyalty, s.vip, s.grade_rule, s.queue_priority, s.stage, case when s.stage is not null then new.created_at end
  into strict new.grade, new.grade_value, new.loyalty, new.vip, new.grade_rule, new.queue_priority, new.stage, new.stage_since
  from grading_start s;
  return new;
end $$;
create trigger customer_begins_graded before insert on customer for each row when (new.grade is null) execute function begin_graded();

-- A run also counts what it moves besides grades, and what it gives agents to do.
alter table grading_run alter column counts set default '{"grades": [], "stages": {}, "stageMoves": [], "warned": 0,
  "warnings": {"begun": 0, "ended": 0}, "tasks": {"winBack": 0, "followUp": 0}, "sample": []}';
update grading_run set counts = '{"stageMoves": [], "warnings": {"begun": 0, "ended": 0}, "tasks": {"winBack": 0, "followUp": 0}}' || counts;

-- A file is looked at again when its owner is merged or gets another grade. Other writes pay nothing for that.
drop trigger customer_file_changed on customer;
create trigger customer_file_changed before update of merged_into, grade on customer for each row
  when (old.merged_into is distinct from new.merged_into or old.grade is distinct from new.grade)
  execute function mark_customer_file();

-- Who has a customer on screen or writes to them, at whichever web process their console is connected. It is worth nothing after a crash.
create unlogged table attendance (
  socket_id text not null,
  customer_id uuid not null,
  agent_id text not null,
  ticket_id uuid,
  state text not null check (state in ('open', 'writing')),
  since timestamptz not null,
  -- When the process said so last: what one that was killed left behind is old after a while.
  seen_at timestamptz not null default clock_timestamp(),
  primary key (customer_id, socket_id)
);

insert into customer_table (name, policy, position, why) values
  ('attendance', 'stays', 100, 'It says what is on a screen, and ends with that');
