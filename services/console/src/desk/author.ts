import type { Message, Ticket } from '@patchbay/contracts';

/**
 * Who wrote a message: the name that came with it, or the customer's. Somebody else who writes on the ticket is shown by
 * address, so that nobody is taken for the customer; a chat has only its visitor. Null when nobody wrote it but the hub.
 */
export function authorOf(
  message: Pick<Message, 'authorName' | 'channel' | 'customerId' | 'direction' | 'from' | 'kind'>,
  ticket: Pick<Ticket, 'customerId' | 'customerName'>,
): string | null {
  if (message.authorName) return message.authorName;
  if (message.direction === 'out') return null;
  const isCustomer = message.kind === 'customer' && [null, ticket.customerId].includes(message.customerId);
  return ((isCustomer || message.channel === 'chat') && ticket.customerName) || message.from || null;
}
