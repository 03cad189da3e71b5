/** Which rules act on an event, and how a chain of rules that follow from each other ends. */
import { longestChain, type AutomationRule, type Facts } from '@patchbay/contracts';
import { holds } from '../condition.ts';

export type ActiveRule = Pick<AutomationRule, 'id' | 'version' | 'events' | 'condition'>;

export interface Match {
  readonly ruleId: string;
  readonly version: number;
  /** The rule's place among those that act on the event. */
  readonly position: number;
  readonly chain: readonly string[];
}

/**
 * The rules that act on an event, in their order. What a rule did never wakes the same rule again within the chain that began with an event
 * of somebody else, and no chain is longer than `longestChain`: so every chain ends.
 *
 * @param chain the rules from whose doing the event follows; empty for what a person or the hub did
 */
export function matchingRules(
  rules: readonly ActiveRule[],
  eventType: string,
  facts: Facts,
  chain: readonly string[],
): Match[] {
  if (chain.length >= longestChain) return [];
  return rules
    .filter(({ id, events }) => !chain.includes(id) && events.some((type) => type === eventType))
    .filter(({ condition }) => condition === null || holds(condition, facts))
    .map(({ id, version }, position) => ({ ruleId: id, version, position, chain: [...chain, id] }));
}

const prefix = 'automation:';

/** What the events that a run causes carry as their correlation. */
export const correlationOfRun = (runId: string): string => `${prefix}${runId}`;

/** The run that caused an event; null for any other correlation. */
export function runOfCorrelation(correlationId: string | null): string | null {
  const id = correlationId?.startsWith(prefix) ? correlationId.slice(prefix.length) : '';
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}
