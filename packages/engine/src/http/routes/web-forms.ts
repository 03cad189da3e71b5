import { HubError, requestKey, type WebForm } from '@patchbay/contracts';
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

export const webFormRoutes = [
  route({
    method: 'get',
    path: '/web-forms',
    summary: 'Public forms',
    tag,
    access: 'manager',
    answer: 'WebFormPage',
    handle: async ({ parts }) => ({
      items: (await listWebForms(parts.db.sql)).map((row) => presentForm(parts, row)),
      nextCursor: null,
    }),
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
    async handle({ parts, body }) {
      const { slug, ...content } = body;
      await parts.db.transaction(async (tx) => {
        const { id } = await createFormSource(parts, tx, content.titleEn);
        if (!(await insertWebForm(tx, slug, id, content)))
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
    async handle({ parts, params, body }) {
      if (!(await updateWebForm(parts.db.sql, params.slug, body)))
        throw new HubError('not_found', 'There is no such form');
      return formOf(parts, params.slug);
    },
  }),
];
