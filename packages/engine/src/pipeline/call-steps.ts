/** What the carrier says about a call that is a ticket already. Steps come in any order, and more than once. */
import { applyCallStep } from '@patchbay/domain';
import { HubError } from '@patchbay/contracts';
import type { CallState, CallStep, InboundContact, StoredFile } from '@patchbay/contracts';
import {
  beginWrapUp,
  changeCall,
  ingestApply,
  readCall,
  readTicketState,
  releaseTicket,
  settleCallTicket,
  settleInbox,
} from '@patchbay/store';
import type { CallRow, Ingested, InboxRow, Queryable } from '@patchbay/store';
import { askCallBack } from '@patchbay/store/queries/waiting';
import type { Parts } from '../parts.ts';
import { follow, tellPlaced } from './outgoing-calls.ts';

/** Carries a step out; answers the message it left, if it left one (a voicemail). */
export async function ingestCallStep(
  parts: Parts,
  row: InboxRow,
  contact: InboundContact,
  fetched: StoredFile[],
): Promise<Ingested | null> {
  const { done, queueId, agentId, placed } = await parts.db.transaction(async (tx) => {
    const call = await readCall(tx, contact.call?.callSid ?? '', true);
    // The step overtook the call itself: it is tried again after the ticket is there.
    if (!call) throw new HubError('unavailable', 'The call that this step belongs to is not known yet');
    if (call.direction === 'out') {
      const moved = contact.call && (await tellPlaced(tx, call, contact.call, row.correlationId));
      await settleInbox(tx, row.id, call.ticketId);
      return { done: null, queueId: null, agentId: null, placed: moved };
    }
    await moveCall(tx, call, contact, row.correlationId);
    if (contact.call?.step === 'recording')
      return { done: await voicemail(tx, call, row, contact, fetched), queueId: null, agentId: null, placed: null };
    await settleInbox(tx, row.id, call.ticketId);
    return { done: null, queueId: call.queueId, agentId: call.assigneeId, placed: null };
  });
  if (placed) follow(parts, placed);
  if (queueId) parts.jobs.add('assign-waiting', { queueId });
  if (agentId) parts.jobs.add('serve-agent', { agentId });
  return done;
}

async function moveCall(tx: Queryable, call: CallRow, contact: InboundContact, correlationId: string): Promise<void> {
  const step = contact.call;
  if (!step || isOfAnotherLeg(call, step)) return;
  const state = applyCallStep(call.state, step.step);
  await changeCall(tx, call, {
    state,
    step: step.step,
    durationSeconds: step.durationSeconds ?? null,
    conferenceSid: step.conferenceSid ?? null,
    agentCallSid: step.agentCallSid ?? null,
    correlationId,
  });
  if (step.step === 'call-back' && call.caller.startsWith('+'))
    await askCallBack(tx, { ticketId: call.ticketId, phone: call.caller, email: null, source: 'voice' });
  if (isOver(state) && state !== call.state) {
    // Before the ticket is free, so that nothing comes between the call and the time for what it leaves to do.
    if (call.assigneeId && call.state !== 'voicemail') await beginWrapUp(tx, call.ticketId, call.assigneeId);
    await settleCallTicket(tx, call, state === 'missed');
  }
  if (state === 'voicemail' && call.state !== 'voicemail') await backToQueue(tx, call, 'Voicemail answered the call');
  if (step.step === 'agent-no-answer' && call.state === 'connecting')
    await backToQueue(tx, call, "The agent's phone was not answered");
}

/** What an agent's phone did after the call was given back, or taken by another agent, says nothing about the call any more. */
function isOfAnotherLeg(call: CallRow, step: CallStep): boolean {
  if (!step.step.startsWith('agent-')) return false;
  const differs =
    call.agentCallSid !== null && step.agentCallSid !== undefined && step.agentCallSid !== call.agentCallSid;
  return call.agentId === null || differs;
}

function isOver(state: CallState): boolean {
  return state === 'ended' || state === 'missed';
}

async function backToQueue(tx: Queryable, call: CallRow, reason: string): Promise<void> {
  if (call.assigneeId)
    await releaseTicket(tx, {
      ticketId: call.ticketId,
      agentId: call.assigneeId,
      actorId: null,
      since: call.startedAt,
      reason,
    });
}

/** The recording becomes a message of the call's ticket, whatever else its customer has open. */
async function voicemail(
  tx: Queryable,
  call: CallRow,
  row: InboxRow,
  contact: InboundContact,
  fetched: StoredFile[],
): Promise<Ingested> {
  const ticket = await readTicketState(tx, call.ticketId);
  if (!ticket) throw new HubError('unprocessable', 'The ticket of the call is gone');
  return ingestApply(tx, row.id, contact, {
    customerId: call.customerId,
    displayName: contact.from,
    customerReason: '',
    ticketId: ticket.id,
    seenStatus: ticket.status,
    reopen: ticket.status !== 'open',
    requeue: false,
    subject: '',
    queueId: ticket.queueId,
    priority: 0,
    linkedTicketId: null,
    reason: 'Recording of the call',
    parties: [],
    attachments: [...contact.attachments, ...fetched],
    acknowledgement: null,
  });
}
