import { fieldProblems, fieldScope, HubError, type CustomField } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import {
  deleteCustomField,
  insertCustomField,
  listCustomFields,
  readCustomField,
  readCustomFieldOf,
  recheckAllFiles,
  updateCustomField,
} from '@patchbay/store/queries/custom-fields';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { changeSetting, type ChangingCall } from '../../setting-changes.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Custom fields';
const notThere = () => new HubError('not_found', 'There is no such field');

async function fieldOf(parts: Parts, id: string): Promise<CustomField> {
  const field = await readCustomField(parts.db.sql, id);
  if (!field) throw notThere();
  return field;
}

/** Tells of the change, and has every file looked at again where the field is one of theirs. */
const changeField = <T>(
  call: ChangingCall,
  { scope, key }: Pick<CustomField, 'scope' | 'key'>,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> =>
  changeSetting(
    call,
    { setting: 'custom-field', key: `${scope}.${key}`, read: (tx) => readCustomFieldOf(tx, scope, key) },
    async (tx) => {
      const done = await work(tx);
      if (scope === 'customer') await recheckAllFiles(tx);
      return done;
    },
  );

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
    async handle(call) {
      const { parts, body } = call;
      if (body.scope === 'customer' && body.key === 'displayName')
        throw new HubError('conflict', 'displayName is the name of the customer itself');
      const id = await changeField(call, body, async (tx) => {
        const made = await insertCustomField(tx, body);
        if (made === null) throw new HubError('conflict', 'There is a field with this key, or as many as there can be');
        return made;
      });
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
    async handle(call) {
      const { parts, params, body } = call;
      const field = await fieldOf(parts, params.id);
      const [problem] = fieldProblems({ ...body, type: field.type });
      if (problem)
        throw new HubError('invalid_input', `${problem.path.join('.')}: ${problem.message}`, {
          issues: [{ path: problem.path.join('.'), message: problem.message }],
        });
      await changeField(call, field, async (tx) => {
        if (!(await updateCustomField(tx, params.id, body))) throw notThere();
      });
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
    async handle(call) {
      const { id } = call.params;
      const field = await fieldOf(call.parts, id);
      if (field.standard) throw new HubError('conflict', 'The hub itself knows this field; it can only be left empty');
      await changeField(call, field, async (tx) => {
        if (!(await deleteCustomField(tx, id))) throw notThere();
      });
    },
  }),
];
