/** Looking at a hidden value: it is written down who did and why, and only then answered. */
import { HubError, type Customer, type Revealed } from '@patchbay/contracts';
import { readHeldValues } from '@patchbay/store/queries/sensitive-values';
import { openValue, textOf } from '../customer-file/sensitive.ts';
import type { Principal } from '../auth/principal.ts';
import { readTicket } from '@patchbay/store/queries/tickets';
import { mayReadTicket } from '../http/ticket-scope.ts';
import type { Parts } from '../parts.ts';
import { openFields } from '../pipeline/sensitive-request.ts';
import { tellOfCustomer } from './events.ts';

/** So long a screen may show it. Milliseconds. */
const shownMs = 60_000;

export interface Reveal {
  readonly principal: Principal;
  readonly customer: Customer;
  readonly field: string;
  readonly reason: string;
  readonly correlationId: string;
}

/** @throws HubError `not_found` when the customer has no such value */
export async function revealField(
  parts: Pick<Parts, 'db' | 'relay' | 'now' | 'vault'>,
  { principal, customer, field, reason, correlationId }: Reveal,
): Promise<Revealed> {
  const found =
    valueOf(customer, field) ??
    (await fieldOf(parts, customer.id, field)) ??
    (await ticketFieldOf(parts, principal, customer.id, field));
  if (!found) throw new HubError('not_found', 'The customer has no such value');
  await parts.db.transaction((tx) =>
    tellOfCustomer(
      tx,
      principal,
      { type: 'customer.revealed', customerId: customer.id, correlationId },
      { field: found.name, reason },
    ),
  );
  parts.relay.nudge();
  return { value: found.value, until: new Date(parts.now().getTime() + shownMs).toISOString() };
}

async function fieldOf(
  { db, vault }: Pick<Parts, 'db' | 'vault'>,
  customerId: string,
  field: string,
): Promise<{ name: string; value: string } | null> {
  const key = /^field:(.+)$/.exec(field)?.[1];
  if (key === undefined) return null;
  const [held] = await readHeldValues(db.sql, [customerId], [key]);
  if (!held || held.value === null) return null;
  return { name: field, value: textOf(openValue(vault, held.id, held.value)) };
}

async function ticketFieldOf(
  parts: Pick<Parts, 'db' | 'vault'>,
  principal: Principal,
  customerId: string,
  field: string,
): Promise<{ name: string; value: string } | null> {
  const [, ticketId, key] = /^ticket:([^:]+):(.+)$/.exec(field) ?? [];
  if (ticketId === undefined || key === undefined || !(await mayReadTicket(parts, principal, ticketId))) return null;
  const ticket = await readTicket(parts.db.sql, ticketId);
  if (ticket?.customerId !== customerId || !Object.hasOwn(ticket.fields, key)) return null;
  return { name: field, value: textOf(openFields(parts.vault, ticket.fields)[key]) };
}

/** The name under which it is written down says what was looked at, not what it is. */
function valueOf(customer: Customer, field: string): { name: string; value: string } | null {
  const one = customer.identifiers.find(({ id }) => field === `identifier:${id}`);
  return one ? { name: one.kind, value: one.value } : null;
}
