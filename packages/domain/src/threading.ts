/** Which ticket a contact belongs to (design, Threading). */
import type { ChannelName, MessageKind, TicketStatus } from '@patchbay/contracts';

export interface TicketCandidate {
  ticketId: string;
  number: number;
  status: TicketStatus;
  customerId: string;
  channel: ChannelName;
  /**
   * How it was found: by a signed reply address or token, by `In-Reply-To` or `References`, as the ticket of an answer that came before
   * what it answers, by a tag in the subject, or as a ticket of the same customer. Candidates found the same way are given strongest first.
   */
  via: 'token' | 'reference' | 'answered' | 'tag' | 'window';
  lastActivityAt: Date;
  /** When it was resolved or closed; null while it is neither. */
  settledAt: Date | null;
  /** Among what the contact refers to is a message that went out of this ticket, and not only what came in. */
  namesSent: boolean;
  /** The sender's address took part in the ticket before. */
  senderIsParty: boolean;
  /** It was opened at the address of ours that the contact came to, from the one that the contact came from. */
  sameEnds: boolean;
}

export interface ThreadingInput {
  channel: ChannelName;
  kind: MessageKind;
  /** A machine sent it. */
  automatic: boolean;
  /** The customer whom it proves to be from: a party of each ticket of theirs. */
  customerId: string | null;
  candidates: readonly TicketCandidate[];
  /** How long after its last activity a ticket takes up the customer's next contact; 0: only threading joins. Milliseconds. */
  continuationMs: number;
  /** A ticket is answered between the two ends that it was opened over, so that what came over others is no continuation of it. */
  keepsEnds: boolean;
  /** How long after it was settled, or after its last activity when that was later, a resolved or closed ticket can be reopened. Milliseconds. */
  reopenMs: number;
  now: Date;
}

export type TicketDecision =
  | { action: 'continue'; ticketId: string; reopen: boolean; reason: string }
  | {
      action: 'open';
      linkedTicketId: string | null;
      /** The sender is a party of the linked ticket, which only was over for too long. */
      takesUp: boolean;
      reason: string;
    };

/** How a ticket was found, in words for its timeline. */
export const foundBy = {
  token: 'Signed reply address or token',
  reference: 'Answers a message of the ticket',
  answered: 'A message of the ticket answers it',
  tag: 'Ticket number in the subject',
  window: 'Recent contact of the same customer on this channel',
} as const;

/** What machines report about a conversation: it is kept with the ticket it tells of and asks nobody to act. */
const reports: ReadonlySet<MessageKind> = new Set([
  'bounce',
  'auto-reply',
  'delivery-notice',
  'complaint-report',
  'system',
]);

export const isReport = (kind: MessageKind): boolean => reports.has(kind);

function ageMs(candidate: TicketCandidate, now: Date): number {
  return now.getTime() - candidate.lastActivityAt.getTime();
}

function isParty(candidate: TicketCandidate, input: ThreadingInput): boolean {
  return candidate.senderIsParty || candidate.customerId === input.customerId;
}

function isPastReopening(candidate: TicketCandidate, input: ThreadingInput): boolean {
  const since = Math.max(candidate.lastActivityAt.getTime(), candidate.settledAt?.getTime() ?? 0);
  return input.now.getTime() - since > input.reopenMs;
}

function isOver(candidate: TicketCandidate): boolean {
  return candidate.status === 'resolved' || candidate.status === 'closed';
}

/** Why the contact cannot become part of this ticket, or null when it can. */
function obstacle(candidate: TicketCandidate, input: ThreadingInput): string | null {
  // A bounce comes from a mailer daemon, which is no party of anything; what it says of a message of ours names the ticket, and what a
  // customer sent nobody reports to us. An absence note comes from whom we wrote to, or to the signed address: Message-IDs are known to
  // many, and anybody can call a mail automatic, or a report.
  const namesOurs = candidate.via === 'reference' && candidate.namesSent && input.kind !== 'auto-reply';
  if (isReport(input.kind) && (candidate.via === 'token' || namesOurs)) return null;
  if (!isParty(candidate, input)) return `the sender is not a party of ticket ${candidate.number}`;
  if (isReport(input.kind)) return null;
  if (isOver(candidate) && isPastReopening(candidate, input)) {
    return `ticket ${candidate.number} was ${candidate.status} too long ago to be reopened`;
  }
  return null;
}

function isWithinWindow(candidate: TicketCandidate, input: ThreadingInput): boolean {
  if (input.continuationMs <= 0 || ageMs(candidate, input.now) > input.continuationMs) return false;
  if (candidate.customerId !== input.customerId || candidate.channel !== input.channel) return false;
  if (input.keepsEnds && !candidate.sameEnds) return false;
  if (candidate.status === 'resolved') return !isPastReopening(candidate, input);
  return candidate.status !== 'closed';
}

/** Candidates in the order of the rules; of the window's, the most recent first. */
function inOrder(input: ThreadingInput): TicketCandidate[] {
  const via = (wanted: TicketCandidate['via']) => input.candidates.filter((candidate) => candidate.via === wanted);
  const recent = via('window')
    .filter((candidate) => isWithinWindow(candidate, input))
    .toSorted((a, b) => b.lastActivityAt.getTime() - a.lastActivityAt.getTime() || b.number - a.number);
  return [...via('token'), ...via('reference'), ...via('answered'), ...via('tag'), ...recent];
}

/**
 * Decides whether a contact continues a ticket or opens one. The rules are tried in the order token, reference, answered, tag, window, and
 * the first whose ticket can take the contact up decides. When a ticket was named but none can be continued (the sender is not
 * a party, it was resolved or closed too long ago), the contact opens a ticket linked to the one named first.
 *
 * Bounces, delivery notices and complaint reports join the ticket whose outgoing message they name whoever sent them, auto-replies where a
 * party or the signed address vouches for them; in any status, and they never reopen it. Nothing is dropped: an automatic contact that belongs nowhere opens a ticket of its own.
 */
export function decideTicket(input: ThreadingInput): TicketDecision {
  const ordered = inOrder(input);
  const taken = ordered.find((candidate) => obstacle(candidate, input) === null);
  if (taken !== undefined) {
    const reopen = input.kind === 'customer' && taken.status !== 'open';
    return {
      action: 'continue',
      ticketId: taken.ticketId,
      reopen,
      reason: `${foundBy[taken.via]}: ticket ${taken.number}`,
    };
  }
  const named = ordered[0];
  if (named !== undefined) {
    const reason = `${foundBy[named.via]}, but ${obstacle(named, input) ?? ''}`;
    return { action: 'open', linkedTicketId: named.ticketId, takesUp: isParty(named, input), reason };
  }
  const sender = input.automatic || isReport(input.kind) ? 'Automatic message' : 'First contact';
  return {
    action: 'open',
    linkedTicketId: null,
    takesUp: false,
    reason: `${sender} that belongs to no earlier ticket`,
  };
}
