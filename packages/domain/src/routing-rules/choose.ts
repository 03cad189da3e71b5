/** Which rule routes a contact. */
import type { Facts, RoutingRule, RoutingTrouble } from '@patchbay/contracts';
import { holds } from '../condition.ts';

/** What is there to be routed to. */
export interface RoutingTargets {
  readonly queueIds: ReadonlySet<string>;
  readonly requestTypes: ReadonlySet<string>;
}

export interface PassedRule {
  readonly id: string;
  readonly name: string;
  readonly why: RoutingTrouble;
}

export interface RoutingChoice {
  /** Null: the contact goes as it would without rules. */
  readonly rule: RoutingRule | null;
  /** Rules that hold, or may, and decide nothing. */
  readonly passed: readonly PassedRule[];
}

/**
 * The first rule that holds and leads somewhere. A rule that leads nowhere any more is passed over. One that cannot be evaluated ends the
 * search: whether those after it were meant for the contact is not known. Never throws.
 */
export function chooseRule(rules: readonly RoutingRule[], facts: Facts, targets: RoutingTargets): RoutingChoice {
  const passed: PassedRule[] = [];
  for (const rule of rules) {
    const found = judge(rule, facts, targets);
    if (found === 'holds') return { rule, passed };
    if (found === 'not') continue;
    passed.push({ id: String(rule?.id), name: String(rule?.name), why: found });
    if (found === 'failed') break;
  }
  return { rule: null, passed };
}

function judge(rule: RoutingRule, facts: Facts, targets: RoutingTargets): 'holds' | 'not' | RoutingTrouble {
  try {
    if (!rule.enabled) return 'not';
    if (rule.condition !== null && !holds(rule.condition, facts)) return 'not';
    return troubleOf(rule, targets) ?? 'holds';
  } catch {
    return 'failed';
  }
}

/** Why a rule does nothing whenever it holds; null when it does something. */
export function troubleOf({ result }: RoutingRule, { queueIds, requestTypes }: RoutingTargets): RoutingTrouble | null {
  if (result.queueId !== null && !queueIds.has(result.queueId)) return 'queue-gone';
  return result.requestType !== null && !requestTypes.has(result.requestType) ? 'type-gone' : null;
}
