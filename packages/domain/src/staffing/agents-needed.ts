/** How many agents an interval needs. */
import { offeredLoad, performanceOf, type Demand, type Performance } from './erlang.ts';

export interface StaffingTarget {
  /** This share … */
  readonly serviceLevel: number;
  /** … is answered within so many seconds. */
  readonly targetSeconds: number;
  /** At most this share of their time is work. 1: no limit. */
  readonly maximumOccupancy: number;
}

export interface AgentsNeeded extends Performance {
  /** At work in the interval. */
  readonly agents: number;
}

/** More are not looked for. */
export const mostAgents = 20_000;

/** The fewest agents that reach the target, with what they reach. More agents are never worse, so that halving finds them. */
export function agentsNeeded(demand: Demand, target: StaffingTarget): AgentsNeeded {
  if (offeredLoad(demand) === 0) return { agents: 0, ...performanceOf(demand, 0, target.targetSeconds) };
  const reached = (agents: number): boolean => {
    const { serviceLevel, occupancy } = performanceOf(demand, agents, target.targetSeconds);
    return serviceLevel >= target.serviceLevel && occupancy <= target.maximumOccupancy;
  };
  let few = 0;
  let enough = Math.max(1, Math.ceil(offeredLoad(demand)));
  while (enough < mostAgents && !reached(enough)) {
    few = enough;
    enough = Math.min(mostAgents, Math.ceil(enough * 1.25) + 1);
  }
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (reached(middle)) enough = middle;
    else few = middle;
  }
  return { agents: enough, ...performanceOf(demand, enough, target.targetSeconds) };
}

/**
 * How many have to be on the roster so that `agents` are at work: shrinkage is the share of paid time that breaks, training and absence take.
 * Source: ICMI, "Calculating Shrinkage".
 */
export function rostered(agents: number, shrinkage: number): number {
  // What rounding adds to a whole number is no further agent.
  return Math.max(0, Math.ceil(agents / (1 - shrinkage) - 1e-9));
}
