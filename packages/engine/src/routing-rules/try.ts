/** Tries rules on the contacts of the last days. Nothing is written, and what it costs does not grow with history. */
import {
  inboundContact,
  routedBy,
  type RoutedTo,
  type RoutingExample,
  type RoutingRule,
  type RoutingTried,
  type RoutingTrouble,
} from '@patchbay/contracts';
import { recentEvents } from '@patchbay/store/queries/automation-runs';
import { readRoutedTickets, readRoutingVersion, type RoutedTicketRow } from '@patchbay/store/queries/routing-rules';
import type { RoutedEvent } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { createLookups } from './lookups.ts';
import { routeBy, routeContact, type Route } from './route.ts';

const days = 7;
/** Of all events the newest that are looked through. */
const within = 200_000;
const mostContacts = 2_000;
const batch = 500;
const mostExamples = 5;

interface Tried extends RoutingExample {
  readonly ruleId: string | null;
  readonly passed: readonly { id: string; why: RoutingTrouble }[];
}

export async function tryRouting(parts: Parts, rules: readonly RoutingRule[]): Promise<RoutingTried> {
  const since = new Date(parts.now().getTime() - days * 24 * 3_600_000);
  const found = await recentEvents(parts.db.sql, ['ticket.opened'], since, within, mostContacts + 1);
  const events = found.events.slice(0, mostContacts);
  const tried: Tried[] = [];
  for (let at = 0; at < events.length; at += batch)
    tried.push(...(await tryAll(parts, rules, events.slice(at, at + batch))));
  const cut = found.events.length > mostContacts;
  const last = events.at(-1);
  return {
    since: cut && last ? last.at : found.since.toISOString(),
    cut: cut || found.cut,
    looked: tried.length,
    differ: tried.filter(({ differs }) => differs).length,
    rules: [...rules.map(({ id }) => id), null].map((ruleId) => countsOf(ruleId, tried)),
    queues: queuesOf(tried),
  };
}

async function tryAll(parts: Parts, rules: readonly RoutingRule[], events: readonly RoutedEvent[]): Promise<Tried[]> {
  const byTicket = new Map(events.map((event) => [event.ticketId ?? '', event]));
  const rows = await readRoutedTickets(parts.db.sql, [...byTicket.keys()]);
  const lookups = createLookups(parts.db.sql, parts.db, () => rows.map(({ customerId }) => customerId));
  const version = once((number: number) => readRoutingVersion(parts.db.sql, number));
  const tried: Tried[] = [];
  for (const row of rows) {
    const event = byTicket.get(row.ticketId);
    const contact = inboundContact.safeParse(row.contact);
    // What came of itself, or is not kept any more, is not tried.
    if (!event || !contact.success || contact.data.kind !== 'customer') continue;
    const customerId = row.newCustomer ? null : row.customerId;
    // One that takes up an earlier ticket has its addresses.
    const takesUp = contact.data.deliveredTo.length === 0 && row.addresses.length > 0;
    const { addresses: deliveredTo, earlierQueueId } = row;
    const routedAs = takesUp ? { ...contact.data, deliveredTo, earlierQueueId } : contact.data;
    const would = await routeContact(lookups, routedAs, customerId, { version: 0, rules }, new Date(event.at));
    const routed = routedBy.safeParse(event.data['routing']);
    const by = routed.success ? routed.data : null;
    const rule = by?.rule && (await version(by.version))?.rules.find(({ id }) => id === by.rule?.id);
    const was = await routeBy(lookups, routedAs, rule?.result ?? null);
    tried.push(exampleOf(row, event, { ...was, queueId: event.queueId }, would));
  }
  return tried;
}

function exampleOf(row: RoutedTicketRow, event: RoutedEvent, was: Route, would: Route): Tried {
  const [before, after] = [placeOf(was), placeOf(would)];
  return {
    ticketId: row.ticketId,
    number: row.number,
    subject: row.subject,
    at: event.at,
    was: before,
    would: after,
    differs: JSON.stringify(before) !== JSON.stringify(after),
    ruleId: would.routing?.rule?.id ?? null,
    passed: would.routing?.passed ?? [],
  };
}

const placeOf = ({ queueId, priority, requestType, tags }: Route): RoutedTo => ({
  queueId,
  priority,
  requestType,
  tags: tags.toSorted(),
});

function countsOf(ruleId: string | null, tried: readonly Tried[]): RoutingTried['rules'][number] {
  const own = tried.filter((one) => one.ruleId === ruleId);
  const troubles: Partial<Record<RoutingTrouble, number>> = {};
  for (const { id, why } of tried.flatMap(({ passed }) => passed))
    if (id === ruleId) troubles[why] = (troubles[why] ?? 0) + 1;
  return {
    ruleId,
    matched: own.length,
    differ: own.filter(({ differs }) => differs).length,
    troubles,
    examples: own
      .toSorted((one, other) => Number(other.differs) - Number(one.differs))
      .slice(0, mostExamples)
      .map(({ ruleId: _rule, passed: _passed, ...example }) => example),
  };
}

function queuesOf(tried: readonly Tried[]): RoutingTried['queues'] {
  const was = Map.groupBy(tried, (one) => one.was.queueId);
  const would = Map.groupBy(tried, (one) => one.would.queueId);
  return [...new Set([...was.keys(), ...would.keys()])].map((queueId) => ({
    queueId,
    was: was.get(queueId)?.length ?? 0,
    would: would.get(queueId)?.length ?? 0,
  }));
}

function once<T>(ask: (key: number) => Promise<T>): (key: number) => Promise<T> {
  const known = new Map<number, Promise<T>>();
  return (key) => {
    const asked = known.get(key) ?? ask(key);
    known.set(key, asked);
    return asked;
  };
}
