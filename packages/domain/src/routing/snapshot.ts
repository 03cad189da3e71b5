/** What routing decides from (design, Routing). Decisions are made from a snapshot; claiming what was decided is the caller's. */
import type { ChannelName, PresenceState, QueueRing, RoutingWhy, SkillAtLevel } from '@patchbay/contracts';

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
  /** On all channels together. */
  totalLoad: number;
  /** Null: only each channel has its limit. */
  totalCapacity: number | null;
  queueIds: readonly string[];
  /** Levels from 1 to 5 by skill. */
  skills: Readonly<Record<string, number>>;
  /** The channel can get through to the agent: for a call, the agent has a phone. */
  reachable: boolean;
  /** The agent has just declined this item, or let its offer pass. */
  declined: boolean;
}

export interface WaitingItem {
  ticketId: string;
  queueId: string;
  channel: ChannelName;
  /** Its own, without the queue's. Higher is more urgent. */
  priority: number;
  waitingSince: Date;
  /** Since when it waits in its present queue. */
  inQueueSince: Date;
  /** Who is asked first, and because of what. */
  preferred: { agentId: string; because: 'last-agent' | 'own-agent'; expected: boolean } | null;
  /** Queues that it came from because it waited too long there. */
  overflowed: readonly string[];
}

/** What a queue says about how its items are given out. */
export interface QueueRules {
  queueId: string;
  priorityBase: number;
  /** Points an item gains in a minute of waiting; more than 0. */
  ageing: number;
  stickySeconds: number;
  skills: readonly SkillAtLevel[];
  rings: readonly QueueRing[];
}

export type RoutingDecision = { ticketId: string; reason: string; why: RoutingWhy } & (
  | { outcome: 'offered'; agentId: string }
  | { outcome: 'waiting' }
  | { outcome: 'overflowed'; queueId: string }
);
