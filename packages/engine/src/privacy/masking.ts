/** The one place where the engine decides what somebody sees of a customer's identifiers and sensitive fields. */
import type {
  Customer,
  CustomerSuggestion,
  FieldClass,
  HandedIn,
  HubEvent,
  InboxItem,
  MaskingRules,
  Message,
  OutboxItem,
  ReplyRecipients,
  Suggestion,
  Ticket,
  TimelineItem,
} from '@patchbay/contracts';
import { createHider, isShown, maskedValue, possibleIdentifiers } from '@patchbay/domain';
import { phoneParts } from '@patchbay/domain/identity/normal/phone';
import type { Queryable } from '@patchbay/store';
import { worksForCustomers } from '@patchbay/store/queries/tickets';
import type { Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';
import { readPrivacySettings } from './settings.ts';

export type Asker = Pick<Principal, 'agentId' | 'role'>;
export type Rules = MaskingRules['agent'];

export const classOf = (kind: string): FieldClass | null =>
  kind === 'email' || kind === 'phone' || kind === 'account' || kind === 'external' ? kind : null;

const identifierClasses = ['email', 'phone', 'account', 'external'] as const;

/** Which classes the asker does not see at all, whosever the customer is. */
export async function rulesFor(sql: Queryable, asker: Asker): Promise<Rules> {
  return (await readPrivacySettings(sql)).masking[asker.role];
}

export const hidesIdentifiers = (rules: Rules): boolean => identifierClasses.some((one) => rules[one] !== 'shown');

export function masked(kind: string, value: string): string {
  return maskedValue(kind, value, kind === 'phone' ? phoneParts(value)?.callingCode : undefined);
}

/** Customers as the asker may see them. */
export async function presentCustomers(
  sql: Queryable,
  asker: Asker,
  customers: readonly Customer[],
): Promise<Customer[]> {
  const rules = await rulesFor(sql, asker);
  if (!hidesIdentifiers(rules)) return [...customers];
  const own = await worksForCustomers(
    sql,
    asker,
    customers.map(({ id }) => id),
  );
  return customers.map((customer) => presented(customer, rules, own.has(customer.id)));
}

function presented(customer: Customer, rules: Rules, works: boolean): Customer {
  const hidden = new Map<string, string>();
  const identifiers = customer.identifiers.map((one) => {
    const kind = classOf(one.kind);
    if (kind === null || isShown(rules[kind], works)) return one;
    const value = masked(one.kind, one.value);
    hidden.set(one.value, value);
    // A report on an address repeats it.
    return { ...one, value, masked: true, mark: one.mark && { ...one.mark, reason: '' } };
  });
  // Who gave no name is called by an address.
  return { ...customer, displayName: hidden.get(customer.displayName) ?? customer.displayName, identifiers };
}

export async function presentCustomer(sql: Queryable, asker: Asker, customer: Customer): Promise<Customer> {
  const [one = customer] = await presentCustomers(sql, asker, [customer]);
  return one;
}

/** The reason of a suggestion names the address that the two have in common. */
export async function presentSuggestions(
  sql: Queryable,
  asker: Asker,
  suggestions: readonly CustomerSuggestion[],
): Promise<CustomerSuggestion[]> {
  const customers = await presentCustomers(
    sql,
    asker,
    suggestions.map(({ customer }) => customer),
  );
  return suggestions.map((one, index) => {
    const customer = customers[index] ?? one.customer;
    if (!customer.identifiers.some((identifier) => identifier.masked)) return one;
    const value = masked(one.kind, one.value);
    return { ...one, customer, value, reason: one.reason.replaceAll(one.value, value) };
  });
}

/** Whether a search may look at parts of identifiers: where they are hidden, trying parts would uncover them. */
export async function maySearchParts(sql: Queryable, asker: Asker): Promise<boolean> {
  return !hidesIdentifiers(await rulesFor(sql, asker));
}

/** Addresses of a conversation that the asker may read: hidden only where the rule says so for everybody's own work too. */
function addressesHidden(rules: Rules): (value: string) => string {
  const strict = (kind: 'email' | 'phone') => rules[kind] === 'masked';
  return (value) => {
    const kind = value.includes('@') ? 'email' : /^\+?\d{5,}$/.test(value) ? 'phone' : null;
    return kind !== null && strict(kind) ? masked(kind, value) : value;
  };
}

export async function presentMessages(sql: Queryable, asker: Asker, messages: readonly Message[]): Promise<Message[]> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  return messages.map((one) => ({
    ...one,
    from: hide(one.from),
    to: one.to.map(hide),
    cc: one.cc.map(hide),
    bcc: one.bcc.map(hide),
    replyTo: one.replyTo.map(hide),
  }));
}

