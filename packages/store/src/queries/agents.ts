import type { Agent, ChannelName, Role, SkillAtLevel } from '@patchbay/contracts';
import type { Queryable } from '../database.ts';
import { cut, present, type Cut, type Slice } from './paging.ts';
import { setAgentSkills } from './teams.ts';

/** Answers of the contract name every channel, also those of which nothing is held. */
const nothing = `'{"email": 0, "sms": 0, "whatsapp": 0, "chat": 0, "phone": 0, "http": 0}'::jsonb`;
const columns = `
  a.id, a.name, a.email, a.role, a.phone, a.presence, a.presence_since as "presenceSince", ${nothing} || a.capacity as capacity,
  ${nothing} || coalesce(w.load, '{}') as load, coalesce(m.queues, '{}') as "queueIds",
  coalesce(m.own, '{}') as "ownQueueIds", a.undo_seconds as "undoSeconds", a.capacity_total as "capacityTotal", a.presence_reason as "presenceReason",
  a.wrap_up_until as "wrapUpUntil", array(select x.team_id::text from team_member x where x.agent_id = a.id order by x.team_id) as "teamIds",
  coalesce((select jsonb_agg(jsonb_build_object('skillId', x.skill_id, 'level', x.level) order by x.skill_id) from agent_skill x where x.agent_id = a.id), '[]') as skills`;
const joined = `
  left join lateral (
    select jsonb_object_agg(h.channel, h.held) as load from (
      select t.channel, count(*) as held from (
        select x.channel from ticket x where x.assignee_id = a.id and x.status = 'open' and x.occupies
        union all select x.channel from ticket x where x.offer_agent_id = a.id
        union all select 'phone' from generate_series(1, outgoing_load(a.id))) t
      group by t.channel) h) w on true
  left join lateral (select array_agg(m.queue_id::text order by m.queue_id) as queues,
    array_agg(m.queue_id::text order by m.queue_id) filter (where m.direct) as own from queue_member m where m.agent_id = a.id) m on true`;

export async function readAgent(sql: Queryable, id: string): Promise<Agent | null> {
  const { rows } = await sql.query(`select ${columns} from agent a ${joined} where a.id = $1`, [id]);
  return rows[0] ? present<Agent>(rows[0]) : null;
}

/** Agents in the order of their names. */
export async function listAgents(
  sql: Queryable,
  slice: Slice<readonly [name: string, id: string]>,
): Promise<Cut<Agent, [string, string]>> {
  const { rows } = await sql.query(
    `with page as materialized (
       select a.* from agent a where $2::text is null or (a.name, a.id) > ($2::text, $3::text) order by a.name, a.id limit $1)
     select ${columns} from page a ${joined} order by a.name, a.id`,
    [slice.limit + 1, slice.after?.[0] ?? null, slice.after?.[1] ?? null],
  );
  return cut(
    rows.map((row) => present<Agent>(row)),
    slice.limit,
    (agent) => [agent.name, agent.id],
  );
}

interface NewAgent {
  readonly name: string;
  /** Lower case. */
  readonly email: string;
  readonly role: Role;
  readonly phone: string | null;
  readonly capacity: Partial<Record<ChannelName, number>>;
  /** Left out: every queue. */
  readonly queueIds: readonly string[] | undefined;
  readonly passwordHash: string;
}

/** The id of an agent's password row. Made from the agent's id, so that there can be only one. */
const credentialId = (agentId: string): string => `credential:${agentId}`;

