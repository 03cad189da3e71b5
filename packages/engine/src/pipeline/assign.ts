/** What agents do with offers and tickets. Whatever makes somebody free is followed at once by what comes next for them. */
import { HubError } from '@patchbay/contracts';
import type { PresenceState, ticketUpdate } from '@patchbay/contracts';
import type { z } from 'zod';
import {
  agentQueues,
  changeTicketStatus,
  isOnTheLine,
  readTicketState,
  releaseTicket as releaseRow,
  renameTicket,
  setPresence,
  takeTicket,
  withdrawOffer,
} from '@patchbay/store';
import type { Queryable, TicketState } from '@patchbay/store';
import { hasRole, type Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';
import { beginConnecting } from './calls.ts';
import { retryOnConflict } from './retry.ts';

/** Something may have changed for these queues: look at once, not at the next sweep. */
export function lookAgain(parts: Parts, queueIds: readonly (string | null)[]): void {
  parts.relay.nudge();
  for (const queueId of queueIds) if (queueId) parts.jobs.add('assign-waiting', { queueId });
}

/** The agent may have become free: what comes first in all their queues is theirs. */
export function serve(parts: Parts, agentId: string | null): void {
  parts.relay.nudge();
  if (agentId) parts.jobs.add('serve-agent', { agentId });
}

export async function stateOf(parts: Parts, ticketId: string): Promise<TicketState> {
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
  serve(parts, agentId);
}

/**
 * Pulls a ticket out of the queue by hand. Agents only where the queue allows it, unless it is offered to them. An agent decides alone to
 * take more than the limits give.
 */
export async function claimTicket(
  parts: Parts,
  ticketId: string,
  agent: Pick<Principal, 'agentId' | 'role'>,
): Promise<void> {
  const { agentId } = agent;
  const { pull, offerAgentId } = await stateOf(parts, ticketId);
  if (!pull && offerAgentId !== agentId && !hasRole(agent, 'manager'))
    throw new HubError('forbidden', 'Tickets of this queue are given out, not taken by hand');
  const taken = await take(parts, ticketId, agentId, true, 'Taken from the queue by hand');
  const ticket = await stateOf(parts, ticketId);
  if (!taken && ticket.assigneeId !== agentId)
    throw new HubError('conflict', 'Somebody else has the ticket, or it is closed');
  parts.relay.nudge();
}

const take = (parts: Parts, ticketId: string, agentId: string, pull: boolean, reason: string): Promise<boolean> =>
  withCaller(parts, ticketId, agentId, (tx) => takeTicket(tx, ticketId, agentId, pull, reason));

/** Takes the ticket and, when its caller waits on the line, the call with it. False when it is not to be had. */
export async function withCaller(
  parts: Parts,
  ticketId: string,
  agentId: string,
  taking: (tx: Queryable) => Promise<boolean>,
): Promise<boolean> {
  const { taken, calling } = await retryOnConflict(() =>
    parts.db.transaction(async (tx) => {
      const got = await taking(tx);
      return { taken: got, calling: got && (await beginConnecting(tx, ticketId, agentId)) };
    }),
  );
  if (calling) parts.jobs.add('connect-call', { ticketId, agentId });
  return taken;
}

/** @throws HubError `conflict` */
export async function refuseWhileOnTheLine(sql: Queryable, ticketId: string): Promise<void> {
  if (await isOnTheLine(sql, ticketId)) throw new HubError('conflict', 'The caller is on the line; hang up first');
}

/** Gives an own ticket back to its queue. */
export async function releaseTicket(parts: Parts, ticketId: string, agentId: string): Promise<void> {
  const ticket = await stateOf(parts, ticketId);
  await refuseWhileOnTheLine(parts.db.sql, ticketId);
  const released = await releaseRow(parts.db.sql, {
    ticketId,
    agentId,
    actorId: agentId,
    since: null,
    reason: 'Given back by the agent',
  });
  if (!released) throw new HubError('conflict', 'The ticket is not yours, or it is settled');
  lookAgain(parts, [ticket.queueId]);
  serve(parts, agentId);
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
  // What was offered to somebody who goes is for others; who comes is offered what waits.
  if (state === 'online') serve(parts, agentId);
  else lookAgain(parts, await agentQueues(parts.db.sql, agentId));
}

/** Moves a ticket's status, or renames it. Capacity that becomes free is used at once. */
export async function changeStatus(
  parts: Parts,
  ticketId: string,
  actorId: string,
  update: z.infer<typeof ticketUpdate>,
): Promise<void> {
  const ticket = await stateOf(parts, ticketId);
  const to = update.status;
  if (to && to !== 'open' && to !== ticket.status) await refuseWhileOnTheLine(parts.db.sql, ticketId);
  if (update.subject) await renameTicket(parts.db.sql, ticketId, update.subject);
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
  lookAgain(parts, [ticket.queueId]);
  serve(parts, ticket.assigneeId);
}
