/** Who is offered a waiting ticket (design, Routing). Decisions are made from a snapshot; claiming what was decided is the caller's. */
import type { ChannelName, PresenceState } from '@patchbay/contracts';

/** An agent as seen for one waiting item: load and capacity are those for the item's channel. */
export interface AgentSnapshot {
  agentId: string;
  name: string;
  presence: PresenceState;
  /** When the agent last got free of work. */
  idleSince: Date;
  /** Tickets held or offered now. */
  load: number;
  capacity: number;
  queueIds: readonly string[];
  /** The channel can get through to the agent: for a call, the agent has a phone. */
  reachable: boolean;
  /** The agent has just declined this item, or let its offer pass. */
  declined: boolean;
}

export interface WaitingItem {
  ticketId: string;
  queueId: string;
  channel: ChannelName;
  /** Higher is more urgent. */
  priority: number;
  waitingSince: Date;
  /** The agent who had the ticket before, asked first. */
  preferredAgentId: string | null;
}

export type RoutingDecision =
  | { outcome: 'offered'; ticketId: string; agentId: string; reason: string }
  | { outcome: 'waiting'; ticketId: string; reason: string };

/** The first cause that keeps an agent from being offered the item, or null. */
function exclusion(agent: AgentSnapshot, item: WaitingItem): string | null {
  if (!agent.queueIds.includes(item.queueId)) return 'not in the queue';
  if (agent.presence !== 'online') return agent.presence;
  if (agent.load >= agent.capacity) return 'at capacity';
  if (!agent.reachable) return 'not reachable on the channel';
  return agent.declined ? 'declined' : null;
}

function byId(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function byIdleTime(a: AgentSnapshot, b: AgentSnapshot): number {
  return a.idleSince.getTime() - b.idleSince.getTime() || byId(a.agentId, b.agentId);
}

/** `3 agents: 1 at capacity, 1 away, 1 offered`, counting every agent once, in a stable order. */
function tally(agents: readonly AgentSnapshot[], item: WaitingItem, offeredTo: string | null): string {
  if (agents.length === 0) return 'There are no agents';
  const counts = new Map<string, number>();
  for (const agent of agents) {
    if (agent.agentId === offeredTo) continue;
    const cause = exclusion(agent, item) ?? 'also available';
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  const parts = [...counts].toSorted(([a], [b]) => byId(a, b)).map(([cause, count]) => `${count} ${cause}`);
  if (offeredTo !== null) parts.push('1 offered');
  return `${agents.length} ${agents.length === 1 ? 'agent' : 'agents'}: ${parts.join(', ')}`;
}

function idleText(agent: AgentSnapshot, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - agent.idleSince.getTime()) / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

/**
 * Decides which agent is offered the item: among those who are online, in its queue, below capacity, reachable on its channel and
 * have not just declined it, the preferred agent, otherwise the longest idle, ties by id. The order of `agents` does not matter.
 * The reason names why, and how many others were left out for which cause.
 */
export function decideOffer(item: WaitingItem, agents: readonly AgentSnapshot[], now: Date): RoutingDecision {
  const eligible = agents.filter((agent) => exclusion(agent, item) === null).toSorted(byIdleTime);
  const preferred = eligible.find((agent) => agent.agentId === item.preferredAgentId);
  const chosen = preferred ?? eligible[0];
  const counts = tally(agents, item, chosen?.agentId ?? null);
  if (chosen === undefined)
    return { outcome: 'waiting', ticketId: item.ticketId, reason: `Nobody is available. ${counts}` };
  const why = preferred ? 'had the ticket before' : `is idle longest, for ${idleText(chosen, now)}`;
  return {
    outcome: 'offered',
    ticketId: item.ticketId,
    agentId: chosen.agentId,
    reason: `${chosen.name} ${why}. ${counts}`,
  };
}

/** The order in which waiting items are served: most urgent first, then longest waiting, then by id. */
export function orderWaiting(items: readonly WaitingItem[]): WaitingItem[] {
  return items.toSorted(
    (a, b) =>
      b.priority - a.priority || a.waitingSince.getTime() - b.waitingSince.getTime() || byId(a.ticketId, b.ticketId),
  );
}
