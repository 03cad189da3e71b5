import { HubError, requestKey, type RequestType } from '@patchbay/contracts';
import {
  deleteRequestType,
  insertRequestType,
  listRequestTypes,
  readRequestType,
  updateRequestType,
} from '@patchbay/store/queries/request-types';
import { z } from 'zod';
import { unknownQueue } from '../../auth/agents.ts';
import type { Parts } from '../../parts.ts';
import { route } from '../route.ts';

const tag = 'Request types';
const byKey = z.object({ key: requestKey });

const notThere = () => new HubError('not_found', 'There is no such request type');

async function typeOf(parts: Parts, key: string): Promise<RequestType> {
  const type = await readRequestType(parts.db.sql, key);
  if (!type) throw notThere();
  return type;
}

export const requestTypeRoutes = [
  route({
    method: 'get',
    path: '/request-types',
    summary: 'What can be asked for, with the fields of each type',
    tag,
    access: 'agent',
    answer: 'RequestTypePage',
    handle: async ({ parts }) => ({ items: await listRequestTypes(parts.db.sql), nextCursor: null }),
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
    async handle({ parts, body }) {
      if (!(await insertRequestType(parts.db.sql, body).catch(unknownQueue)))
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
    async handle({ parts, params, body }) {
      if (!(await updateRequestType(parts.db.sql, { ...body, key: params.key }).catch(unknownQueue))) throw notThere();
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
    async handle({ parts, params }) {
      if (!(await deleteRequestType(parts.db.sql, params.key))) throw notThere();
    },
  }),
];
