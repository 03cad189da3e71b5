/** What decisions read besides the snapshot, asked for once however many contacts are decided together. */
import {
  addressesOfTicket,
  queueOfAddress,
  readMessagingSettings,
  ticketsOfSent,
  toldOnTicket,
  type Queryable,
} from '@patchbay/store';
import { readRequestType, readRequestTypes } from '@patchbay/store/queries/request-types';
import {
  readRoutedCustomers,
  readRouting,
  readRoutingVersion,
  type RoutedCustomerRow,
} from '@patchbay/store/queries/routing-rules';
import type { RoutingTargets } from '@patchbay/domain';
import type { RoutingRule } from '@patchbay/contracts';
import { readHours, type CentreHours } from '../opening-hours.ts';
import { ourAddresses } from '../our-addresses.ts';
import type { Parts } from '../parts.ts';
import type { RuleSet } from './route.ts';

export interface Lookups {
  routing(): ReturnType<typeof readRouting>;
  /** The rules that hold. */
  rules(): Promise<RuleSet>;
  /** What is there to be routed to, as far as the rules name it. */
  targets(rules: readonly RoutingRule[]): Promise<RoutingTargets>;
  /** What is known of one of those that were named beforehand. */
  customer(id: string): Promise<RoutedCustomerRow | null>;
  queueOfAddress(addresses: readonly string[]): Promise<string | null>;
  addressesOfTicket(ticketId: string): Promise<readonly string[]>;
  toldOnTicket(ticketId: string): ReturnType<typeof toldOnTicket>;
  /** Of what left under these names. */
  ticketsOfSent(references: readonly string[]): Promise<string[]>;
  /** Those of ours whose domain may not be. */
  ourAddresses(): Promise<ReadonlySet<string>>;
  hours(): Promise<CentreHours>;
  messagingSettings(): ReturnType<typeof readMessagingSettings>;
  requestType(key: string): ReturnType<typeof readRequestType>;
}

const noRules: RuleSet = { version: 0, rules: [] };
/** A published version never changes: the last that was read here serves until there is a newer one. */
const last = new WeakMap<object, RuleSet>();

/**
 * @param centre stands for the database: what is remembered of one is not told of another
 * @param customerIds who may be asked for
 */
export function createLookups(tx: Queryable, centre: Parts['db'], customerIds: () => readonly string[]): Lookups {
  const requestTypes = new Map<string, ReturnType<typeof readRequestType>>();
  const byAddress = new Map<string, Promise<string | null>>();
  const routing = once(() => readRouting(tx));
  const customers = once(async () => {
    const rows = await readRoutedCustomers(tx, [...new Set(customerIds())]);
    return new Map(rows.map((row) => [row.customerId, row]));
  });
  return {
    routing,
    rules: once(async () => {
      const { version } = await routing();
      if (version === 0) return noRules;
      const known = last.get(centre);
      if (known?.version === version) return known;
      const rules = (await readRoutingVersion(tx, version)) ?? noRules;
      last.set(centre, rules);
      return rules;
    }),
    targets: keyed(async (rules) => {
      const wanted = [...new Set(rules.flatMap((rule) => rule?.result?.requestType ?? []))];
      const types = wanted.length === 0 ? [] : await readRequestTypes(tx, wanted);
      return {
        queueIds: new Set((await routing()).queues.map(({ id }) => id)),
        requestTypes: new Set(types.map(({ key }) => key)),
      };
    }),
    customer: async (id) => (await customers()).get(id) ?? null,
    ourAddresses: () => ourAddresses(centre, tx),
    hours: once(() => readHours(centre, tx)),
    messagingSettings: () => readMessagingSettings(tx),
    queueOfAddress: remembered(byAddress, (addresses: readonly string[]) => queueOfAddress(tx, addresses)),
    addressesOfTicket: (ticketId) => addressesOfTicket(tx, ticketId),
    toldOnTicket: (ticketId) => toldOnTicket(tx, ticketId),
    ticketsOfSent: (references) => ticketsOfSent(tx, references),
    requestType: remembered(requestTypes, (key: string) => readRequestType(tx, key)),
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => (asked ??= ask());
}

function keyed<K extends object, T>(ask: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const known = new WeakMap<K, Promise<T>>();
  return (key) => {
    const asked = known.get(key) ?? ask(key);
    known.set(key, asked);
    return asked;
  };
}

function remembered<K extends string | readonly string[], T>(
  known: Map<string, Promise<T>>,
  ask: (key: K) => Promise<T>,
): (key: K) => Promise<T> {
  return (key) => {
    const name = typeof key === 'string' ? key : key.join(' ');
    const asked = known.get(name) ?? ask(key);
    known.set(name, asked);
    return asked;
  };
}
