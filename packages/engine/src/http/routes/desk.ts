import { listQueues } from '@patchbay/store/queries/queues';
import { readWallboard } from '../../live/wallboard.ts';
import { route } from '../route.ts';

export const deskRoutes = [
  route({
    method: 'get',
    path: '/queues',
    summary: 'Queues with what waits in them',
    tag: 'Team',
    access: 'agent',
    answer: 'QueuePage',
    handle: async ({ parts }) => ({ items: await listQueues(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'get',
    path: '/metrics/wallboard',
    summary: 'Every figure of the wallboard with its formula',
    tag: 'Figures',
    access: 'agent',
    answer: 'Wallboard',
    handle: ({ parts }) => readWallboard(parts),
  }),
];
