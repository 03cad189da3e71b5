/** What an agent does with a call: take it, hold it, end it. The carrier's word comes back as a step (`call-steps.ts`). */
import { HubError } from '@patchbay/contracts';
import type { CallSituation } from '@patchbay/channels/channel';
import type { callCommand } from '@patchbay/contracts';
import type { z } from 'zod';
import { applyCallStep, lineEnd, toldMinutes } from '@patchbay/domain';
import {
  changeCall,
  claimDialling,
  hearWaiting,
  readCall,
  readTicketCall,
  releaseTicket,
  settleCallTicket,
} from '@patchbay/store';
import type { CallRow, Queryable } from '@patchbay/store';
import { readLine, readPlaces, type LineRow } from '@patchbay/store/queries/waiting';
import { readHours } from '../opening-hours.ts';
import type { Parts } from '../parts.ts';
import { controlOf } from './call-control.ts';
import { endLostCall, hangUpPlaced } from './outgoing-calls.ts';
import { placeOf } from './places.ts';
import { reasonOf } from './retry.ts';

/**
 * What the carrier's dialogue needs to know: the ticket's number, the caller's place, whether anybody is there. That it asks is noted: a caller
 * of whom nothing is heard is not on the line any more ({@link endStaleCall}).
 */
export async function callSituation(parts: Parts, callSid: string): Promise<CallSituation | null> {
  const call = await readCall(parts.db.sql, callSid);
  const hours = await readHours(parts.db);
  const open = (call ? hours.ofQueue(call.queueId) : hours.ofChannel('phone')).isOpen(parts.now());
  if (!call) return open ? null : { ticketNumber: null, place: null, state: 'waiting', open };
  await hearWaiting(parts.db.sql, call);
  const [row] = await readPlaces(parts.db.sql, [call.ticketId]);
  const known = { ticketNumber: call.ticketNumber, state: call.state, open };
  if (!row) {
    // An agent has taken the ticket: the caller waits on by the same rules while that agent's phone rings.
    const line = await readLine(parts.db.sql, call.ticketId);
    return { ...known, place: null, ...(line && lineOf(call, line)) };
  }
  const { place, expectedSeconds } = placeOf(row, parts.now());
  return {
    ...known,
    place: call.state === 'waiting' ? place : null,
    expectedMinutes: expectedSeconds === null ? null : toldMinutes(expectedSeconds),
    callBack: row.callBack,
    ...lineOf(call, row),
  };
}

function lineOf(
  { startedAt }: CallRow,
  { language, rings, movedAt }: LineRow,
): Pick<CallSituation, 'language' | 'lineEnd' | 'waitedBefore'> {
  const end = lineEnd(rings);
  const waitedBefore = movedAt ? Math.max(0, Math.floor((movedAt.getTime() - startedAt.getTime()) / 1000)) : 0;
  return { language, waitedBefore, ...(end && { lineEnd: end }) };
}

/**
 * An agent has taken the ticket of a caller who still waits: their phone is to be rung. Answers false when nobody waits on the line
 * (the ticket is to be called back). Part of the transaction that takes the ticket, so that neither happens without the other.
 */
export async function beginConnecting(tx: Queryable, ticketId: string, agentId: string): Promise<boolean> {
  const call = await readTicketCall(tx, ticketId, true);
  if (call?.state !== 'waiting') return false;
  await changeCall(tx, call, { state: 'connecting', step: 'taken', agentId, actorId: agentId });
  return true;
}

/** Handles the job `connect-call`. Only one of several rings; a refusal gives the caller back to the queue at the old place. */
export async function connectCall(
  parts: Parts,
  { ticketId, agentId }: { ticketId: string; agentId: string },
): Promise<void> {
  const call = await readTicketCall(parts.db.sql, ticketId);
  if (
    call?.state !== 'connecting' ||
    call.direction === 'out' ||
    !(await claimDialling(parts.db.sql, call.id, agentId))
  )
    return;
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
      if (now?.agentId === agentId)
        await changeCall(tx, now, { state: now.state, step: 'agent-dialled', agentCallSid });
    });
  } catch (error) {
    parts.log.error({ err: error, ticketId }, 'call not connected');
    await giveBack(parts, call.callSid, `The call could not be connected: ${reasonOf(error)}`);
  }
  parts.relay.nudge();
}

/** The caller waits again, at the old place; the agent who was to be rung has the ticket no longer. */
async function giveBack(parts: Parts, callSid: string, reason: string): Promise<void> {
  const queueId = await parts.db.transaction(async (tx) => {
    const call = await readCall(tx, callSid, true);
    if (call?.state !== 'connecting') return null;
    await changeCall(tx, call, { state: 'waiting', step: 'connect-failed' });
    const { ticketId, agentId, startedAt: since } = call;
    if (agentId) await releaseTicket(tx, { ticketId, agentId, actorId: null, since, reason });
    return call.queueId;
  });
  if (queueId) parts.jobs.add('assign-waiting', { queueId });
}

/**
 * A call has been in its state for longer than the state can last, or waits and is not heard of: the carrier's word was lost. Who was to be connected waits again; every
 * other call is over.
 */
export async function endStaleCall(parts: Parts, callSid: string): Promise<void> {
  const stale = await readCall(parts.db.sql, callSid);
  parts.log.warn({ ticketId: stale?.ticketId, state: stale?.state }, 'call without a word from the carrier ended');
  if (stale?.direction === 'out') return endLostCall(parts, callSid);
  if (stale?.state === 'connecting') return giveBack(parts, callSid, "The agent's phone could not be reached");
  await parts.db.transaction(async (tx) => {
    const call = await readCall(tx, callSid, true);
    if (!call || call.state !== stale?.state || (call.state === 'waiting' && !call.unheard)) return;
    const state = applyCallStep(call.state, 'ended');
    await changeCall(tx, call, { state, step: 'lost' });
    await settleCallTicket(tx, call, state === 'missed');
  });
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
  if (action === 'hang-up')
    return call.direction === 'out' ? hangUpPlaced(parts, call) : control.hangUp({ callSid: call.callSid });
  if (call.state !== (action === 'hold' ? 'talking' : 'held') || !call.conferenceSid)
    throw new HubError('conflict', `The call is ${call.state}`);
  const target = { callSid: call.customerCallSid ?? call.callSid, conferenceSid: call.conferenceSid };
  return action === 'hold' ? control.hold(target) : control.resume(target);
}
