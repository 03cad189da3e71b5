/** What an agent does with a call: take it, hold it, end it. The carrier's word comes back as a step (`call-steps.ts`). */
import { HubError } from '@patchbay/contracts';
import type { CallControl, CallSituation } from '@patchbay/channels/channel';
import type { callCommand } from '@patchbay/contracts';
import type { z } from 'zod';
import { isOpen } from '@patchbay/domain';
import { changeCall, readCall, readTicketCall, releaseTicket } from '@patchbay/store';
import type { CallRow } from '@patchbay/store';
import type { Parts } from '../parts.ts';
import { isRetryable, reasonOf } from './retry.ts';

function controlOf(parts: Parts, call: CallRow): CallControl {
  const control = parts.channels.get(call.channel)?.calls;
  if (!control) throw new HubError('unprocessable', 'The channel of this call cannot be controlled');
  return control;
}

/** What the carrier's dialogue needs to know: the ticket's number, the caller's place, whether anybody is there. */
export async function callSituation(parts: Parts, callSid: string): Promise<CallSituation | null> {
  const call = await readCall(parts.db.sql, callSid);
  const open = isOpen(parts.now(), parts.openingHours);
  if (!call) return open ? null : { ticketNumber: null, place: null, state: 'waiting', open };
  return {
    ticketNumber: call.ticketNumber,
    place: call.state === 'waiting' ? call.ahead + 1 : null,
    state: call.state,
    open,
  };
}

/**
 * An agent has taken the ticket of a caller who still waits: their phone is to be rung. Answers false when nobody waits on the line
 * (the ticket is to be called back). Only one agent's phone can be rung for a call, since only a waiting call moves to `connecting`.
 */
export async function beginConnecting(parts: Parts, ticketId: string, agentId: string): Promise<boolean> {
  return parts.db.transaction(async (tx) => {
    const call = await readTicketCall(tx, ticketId, true);
    if (call?.state !== 'waiting') return false;
    await changeCall(tx, call, { state: 'connecting', step: 'taken', agentId, actorId: agentId });
    return true;
  });
}

/** Handles the job `connect-call`. A refusal gives the caller back to the queue at the old place. */
export async function connectCall(
  parts: Parts,
  { ticketId, agentId }: { ticketId: string; agentId: string },
): Promise<void> {
  const call = await readTicketCall(parts.db.sql, ticketId);
  if (call?.state !== 'connecting' || call.agentId !== agentId || call.agentCallSid !== null) return;
  try {
    const agent = await parts.db.prisma.agent.findUnique({ where: { id: agentId } });
    if (!agent?.phone) throw new HubError('unprocessable', 'The agent has no phone number');
    const { agentCallSid } = await controlOf(parts, call).connect({
      callSid: call.callSid,
      agentPhone: agent.phone,
      callerNumber: call.caller,
      ticketNumber: call.ticketNumber,
    });
    await parts.db.transaction(async (tx) => {
      const now = await readCall(tx, call.callSid, true);
      if (now) await changeCall(tx, now, { state: now.state, step: 'agent-dialled', agentCallSid });
    });
  } catch (error) {
    parts.log.error({ err: error, ticketId, retryable: isRetryable(error) }, 'call not connected');
    await giveBack(parts, call, agentId, reasonOf(error));
  }
  parts.relay.nudge();
}

async function giveBack(parts: Parts, call: CallRow, agentId: string, reason: string): Promise<void> {
  await parts.db.transaction(async (tx) => {
    const now = await readCall(tx, call.callSid, true);
    if (now?.state !== 'connecting') return;
    await changeCall(tx, now, { state: 'waiting', step: 'connect-failed' });
    await releaseTicket(tx, {
      ticketId: call.ticketId,
      agentId,
      actorId: null,
      since: call.startedAt,
      reason: `The call could not be connected: ${reason}`,
    });
  });
  if (call.queueId) parts.jobs.add('assign-waiting', { queueId: call.queueId });
}

/** @throws HubError `conflict` when the call is not in a state that allows it, `forbidden` when it is another agent's. */
export async function commandCall(
  parts: Parts,
  ticketId: string,
  agentId: string,
  action: z.infer<typeof callCommand>['action'],
): Promise<void> {
  const call = await readTicketCall(parts.db.sql, ticketId);
  if (!call) throw new HubError('not_found', 'The ticket has no call');
  if (call.agentId !== agentId) throw new HubError('forbidden', 'Only the agent on the line controls the call');
  const control = controlOf(parts, call);
  if (action === 'hang-up') return control.hangUp({ callSid: call.callSid });
  if (call.state !== (action === 'hold' ? 'talking' : 'held') || !call.conferenceSid)
    throw new HubError('conflict', `The call is ${call.state}`);
  const target = { callSid: call.callSid, conferenceSid: call.conferenceSid };
  return action === 'hold' ? control.hold(target) : control.resume(target);
}
