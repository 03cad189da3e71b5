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
  /** Null: an address that belongs to no identity. */
  readonly identity: Identity | null;
  /** Where there is none: the address of the mailbox that it leaves as, in normal form; null for the centre's own. */
  readonly mailbox: string | null;
  readonly reason: string;
}

/**
 * The one that the agent chose, else that of the address at which the ticket's mail arrived, else the queue's, else the default one,
 * else none: then it leaves as the mailbox in which the ticket's mail arrived, else as the centre. Of several equal ones the one of the ticket's queue comes first, then the first by address, so that the answer does not
 * depend on the order of rows. Null when the chosen one does not exist.
 */
export function chooseIdentity(
  identities: readonly Identity[],
  ticket: {
    readonly addresses: readonly string[];
    readonly queueId: string | null;
    /** Those of the addresses that are of mailboxes with a server of their own. */
    readonly mailboxes: readonly string[];
  },
  chosenId: string | null,
): IdentityChoice | null {
  const ordered = identities.toSorted(
    (a, b) =>
      Number(ofQueue(b, ticket.queueId)) - Number(ofQueue(a, ticket.queueId)) || (a.address < b.address ? -1 : 1),
  );
  const as = (identity: Identity, reason: string): IdentityChoice => ({ identity, mailbox: null, reason });
  if (chosenId !== null) {
    const chosen = ordered.find(({ id }) => id === chosenId);
    return chosen ? as(chosen, 'Chosen by the agent') : null;
  }
  const arrived = ordered.find(({ address }) => ticket.addresses.includes(address));
  if (arrived) return as(arrived, arrivedAt(arrived.address));
  const queues = ordered.find((identity) => ofQueue(identity, ticket.queueId));
  if (queues) return as(queues, "The identity of the ticket's queue");
  const usual = ordered.find(({ isDefault }) => isDefault);
  if (usual) return as(usual, 'The default identity');
  const mailbox = ticket.mailboxes.toSorted()[0];
  if (mailbox !== undefined) return { identity: null, mailbox, reason: arrivedAt(mailbox) };
  return { identity: null, mailbox: null, reason: "The centre's own address" };
}

const arrivedAt = (address: string): string => `The ticket's mail arrived at ${address}`;

const ofQueue = (identity: Identity, queueId: string | null): boolean =>
  queueId !== null && identity.queueId === queueId;
