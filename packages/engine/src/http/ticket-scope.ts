import { HubError } from '@patchbay/contracts';
import { mayReadTicket as mayRead } from '@patchbay/store/queries/tickets';
import type { Principal } from '../auth/principal.ts';
import type { Parts } from '../parts.ts';

/** Whether somebody may read a ticket. The sockets ask the same question. */
export function mayReadTicket(parts: Pick<Parts, 'db'>, principal: Principal, ticketId: string): Promise<boolean> {
  return mayRead(parts.db.sql, principal, ticketId);
}

/** @throws HubError `not_found`, also for a ticket that exists: whoever may not read it is not told so */
export async function requireTicket(parts: Pick<Parts, 'db'>, principal: Principal, ticketId: string): Promise<void> {
  if (!(await mayReadTicket(parts, principal, ticketId))) throw new HubError('not_found', 'There is no such ticket');
}
