import { HubError, type HttpSource } from '@patchbay/contracts';
import { listHttpSources, readHttpSource } from '@patchbay/store/queries/http-sources';
import type { Parts } from '../../parts.ts';
import { presentSource } from '../../sources.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'HTTP sources';

async function sourceOf(parts: Parts, id: string): Promise<HttpSource> {
  const row = await readHttpSource(parts.db.sql, id);
  if (!row) throw notThere();
  return presentSource(row, parts.config.publicUrl);
}

const notThere = () => new HubError('not_found', 'There is no such source of an app');

export const httpSourceRoutes = [
  route({
    method: 'get',
    path: '/http-sources',
    summary: 'Sources that speak the signed webhook pair, without their secrets',
    tag,
    access: 'admin',
    answer: 'HttpSourcePage',
    handle: async ({ parts }) => ({
      items: (await listHttpSources(parts.db.sql)).map((row) => presentSource(row, parts.config.publicUrl)),
      nextCursor: null,
    }),
  }),
  route({
    method: 'post',
    path: '/http-sources',
    summary: 'Add a source; the answer holds its secret, which is not shown again',
    tag,
    access: 'admin',
    body: 'HttpSourceCreate',
    answer: 'HttpSourceWithSecret',
    status: 201,
    async handle({ parts, body }) {
      const { id, secret } = await parts.sources.create(parts.db.sql, { ...body, kind: 'app' });
      return { ...(await sourceOf(parts, id)), secret };
    },
  }),
  route({
    method: 'put',
    path: '/http-sources/:id',
    summary: 'Change a source, or switch it off',
    tag,
    access: 'admin',
    params: byId,
    body: 'HttpSourceUpdate',
    answer: 'HttpSource',
    async handle({ parts, params, body }) {
      if (!(await parts.sources.update(params.id, body))) throw notThere();
      return sourceOf(parts, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/http-sources/:id/secret',
    summary: 'Give a source a new secret; the old one holds for 24 hours more',
    tag,
    access: 'admin',
    params: byId,
    answer: 'HttpSourceWithSecret',
    async handle({ parts, params }) {
      const secret = await parts.sources.rotate(params.id);
      if (secret === null) throw notThere();
      return { ...(await sourceOf(parts, params.id)), secret };
    },
  }),
];
