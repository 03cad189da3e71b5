import { HubError, type VisitorSite } from '@patchbay/contracts';
import { insertSite, listSites, readSite, retireSiteKey, updateSite } from '@patchbay/store/queries/visitor-sites';
import { z } from 'zod';
import { addSiteKey } from '../../identity/site-tokens.ts';
import type { Parts } from '../../parts.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Visitor sites';

async function siteOf(parts: Parts, id: string): Promise<VisitorSite> {
  const site = await readSite(parts.db.sql, id);
  if (!site) throw notThere();
  return site;
}

const notThere = () => new HubError('not_found', 'There is no such site, or it has no such key');

export const visitorSiteRoutes = [
  route({
    method: 'get',
    path: '/visitor-sites',
    summary: 'Websites that vouch for their visitors by signed tokens, with their keys but not the secrets',
    tag,
    access: 'admin',
    answer: 'VisitorSitePage',
    handle: async ({ parts }) => ({ items: await listSites(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/visitor-sites',
    summary: 'Add a website; its tokens name it by their audience',
    tag,
    access: 'admin',
    body: 'VisitorSiteCreate',
    answer: 'VisitorSite',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const id = await insertSite(parts.db.sql, principal.agentId, body);
      if (id === null) throw new HubError('conflict', 'Another site has this audience');
      parts.relay.nudge();
      return siteOf(parts, id);
    },
  }),
  route({
    method: 'put',
    path: '/visitor-sites/:id',
    summary: 'Rename a website, or stop believing it',
    tag,
    access: 'admin',
    params: byId,
    body: 'VisitorSiteUpdate',
    answer: 'VisitorSite',
    async handle({ parts, principal, params, body }) {
      if (!(await updateSite(parts.db.sql, principal.agentId, params.id, body))) throw notThere();
      parts.relay.nudge();
      return siteOf(parts, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/visitor-sites/:id/keys',
    summary: 'Give a website a new key; those before it hold for as long as is said. A secret is told once',
    tag,
    access: 'admin',
    params: byId,
    body: 'VisitorSiteKeyCreate',
    answer: 'VisitorSiteKeyCreated',
    status: 201,
    async handle({ parts, principal, params, body }) {
      await siteOf(parts, params.id);
      const { algorithm, publicKey, overlapHours } = body;
      const { id, secret } = await addSiteKey(parts, principal.agentId, {
        siteId: params.id,
        algorithm,
        publicKey,
        overlapHours,
      });
      parts.relay.nudge();
      const key = (await siteOf(parts, params.id)).keys.find((one) => one.id === id);
      if (!key) throw notThere();
      return { ...key, secret };
    },
  }),
  route({
    method: 'delete',
    path: '/visitor-sites/:id/keys/:keyId',
    summary: 'End a key at once',
    tag,
    access: 'admin',
    params: byId.extend({ keyId: z.uuid() }),
    async handle({ parts, principal, params }) {
      if (!(await retireSiteKey(parts.db.sql, principal.agentId, params.id, params.keyId))) throw notThere();
      parts.relay.nudge();
    },
  }),
];
