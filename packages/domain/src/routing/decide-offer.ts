/** Which agent is offered a waiting item. */
import type { RoutingWhy } from '@patchbay/contracts';
import { type Counts, countOthers, exclusion, skillPoints } from './exclusion.ts';
import { byText, effectivePriority } from './priority.ts';
import { reasonText } from './reason.ts';
import { lowerSkills, ringsDue } from './rings.ts';
import type { AgentSnapshot, QueueRules, RoutingDecision, WaitingItem } from './snapshot.ts';

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));

/** Whether it still waits for the agent who knows it, who is at work and may get free. */
export function isKept(item: WaitingItem, queue: QueueRules, now: Date): boolean {
  return item.preferred?.expected === true && now.getTime() - item.inQueueSince.getTime() < queue.stickySeconds * 1000;
}

/** What is told of every decision about the item. */
export function aboutItem(item: WaitingItem, queue: QueueRules, lowered: number, now: Date): Partial<RoutingWhy> {
  return {
    priority: effectivePriority(item, queue, now),
    waitedSeconds: seconds(now.getTime() - item.waitingSince.getTime()),
    ...(lowered > 0 && { lowered }),
  };
}

/**
 * Decides which agent is offered the item: among those who are online, in its queue, below their limits, reachable on its channel, skilled
 * enough, and have not just declined it, the preferred agent, otherwise the best skilled, of those the longest idle, ties by id. While it is kept
 * for its preferred agent, nobody else. With nobody, it goes where the queue overflows to by now. The order of `agents` does not matter.
 * @param rest agents of the queue that are not among `agents`, by what keeps them from it
 */
export function decideOffer(
  item: WaitingItem,
  queue: QueueRules,
  agents: readonly AgentSnapshot[],
  now: Date,
  rest: Counts = {},
): RoutingDecision {
  const { ticketId } = item;
  const { lowered, overflowTo } = ringsDue(queue, item, now);
  const skills = lowerSkills(queue.skills, lowered);
  const eligible = agents.filter((agent) => exclusion(agent, item, skills) === null);
  const { agent, code } = choose(item, queue, eligible, now);
  const why: RoutingWhy = {
    code,
    ...aboutItem(item, queue, lowered, now),
    counts: countOthers(agents, item, skills, agent?.agentId ?? null, rest),
    agents: agents.length + Object.values(rest).reduce((sum, count) => sum + count, 0),
    ...(agent && {
      agentName: agent.name,
      idleSeconds: seconds(now.getTime() - agent.idleSince.getTime()),
      ...(queue.skills.length > 0 && { skillPoints: skillPoints(agent, queue.skills) }),
    }),
  };
  if (agent) return { outcome: 'offered', ticketId, agentId: agent.agentId, why, reason: reasonText(why) };
  if (code !== 'nobody' || overflowTo === null) return { outcome: 'waiting', ticketId, why, reason: reasonText(why) };
  const moved: RoutingWhy = { ...why, code: 'overflow' };
  return { outcome: 'overflowed', ticketId, queueId: overflowTo, why: moved, reason: reasonText(moved) };
}

function choose(
  item: WaitingItem,
  queue: QueueRules,
  eligible: readonly AgentSnapshot[],
  now: Date,
): { agent: AgentSnapshot | null; code: RoutingWhy['code'] } {
  const preferred = eligible.find(({ agentId }) => agentId === item.preferred?.agentId);
  if (preferred && item.preferred) return { agent: preferred, code: item.preferred.because };
  if (isKept(item, queue, now)) return { agent: null, code: 'kept-for-agent' };
  const points = new Map(eligible.map((agent) => [agent.agentId, skillPoints(agent, queue.skills)]));
  const pointsOf = ({ agentId }: AgentSnapshot): number => points.get(agentId) ?? 0;
  const [first, second] = eligible.toSorted(
    (a, b) =>
      pointsOf(b) - pointsOf(a) || a.idleSince.getTime() - b.idleSince.getTime() || byText(a.agentId, b.agentId),
  );
  if (!first) return { agent: null, code: 'nobody' };
  const ahead = second !== undefined && pointsOf(first) > pointsOf(second);
  return { agent: first, code: ahead ? 'best-skilled' : 'idle-longest' };
}
