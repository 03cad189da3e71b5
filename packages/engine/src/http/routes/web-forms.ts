import { HubError, requestKey, shortListQuery, type WebForm } from '@patchbay/contracts';
import { readRequestTypes } from '@patchbay/store/queries/request-types';
import {
  insertWebForm,
  listWebForms,
  readWebForm,
  updateWebForm,
  type WebFormRow,
} from '@patchbay/store/queries/web-forms';
import { z } from 'zod';
import type { Parts } from '../../parts.ts';
import { createFormSource } from '../../seed-intake.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { pageOf, sliceOf, wordKey } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Web forms';
const bySlug = z.object({ slug: requestKey });

const presentForm = (parts: Parts, row: WebFormRow): WebForm => ({
  ...row,
  url: `${parts.config.publicUrl}/forms/${row.slug}`,
});

async function formOf(parts: Parts, slug: string): Promise<WebForm> {
  const row = await readWebForm(parts.db.sql, slug);
  if (!row) throw new HubError('not_found', 'There is no such form');
  return presentForm(parts, row);
}

const formSetting = (key: string): Setting => ({ setting: 'web-form', key, read: (tx) => readWebForm(tx, key) });

/** Types that are gone are left out of a form; without any of them it could not be sent. */
async function demandType(parts: Parts, keys: readonly string[]): Promise<void> {
  if ((await readRequestTypes(parts.db.sql, keys)).length > 0) return;
  throw new HubError('unprocessable', 'requestTypes: there is none of these', {
    issues: [{ path: 'requestTypes', message: 'there is none of these' }],
  });
}

export const webFormRoutes = [
  route({
    method: 'get',
    path: '/web-forms',
    summary: 'Public forms',
    tag,
    access: 'manager',
    query: shortListQuery,
    answer: 'WebFormPage',
    async handle({ parts, query }) {
      const { items, next } = await listWebForms(parts.db.sql, sliceOf(wordKey, query));
      return pageOf({ items: items.map((row) => presentForm(parts, row)), next });
    },
  }),
  route({
    method: 'post',
    path: '/web-forms',
    summary: 'Add a form, with a source of its own',
    tag,
    access: 'admin',
    body: 'WebFormCreate',
    answer: 'WebForm',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      const { slug, ...content } = body;
      await demandType(parts, content.requestTypes);
      await changeSetting(call, formSetting(slug), async (tx) => {
        const sourceId = await createFormSource(parts, tx, content.titleEn);
        if (!(await insertWebForm(tx, slug, sourceId, content)))
          throw new HubError('conflict', 'There is a form with this address');
      });
      return formOf(parts, slug);
    },
  }),
  route({
    method: 'put',
    path: '/web-forms/:slug',
    summary: 'Change a form, or switch it off',
    tag,
    access: 'admin',
    params: bySlug,
    body: 'WebFormUpdate',
    answer: 'WebForm',
    async handle(call) {
      const { parts, params, body } = call;
      await demandType(parts, body.requestTypes);
      const done = await changeSetting(call, formSetting(params.slug), (tx) => updateWebForm(tx, params.slug, body));
      if (!done) throw new HubError('not_found', 'There is no such form');
      return formOf(parts, params.slug);
    },
  }),
];
