/** The time of an agent: there, free, at work, away. */
import type { PresenceState } from '@patchbay/contracts';
import { noDimensions, type Fact, type FactDimensions } from './facts.ts';

/** Plain data: it is kept between batches of events. */
export interface AgentState {
  presence: PresenceState;
  /** Until when its time is counted. Milliseconds since 1970. */
  countedTo: number;
  /** Contacts that take up capacity. */
  load: number;
  /** The contact that ended last: wrap-up is for it. */
  last: { ticketId: string; dimensions: FactDimensions } | null;
}

const quarterMs = 900_000;

export function newAgent(at: number, presence: PresenceState = 'offline'): AgentState {
  return { presence, countedTo: at, load: 0, last: null };
}

/**
 * Counts the time up to a moment, quarter by quarter: *staffed* is all but offline; *occupied* is online with a contact in hand, busy or
 * wrap-up; *available* is online with nothing in hand.
 */
export function countAgentTime(
  agent: AgentState,
  to: number,
  of: Pick<FactDimensions, 'agentId' | 'teamId'>,
  out: Fact[],
): void {
  let from = agent.countedTo;
  agent.countedTo = Math.max(from, to);
  if (agent.presence === 'offline') return;
  while (from < to) {
    const until = Math.min(to, (Math.floor(from / quarterMs) + 1) * quarterMs);
    const base = { at: from, durations: {} };
    const ms = until - from;
    out.push({ ...base, ticketId: null, dimensions: { ...noDimensions, ...of }, sums: timeOf(agent, ms) });
    if (agent.presence === 'wrap-up')
      out.push({
        ...base,
        ticketId: agent.last?.ticketId ?? null,
        dimensions: { ...(agent.last?.dimensions ?? noDimensions), ...of },
        sums: { wrapMs: ms },
      });
    from = until;
  }
}

function timeOf({ presence, load }: AgentState, ms: number): Fact['sums'] {
  if (presence === 'away') return { staffedMs: ms, awayMs: ms };
  return presence === 'online' && load === 0 ? { staffedMs: ms, availableMs: ms } : { staffedMs: ms, occupiedMs: ms };
}
