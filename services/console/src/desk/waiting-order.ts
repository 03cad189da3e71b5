import type { Ticket } from '@patchbay/contracts';

type Waiting = Pick<Ticket, 'priority' | 'waitingSince' | 'createdAt'>;

/** Most urgent first, then who waits longest: the order in which the tickets ought to be taken. */
export function waitingOrder(a: Waiting, b: Waiting): number {
  const since = (ticket: Waiting): number => Date.parse(ticket.waitingSince ?? ticket.createdAt);
  return b.priority - a.priority || since(a) - since(b);
}
