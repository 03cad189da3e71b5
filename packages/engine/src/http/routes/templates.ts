import { channelName, HubError, pageQuery } from '@patchbay/contracts';
import {
  databaseErrorCode,
  deleteTemplate,
  insertTemplate,
  listTemplates,
  readTemplate,
  updateTemplate,
} from '@patchbay/store';
import { nextId } from '@patchbay/store/queries/setting-changes';
import { z } from 'zod';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Templates';
const templateQuery = pageQuery.extend({
  channel: channelName.optional(),
  state: z.enum(['active', 'retired']).optional(),
});
const taken = () => new HubError('conflict', 'The channel has a template of this name and language');

const templateSetting = (key: string): Setting => ({ setting: 'template', key, read: (tx) => readTemplate(tx, key) });

/** A unique name that is taken (SQLSTATE 23505). */
function conflict(error: unknown): never {
  if (databaseErrorCode(error) === '23505') throw taken();
  throw error;
}

export const templateRoutes = [
  route({
    method: 'get',
    path: '/templates',
    summary: 'Texts that a provider has approved',
    tag,
    access: 'agent',
    query: templateQuery,
    answer: 'MessageTemplatePage',
    handle: async ({ parts, query }) => pageOf(await listTemplates(parts.db.sql, query, sliceOf(idKey, query))),
  }),
  route({
    method: 'post',
    path: '/templates',
    summary: 'Enter a template as the provider has approved it',
    tag,
    access: 'manager',
    body: 'TemplateCreate',
    answer: 'MessageTemplate',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      if (parts.channels.get(body.channel)?.capabilities.sessionWindowMs === undefined)
        throw new HubError('unprocessable', 'channel: it has no templates');
      const id = await nextId(parts.db.sql);
      const made = await changeSetting(call, templateSetting(id), (tx) => insertTemplate(tx, { ...body, id }));
      if (!made) throw taken();
      return made;
    },
  }),
  route({
    method: 'patch',
    path: '/templates/:id',
    summary: 'Correct a template, or take it out of use',
    tag,
    access: 'manager',
    params: byId,
    body: 'TemplateUpdate',
    answer: 'MessageTemplate',
    async handle(call) {
      const { id } = call.params;
      const update = changeSetting(call, templateSetting(id), (tx) => updateTemplate(tx, id, call.body));
      const changed = await update.catch(conflict);
      if (!changed) throw new HubError('not_found', 'There is no such template');
      return changed;
    },
  }),
  route({
    method: 'delete',
    path: '/templates/:id',
    summary: 'Remove a template; messages made from it stay',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, templateSetting(id), (tx) => deleteTemplate(tx, id))))
        throw new HubError('not_found', 'There is no such template');
    },
  }),
];
