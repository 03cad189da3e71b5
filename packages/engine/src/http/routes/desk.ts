import { HubError, pageQuery } from '@patchbay/contracts';
import { listOutbox, readOutboxHash } from '@patchbay/store/queries/outbox';
import { listQueues } from '@patchbay/store/queries/queues';
import { readWallboard } from '../../live/wallboard.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { sendDownload } from '../file-answer.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

export const deskRoutes = [
  route({
    method: 'get',
    path: '/outbox',
    summary: 'Outgoing messages, newest first; agents see their own',
    tag: 'Outbox',
    access: 'agent',
    query: pageQuery,
    answer: 'OutboxItemPage',
    handle: async ({ parts, principal, query }) =>
      pageOf(await listOutbox(parts.db.sql, principal, sliceOf(idKey, query))),
  }),
  route({
    method: 'get',
    path: '/outbox/:id/raw',
    summary: "A mail's bytes as they went out",
    tag: 'Outbox',
    access: 'agent',
    params: byId,
    answer: 'bytes',
    async handle({ parts, principal, params, response }) {
      const sha256 = await readOutboxHash(parts.db.sql, principal, params.id);
      if (sha256 === null) throw new HubError('not_found', 'No bytes were kept of this message');
      sendDownload(response, `${params.id}.eml`, 'message/rfc822', await parts.files.read(sha256));
    },
  }),
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
