import { HubError, organisationQuery, type Organisation } from '@patchbay/contracts';
import { tellSettingChanged } from '@patchbay/store/queries/custom-fields';
import {
  deleteRelation,
  endMembership,
  insertOrganisation,
  insertRelation,
  listOrganisations,
  readOrganisation,
  setMembership,
  updateOrganisation,
} from '@patchbay/store/queries/organisations';
import { z } from 'zod';
import { readCustomerFile } from '../../customer-file/file.ts';
import type { Parts } from '../../parts.ts';
import { nameKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Organisations';
const byMember = byId.extend({ organisationId: z.uuid() });
const notThere = (what: string) => new HubError('not_found', `There is no such ${what}`);

async function organisationOf(parts: Parts, id: string): Promise<Organisation> {
  const found = await readOrganisation(parts.db.sql, id);
  if (!found) throw notThere('organisation');
  return found;
}

/** SQLSTATE 23505: another one has the name. */
function taken(error: unknown): never {
  if ((error as { code?: string }).code === '23505')
    throw new HubError('conflict', 'There is an organisation of this name', { cause: error });
  throw error;
}

export const organisationRoutes = [
  route({
    method: 'get',
    path: '/organisations',
    summary: 'Organisations by name',
    tag,
    access: 'agent',
    query: organisationQuery,
    answer: 'OrganisationPage',
    handle: async ({ parts, query }) =>
      pageOf(await listOrganisations(parts.db.sql, query.q?.trim(), sliceOf(nameKey, query))),
  }),
  route({
    method: 'post',
    path: '/organisations',
    summary: 'Add an organisation',
    tag,
    access: 'agent',
    body: 'OrganisationCreate',
    answer: 'Organisation',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const id = await parts.db.transaction(async (tx) => {
        const made = await insertOrganisation(tx, body);
        if (made !== null) await tellSettingChanged(tx, 'organisation', made, principal.agentId);
        return made;
      });
      if (id === null) throw new HubError('conflict', 'There is an organisation of this name');
      parts.relay.nudge();
      return organisationOf(parts, id);
    },
  }),
  route({
    method: 'put',
    path: '/organisations/:id',
    summary: 'Change an organisation',
    tag,
    access: 'agent',
    params: byId,
    body: 'OrganisationUpdate',
    answer: 'Organisation',
    async handle({ parts, principal, params, body }) {
      await parts.db
        .transaction(async (tx) => {
          if (!(await updateOrganisation(tx, params.id, body))) throw notThere('organisation');
          await tellSettingChanged(tx, 'organisation', params.id, principal.agentId);
        })
        .catch(taken);
      parts.relay.nudge();
      return organisationOf(parts, params.id);
    },
  }),
  route({
    method: 'put',
    path: '/customers/:id/organisations/:organisationId',
    summary: 'Say that a customer belongs to an organisation, and as what',
    tag,
    access: 'agent',
    params: byMember,
    body: 'MembershipUpdate',
    answer: 'CustomerFile',
    async handle({ parts, principal, params, body }) {
      await organisationOf(parts, params.organisationId);
      const done = await parts.db.transaction((tx) =>
        setMembership(tx, params.id, params.organisationId, body.role, principal.agentId),
      );
      if (!done) throw notThere('customer');
      parts.relay.nudge();
      return readCustomerFile(parts, principal, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/customers/:id/organisations/:organisationId',
    summary: 'Say that a customer no longer belongs to an organisation',
    tag,
    access: 'agent',
    params: byMember,
    async handle({ parts, principal, params }) {
      const done = await parts.db.transaction((tx) =>
        endMembership(tx, params.id, params.organisationId, principal.agentId),
      );
      if (!done) throw notThere('membership');
      parts.relay.nudge();
    },
  }),
  route({
    method: 'post',
    path: '/customers/:id/relations',
    summary: 'Say what a customer is to another one; saying it again changes nothing',
    tag,
    access: 'agent',
    params: byId,
    body: 'RelationCreate',
    answer: 'CustomerFile',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body }) {
      if (params.id === body.otherId) throw new HubError('invalid_input', 'otherId: this is the same customer');
      const id = await parts.db.transaction((tx) =>
        insertRelation(tx, { customerId: params.id, ...body }, principal.agentId),
      );
      if (id === null) throw notThere('customer');
      parts.relay.nudge();
      return readCustomerFile(parts, principal, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/customers/:id/relations/:relationId',
    summary: 'Take a relation away',
    tag,
    access: 'agent',
    params: byId.extend({ relationId: z.uuid() }),
    async handle({ parts, principal, params }) {
      const done = await parts.db.transaction((tx) =>
        deleteRelation(tx, params.id, params.relationId, principal.agentId),
      );
      if (!done) throw notThere('relation');
      parts.relay.nudge();
    },
  }),
];
