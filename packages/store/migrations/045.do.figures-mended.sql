-- The teams of each agent, in order and apart by commas: who is in several counts for each of them. None while there are no teams.
create or replace function figure_teams() returns table (agent_id text, team_id text) language plpgsql stable as $$
begin
  if to_regclass('team_member') is not null then
    return query execute 'select m.agent_id::text, string_agg(m.team_id::text, '','' order by m.team_id) from team_member m group by 1';
  end if;
end $$;
