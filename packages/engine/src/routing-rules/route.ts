/** Where a contact that opens a ticket goes: by the rules, else by what it asks for, the address that was written to, and its channel. */
import { asksForCustomer, chooseRule, factsOfContact, type RoutedContact } from '@patchbay/domain';
import type { RoutedBy, RoutingResult, RoutingRule } from '@patchbay/contracts';
import type { Lookups } from './lookups.ts';

export interface RuleSet {
  readonly version: number;
  readonly rules: readonly RoutingRule[];
}

export interface Route {
  readonly queueId: string | null;
  readonly priority: number;
  readonly requestType: string | null;
  readonly tags: readonly string[];
  /** Absent where there are no rules to route by. */
  readonly routing?: RoutedBy;
}

export type Routed = RoutedContact & {
  /** Of the ticket that it takes up. */
  readonly earlierQueueId?: string | null;
};

/** @param customerId whose it is known to be; null: nobody's yet */
export async function routeContact(
  lookups: Lookups,
  contact: Routed,
  customerId: string | null,
  { version, rules }: RuleSet,
  at: Date,
): Promise<Route> {
  if (rules.length === 0 || contact.kind !== 'customer') return routeBy(lookups, contact, null);
  const customer = customerId !== null && asksForCustomer(rules) ? await lookups.customer(customerId) : null;
  const facts = factsOfContact(contact, customer, at, (await lookups.hours()).centre);
  const { rule, passed } = chooseRule(rules, facts, await lookups.targets(rules));
  return {
    ...(await routeBy(lookups, contact, rule?.result ?? null)),
    routing: {
      version,
      rule: rule && { id: rule.id, name: rule.name },
      ...(passed.length > 0 && { passed: [...passed] }),
    },
  };
}

/** What a rule does not decide is as it would be without one. */
export async function routeBy(lookups: Lookups, contact: Routed, result: RoutingResult | null): Promise<Route> {
  const requestType = result?.requestType ?? contact.request?.type ?? null;
  const asked = requestType === null ? null : await lookups.requestType(requestType);
  return {
    queueId: result?.queueId ?? asked?.queueId ?? (await usualQueue(lookups, contact)),
    priority: result?.priority ?? asked?.priority ?? 0,
    requestType,
    tags: result?.tags ?? [],
  };
}

/** The queue of the address that was written to, else of the ticket that is taken up, else the one that takes the channel's contacts; what no person wrote asks for nobody's time and waits in none. */
async function usualQueue(lookups: Lookups, contact: Routed): Promise<string | null> {
  if (contact.kind !== 'customer') return null;
  const ofAddress = contact.deliveredTo.length > 0 ? await lookups.queueOfAddress(contact.deliveredTo) : null;
  if (ofAddress !== null) return ofAddress;
  if (contact.earlierQueueId) return contact.earlierQueueId;
  const { queues } = await lookups.routing();
  return (queues.find((queue) => queue.channels.includes(contact.channel)) ?? queues[0])?.id ?? null;
}
