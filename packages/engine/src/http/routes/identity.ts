/** Identifiers with what proves them, one-time codes, shared identifiers, and the ledger of merges and splits. */
import { HubError, pageQuery, type CustomerIdentifier, type IdentityCode, type MergeEntry } from '@patchbay/contracts';
import {
  addIdentifier,
  listHolders,
  listIdentifiers,
  readIdentifier,
  setIdentifierShared,
  type IdentifierRow,
} from '@patchbay/store/queries/identifiers';
import { listOpenCodes, readCode } from '@patchbay/store/queries/identity-codes';
import { listMerges, readMergeUndo } from '@patchbay/store/queries/merges';
import { mayReadBothCustomers, mayReadBothMerged, mayReadCustomer } from '@patchbay/store/queries/tickets';
import { identifierKind } from '@patchbay/contracts';
import { z } from 'zod';
import type { Principal } from '../../auth/index.ts';
import { confirmCode, sendCode } from '../../identity/codes.ts';
import { normalIdentifier } from '../../identity/normal-identifier.ts';
import { merge, mergeEntry, prove, split, undo } from '../../identity/merging.ts';
import type { Parts } from '../../parts.ts';
import { presentCustomers, presentIdentifiers, presentNamed } from '../../privacy/masking.ts';
import { countKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { customerOf } from './customers.ts';
import { byId } from './tickets.ts';

const tag = 'Identity';
const byIdentifier = byId.extend({ identifierId: z.uuid() });

/** Who works for a customer may change what is known of them, and so may managers. */
async function requireCustomer(parts: Parts, principal: Principal, id: string): Promise<void> {
  await customerOf(parts, id);
  if (!(await mayReadCustomer(parts.db.sql, principal, id)))
    throw new HubError('forbidden', 'Only for managers, and for agents who may read a ticket of the customer');
}

/** A merge shows one customer's tickets with the other's: for those who work for both, and for managers. */
export function requireBoth(mayReadBoth: boolean): void {
  if (!mayReadBoth)
    throw new HubError('forbidden', 'Only for managers, and for agents who may read a ticket of each of the two');
}

async function identifierOf(parts: Parts, customerId: string, id: string): Promise<IdentifierRow> {
  const found = await readIdentifier(parts.db.sql, customerId, id);
  if (!found) throw new HubError('not_found', 'The customer has no such identifier');
  return found;
}

async function identifiersOf(
  parts: Parts,
  principal: Principal,
  customerId: string,
): Promise<{ items: CustomerIdentifier[]; nextCursor: null }> {
  const { sql } = parts.db;
  const found = await presentIdentifiers(sql, principal, customerId, await listIdentifiers(sql, customerId));
  const items = found.map((one) => (one.masked ? { ...one, extension: null, organisation: null } : one));
  return { items, nextCursor: null };
}

/** Both are called by name, or by an address who gave none. */
async function presentMerges(
  parts: Parts,
  principal: Principal,
  entries: readonly MergeEntry[],
): Promise<MergeEntry[]> {
  const half = await presentNamed(parts.db.sql, principal, 'customerName', entries);
  return presentNamed(parts.db.sql, principal, 'otherName', half);
}

async function presentMerge(parts: Parts, principal: Principal, entry: MergeEntry): Promise<MergeEntry> {
  return (await presentMerges(parts, principal, [entry]))[0] ?? entry;
}

async function presentCodes(
  parts: Parts,
  principal: Principal,
  customerId: string,
  codes: readonly IdentityCode[],
): Promise<IdentityCode[]> {
  const found = await presentIdentifiers(parts.db.sql, principal, customerId, codes);
  return found.map(({ masked: _masked, ...code }) => code);
}

const identifierRoutes = [
  route({
    method: 'get',
    path: '/customers/:id/identifiers',
    summary: "The customer's identifiers with what proved or said each of them",
    tag,
    access: 'agent',
    params: byId,
    answer: 'CustomerIdentifierPage',
    async handle({ parts, principal, params }) {
      await customerOf(parts, params.id);
      return identifiersOf(parts, principal, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/identifiers',
    summary: 'Write down what a customer says they are reached by: a claim until it is proved',
    tag,
    access: 'agent',
    params: byId,
    body: 'IdentifierCreate',
    answer: 'CustomerIdentifierPage',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body }) {
      await requireCustomer(parts, principal, params.id);
      const { defaultRegion } = parts.config;
      await parts.db.transaction((tx) =>
        addIdentifier(tx, {
          customerId: params.id,
          kind: body.kind,
          ...normalIdentifier(body.kind, body.value, defaultRegion),
          agentId: principal.agentId,
        }),
      );
      parts.relay.nudge();
      return identifiersOf(parts, principal, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/identifiers/:identifierId/check',
    summary: 'An agent has checked that it is the customer’s; who proved it too is merged or suggested',
    tag,
    access: 'agent',
    params: byIdentifier,
    body: 'IdentifierCheck',
    answer: 'ProofOutcome',
    async handle({ parts, principal, params, body }) {
      await requireCustomer(parts, principal, params.id);
      const { kind, value, channel } = await identifierOf(parts, params.id, params.identifierId);
      const holders = await listHolders(parts.db.sql, kind, value);
      const others = holders.filter(({ id }) => id !== params.id);
      const reach = others.map(({ id }) => mayReadBothCustomers(parts.db.sql, principal, params.id, id));
      return prove(parts, {
        customerId: params.id,
        kind,
        value,
        source: 'agent',
        channel,
        agentId: principal.agentId,
        reason: body.reason,
        reference: null,
        mayMerge: (await Promise.all(reach)).every(Boolean),
      });
    },
  }),
  route({
    method: 'put',
    path: '/customers/:id/identifiers/:identifierId/shared',
    summary: 'Several people use it, so it joins nobody; or take that back',
    tag,
    access: 'agent',
    params: byIdentifier,
    body: 'IdentifierShare',
    answer: 'CustomerIdentifierPage',
    async handle({ parts, principal, params, body }) {
      await requireCustomer(parts, principal, params.id);
      const { kind, value } = await identifierOf(parts, params.id, params.identifierId);
      const { shared, reason, organisation, keepCustomerId } = body;
      await setIdentifierShared(parts.db.sql, {
        kind,
        value,
        shared,
        reason,
        organisation: organisation ?? null,
        keepCustomerId: keepCustomerId ?? null,
        agentId: principal.agentId,
      });
      parts.relay.nudge();
      return identifiersOf(parts, principal, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/identifiers/:identifierId/split',
    summary:
      'Give an identifier, with the contacts that came by it, to another or a new customer; can be undone as a merge is',
    tag,
    access: 'agent',
    params: byIdentifier,
    body: 'IdentifierSplit',
    answer: 'Merge',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body }) {
      await requireCustomer(parts, principal, params.id);
      const { toCustomerId = null, displayName = null, reason } = body;
      if (toCustomerId !== null) {
        await customerOf(parts, toCustomerId);
        requireBoth(await mayReadBothCustomers(parts.db.sql, principal, params.id, toCustomerId));
      }
      const entry = await split(parts, {
        customerId: params.id,
        identifierId: params.identifierId,
        toCustomerId,
        displayName,
        agentId: principal.agentId,
        reason,
      });
      return presentMerge(parts, principal, entry);
    },
  }),
  route({
    method: 'get',
    path: '/identifiers/holders',
    summary: 'Customers who name an identifier: the choice that a shared one offers',
    tag,
    access: 'agent',
    query: z.object({ kind: identifierKind, value: z.string().min(1).max(320) }),
    answer: 'CustomerPage',
    handle: async ({ parts, principal, query }) => ({
      items: await presentCustomers(parts.db.sql, principal, await listHolders(parts.db.sql, query.kind, query.value)),
      nextCursor: null,
    }),
  }),
];

const codeRoutes = [
  route({
    method: 'get',
    path: '/customers/:id/codes',
    summary: 'One-time codes that still hold, without the codes',
    tag,
    access: 'agent',
    params: byId,
    answer: 'IdentityCodePage',
    async handle({ parts, principal, params }) {
      await requireCustomer(parts, principal, params.id);
      return {
        items: await presentCodes(
          parts,
          principal,
          params.id,
          await listOpenCodes(parts.db.sql, params.id, parts.now()),
        ),
        nextCursor: null,
      };
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/identifiers/:identifierId/code',
    summary: 'Send a one-time code to the address; typed back in the chat or told to the agent it proves it',
    tag,
    access: 'agent',
    params: byIdentifier,
    body: 'CodeRequest',
    answer: 'IdentityCode',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body, correlationId }) {
      await requireCustomer(parts, principal, params.id);
      await requireTicket(parts, principal, body.ticketId);
      const identifier = await identifierOf(parts, params.id, params.identifierId);
      const code = await sendCode(parts, {
        customerId: params.id,
        ticketId: body.ticketId,
        identifier,
        agentId: principal.agentId,
        correlationId,
      });
      return (await presentCodes(parts, principal, params.id, [code]))[0] ?? code;
    },
  }),
  route({
    method: 'post',
    path: '/codes/:id/confirm',
    summary: 'The customer told the code; five wrong ones end it',
    tag,
    access: 'agent',
    params: byId,
    body: 'CodeConfirm',
    answer: 'CodeAnswer',
    async handle({ parts, principal, params, body }) {
      const code = await readCode(parts.db.sql, params.id);
      if (!code) throw new HubError('not_found', 'There is no such code');
      await requireCustomer(parts, principal, code.customerId);
      const { result, proof } = await confirmCode(parts, params.id, body.code, principal.agentId);
      if (result === 'unknown') throw new HubError('not_found', 'There is no such code');
      return { result, proof };
    },
  }),
];

const ledgerRoutes = [
  route({
    method: 'get',
    path: '/customers/:id/merges',
    summary: 'Merges and splits that the customer took part in, newest first',
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'MergePage',
    async handle({ parts, principal, params, query }) {
      await customerOf(parts, params.id);
      const found = await listMerges(parts.db.sql, params.id, sliceOf(countKey, query));
      return pageOf({ ...found, items: await presentMerges(parts, principal, found.items) });
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/merge',
    summary: 'Join another customer to this one',
    tag,
    access: 'agent',
    params: byId,
    body: 'MergeRequest',
    answer: 'Merge',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body }) {
      await Promise.all([customerOf(parts, params.id), customerOf(parts, body.otherId)]);
      requireBoth(await mayReadBothCustomers(parts.db.sql, principal, params.id, body.otherId));
      return presentMerge(parts, principal, await merge(parts, params.id, body.otherId, principal.agentId));
    },
  }),
  route({
    method: 'get',
    path: '/merges/:id',
    summary: 'A merge or split: what it moved, what undoing it would do with what came since, or did',
    tag,
    access: 'agent',
    params: byId,
    answer: 'MergeUndo',
    async handle({ parts, principal, params }) {
      const entry = await mergeEntry(parts, params.id);
      requireBoth(await mayReadBothMerged(parts.db.sql, principal, params.id));
      return {
        entry: await presentMerge(parts, principal, entry),
        ...(await readMergeUndo(parts.db.sql, params.id)),
      };
    },
  }),
  route({
    method: 'post',
    path: '/merges/:id/undo',
    summary:
      'Put back exactly what a merge or split moved, with what came since by the identifiers that go back; undoing twice is undoing once',
    tag,
    access: 'agent',
    params: byId,
    answer: 'Merge',
    async handle({ parts, principal, params }) {
      await mergeEntry(parts, params.id);
      requireBoth(await mayReadBothMerged(parts.db.sql, principal, params.id));
      return presentMerge(parts, principal, await undo(parts, params.id, principal.agentId));
    },
  }),
];

export const identityRoutes = [...identifierRoutes, ...codeRoutes, ...ledgerRoutes];
