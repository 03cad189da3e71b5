import type {
  ChannelName,
  IdentifierGrade,
  IdentifierKind,
  InboundContact,
  RoutedBy,
  StoredFile,
  TicketStatus,
} from '@patchbay/contracts';
import type { Queryable } from '../database.ts';

/** What `ingest_apply` answers. */
export interface Ingested {
  outcome: 'done';
  ticketId: string;
  ticketNumber: number;
  customerId: string;
  messageId: string;
  queueId: string | null;
  assigneeId: string | null;
  /** It waits for an agent. */
  waiting: boolean;
  opened: boolean;
  /** The acknowledgement to be sent. */
  outboundId: string | null;
  correlationId: string;
  channel: ChannelName;
  /** From the inbox row to this answer. */
  seconds: number;
}

export type FastIngest = Ingested | { outcome: 'decide' } | { outcome: 'settled' };

/** One round trip for a known customer with an open ticket; `decide` when the rules have to be asked. */
export async function ingestFast(
  sql: Queryable,
  inboxId: string,
  continuationMs: string,
  reasons: string,
): Promise<FastIngest> {
  const { rows } = await sql.query<{ answer: FastIngest }>('select ingest_contact($1, $2, $3) as answer', [
    inboxId,
    continuationMs,
    reasons,
  ]);
  return rows[0]?.answer ?? { outcome: 'settled' };
}

export interface IngestSnapshot {
  customers: { customerId: string; kind: IdentifierKind; value: string; grade: IdentifierGrade; shared: boolean }[];
  tickets: {
    ticketId: string;
    number: number;
    status: TicketStatus;
    customerId: string;
    channel: ChannelName;
    queueId: string | null;
    via: 'token' | 'reference' | 'answered' | 'tag' | 'window';
    lastActivityAt: string;
    settledAt: string | null;
    senderIsParty: boolean;
    sameEnds: boolean;
  }[];
  /** The customer of the ticket whose signed address the contact came to, when it proves nothing, and claims the address that is answered and nobody ever proved. */
  addressee: string | null;
}

/** Locks the contact's identifiers, and whom it answers as, until the transaction ends, and reads what its decision depends on. */
export async function ingestSnapshot(
  tx: Queryable,
  contact: InboundContact,
  continuationMs: number,
): Promise<IngestSnapshot> {
  const { rows } = await tx.query<{ snapshot: IngestSnapshot }>('select ingest_snapshot($1, $2) as snapshot', [
    JSON.stringify(contact),
    continuationMs,
  ]);
  const snapshot = rows[0]?.snapshot ?? { customers: [], tickets: [], addressee: null };
  return { ...snapshot, tickets: [...snapshot.tickets, ...(await otherTagged(tx, contact))] };
}

/** The tickets of numbers beyond the first, in their order: `locked_snapshots` looks for one number of each contact. */
async function otherTagged(
  tx: Queryable,
  { channel, identifiers, threading }: InboundContact,
): Promise<IngestSnapshot['tickets']> {
  if (!threading.otherTicketNumbers) return [];
  const { rows } = await tx.query<{ tickets: IngestSnapshot['tickets'] }>(
    `select snapshot -> 'tickets' as tickets from locked_snapshots(array(
         select $1::jsonb || jsonb_build_object('threading', jsonb_build_object('references', '[]'::jsonb, 'ticketNumber', number))
         from unnest($2::integer[]) with ordinality as other (number, n) order by n),
       array_fill(0::double precision, array[cardinality($2::integer[])])) order by place`,
    [JSON.stringify({ channel, identifiers }), threading.otherTicketNumbers],
  );
  return rows.flatMap(({ tickets }) => tickets);
}

/** A Message-ID that the hub gives has its message's own id, and is known before it is written down as sent. */
const outboundIn = /^<([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})@/;

/** The tickets whose messages went out by mail under one of these Message-IDs. */
export async function ticketsOfSent(sql: Queryable, messageIds: readonly string[]): Promise<string[]> {
  const outboundIds = messageIds.flatMap((id) => outboundIn.exec(id)?.[1] ?? []);
  const { rows } = await sql.query<{ ticketId: string }>(
    `select ticket_id as "ticketId" from message where external_id = any ($1) and direction = 'out' and channel = 'email'
     union select ticket_id from outbound where id = any ($2::uuid[]) and channel = 'email'`,
    [messageIds, outboundIds],
  );
  return rows.map(({ ticketId }) => ticketId);
}

