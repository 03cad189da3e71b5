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
 * Contacts that have an identifier, customer, ticket or message id in common, directly or through others of them, are a group: what becomes
 * of one may depend on what became of those before it, were it only by which of two tickets is the older. The first of each group goes
 * with those of the others, and whatever is not answered follows one by one in its order. What has to go alone lets none of its group pass.
 */
export function independent(waiting: readonly Waiting[]): Plain[] {
  const groups = new Map<string, { first: number; touches: readonly string[] }>();
  for (const [index, one] of waiting.entries()) {
    const own = touchedBy(one);
    const met = [...new Set(own.flatMap((touch) => groups.get(touch) ?? []))];
    const group = {
      first: Math.min(index, ...met.map(({ first }) => first)),
      touches: [...own, ...met.flatMap(({ touches }) => touches)],
    };
    for (const touch of group.touches) groups.set(touch, group);
  }
  const first = new Set([...groups.values()].map((group) => group.first));
  return waiting.filter((one, index): one is Plain => first.has(index) && goesWithOthers(one));
}

function touchedBy({ contact, snapshot }: Waiting): string[] {
  if (!contact) return [];
  return [
    ...contact.identifiers.map(({ kind, value }) => `${kind}:${value}`),
    ...snapshot.customers.map(({ customerId }) => `customer:${customerId}`),
    ...snapshot.tickets.map(({ ticketId }) => `ticket:${ticketId}`),
    ...[contact.externalId, ...contact.threading.references].map((id) => `message:${id}`),
  ];
}

/** Not a call, nor what has files to be fetched first; nor, as nothing that is locked tells of them, whom it answers as and further tickets' numbers. */
function goesWithOthers({ contact, snapshot }: Waiting): boolean {
  return (
    contact !== undefined &&
    !contact.call &&
    contact.remoteFiles.length === 0 &&
    snapshot.addressee === null &&
    contact.threading.otherTicketNumbers === undefined
  );
}