/** Writes an agent with password and queues. Null when the address is taken. To be called in a transaction. */
export async function insertAgent(tx: Queryable, agent: NewAgent): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into agent (id, name, email, role, phone, capacity)
     select uuid_v7()::text, $1, $2, $3, $4, '{"email": 5, "sms": 5, "whatsapp": 5, "http": 5, "chat": 3, "phone": 1}'::jsonb || $5::jsonb
     on conflict (email) do nothing returning id`,
    [agent.name, agent.email, agent.role, agent.phone, JSON.stringify(agent.capacity)],
  );
  const id = rows[0]?.id;
  if (id === undefined) return null;
  await savePassword(tx, id, agent.passwordHash);
  if (agent.queueIds) await setQueues(tx, id, agent.queueIds);
  else await tx.query('insert into queue_member (queue_id, agent_id) select id, $1 from queue', [id]);
  return id;
}

/** Sets the password, and ends the sessions that were opened with another one. */
export async function savePassword(tx: Queryable, agentId: string, passwordHash: string): Promise<void> {
  await tx.query(
    `insert into auth_account (id, account_id, provider_id, user_id, password) values ($1, $2, 'credential', $2, $3)
     on conflict (id) do update set password = excluded.password, updated_at = now()`,
    [credentialId(agentId), agentId, passwordHash],
  );
  await tx.query('delete from auth_session where user_id = $1', [agentId]);
}

/** The queues that the agent is in by themselves; those of their teams stay. Raises 23503 when a queue does not exist. */
export async function setQueues(tx: Queryable, agentId: string, queueIds: readonly string[]): Promise<void> {
  await tx.query('update queue_member set direct = false where agent_id = $1 and queue_id <> all($2::uuid[])', [
    agentId,
    queueIds,
  ]);
  await tx.query(
    `insert into queue_member (queue_id, agent_id) select distinct q, $1 from unnest($2::uuid[]) q
     on conflict (queue_id, agent_id) do update set direct = true`,
    [agentId, queueIds],
  );
  await tx.query('select sync_team_queues()', []);
}

export interface AgentChange {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly phone?: string | null | undefined;
  readonly capacity?: Partial<Record<ChannelName, number>> | undefined;
  /** Null: only each channel has its limit. */
  readonly capacityTotal?: number | null | undefined;
  readonly queueIds?: readonly string[] | undefined;
  readonly skills?: readonly SkillAtLevel[] | undefined;
  readonly undoSeconds?: number | undefined;
}

type AgentChanged = 'changed' | 'no-agent' | 'last-administrator';

/** Changes what is given and leaves the rest. The last administrator who can log in stays one. To be called in a transaction. */
export async function updateAgent(tx: Queryable, id: string, change: AgentChange): Promise<AgentChanged> {
  // Locking every administrator's row lets two of them not step down at the same moment.
  const { rows: administrators } = await tx.query<{ id: string }>(
    `select a.id from agent a where a.role = 'admin' and exists (select 1 from auth_account c where c.user_id = a.id) order by a.id for update`,
  );
  const leaves = change.role !== undefined && change.role !== 'admin';
  if (leaves && administrators.length === 1 && administrators[0]?.id === id) return 'last-administrator';
  const { rowCount } = await tx.query(
    `update agent set name = coalesce($2, name), role = coalesce($3, role), phone = case when $4 then $5 else phone end,
       capacity = capacity || $6::jsonb, undo_seconds = coalesce($7, undo_seconds),
       capacity_total = case when $8 then $9::int else capacity_total end, updated_at = now() where id = $1`,
    [
      id,
      change.name ?? null,
      change.role ?? null,
      change.phone !== undefined,
      change.phone ?? null,
      JSON.stringify(change.capacity ?? {}),
      change.undoSeconds ?? null,
      change.capacityTotal !== undefined,
      change.capacityTotal ?? null,
    ],
  );
  if (rowCount !== 1) return 'no-agent';
  if (change.queueIds) await setQueues(tx, id, change.queueIds);
  if (change.skills) await setAgentSkills(tx, id, change.skills);
  return 'changed';
}

/** The roles of these agents as they stand, and which of these sessions go on. */
export async function readStanding(
  sql: Queryable,
  agentIds: readonly string[],
  sessionIds: readonly string[],
): Promise<{ roles: ReadonlyMap<string, Role>; sessions: ReadonlySet<string> }> {
  const { rows } = await sql.query<{ id: string; role: Role | null }>(
    `select id, role from agent where id = any ($1)
     union all select id, null from auth_session where id = any ($2) and expires_at > now()`,
    [agentIds, sessionIds],
  );
  return {
    roles: new Map(rows.flatMap(({ id, role }) => (role === null ? [] : [[id, role]]))),
    sessions: new Set(rows.flatMap(({ id, role }) => (role === null ? [id] : []))),
  };
}
