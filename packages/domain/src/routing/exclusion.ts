/** Who can be offered an item, and why the others cannot. */
import type { ExclusionCause, SkillAtLevel } from '@patchbay/contracts';
import type { AgentSnapshot, WaitingItem } from './snapshot.ts';

/**
 * The first cause that keeps an agent from being offered the item, or null. `skills` are those asked for by now; they are not asked of the
 * agent who is preferred for it, who knows the matter or the customer.
 */
export function exclusion(
  agent: AgentSnapshot,
  item: Pick<WaitingItem, 'queueId' | 'preferred'>,
  skills: readonly SkillAtLevel[],
): ExclusionCause | null {
  if (!agent.queueIds.includes(item.queueId)) return 'not-in-queue';
  if (agent.presence !== 'online') return agent.presence;
  if (agent.load >= agent.capacity) return 'full';
  if (agent.totalCapacity !== null && agent.totalLoad >= agent.totalCapacity) return 'full';
  if (!agent.reachable) return 'unreachable';
  if (agent.agentId !== item.preferred?.agentId && !isSkilled(agent, skills)) return 'unskilled';
  return agent.declined ? 'declined' : null;
}

function isSkilled(agent: AgentSnapshot, skills: readonly SkillAtLevel[]): boolean {
  return skills.every(({ skillId, level }) => (agent.skills[skillId] ?? 0) >= level);
}

/** The sum of the agent's levels in the skills that the queue asks for. */
export function skillPoints(agent: Pick<AgentSnapshot, 'skills'>, skills: readonly SkillAtLevel[]): number {
  return skills.reduce((sum, { skillId }) => sum + (agent.skills[skillId] ?? 0), 0);
}

export type Counts = Partial<Record<ExclusionCause, number>>;

/** Every agent but the chosen one, by cause. */
export function countOthers(
  agents: readonly AgentSnapshot[],
  item: Pick<WaitingItem, 'queueId' | 'preferred'>,
  skills: readonly SkillAtLevel[],
  chosen: string | null,
  rest: Counts,
): Counts {
  const counts: Counts = { ...rest };
  for (const agent of agents) {
    if (agent.agentId === chosen) continue;
    const cause = exclusion(agent, item, skills) ?? 'available';
    counts[cause] = (counts[cause] ?? 0) + 1;
  }
  return counts;
}
