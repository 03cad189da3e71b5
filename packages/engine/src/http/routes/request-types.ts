import { HubError, requestKey, shortListQuery, type RequestType } from '@patchbay/contracts';
import {
  deleteRequestType,
  insertRequestType,
  listRequestTypes,
  readRequestType,
  updateRequestType,
} from '@patchbay/store/queries/request-types';
import { formsOfOnly } from '@patchbay/store/queries/web-forms';
import { z } from 'zod';
import { unknownReference } from '../../auth/agents.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { pageOf, placeKey, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Request types';
const byKey = z.object({ key: requestKey });

const notThere = () => new HubError('not_found', 'There is no such request type');

async function typeOf(parts: Parts, key: string): Promise<RequestType> {
  const type = await readRequestType(parts.db.sql, key);
  if (!type) throw notThere();
  return type;
}

const typeSetting = (key: string): Setting => ({
  setting: 'request-type',
  key,
  read: (tx) => readRequestType(tx, key),
});

export const requestTypeRoutes = [
  route({
    method: 'get',
    path: '/request-types',
    summary: 'What can be asked for, with the fields of each type',
    tag,
    access: 'agent',
    query: shortListQuery,
    answer: 'RequestTypePage',
    handle: async ({ parts, query }) => pageOf(await listRequestTypes(parts.db.sql, sliceOf(placeKey, query))),
  }),
  route({
    method: 'post',
    path: '/request-types',
    summary: 'Add a request type',
    tag,
    access: 'manager',
    body: 'RequestTypeCreate',
    answer: 'RequestType',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      const insert = changeSetting(call, typeSetting(body.key), (tx) => insertRequestType(tx, body));
      if (!(await insert.catch(unknownReference)))
        throw new HubError('conflict', 'There is a request type with this key');
      return typeOf(parts, body.key);
    },
  }),
  route({
    method: 'put',
    path: '/request-types/:key',
    summary: 'Change a request type; tickets keep the values that they have',
    tag,
    access: 'manager',
    params: byKey,
    body: 'RequestTypeUpdate',
    answer: 'RequestType',
    async handle(call) {
      const { parts, params, body } = call;
      const type = { ...body, key: params.key };
      const update = changeSetting(call, typeSetting(params.key), (tx) => updateRequestType(tx, type));
      if (!(await update.catch(unknownReference))) throw notThere();
      return typeOf(parts, params.key);
    },
  }),
  route({
    method: 'delete',
    path: '/request-types/:key',
    summary: 'Take a request type away; tickets and forms keep its key',
    tag,
    access: 'manager',
    params: byKey,
    async handle(call) {
      const { key } = call.params;
      const done = await changeSetting(call, typeSetting(key), async (tx) => {
        const forms = await formsOfOnly(tx, key);
        if (forms[0] !== undefined)
          throw new HubError('conflict', `The form ${forms.join(', ')} would have no type left; change it first`);
        return deleteRequestType(tx, key);
      });
      if (!done) throw notThere();
    },
  }),
];
