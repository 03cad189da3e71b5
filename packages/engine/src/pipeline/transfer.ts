/** Handing a ticket on, and taking it over. */
import { randomUUID } from 'node:crypto';
import { HubError, type TicketTransfer, type TransferTarget } from '@patchbay/contracts';
import { takeOverTicket, transferToAgent, transferToQueue } from '@patchbay/store';
import type { TicketState, TransferOutcome } from '@patchbay/store';
import { readAgent } from '@patchbay/store/queries/agents';
import { readQueueSettings } from '@patchbay/store/queries/queues';
import { listTransferTargets } from '@patchbay/store/queries/transfer-targets';
import { hasRole, type Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';
import { lookAgain, refuseWhileOnTheLine, serve, stateOf, withCaller } from './assign.ts';
import { createReply } from './reply.ts';
import { retryOnConflict } from './retry.ts';

interface Handing {
  readonly ticketId: string;
  readonly principal: Principal;
  readonly correlationId: string;
}

/**
 * Offers the ticket to an agent, or moves it to a queue where it has the place it had. Its holder may, and managers.
 * @throws HubError `forbidden`, `conflict` (the agent is not online or has no room, or somebody else has the ticket by now), `unprocessable`
 */
export async function transferTicket(parts: Parts, handing: Handing, to: TicketTransfer): Promise<void> {
  const { ticketId, principal } = handing;
  const ticket = await stateOf(parts, ticketId);
  if (ticket.assigneeId !== principal.agentId && !hasRole(principal, 'manager'))
    throw new HubError('forbidden', 'Only who has the ticket, or a manager, may hand it on');
  await refuseWhileOnTheLine(parts.db.sql, ticketId);
  const reason = `Handed on by ${principal.name}`;
  if (to.agentId) await toAgent(parts, handing, ticket, to.agentId, reason);
  else if (to.queueId) await toQueue(parts, handing, ticket, to.queueId, reason);
  if (to.note) await leaveNote(parts, handing, to.note);
  lookAgain(parts, [...new Set([ticket.queueId, to.queueId ?? null])]);
  serve(parts, ticket.assigneeId);
}

const refusals: Record<Exclude<TransferOutcome, 'offered'>, () => HubError> = {
  'no-agent': () => new HubError('unprocessable', 'There is no such agent'),
  'not-online': () => new HubError('conflict', 'The agent is not online'),
  full: () => new HubError('conflict', 'The agent has no room for another ticket'),
  changed: () => new HubError('conflict', 'Somebody else has the ticket by now, or it is settled'),
};

async function toAgent(
  parts: Parts,
  { ticketId, principal }: Handing,
  ticket: TicketState,
  agentId: string,
  reason: string,
) {
  const agent = await readAgent(parts.db.sql, agentId);
  if (!agent) throw refusals['no-agent']();
  if (parts.channels.get(ticket.channel)?.calls && !agent.phone)
    throw new HubError('conflict', 'The agent has no phone');
  const queue = ticket.queueId ? await readQueueSettings(parts.db.sql, ticket.queueId) : null;
  const seconds = queue?.offerSeconds ?? parts.config.offerSeconds;
  const outcome = await retryOnConflict(() =>
    transferToAgent(parts.db.sql, {
      ticketId,
      from: ticket.assigneeId,
      agentId,
      actorId: principal.agentId,
      seconds,
      reason,
      why: { code: 'transfer', agentName: agent.name },
    }),
  );
  if (outcome !== 'offered') throw refusals[outcome]();
}

async function toQueue(
  parts: Parts,
  { ticketId, principal }: Handing,
  ticket: TicketState,
  queueId: string,
  reason: string,
) {
  if (!(await readQueueSettings(parts.db.sql, queueId))) throw new HubError('unprocessable', 'There is no such queue');
  const moved = await retryOnConflict(() =>
    parts.db.transaction((tx) =>
      transferToQueue(tx, { ticketId, from: ticket.assigneeId, queueId, actorId: principal.agentId, reason }),
    ),
  );
  if (!moved)
    throw new HubError('conflict', 'It is in that queue already, somebody else has it by now, or it is settled');
}

function leaveNote(parts: Parts, { ticketId, principal, correlationId }: Handing, text: string) {
  return createReply(parts, {
    ticketId,
    author: { id: principal.agentId, name: principal.name },
    key: { caller: `transfer-${randomUUID()}` },
    input: { text, visibility: 'internal', attachments: [] },
    correlationId,
  });
}

/** A supervisor takes a ticket, whoever has it, with the caller who waits on the line. @throws HubError `conflict` */
export async function takeOver(parts: Parts, ticketId: string, supervisor: Principal, reason: string): Promise<void> {
  const ticket = await stateOf(parts, ticketId);
  await refuseWhileOnTheLine(parts.db.sql, ticketId);
  const { agentId, name } = supervisor;
  const taken = await withCaller(parts, ticketId, agentId, (tx) =>
    takeOverTicket(tx, {
      ticketId,
      from: ticket.assigneeId,
      agentId,
      reason: `Taken over by ${name}: ${reason}`,
    }),
  );
  if (!taken && (await stateOf(parts, ticketId)).assigneeId !== agentId)
    throw new HubError('conflict', 'Somebody else has the ticket by now, or it is closed');
  serve(parts, ticket.assigneeId);
  serve(parts, ticket.offerAgentId);
}

/** To whom it can be handed: those who are free first. */
export async function transferTargets(parts: Parts, ticketId: string, q: string): Promise<TransferTarget[]> {
  const ticket = await stateOf(parts, ticketId);
  return listTransferTargets(parts.db.sql, {
    ticketId,
    channel: ticket.channel,
    needsPhone: parts.channels.get(ticket.channel)?.calls !== undefined,
    q,
  });
}
