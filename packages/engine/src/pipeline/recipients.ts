/** Whom an answer on a ticket goes to and who it is from, before anybody has written it. */
import { HubError, type MessageCreate, type ReplyRecipients } from '@patchbay/contracts';
import { chooseIdentity, hiddenSign, normaliseEmail, replyRecipients } from '@patchbay/domain';
import { readTicketState } from '@patchbay/store';
import { readComposeContext, readPartyAddresses, type ComposeContext } from '@patchbay/store/queries/composing';
import type { Parts } from '../parts.ts';
import { wholeAddresses } from '../privacy/door.ts';
import { masked } from '../privacy/masking.ts';
import { answerChannel } from './answer-channel.ts';

/** @throws HubError `not_found`, `unprocessable` on a channel that carries no copies */
export async function recipientsFor(parts: Parts, ticketId: string): Promise<ReplyRecipients> {
  const ticket = await readTicketState(parts.db.sql, ticketId);
  const context = ticket && (await readComposeContext(parts.db.sql, ticketId, {}));
  if (!ticket || !context) throw new HubError('not_found', 'There is no such ticket');
  const channel = await answerChannel(parts, ticket);
  if (!channel?.capabilities.copies)
    throw new HubError('unprocessable', 'This channel has one recipient, no copies and no sender of your choice');
  const choice = chooseIdentity(context.identities, context, null);
  const identity = choice?.identity ?? null;
  return {
    ...replyRecipients(context.answered, context.contactAddress, isOursFor(parts, context)),
    identity: {
      id: identity?.id ?? null,
      address: identity?.address ?? choice?.mailbox ?? parts.config.mailFrom,
      name: identity?.name ?? parts.config.centreName,
      signatureText: identity?.signatureText ?? '',
      signatureHtml: identity?.signatureHtml ?? null,
      reason: choice?.reason ?? '',
    },
  };
}

/**
 * A message as it was handed in by somebody to whom addresses were shown hidden, with these addresses whole: of those that an answer goes
 * to now, else of the ticket's other parties, for the answer may have been begun before somebody else wrote.
 */
export async function withWholeAddresses(parts: Parts, ticketId: string, input: MessageCreate): Promise<MessageCreate> {
  const lists = { to: input.to, cc: input.cc, bcc: input.bcc };
  if (!Object.values(lists).some((list) => list?.some((address) => address.includes(hiddenSign)))) return input;
  const { reply, replyAll, doubtfulReplyTo } = await recipientsFor(parts, ticketId);
  const known = [...reply.to, ...reply.cc, ...replyAll.to, ...replyAll.cc, ...doubtfulReplyTo];
  const looks = new Set(known.map((address) => masked('email', address)));
  const parties = await readPartyAddresses(parts.db.sql, ticketId);
  const others = parties.filter((address) => !looks.has(masked('email', address)));
  const whole = Object.entries(lists).flatMap(([name, list]) =>
    list === undefined ? [] : [[name, wholeAddresses(list, [...known, ...others])] as const],
  );
  return { ...input, ...Object.fromEntries(whole) };
}

/** What is addressed to a domain of ours comes back to this hub; so does what an account of ours fetched. */
function isOursFor(parts: Parts, context: ComposeContext): (address: string) => boolean {
  const own = new Set([
    normaliseEmail(parts.config.mailFrom),
    ...context.addresses,
    ...context.identities.map(({ address }) => address),
    ...(context.answered?.ours ?? []),
  ]);
  const domains = new Set(parts.config.mailDomains.map((domain) => domain.toLowerCase()));
  return (address) => own.has(address) || domains.has(address.slice(address.lastIndexOf('@') + 1));
}
