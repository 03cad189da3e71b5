import { HubError, pageQuery, type Customer, type customerCreate } from '@patchbay/contracts';
import {
  insertCustomer,
  listCustomers,
  readCustomer,
  suggestCustomers,
  type NewCustomer,
} from '@patchbay/store/queries/customers';
import { recordAudit } from '@patchbay/store/queries/audit';
import { z } from 'zod';
import { normalIdentifier } from '../../identity/normal-identifier.ts';
import type { Parts } from '../../parts.ts';
import { maySearchParts, presentCustomer, presentCustomers, presentSuggestions } from '../../privacy/masking.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Customers';
const customerQuery = pageQuery.extend({ q: z.string().max(200).optional() });

/** @throws HubError `not_found` */
export async function customerOf(parts: Parts, id: string): Promise<Customer> {
  const customer = await readCustomer(parts.db.sql, id);
  if (!customer) throw new HubError('not_found', 'There is no such customer');
  return customer;
}

/** Identifiers in normal form. An agent who enters them vouches for them, so they are verified. */
function identifiersOf(
  given: z.infer<typeof customerCreate>['identifiers'],
  region: string,
): NewCustomer['identifiers'] {
  return given.map(({ kind, value }) => ({ kind, ...normalIdentifier(kind, value, region), grade: 'verified' }));
}

/** Without blanks around it. @throws HubError `invalid_input` when it is nothing else */
function filled(field: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed === '')
    throw new HubError('invalid_input', `${field}: nothing but blanks`, {
      issues: [{ path: field, message: 'Nothing but blanks' }],
    });
  return trimmed;
}

export const customerRoutes = [
  route({
    method: 'get',
    path: '/customers',
    summary: 'Customers, newest first; by part of a name or an identifier',
    tag,
    access: 'agent',
    query: customerQuery,
    answer: 'CustomerPage',
    async handle({ parts, principal, query }) {
      const parted = await maySearchParts(parts.db.sql, principal);
      const found = await listCustomers(parts.db.sql, query.q?.trim(), sliceOf(idKey, query), parted);
      return pageOf({ ...found, items: await presentCustomers(parts.db.sql, principal, found.items) });
    },
  }),
  route({
    method: 'post',
    path: '/customers',
    summary: 'Enter a customer whose identifiers an agent has checked',
    tag,
    access: 'agent',
    body: 'CustomerCreate',
    answer: 'Customer',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const customer = {
        displayName: filled('displayName', body.displayName),
        identifiers: identifiersOf(body.identifiers, parts.config.defaultRegion),
      };
      const made = await parts.db.transaction((tx) =>
        insertCustomer(tx, customer, `Entered by ${principal.name}`, principal.agentId),
      );
      if (made.outcome === 'taken')
        throw new HubError('conflict', `The ${made.kind} ${made.value} is proved to be customer ${made.customerId}`);
      parts.relay.nudge();
      return presentCustomer(parts.db.sql, principal, await customerOf(parts, made.customerId));
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id',
    summary: 'One customer with all identifiers',
    tag,
    access: 'agent',
    params: byId,
    answer: 'Customer',
    async handle({ parts, principal, params, correlationId }) {
      const customer = await customerOf(parts, params.id);
      const { agentId: actorId } = principal;
      await recordAudit(parts.db.sql, { action: 'customer.read', actorId, customerId: customer.id, correlationId });
      return presentCustomer(parts.db.sql, principal, customer);
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/suggestions',
    summary: 'Customers who may be the same person',
    tag,
    access: 'agent',
    params: byId,
    answer: 'CustomerSuggestionPage',
    async handle({ parts, principal, params }) {
      await customerOf(parts, params.id);
      const found = await suggestCustomers(parts.db.sql, params.id);
      return { items: await presentSuggestions(parts.db.sql, principal, found), nextCursor: null };
    },
  }),
];