/** A contact that waits with others, with what its decision asks for: its bodies are cut and its files left out. */
export interface WaitingContact {
  inboxId: string;
  contact: unknown;
  snapshot: IngestSnapshot;
}

/**
 * {@link ingestSnapshot} for several contacts at once, without a lock of whom they answer as and without the tickets of further numbers; those that
 * are not pending any more are left out.
 *
 * @param lock false: as it is now, which is nothing to decide by
 */
export async function ingestSnapshots(
  tx: Queryable,
  inboxIds: readonly string[],
  continuationMs: string,
  lock = true,
): Promise<WaitingContact[]> {
  const { rows } = await tx.query<{
    inboxId: string;
    contact: object;
    text: string | null;
    replyText: string | null;
    snapshot: IngestSnapshot;
  }>(
    `select inbox_id as "inboxId", contact, body_text as text, reply_text as "replyText", snapshot from ingest_snapshots($1, $2, $3)`,
    [inboxIds, continuationMs, lock],
  );
  return rows.map(({ inboxId, contact, text, replyText, snapshot }) => ({
    inboxId,
    contact: { ...contact, ...(text !== null && { text }), ...(replyText !== null && { replyText }) },
    snapshot,
  }));
}

/** A decision as `ingest_apply` carries it out. */
export interface IngestDecision {
  customerId: string | null;
  displayName: string;
  customerReason: string;
  ticketId: string | null;
  seenStatus: TicketStatus | null;
  reopen: boolean;
  /** Back into the queue, with the agent who had it as the preferred one: a person is calling again. */
  requeue: boolean;
  subject: string;
  queueId: string | null;
  priority: number;
  linkedTicketId: string | null;
  reason: string;
  /** What it asks for by a rule, whatever the contact says. */
  requestType?: string;
  tags?: readonly string[];
  /** Which rules had part in it. */
  routing?: RoutedBy;
  /** Of ours, that its ticket is answered from besides those that the contact came to. */
  addresses?: readonly string[];
  parties: { kind: IdentifierKind; value: string }[];
  attachments: StoredFile[];
  /** `{number}` stands for the ticket's number. */
  acknowledgement: { subject: string; text: string; sender: string | null; windowMs: number } | null;
}

/** @throws an error with code PB001 when what the decision saw has changed, PB002 when the contact is not pending any more. */
export async function ingestApply(
  tx: Queryable,
  inboxId: string,
  contact: InboundContact,
  decision: IngestDecision,
): Promise<Ingested> {
  const { rows } = await tx.query<{ answer: Ingested }>('select ingest_apply($1, $2, $3) as answer', [
    inboxId,
    JSON.stringify(contact),
    JSON.stringify(decision),
  ]);
  const answer = rows[0]?.answer as Ingested;
  await addAddresses(tx, [answer], [decision]);
  return answer;
}

/** {@link ingestApply} for several contacts, all or none. Files are those that the contact's row names. */
export async function ingestApplyAll(
  tx: Queryable,
  items: readonly { inboxId: string; decision: Omit<IngestDecision, 'attachments'> }[],
): Promise<Ingested[]> {
  const { rows } = await tx.query<{ answers: Ingested[] }>('select ingest_apply_all($1) as answers', [
    JSON.stringify(items),
  ]);
  const answers = rows[0]?.answers ?? [];
  await addAddresses(
    tx,
    answers,
    items.map(({ decision }) => decision),
  );
  return answers;
}

/** One statement for all, and none where no decision names any. */
async function addAddresses(
  tx: Queryable,
  answers: readonly Ingested[],
  decisions: readonly Pick<IngestDecision, 'addresses'>[],
): Promise<void> {
  const added = answers.flatMap(({ ticketId }, index) =>
    (decisions[index]?.addresses ?? []).map((address) => ({ ticketId, address })),
  );
  if (added.length === 0) return;
  await tx.query(
    'insert into ticket_address (ticket_id, address) select * from unnest($1::uuid[], $2::text[]) on conflict do nothing',
    [added.map(({ ticketId }) => ticketId), added.map(({ address }) => address)],
  );
}

/** The error code of the database, for the two that `ingestApply` raises. */
export function databaseErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The name of the constraint that a statement of the database violated. */
export function databaseConstraint(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : undefined;
}