/** Tickets in a list, or one of them with its details. */
export async function presentTickets<T extends Ticket & { contactAddress?: string }>(
  sql: Queryable,
  asker: Asker,
  tickets: readonly T[],
): Promise<T[]> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  return tickets.map((ticket) => ({
    ...ticket,
    customerName: hide(ticket.customerName),
    call: ticket.call && { ...ticket.call, from: hide(ticket.call.from) },
    callBack: ticket.callBack && {
      ...ticket.callBack,
      phone: ticket.callBack.phone && hide(ticket.callBack.phone),
      email: ticket.callBack.email && hide(ticket.callBack.email),
    },
    ...(ticket.contactAddress !== undefined && { contactAddress: hide(ticket.contactAddress) }),
  }));
}

/** Whom an answer goes to. Who sends it with the addresses as they are shown means these recipients. */
export async function presentRecipients(
  sql: Queryable,
  asker: Asker,
  { reply, replyAll, doubtfulReplyTo, identity }: ReplyRecipients,
): Promise<ReplyRecipients> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  const hidden = ({ to, cc }: ReplyRecipients['reply']) => ({ to: to.map(hide), cc: cc.map(hide) });
  return {
    reply: hidden(reply),
    replyAll: hidden(replyAll),
    doubtfulReplyTo: doubtfulReplyTo.map(hide),
    identity,
  };
}

export async function presentHeldReplies<T extends HandedIn>(
  sql: Queryable,
  asker: Asker,
  replies: readonly T[],
): Promise<T[]> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  const list = (name: 'to' | 'cc' | 'bcc', { input }: HandedIn) => input[name] && { [name]: input[name].map(hide) };
  return replies.map((one) => ({
    ...one,
    input: { ...one.input, ...list('to', one), ...list('cc', one), ...list('bcc', one) },
  }));
}

export async function presentOutbox(sql: Queryable, asker: Asker, items: readonly OutboxItem[]): Promise<OutboxItem[]> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  return items.map((item) => ({ ...item, to: hide(item.to) }));
}

/** Contacts that are no messages: nobody is a customer yet, so that who sent them is hidden like every other address in them. */
export async function presentInbox<
  T extends Partial<Pick<InboxItem, 'from' | 'subject' | 'messageId'>> & { reason: string | null },
>({ db, config }: Pick<Parts, 'db' | 'config'>, asker: Asker, items: readonly T[]): Promise<T[]> {
  const rules = await rulesFor(db.sql, asker);
  if (!hidesIdentifiers(rules)) return [...items];
  const hide = <V extends string | null | undefined>(text: V) =>
    typeof text === 'string' ? withoutIdentifiers(text, config.defaultRegion, (kind) => rules[kind] !== 'shown') : text;
  return items.map((item) =>
    item.messageId
      ? item
      : {
          ...item,
          ...(item.from !== undefined && { from: hiddenSender(item.from, rules) ?? hide(item.from) }),
          ...(item.subject !== undefined && { subject: hide(item.subject) }),
          reason: hide(item.reason),
        },
  );
}

/** Hides every address and number of a text, or those of one kind, whosever they are. */
export function withoutIdentifiers(
  text: string,
  region: string,
  hides: (kind: 'email' | 'phone') => boolean = () => true,
): string {
  const kindOf = (value: string) => (/^\S+@\S+$/.test(value) ? 'email' : /^\+\d+$/.test(value) ? 'phone' : null);
  const hide = createHider(
    possibleIdentifiers(text, region).flatMap((value) => {
      const kind = kindOf(value);
      if (kind === null || !hides(kind)) return [];
      return [{ kind, value, instead: masked(kind, value), ...(kind === 'phone' && phoneParts(value)) }];
    }),
  );
  return hide(text);
}

/** A sender who is neither an address nor a number. */
const hiddenSender = (from: string | null, rules: Rules): string | null =>
  from !== null && rules.external !== 'shown' && !/@|^\+/.test(from) ? masked('external', from) : null;

/** Rows that call a customer by name, in this column: who gave none is called by an address. */
export async function presentNamed<K extends string, T extends { [name in K]: string | null }>(
  sql: Queryable,
  asker: Asker,
  name: K,
  rows: readonly T[],
): Promise<T[]> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  return rows.map((row) => {
    const value = row[name];
    return value === null ? row : { ...row, [name]: hide(value) };
  });
}

