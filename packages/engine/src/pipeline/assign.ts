/** The router's second part: which agent is offered which ticket, and what agents do with offers. */
import { decideOffer, orderWaiting } from '@patchbay/domain';
import type { AgentSnapshot, WaitingItem } from '@patchbay/domain';
import { HubError } from '@patchbay/contracts';
import type { PresenceState, ticketUpdate } from '@patchbay/contracts';
import type { z } from 'zod';
import {
  agentQueues,
  agentsFor,
  changeTicketStatus,
  offerTicket,
  readTicketCall,
  readTicketState,
  releaseTicket as releaseRow,
  renameTicket,
  setPresence,
  takeTicket,
  waitingTickets,
  withdrawOffer,
} from '@patchbay/store';
import type { AgentRow, TicketState } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { beginConnecting } from './calls.ts';
import { retryOnConflict } from './retry.ts';

/** Waiting tickets looked at in one round; the next offer or the sweep goes on from there. */
const roundSize = 50;

/**
 * Handles the job `assign-waiting`: offers what waits in a queue, most urgent first. Each decision is made from a snapshot and holds only if
 * the compare-and-set claim finds it still true; on conflict it is made again.
 */
export async function assignWaiting(parts: Parts, { queueId }: { queueId: string }): Promise<void> {
  const waiting = orderWaiting(await waitingTickets(parts.db.sql, queueId, roundSize));
  const look = snapshots(parts, queueId, waiting);
  let offered = 0;
  for (const item of waiting) if (await offerOne(parts, item, look)) offered += 1;
  if (offered > 0) parts.relay.nudge();
}

interface Snapshots {
  of(item: WaitingItem): Promise<AgentSnapshot[]>;
  /** Agents may have changed: they are read again for the next item. */
  forget(): void;
}

/** Agents as they stand, read once per channel until an offer changes their load. */
function snapshots(parts: Parts, queueId: string, waiting: readonly WaitingItem[]): Snapshots {
  const read = new Map<string, Promise<AgentRow[]>>();
  return {
    async of(item) {
      const agents =
        read.get(item.channel) ??
        agentsFor(
          parts.db.sql,
          queueId,
          item.channel,
          waiting.map(({ ticketId }) => ticketId),
        );
      read.set(item.channel, agents);
      return (await agents).map((agent) => snapshotOf(parts, item, agent));
    },
    forget: () => read.clear(),
  };
}

async function offerOne(parts: Parts, item: WaitingItem, look: Snapshots): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const decision = decideOffer(item, await look.of(item), parts.now());
    if (decision.outcome === 'waiting') return false;
    look.forget();
    if (await offerTicket(parts.db.sql, item.ticketId, decision.agentId, parts.config.offerSeconds, decision.reason))
      return true;
  }
  return false;
}

/** An agent without a phone cannot be connected to a caller. */
function snapshotOf(parts: Parts, item: WaitingItem, { declined, ...agent }: AgentRow): AgentSnapshot {
  return {
    ...agent,
    declined: declined.includes(item.ticketId),
    reachable: agent.hasPhone || parts.channels.get(item.channel)?.calls === undefined,
  };
}

/** Something may have changed for these queues: look at once, not at the next sweep. */
function lookAgain(parts: Parts, queueIds: readonly (string | null)[]): void {
  parts.relay.nudge();
  for (const queueId of queueIds) if (queueId) parts.jobs.add('assign-waiting', { queueId });
}

async function stateOf(parts: Parts, ticketId: string): Promise<TicketState> {
  const ticket = await readTicketState(parts.db.sql, ticketId);
  if (!ticket) throw new HubError('not_found', 'There is no such ticket');
  return ticket;
}

export async function acceptOffer(parts: Parts, ticketId: string, agentId: string): Promise<void> {
  const taken = await take(parts, ticketId, agentId, false, 'Offer accepted');
  const ticket = await stateOf(parts, ticketId);
  // Accepting twice is accepting once.
  if (!taken && ticket.assigneeId !== agentId) throw new HubError('conflict', 'The offer is not open any more');
  parts.relay.nudge();
}

export async function declineOffer(parts: Parts, ticketId: string, agentId: string): Promise<void> {
  const ticket = await stateOf(parts, ticketId);
  if (!(await withdrawOffer(parts.db.sql, ticketId, agentId, 'Declined by the agent', false)))
    throw new HubError('conflict', 'The offer is not open any more');
  lookAgain(parts, [ticket.queueId]);
}

/** Pulls a ticket out of the queue by hand. */
export async function claimTicket(parts: Parts, ticketId: string, agentId: string): Promise<void> {
  const taken = await take(parts, ticketId, agentId, true, 'Taken from the queue by hand');
  const ticket = await stateOf(parts, ticketId);
  if (!taken && ticket.assigneeId !== agentId)
    throw new HubError('conflict', 'Somebody else has the ticket, or it is closed');
  parts.relay.nudge();
}

/** Takes the ticket and, when its caller waits on the line, the call with it. False when it is not to be had. */
async function take(parts: Parts, ticketId: string, agentId: string, pull: boolean, reason: string): Promise<boolean> {
  const { taken, calling } = await retryOnConflict(() =>
    parts.db.transaction(async (tx) => {
      const got = await takeTicket(tx, ticketId, agentId, pull, reason);
      return { taken: got, calling: got && (await beginConnecting(tx, ticketId, agentId)) };
    }),
  );
  if (calling) parts.jobs.add('connect-call', { ticketId, agentId });
  return taken;
}

async function refuseWhileOnTheLine(parts: Parts, ticketId: string): Promise<void> {
  const call = await readTicketCall(parts.db.sql, ticketId);
  if (call && ['connecting', 'talking', 'held'].includes(call.state))
    throw new HubError('conflict', 'The caller is on the line; hang up first');
}

/** Gives an own ticket back to its queue. */
export async function releaseTicket(parts: Parts, ticketId: string, agentId: string): Promise<void> {
  const ticket = await stateOf(parts, ticketId);
  await refuseWhileOnTheLine(parts, ticketId);
  const released = await releaseRow(parts.db.sql, {
    ticketId,
    agentId,
    actorId: agentId,
    since: null,
    reason: 'Given back by the agent',
  });
  if (!released) throw new HubError('conflict', 'The ticket is not yours, or it is settled');
  lookAgain(parts, [ticket.queueId]);
}

export async function changePresence(
  parts: Parts,
  agentId: string,
  state: PresenceState,
  reason: string | null,
  actorId: string | null,
): Promise<void> {
  if (!(await setPresence(parts.db.sql, agentId, state, reason, actorId)))
    throw new HubError('not_found', 'There is no such agent');
  lookAgain(parts, await agentQueues(parts.db.sql, agentId));
}

/** Moves a ticket's status, or renames it. Capacity that becomes free is used at once. */
export async function changeStatus(
  parts: Parts,
  ticketId: string,
  actorId: string,
  update: z.infer<typeof ticketUpdate>,
): Promise<void> {
  const ticket = await stateOf(parts, ticketId);
  if (update.subject) await renameTicket(parts.db.sql, ticketId, update.subject);
  const to = update.status;
  if (to && to !== ticket.status) {
    const moved = await changeTicketStatus(parts.db.sql, {
      ticketId,
      from: ticket.status,
      to,
      actorId,
      reason: update.reason ?? null,
    });
    if (!moved) throw new HubError('conflict', 'The ticket has just been changed by somebody else');
  }
  const freed = ticket.assigneeId ? await agentQueues(parts.db.sql, ticket.assigneeId) : [];
  lookAgain(parts, [...new Set([ticket.queueId, ...freed])]);
}
