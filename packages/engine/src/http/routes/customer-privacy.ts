import { HubError, type Customer } from '@patchbay/contracts';
import { mergedCustomers } from '@patchbay/store/privacy/erase';
import { recordAudit } from '@patchbay/store/queries/audit';
import { previewErasure } from '@patchbay/store/privacy/preview';
import { insertConsentRecord, listConsentRecords } from '@patchbay/store/queries/consent-records';
import { readCustomer } from '@patchbay/store/queries/customers';
import { listLegalHolds, placeLegalHold, releaseLegalHolds } from '@patchbay/store/queries/legal-holds';
import { insertPrivacyRequest, readPrivacyRequest } from '@patchbay/store/queries/privacy-requests';
import { worksForCustomers } from '@patchbay/store/queries/tickets';
import { hasRole, type Principal } from '../../auth/index.ts';
import type { Parts } from '../../parts.ts';
import { tellOfCustomer } from '../../privacy/events.ts';
import { revealField } from '../../privacy/reveal.ts';
import { readPrivacySettings } from '../../privacy/settings.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Privacy';

/** @throws HubError `not_found`; `conflict` for one that was merged or erased: what is asked for is asked of the person */
async function personOf(parts: Parts, id: string): Promise<Customer> {
  const customer = await readCustomer(parts.db.sql, id);
  if (!customer) throw new HubError('not_found', 'There is no such customer');
  if (customer.mergedInto !== null)
    throw new HubError('conflict', `The customer was merged into ${customer.mergedInto}; ask there`);
  return customer;
}

async function requireWork(parts: Parts, principal: Principal, customerId: string): Promise<void> {
  if (
    !(await worksForCustomers(parts.db.sql, principal, [customerId])).has(customerId) &&
    !hasRole(principal, 'manager')
  )
    throw new HubError('forbidden', 'Only for managers, and for agents who may read a ticket of this customer');
}

export const customerPrivacyRoutes = [
  route({
    method: 'post',
    path: '/customers/:id/privacy-requests',
    summary: 'Ask for an export of everything about a person, or for its erasure',
    tag,
    access: 'manager',
    params: byId,
    body: 'PrivacyRequestCreate',
    answer: 'PrivacyRequest',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body, correlationId }) {
      const customer = await personOf(parts, params.id);
      const { erasure } = await readPrivacySettings(parts.db.sql);
      const needsConfirmation = body.kind === 'erasure' && (erasure.fourEyes || !hasRole(principal, 'admin'));
      const id = await parts.db.transaction(async (tx) => {
        const asked = await insertPrivacyRequest(tx, {
          ...body,
          customerId: customer.id,
          state: needsConfirmation ? 'asked' : 'waiting',
          askedBy: principal.agentId,
          waitDays: body.kind === 'erasure' ? erasure.waitDays : 0,
        });
        const told = { type: `customer.${body.kind}-asked`, customerId: customer.id, correlationId } as const;
        if (asked.made) await tellOfCustomer(tx, principal, told, { requestId: asked.id, reason: body.reason });
        return asked.id;
      });
      parts.relay.nudge();
      if (!needsConfirmation) parts.jobs.add('run-privacy', { privacyRequestId: id }, { once: true });
      const request = await readPrivacyRequest(parts.db.sql, id);
      if (!request) throw new HubError('internal', 'The request was written and is not there');
      return request;
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/erasure-preview',
    summary: 'What an erasure would remove',
    tag,
    access: 'manager',
    params: byId,
    answer: 'ErasurePreview',
    async handle({ parts, params }) {
      const customer = await personOf(parts, params.id);
      return previewErasure(parts.db.sql, await mergedCustomers(parts.db.sql, customer.id));
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/legal-holds',
    summary: 'Holds on removing anything of the customer, newest first',
    tag,
    access: 'manager',
    params: byId,
    answer: 'LegalHoldPage',
    async handle({ parts, params }) {
      const customer = await personOf(parts, params.id);
      const items = await listLegalHolds(parts.db.sql, await mergedCustomers(parts.db.sql, customer.id));
      return { items, nextCursor: null };
    },
  }),
  route({
    method: 'put',
    path: '/customers/:id/legal-hold',
    summary: 'Keep everything of the customer until the hold is released',
    tag,
    access: 'manager',
    params: byId,
    body: 'LegalHoldChange',
    async handle({ parts, principal, params, body, correlationId }) {
      const customer = await personOf(parts, params.id);
      await parts.db.transaction(async (tx) => {
        const holdId = await placeLegalHold(tx, customer.id, body.reason, principal.agentId);
        if (holdId === null) throw new HubError('conflict', 'There is a hold already');
        const told = { type: 'customer.hold-placed', customerId: customer.id, correlationId } as const;
        await tellOfCustomer(tx, principal, told, { holdId, reason: body.reason });
      });
      parts.relay.nudge();
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/legal-hold/release',
    summary: 'Release a hold',
    tag,
    access: 'admin',
    params: byId,
    body: 'LegalHoldChange',
    async handle({ parts, principal, params, body, correlationId }) {
      const customer = await personOf(parts, params.id);
      const customerIds = await mergedCustomers(parts.db.sql, customer.id);
      await parts.db.transaction(async (tx) => {
        for (const holdId of await releaseLegalHolds(tx, customerIds, body.reason, principal.agentId)) {
          const told = { type: 'customer.hold-released', customerId: customer.id, correlationId } as const;
          await tellOfCustomer(tx, principal, told, { holdId, reason: body.reason });
        }
      });
      parts.relay.nudge();
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/reveal',
    summary: 'Look at a hidden value; who did, and why, is written down first',
    tag,
    access: 'agent',
    params: byId,
    body: 'RevealRequest',
    answer: 'Revealed',
    reveals: true,
    async handle({ parts, principal, params, body, correlationId }) {
      const customer = await personOf(parts, params.id);
      await requireWork(parts, principal, customer.id).catch(async (error: unknown) => {
        const { agentId: actorId } = principal;
        const detail = { field: body.field.replace(/^identifier:.*/, 'identifier'), reason: body.reason };
        await recordAudit(parts.db.sql, {
          action: 'customer.reveal-refused',
          actorId,
          customerId: customer.id,
          correlationId,
          detail,
        });
        throw error;
      });
      return revealField(parts, { principal, customer, correlationId, ...body });
    },
  }),
  route({
    method: 'get',
    path: '/customers/:id/consents',
    summary: 'What the person agreed to besides being texted: every change, newest first',
    tag: 'Consent',
    access: 'agent',
    params: byId,
    answer: 'ConsentRecordPage',
    async handle({ parts, params }) {
      const customer = await personOf(parts, params.id);
      return { items: await listConsentRecords(parts.db.sql, customer.id), nextCursor: null };
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/consents',
    summary: 'Write down what the person agreed to, or took back',
    tag: 'Consent',
    access: 'agent',
    params: byId,
    body: 'ConsentRecordCreate',
    answer: 'ConsentRecordPage',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body, correlationId }) {
      const customer = await personOf(parts, params.id);
      await requireWork(parts, principal, customer.id);
      await parts.db.transaction((tx) =>
        insertConsentRecord(tx, customer.id, body, { agentId: principal.agentId, correlationId }),
      );
      parts.relay.nudge();
      return { items: await listConsentRecords(parts.db.sql, customer.id), nextCursor: null };
    },
  }),
];
