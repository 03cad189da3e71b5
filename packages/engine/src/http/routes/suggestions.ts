import { HubError, suggestionQuery } from '@patchbay/contracts';
import { countSuggestions, listSuggestions, readSuggestion } from '@patchbay/store/queries/suggestions';
import { mayReadBothCustomers } from '@patchbay/store/queries/tickets';
import { z } from 'zod';
import type { Principal } from '../../auth/index.ts';
import { hasRole } from '../../auth/principal.ts';
import { acceptCertain, acceptSuggestion, rejectSuggestion } from '../../identity/merging.ts';
import { countLimit } from '../../identity/review.ts';
import { readIdentitySettings, writeIdentitySettings } from '../../identity/settings.ts';
import type { Parts } from '../../parts.ts';
import { presentNamed, presentPairs } from '../../privacy/masking.ts';
import { pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { requireBoth } from './identity.ts';
import { byId } from './tickets.ts';

const tag = 'Identity';
const scoreKey = z.tuple([z.number(), z.uuid()]);

/** Who may read a ticket of each of the two may decide whether they are one, and so may managers. */
async function requireDecider(parts: Parts, principal: Principal, id: string): Promise<void> {
  const suggestion = await readSuggestion(parts.db.sql, id);
  if (!suggestion) throw new HubError('not_found', 'There is no such suggestion');
  requireBoth(await mayReadBothCustomers(parts.db.sql, principal, suggestion.lowId, suggestion.highId));
}

async function summaryOf(parts: Parts) {
  const { bulkScore } = await readIdentitySettings(parts.db.sql);
  return { ...(await countSuggestions(parts.db.sql, bulkScore, countLimit)), countLimit, bulkScore };
}

export const suggestionRoutes = [
  route({
    method: 'get',
    path: '/suggestions',
    summary:
      'Pairs of customers who may be one person, the most certain first; all of them for managers, those of one customer for agents',
    tag,
    access: 'agent',
    query: suggestionQuery,
    answer: 'SuggestionPage',
    async handle({ parts, principal, query }) {
      const all = hasRole(principal, 'manager');
      if (query.customerId === undefined && !all) throw new HubError('forbidden', 'Only for the role manager');
      const found = await listSuggestions(parts.db.sql, query.customerId, sliceOf(scoreKey, query));
      const items = await presentPairs(parts.db.sql, principal, found.items);
      if (all) return pageOf({ ...found, items });
      const mine = await Promise.all(
        found.items.map(({ customer, other }) => mayReadBothCustomers(parts.db.sql, principal, customer.id, other.id)),
      );
      return pageOf({ ...found, items: items.filter((_item, index) => mine[index]) });
    },
  }),
  route({
    method: 'get',
    path: '/suggestions/summary',
    summary: 'How many pairs wait, and how many of them may be accepted together',
    tag,
    access: 'manager',
    answer: 'SuggestionSummary',
    handle: ({ parts }) => summaryOf(parts),
  }),
  route({
    method: 'post',
    path: '/suggestions/:id/accept',
    summary: 'The two are one: merge them',
    tag,
    access: 'agent',
    params: byId,
    body: 'SuggestionAccept',
    answer: 'Merge',
    async handle({ parts, principal, params, body }) {
      await requireDecider(parts, principal, params.id);
      const entry = await acceptSuggestion(parts, params.id, body.keepId, principal.agentId);
      const half = await presentNamed(parts.db.sql, principal, 'customerName', [entry]);
      return (await presentNamed(parts.db.sql, principal, 'otherName', half))[0] ?? entry;
    },
  }),
  route({
    method: 'post',
    path: '/suggestions/:id/reject',
    summary: 'The two are not one: remembered for good, also for customers who are merged into them',
    tag,
    access: 'agent',
    params: byId,
    async handle({ parts, principal, params }) {
      await requireDecider(parts, principal, params.id);
      await rejectSuggestion(parts, params.id, principal.agentId);
    },
  }),
  route({
    method: 'post',
    path: '/suggestions/accept',
    summary: 'Merge the most certain pairs, up to 200 at a time, none below the threshold that is set',
    tag,
    access: 'manager',
    body: 'SuggestionBulk',
    answer: 'SuggestionBulkAnswer',
    async handle({ parts, principal, body }) {
      const { bulkScore } = await readIdentitySettings(parts.db.sql);
      const done = await acceptCertain(parts, Math.max(bulkScore, body.minScore ?? 0), principal.agentId);
      return { ...done, left: (await summaryOf(parts)).aboveThreshold };
    },
  }),
  route({
    method: 'get',
    path: '/identity-settings',
    summary:
      'From which score pairs are suggested and may be accepted together, and how many names make an identifier shared',
    tag,
    access: 'manager',
    answer: 'IdentitySettings',
    handle: ({ parts }) => readIdentitySettings(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/identity-settings',
    summary: 'Change them; pairs that are listed already stay until one of the two changes',
    tag,
    access: 'manager',
    body: 'IdentitySettings',
    answer: 'IdentitySettings',
    async handle(call) {
      await writeIdentitySettings(call, call.body);
      return readIdentitySettings(call.parts.db.sql);
    },
  }),
];
