/** Skills and teams. */
import type { Skill, SkillAtLevel, Team, TeamWrite } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

export async function listSkills(sql: Queryable): Promise<Skill[]> {
  const { rows } = await sql.query<Skill>('select id, name from skill order by name', []);
  return rows;
}

export async function readSkill(sql: Queryable, id: string): Promise<Skill | null> {
  const { rows } = await sql.query<Skill>('select id, name from skill where id = $1', [id]);
  return rows[0] ?? null;
}

/** False when there is one of this name. */
export async function insertSkill(sql: Queryable, { id, name }: Skill): Promise<boolean> {
  const { rowCount } = await sql.query('insert into skill (id, name) values ($1, $2) on conflict (name) do nothing', [
    id,
    name,
  ]);
  return rowCount === 1;
}

/** False when there is none. Raises 23505 when another has the name. */
export async function renameSkill(sql: Queryable, { id, name }: Skill): Promise<boolean> {
  const { rowCount } = await sql.query('update skill set name = $2 where id = $1', [id, name]);
  return rowCount === 1;
}

/** Agents lose it. False when there is none. Raises 23503 when a queue asks for it. */
export async function deleteSkill(tx: Queryable, id: string): Promise<boolean> {
  await tx.query('delete from agent_skill where skill_id = $1', [id]);
  const { rowCount } = await tx.query('delete from skill where id = $1', [id]);
  return rowCount === 1;
}

/** Raises 23503 for a skill that there is not. */
export async function setAgentSkills(tx: Queryable, agentId: string, skills: readonly SkillAtLevel[]): Promise<void> {
  await tx.query('delete from agent_skill where agent_id = $1', [agentId]);
  await tx.query(
    `insert into agent_skill (agent_id, skill_id, level) select $1, s."skillId", s.level from jsonb_to_recordset($2) s ("skillId" uuid, level int)`,
    [agentId, JSON.stringify(skills)],
  );
}

const teamColumns = `t.id, t.name, array(select m.agent_id from team_member m where m.team_id = t.id order by m.agent_id) as "agentIds"`;

export async function listTeams(sql: Queryable): Promise<Team[]> {
  const { rows } = await sql.query<Team>(`select ${teamColumns} from team t order by t.name`, []);
  return rows;
}

export async function readTeam(sql: Queryable, id: string): Promise<Team | null> {
  const { rows } = await sql.query<Team>(`select ${teamColumns} from team t where t.id = $1`, [id]);
  return rows[0] ?? null;
}

/** False when there is one of this name. Raises 23503 for an agent that there is not. */
export async function insertTeam(tx: Queryable, id: string, team: TeamWrite): Promise<boolean> {
  const { rowCount } = await tx.query('insert into team (id, name) values ($1, $2) on conflict (name) do nothing', [
    id,
    team.name,
  ]);
  if (rowCount !== 1) return false;
  await setMembers(tx, id, team.agentIds);
  return true;
}

/** False when there is none. Raises 23505 when another has the name, 23503 for an agent that there is not. */
export async function updateTeam(tx: Queryable, id: string, team: TeamWrite): Promise<boolean> {
  const { rowCount } = await tx.query('update team set name = $2, updated_at = now() where id = $1', [id, team.name]);
  if (rowCount !== 1) return false;
  await setMembers(tx, id, team.agentIds);
  return true;
}

/** Its members leave the queues that they are in only by it. False when there is none. */
export async function deleteTeam(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from team where id = $1', [id]);
  await tx.query('select sync_team_queues()', []);
  return rowCount === 1;
}

async function setMembers(tx: Queryable, id: string, agentIds: readonly string[]): Promise<void> {
  await tx.query('delete from team_member where team_id = $1 and agent_id <> all ($2)', [id, agentIds]);
  await tx.query(
    'insert into team_member (team_id, agent_id) select distinct $1::uuid, a from unnest($2::text[]) a on conflict do nothing',
    [id, agentIds],
  );
  await tx.query('select sync_team_queues()', []);
}
