/** What rules do, by the functions that agents' doings go through as well. */
import { mostTags, type ActionOutcome, type AutomationAction } from '@patchbay/contracts';
import { giveUpMs } from '@patchbay/domain';
import {
  changeTicketStatus,
  hasRoom,
  isOnTheLine,
  moveTicket,
  offerTicket,
  setTicketPriority,
  takeTicket,
} from '@patchbay/store';
import { changeTags } from '@patchbay/store/queries/tags';
import { readTicket } from '@patchbay/store/queries/tickets';
import { queueDelivery } from '@patchbay/store/queries/webhooks-out';
import { changeRequest } from '../pipeline/ticket-request.ts';
import { type Acting, Refusal } from './acting.ts';
import { reply, writeNote } from './writing.ts';

type Result = Extract<ActionOutcome['result'], 'done' | 'unchanged'>;
type Of<N extends AutomationAction['do']> = Extract<AutomationAction, { do: N }>;

const changed = (yes: boolean): Result => (yes ? 'done' : 'unchanged');

/** @throws Refusal when it may not or cannot be done, HubError likewise */
export function act(acting: Acting, action: AutomationAction): Promise<Result> {
  switch (action.do) {
    case 'tag':
      return tag(acting, action.tags, []);
    case 'untag':
      return tag(acting, [], action.tags);
    case 'set-priority':
      return setPriority(acting, action);
    case 'move':
      return move(acting, action);
    case 'set-status':
      return setStatus(acting, action);
    case 'assign':
      return assign(acting, action);
    case 'set-field':
      return setField(acting, action);
    case 'note':
      return writeNote(acting, action.text);
    case 'reply':
      return reply(acting, action);
    case 'webhook':
      return webhook(acting, action);
  }
}

async function tag({ tx, ticket, reason }: Acting, add: string[], remove: string[]): Promise<Result> {
  const outcome = await changeTags(tx, { ticketId: ticket.id, add, remove, most: mostTags, actorId: null, reason });
  if (outcome === 'too-many' || outcome === 'no-ticket')
    throw new Refusal(outcome === 'too-many' ? 'too-many-tags' : outcome);
  return changed(outcome === 'done');
}

async function setPriority({ tx, ticket, reason }: Acting, { priority }: Of<'set-priority'>): Promise<Result> {
  return changed(await setTicketPriority(tx, { ticketId: ticket.id, priority, actorId: null, reason }));
}

async function move({ parts, tx, ticket, reason }: Acting, { queueId }: Of<'move'>): Promise<Result> {
  if (ticket.queueId === queueId) return 'unchanged';
  if (ticket.status === 'resolved' || ticket.status === 'closed') throw new Refusal('ticket-settled');
  const { rowCount } = await tx.query('select 1 from queue where id = $1', [queueId]);
  if (rowCount === 0) throw new Refusal('no-queue');
  if (await isOnTheLine(tx, ticket.id)) throw new Refusal('on-the-line');
  const moved = await moveTicket(tx, { ticketId: ticket.id, queueId, actorId: null, reason });
  if (moved) parts.jobs.add('assign-waiting', { queueId });
  if (moved && ticket.assigneeId) parts.jobs.add('serve-agent', { agentId: ticket.assigneeId });
  return changed(moved);
}

async function setStatus({ parts, tx, ticket, reason }: Acting, { status }: Of<'set-status'>): Promise<Result> {
  if (ticket.status === status) return 'unchanged';
  if (ticket.status === 'closed') throw new Refusal('ticket-closed');
  if (status !== 'open' && (await isOnTheLine(tx, ticket.id))) throw new Refusal('on-the-line');
  await changeRequest(parts, ticket.id, null, { status });
  const change = { ticketId: ticket.id, from: ticket.status, to: status, actorId: null, reason };
  if (!(await changeTicketStatus(tx, change))) throw new Refusal('changed-meanwhile');
  if (ticket.queueId) parts.jobs.add('assign-waiting', { queueId: ticket.queueId });
  if (ticket.assigneeId) parts.jobs.add('serve-agent', { agentId: ticket.assigneeId });
  return 'done';
}

async function assign({ parts, tx, ticket, reason }: Acting, { agentId, how }: Of<'assign'>): Promise<Result> {
  if (ticket.assigneeId === agentId || ticket.offerAgentId === agentId) return 'unchanged';
  if (ticket.assigneeId !== null) throw new Refusal('somebody-has-it');
  if (how === 'offer') {
    const offer = { ticketId: ticket.id, agentId, seconds: parts.config.offerSeconds, reason };
    if (await offerTicket(tx, { ...offer, why: { code: 'rule' } })) return 'done';
    throw new Refusal('agent-not-free');
  }
  // Who takes a call has to be rung, and may not be there.
  if (parts.channels.get(ticket.channel)?.calls) throw new Refusal('calls-are-offered');
  const room = await hasRoom(tx, agentId, ticket.channel);
  if (room === null) throw new Refusal('no-agent');
  if (!room) throw new Refusal('agent-full');
  if (await takeTicket(tx, ticket.id, agentId, true, reason)) return 'done';
  throw new Refusal(ticket.status === 'closed' ? 'ticket-closed' : 'offered-to-somebody');
}

async function setField({ parts, tx, ticket }: Acting, { field, value }: Of<'set-field'>): Promise<Result> {
  const found = await readTicket(tx, ticket.id);
  if (!found) throw new Refusal('no-ticket');
  if (found.fields[field] === value) return 'unchanged';
  await changeRequest(parts, ticket.id, null, { fields: { ...found.fields, [field]: value } });
  return 'done';
}

async function webhook({ parts, tx, run }: Acting, { endpointId }: Of<'webhook'>): Promise<Result> {
  const id = await queueDelivery(
    tx,
    {
      endpointId,
      eventSeq: run.eventSeq,
      eventType: run.eventType,
      ticketId: run.ticketId,
      cause: `rule:${run.ruleId}`,
    },
    giveUpMs,
  );
  if (id === null) throw new Refusal('endpoint-off');
  parts.jobs.add('deliver-webhooks', { endpointId });
  return 'done';
}
