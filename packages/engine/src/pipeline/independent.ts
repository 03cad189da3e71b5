/** Which of the contacts that came at the same time can be ingested together. */
import type { InboundContact } from '@patchbay/contracts';
import type { IngestSnapshot } from '@patchbay/store';

export interface Waiting {
  readonly inboxId: string;
  /** None when it has a shape that nobody can read. */
  readonly contact: InboundContact | undefined;
  readonly snapshot: IngestSnapshot;
}

export interface Plain extends Waiting {
  readonly contact: InboundContact;
}

/**
 * Contacts of which one may depend on what became of another, each group in its order: they have an identifier, customer, ticket or message id in
 * common, directly or through others of them. Then which goes first matters, were it only for which of two tickets is the older.
 */
export function groupsOf(waiting: readonly Waiting[]): Waiting[][] {
  const groups = new Map<string, { members: readonly Waiting[]; touches: readonly string[] }>();
  for (const one of waiting) {
    const own = touchedBy(one);
    const met = [...new Set(own.flatMap((touch) => groups.get(touch) ?? []))];
    const group = {
      members: [...met.flatMap(({ members }) => members), one],
      touches: [...own, ...met.flatMap(({ touches }) => touches)],
    };
    for (const touch of group.touches) groups.set(touch, group);
  }
  const place = new Map(waiting.map((one, index) => [one, index]));
  return [...new Set(groups.values())].map(({ members }) =>
    members.toSorted((one, other) => (place.get(one) ?? 0) - (place.get(other) ?? 0)),
  );
}

/**
 * The first of each group, in the order that they came in: whatever is not among them follows one by one. What has to go alone lets none of
 * its group pass.
 *
 * @param alone those that go alone besides
 */
export function independent(waiting: readonly Waiting[], alone: ReadonlySet<Waiting> = new Set()): Plain[] {
  const first = new Set(groupsOf(waiting).map(([one]) => one));
  return waiting.filter((one): one is Plain => first.has(one) && !alone.has(one) && goesWithOthers(one));
}

function touchedBy({ inboxId, contact, snapshot }: Waiting): string[] {
  return [
    `inbox:${inboxId}`,
    ...snapshot.customers.map(({ customerId }) => `customer:${customerId}`),
    ...snapshot.tickets.flatMap(({ ticketId, customerId }) => [`ticket:${ticketId}`, `customer:${customerId}`]),
    ...(contact?.identifiers ?? []).map(({ kind, value }) => `${kind}:${value}`),
    ...(contact ? [contact.externalId, ...contact.threading.references].map((id) => `message:${id}`) : []),
    // Whose address is marked by a report, and cleared by a word of theirs.
    ...(contact?.reports ?? []).flatMap(({ recipient }) => (recipient ? [`email:${recipient.toLowerCase()}`] : [])),
  ];
}

/**
 * Not a call, nor what has files to be fetched first. Nor one that answers as the addressee of a ticket, or names several: together
 * nobody locks the one or looks up the others.
 */
function goesWithOthers({ contact, snapshot }: Waiting): boolean {
  return (
    contact !== undefined &&
    !contact.call &&
    contact.remoteFiles.length === 0 &&
    snapshot.addressee === null &&
    contact.threading.otherTicketNumbers === undefined
  );
}