/** Identifiers of one customer, as a list of them or a part of it has them. */
export async function presentIdentifiers<T extends { kind: string; value: string }>(
  sql: Queryable,
  asker: Asker,
  customerId: string,
  identifiers: readonly T[],
): Promise<(T & { masked: boolean })[]> {
  const rules = await rulesFor(sql, asker);
  if (!hidesIdentifiers(rules)) return identifiers.map((one) => ({ ...one, masked: false }));
  const works = (await worksForCustomers(sql, asker, [customerId])).has(customerId);
  return identifiers.map((one) => hiddenIdentifier(one, rules, works));
}

function hiddenIdentifier<T extends { kind: string; value: string }>(
  one: T,
  rules: Rules,
  works: boolean,
): T & { masked: boolean } {
  const kind = classOf(one.kind);
  return kind === null || isShown(rules[kind], works)
    ? { ...one, masked: false }
    : { ...one, value: masked(one.kind, one.value), masked: true };
}

/** Customers of a list with the first few of their identifiers. */
export async function presentSummaries<
  T extends { id: string; displayName: string; identifiers: readonly { kind: string; value: string }[] },
>(sql: Queryable, asker: Asker, rows: readonly T[]): Promise<T[]> {
  const rules = await rulesFor(sql, asker);
  if (!hidesIdentifiers(rules)) return [...rows];
  const own = await worksForCustomers(
    sql,
    asker,
    rows.map(({ id }) => id),
  );
  const hide = addressesHidden(rules);
  return rows.map((row) => {
    const identifiers = row.identifiers.map((one) => {
      const { masked: _masked, ...shown } = hiddenIdentifier(one, rules, own.has(row.id));
      return shown;
    });
    const at = row.identifiers.findIndex(({ value }) => value === row.displayName);
    return { ...row, displayName: identifiers[at]?.value ?? hide(row.displayName), identifiers };
  });
}

const comparedNames: ReadonlySet<string> = new Set(['name', 'givenName', 'familyName', 'organisation']);

/** Pairs who may be one person. The reasons name what the two have in common. */
export async function presentPairs(sql: Queryable, asker: Asker, pairs: readonly Suggestion[]): Promise<Suggestion[]> {
  if (!hidesIdentifiers(await rulesFor(sql, asker))) return [...pairs];
  const found = await presentCustomers(
    sql,
    asker,
    pairs.flatMap(({ customer, other }) => [customer, other]),
  );
  return pairs.map((pair, index) => {
    const [customer = pair.customer, other = pair.other] = found.slice(2 * index, 2 * index + 2);
    const hidden = [customer, other].some(({ identifiers }) => identifiers.some((one) => one.masked));
    const reasons = pair.reasons.map((reason) =>
      hidden && !comparedNames.has(reason.field) ? { ...reason, left: null, right: null } : reason,
    );
    return { ...pair, customer, other, reasons };
  });
}

/** What happened with a customer: who wrote is called by an address where no agent did. */
export async function presentTimeline(
  sql: Queryable,
  asker: Asker,
  items: readonly TimelineItem[],
): Promise<TimelineItem[]> {
  const hide = addressesHidden(await rulesFor(sql, asker));
  const words = (text: string) => text.replaceAll(/[^\s<>"',;:()]+/g, hide);
  return items.map((item) => {
    const by = item.by === null ? null : hide(item.by);
    return item.type === 'created' ? { ...item, by, reason: words(item.reason) } : { ...item, by };
  });
}

/** Events: addresses stand in reasons, in what a provider said, and in values that were changed. */
export async function presentEvents<T extends { data: HubEvent['data'] }>(
  sql: Queryable,
  asker: Asker,
  events: readonly T[],
): Promise<T[]> {
  const rules = await rulesFor(sql, asker);
  if (!hidesIdentifiers(rules)) return [...events];
  const hide = addressesHidden(rules);
  return events.map((event) => ({ ...event, data: hiddenIn(event.data, hide) as HubEvent['data'] }));
}

function hiddenIn(value: unknown, hide: (word: string) => string): unknown {
  if (typeof value === 'string') return value.replaceAll(/[^\s<>"',;:()]+/g, hide);
  if (Array.isArray(value)) return value.map((one) => hiddenIn(one, hide));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hiddenIn(one, hide)]));
}

/** How the asker may see sensitive fields of a customer. */
export async function presentSensitive(
  sql: Queryable,
  asker: Asker,
  customerId: string,
): Promise<(value: string) => { value: string; masked: boolean }> {
  const { sensitive } = await rulesFor(sql, asker);
  const works = sensitive === 'own' && (await worksForCustomers(sql, asker, [customerId])).has(customerId);
  const shown = isShown(sensitive, works);
  return (value) => (shown ? { value, masked: false } : { value: masked('sensitive', value), masked: true });
}
