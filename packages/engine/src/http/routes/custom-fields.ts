import { fieldProblems, fieldScope, HubError, type CustomField } from '@patchbay/contracts';
import {
  deleteCustomField,
  insertCustomField,
  listCustomFields,
  readCustomField,
  recheckAllFiles,
  tellSettingChanged,
  updateCustomField,
} from '@patchbay/store/queries/custom-fields';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Custom fields';
const notThere = () => new HubError('not_found', 'There is no such field');

async function fieldOf(parts: Parts, id: string): Promise<CustomField> {
  const field = await readCustomField(parts.db.sql, id);
  if (!field) throw notThere();
  return field;
}

export const customFieldRoutes = [
  route({
    method: 'get',
    path: '/custom-fields',
    summary: "Fields of customers' files and of tickets",
    tag,
    access: 'agent',
    query: z.object({ scope: fieldScope.optional() }),
    answer: 'CustomFieldPage',
    handle: async ({ parts, query }) => ({
      items: await listCustomFields(parts.db.sql, query.scope),
      nextCursor: null,
    }),
  }),
  route({
    method: 'post',
    path: '/custom-fields',
    summary: 'Add a field',
    tag,
    access: 'manager',
    body: 'CustomFieldCreate',
    answer: 'CustomField',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      if (body.scope === 'customer' && body.key === 'displayName')
        throw new HubError('conflict', 'displayName is the name of the customer itself');
      const id = await parts.db.transaction(async (tx) => {
        const made = await insertCustomField(tx, body);
        if (made === null) return null;
        await tellSettingChanged(tx, 'custom-field', `${body.scope}.${body.key}`, principal.agentId);
        if (body.scope === 'customer') await recheckAllFiles(tx);
        return made;
      });
      if (id === null) throw new HubError('conflict', 'There is a field with this key, or as many as there can be');
      parts.relay.nudge();
      return fieldOf(parts, id);
    },
  }),
  route({
    method: 'put',
    path: '/custom-fields/:id',
    summary: 'Change a field; its key and type stay, and so do the values that it has',
    tag,
    access: 'manager',
    params: byId,
    body: 'CustomFieldUpdate',
    answer: 'CustomField',
    async handle({ parts, principal, params, body }) {
      const field = await fieldOf(parts, params.id);
      const [problem] = fieldProblems({ ...body, type: field.type });
      if (problem)
        throw new HubError('invalid_input', `${problem.path.join('.')}: ${problem.message}`, {
          issues: [{ path: problem.path.join('.'), message: problem.message }],
        });
      await parts.db.transaction(async (tx) => {
        if (!(await updateCustomField(tx, params.id, body))) throw notThere();
        await tellSettingChanged(tx, 'custom-field', `${field.scope}.${field.key}`, principal.agentId);
        if (field.scope === 'customer') await recheckAllFiles(tx);
      });
      parts.relay.nudge();
      return fieldOf(parts, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/custom-fields/:id',
    summary: 'Take a field away; the values that it had stay in the history',
    tag,
    access: 'manager',
    params: byId,
    async handle({ parts, principal, params }) {
      const field = await fieldOf(parts, params.id);
      if (field.standard) throw new HubError('conflict', 'The hub itself knows this field; it can only be left empty');
      await parts.db.transaction(async (tx) => {
        if (!(await deleteCustomField(tx, params.id))) throw notThere();
        await tellSettingChanged(tx, 'custom-field', `${field.scope}.${field.key}`, principal.agentId);
        if (field.scope === 'customer') await recheckAllFiles(tx);
      });
      parts.relay.nudge();
    },
  }),
];
