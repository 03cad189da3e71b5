/** What rules write: notes, and replies to customers. A reply is a message that nobody typed, and is held to what that is held to. */
import type { Channel } from '@patchbay/channels/channel';
import type { AutomationAction } from '@patchbay/contracts';
import { correlationOfRun, fillPlaces } from '@patchbay/domain';
import { insertTemplateUse } from '@patchbay/store';
import { takeReply, writeAutomatic } from '@patchbay/store/queries/automation-runs';
import { readTicket } from '@patchbay/store/queries/tickets';
import { answerChannel } from '../pipeline/answer-channel.ts';
import { chosenTemplate, refuseBeyondWindow } from '../pipeline/messaging.ts';
import { type Acting, Refusal } from './acting.ts';

/** Automatic messages to one customer within an hour, whatever wrote them: a loop of machines ends here at the latest. */
const mostToCustomer = 5;

type ReplyAction = Extract<AutomationAction, { do: 'reply' }>;

export async function writeNote(acting: Acting, text: string): Promise<'done' | 'unchanged'> {
  return write(acting, { visibility: 'internal', text: await filled(acting, text), channel: undefined });
}

/** @throws Refusal when the customer is not to be written to automatically */
export async function reply(acting: Acting, action: ReplyAction): Promise<'done' | 'unchanged'> {
  const { parts, tx, run, ticket } = acting;
  const channel = await answerChannel(parts, ticket);
  if (!channel?.capabilities.text) throw new Refusal('channel-without-text');
  const { text, use } = await wordsOf(acting, channel, action);
  const { textLength } = channel.capabilities;
  if (textLength !== undefined && text.length > textLength) throw new Refusal('text-too-long');
  const written = await write(acting, { visibility: 'public', text, channel, use });
  // After what may refuse it, so that a refusal is no answer.
  if (written === 'done' && !(await takeReply(tx, run.ruleId, ticket.id)) && !action.again)
    throw new Refusal('answered-before');
  return written;
}

async function wordsOf(acting: Acting, channel: Channel, { text, template }: ReplyAction) {
  if (template) return chosenTemplate(acting.parts, channel, template);
  await refuseBeyondWindow(acting.parts, channel, acting.ticket.id);
  return { text: await filled(acting, text ?? ''), use: undefined };
}

async function filled({ parts, tx, ticket }: Acting, text: string): Promise<string> {
  const found = await readTicket(tx, ticket.id);
  return fillPlaces(text, {
    'ticket.number': String(ticket.number),
    'ticket.subject': found?.subject ?? '',
    'customer.name': found?.customerName ?? '',
    'centre.name': parts.config.centreName,
  });
}

interface Written {
  readonly visibility: 'public' | 'internal';
  readonly text: string;
  /** By which it leaves; undefined: it does not. */
  readonly channel: Channel | undefined;
  readonly use?: Parameters<typeof insertTemplateUse>[2] | undefined;
}

async function write({ parts, tx, run, ticket, place }: Acting, message: Written): Promise<'done' | 'unchanged'> {
  const { use, channel, ...words } = message;
  const { outcome, messageId, outboundId } = await writeAutomatic(tx, {
    ...words,
    sender: channel?.sender ?? null,
    ticketId: ticket.id,
    key: `automation:${run.id}:${place}`,
    senderName: run.definition.name,
    correlationId: correlationOfRun(run.id),
    mostToCustomer,
  });
  if (outcome === 'repeated') return 'unchanged';
  if (outcome !== 'created') throw new Refusal(outcome === 'closed' ? 'ticket-closed' : outcome);
  if (use && messageId) await insertTemplateUse(tx, messageId, use);
  if (outboundId) parts.jobs.add('send-outbound', { outboundId, round: 0, channel: channel?.name });
  return 'done';
}
