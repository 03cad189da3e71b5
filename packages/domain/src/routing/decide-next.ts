/** What an agent who has just become free is offered. */
import type { RoutingWhy } from '@patchbay/contracts';
import { aboutItem, isKept } from './decide-offer.ts';
import { exclusion, skillPoints } from './exclusion.ts';
import { orderWaiting } from './priority.ts';
import { reasonText } from './reason.ts';
import { lowerSkills, ringsDue } from './rings.ts';
import type { AgentSnapshot, QueueRules, RoutingDecision, WaitingItem } from './snapshot.ts';

type Offered = Extract<RoutingDecision, { outcome: 'offered' }>;

/**
 * Decides which of the waiting items, of all queues together, goes to the agent: the first in order that the agent can be offered and that
 * is not kept for somebody else. Null when there is none.
 * @param seenFor the agent as seen for an item: load, capacity, and whether it was declined
 */
export function decideNext<T extends WaitingItem>(
  items: readonly T[],
  queues: ReadonlyMap<string, QueueRules>,
  seenFor: (item: T) => AgentSnapshot,
  now: Date,
): Offered | null {
  for (const item of orderWaiting(items, queues, now)) {
    const queue = queues.get(item.queueId);
    if (!queue) continue;
    const agent = seenFor(item);
    const own = item.preferred?.agentId === agent.agentId;
    const { lowered } = ringsDue(queue, item, now);
    if (exclusion(agent, item, lowerSkills(queue.skills, lowered)) !== null) continue;
    if (!own && isKept(item, queue, now)) continue;
    const why: RoutingWhy = {
      code: own && item.preferred ? item.preferred.because : 'became-free',
      agentName: agent.name,
      ...aboutItem(item, queue, lowered, now),
      ...(queue.skills.length > 0 && { skillPoints: skillPoints(agent, queue.skills) }),
      ...(own && { counts: {}, agents: 1 }),
    };
    return { outcome: 'offered', ticketId: item.ticketId, agentId: agent.agentId, why, reason: reasonText(why) };
  }
  return null;
}
