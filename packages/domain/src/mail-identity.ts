/** Which of the centre's identities a message leaves as. */

export interface Identity {
  readonly id: string;
  /** In normal form. */
  readonly address: string;
  readonly name: string;
  readonly signatureText: string;
  readonly signatureHtml: string | null;
  readonly queueId: string | null;
  readonly isDefault: boolean;
}

export interface IdentityChoice {
  /** Null: the centre's own address, which belongs to no identity. */
  readonly identity: Identity | null;
  readonly reason: string;
}

/**
 * The one that the agent chose, else that of the address at which the ticket's mail arrived, else the queue's, else the default one,
 * else none. Of several equal ones the one of the ticket's queue comes first, then the first by address, so that the answer does not
 * depend on the order of rows. Null when the chosen one does not exist.
 */
export function chooseIdentity(
  identities: readonly Identity[],
  ticket: { readonly addresses: readonly string[]; readonly queueId: string | null },
  chosenId: string | null,
): IdentityChoice | null {
  const ordered = identities.toSorted(
    (a, b) =>
      Number(ofQueue(b, ticket.queueId)) - Number(ofQueue(a, ticket.queueId)) || (a.address < b.address ? -1 : 1),
  );
  if (chosenId !== null) {
    const chosen = ordered.find(({ id }) => id === chosenId);
    return chosen ? { identity: chosen, reason: 'Chosen by the agent' } : null;
  }
  const arrived = ordered.find(({ address }) => ticket.addresses.includes(address));
  if (arrived) return { identity: arrived, reason: `The ticket's mail arrived at ${arrived.address}` };
  const queues = ordered.find((identity) => ofQueue(identity, ticket.queueId));
  if (queues) return { identity: queues, reason: "The identity of the ticket's queue" };
  const usual = ordered.find(({ isDefault }) => isDefault);
  if (usual) return { identity: usual, reason: 'The default identity' };
  return { identity: null, reason: "The centre's own address" };
}

const ofQueue = (identity: Identity, queueId: string | null): boolean =>
  queueId !== null && identity.queueId === queueId;
