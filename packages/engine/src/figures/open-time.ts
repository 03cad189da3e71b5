/** Agents' time that goes on: it is counted when something changes, and until then added when somebody looks. */
import { countAgentTime, type AgentState, type Fact } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { readAgentStates, readTeams } from '@patchbay/store/queries/figures';

/** Facts from where each agent's time is counted to until now. Nothing is written. */
export async function openAgentTime(sql: Queryable, now: Date): Promise<Fact[]> {
  const [states, teams] = [await readAgentStates<AgentState>(sql, null), await readTeams(sql)];
  const facts: Fact[] = [];
  for (const { id: agentId, state } of states)
    countAgentTime(state, now.getTime(), { agentId, teamId: teams.get(agentId) ?? '' }, facts);
  return facts;
}
