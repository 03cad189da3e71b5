import { randomUUID } from 'node:crypto';
import { shortListQuery, type HttpSource } from '@patchbay/contracts';
import { listHttpSources, readHttpSource, updateHttpSource } from '@patchbay/store/queries/http-sources';
import { requireCallable } from '../../callable-address.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { noSuchSource, presentSource, recordedSource } from '../../sources.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'HTTP sources';

async function sourceOf(parts: Parts, id: string): Promise<HttpSource> {
  const row = await readHttpSource(parts.db.sql, id);
  if (!row) throw noSuchSource();
  return presentSource(row, parts.config.publicUrl);
}

/** @throws HubError `unprocessable` for a new address that answers would never be sent to; one that was entered before may stay */
function checkAddress({ config }: Parts, url: string | null, before: string | null = null): void {
  if (url !== null && url !== before) requireCallable('outboundUrl', url, config.outgoingPrivateAddresses);
}

const sourceSetting = (key: string): Setting => ({
  setting: 'http-source',
  key,
  read: (tx) => recordedSource(tx, key),
});

export const httpSourceRoutes = [
  route({
    method: 'get',
    path: '/http-sources',
    summary: 'Sources that speak the signed webhook pair, without their secrets',
    tag,
    access: 'admin',
    query: shortListQuery,
    answer: 'HttpSourcePage',
    async handle({ parts, query }) {
      const { items, next } = await listHttpSources(parts.db.sql, sliceOf(idKey, query));
      return pageOf({ items: items.map((row) => presentSource(row, parts.config.publicUrl)), next });
    },
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
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      checkAddress(parts, body.outboundUrl);
      const id = randomUUID();
      const secret = await changeSetting(call, sourceSetting(id), (tx) =>
        parts.sources.create(tx, id, { ...body, kind: 'app' }),
      );
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
    async handle(call) {
      const { parts, params, body } = call;
      checkAddress(parts, body.outboundUrl, (await sourceOf(parts, params.id)).outboundUrl);
      const done = await changeSetting(call, sourceSetting(params.id), (tx) => updateHttpSource(tx, params.id, body));
      if (!done) throw noSuchSource();
      parts.sources.forget(params.id);
      return sourceOf(parts, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/http-sources/:id/secret',
    summary: 'Give a source a new secret; the present one holds for 24 hours more, and up to five at once',
    tag,
    access: 'admin',
    params: byId,
    answer: 'HttpSourceWithSecret',
    creates: true,
    async handle(call) {
      const { parts, params } = call;
      const secret = await changeSetting(call, sourceSetting(params.id), (tx) => parts.sources.rotate(tx, params.id));
      parts.sources.forget(params.id);
      return { ...(await sourceOf(parts, params.id)), secret };
    },
  }),
];
