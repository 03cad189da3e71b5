import { listAlerts } from '@patchbay/store/queries/alerts';
import { hasRole } from '../../auth/index.ts';
import { readHealth, withoutErrors } from '../../watch/health.ts';
import { readLimits, writeLimits } from '../../watch/limits.ts';
import { route } from '../route.ts';

export const watchRoutes = [
  route({
    method: 'get',
    path: '/channel-health',
    summary: 'How each account and part is doing; errors in words are for managers',
    tag: 'Health',
    access: 'agent',
    answer: 'ChannelHealth',
    async handle({ parts, principal, response }) {
      // The browser keeps it and asks with If-None-Match: nothing is sent while nothing has changed.
      response.set('cache-control', 'private, no-cache');
      const health = await readHealth(parts);
      return hasRole(principal, 'manager') ? health : withoutErrors(health);
    },
  }),
  route({
    method: 'get',
    path: '/alerts',
    summary: 'Alerts that fire now, and those that have ended',
    tag: 'Health',
    access: 'manager',
    answer: 'AlertList',
    handle: async ({ parts }) => ({ items: await listAlerts(parts.db.sql) }),
  }),
  route({
    method: 'get',
    path: '/watch-limits',
    summary: 'When the hub speaks up',
    tag: 'Health',
    access: 'manager',
    answer: 'WatchLimits',
    handle: ({ parts }) => readLimits(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/watch-limits',
    summary: 'Set when the hub speaks up',
    tag: 'Health',
    access: 'manager',
    body: 'WatchLimits',
    answer: 'WatchLimits',
    handle: (call) => writeLimits(call, call.body),
  }),
];
