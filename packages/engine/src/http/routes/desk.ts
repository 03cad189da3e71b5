import { HubError, inboxQuery, pageQuery } from '@patchbay/contracts';
import { readInbox } from '@patchbay/store';
import { listInbox, readInboxItem } from '@patchbay/store/queries/inbox-list';
import { listOutbox, readOutboxHash } from '@patchbay/store/queries/outbox';
import { listQueues } from '@patchbay/store/queries/queues';
import { readWallboard } from '../../live/wallboard.ts';
import type { Parts } from '../../parts.ts';
import { replayContact } from '../../pipeline/receive.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { sendDownload } from '../file-answer.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

async function inboxItemOf(parts: Parts, id: string) {
  const item = await readInboxItem(parts.db.sql, id);
  if (!item) throw new HubError('not_found', 'There is no such contact');
  return item;
}

export const deskRoutes = [
  route({
    method: 'get',
    path: '/inbox',
    summary: 'Received contacts, newest first',
    tag: 'Inbox',
    access: 'manager',
    query: inboxQuery,
    answer: 'InboxItemPage',
    handle: async ({ parts, query }) => pageOf(await listInbox(parts.db.sql, query.state, sliceOf(idKey, query))),
  }),
  route({
    method: 'get',
    path: '/inbox/:id',
    summary: 'One received contact',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'InboxItem',
    handle: ({ parts, params }) => inboxItemOf(parts, params.id),
  }),
  route({
    method: 'get',
    path: '/inbox/:id/raw',
    summary: 'The bytes as they were received',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'bytes',
    async handle({ parts, params, response }) {
      const row = await readInbox(parts.db.sql, params.id);
      if (!row) throw new HubError('not_found', 'There is no such contact');
      const bytes = row.raw ?? (await parts.files.read(row.rawSha256));
      sendDownload(response, `${row.id}.${row.rawType === 'message/rfc822' ? 'eml' : 'bin'}`, row.rawType, bytes);
    },
  }),
  route({
    method: 'post',
    path: '/inbox/:id/replay',
    summary: 'Send a quarantined contact round again',
    tag: 'Inbox',
    access: 'manager',
    params: byId,
    answer: 'InboxItem',
    async handle({ parts, principal, params }) {
      await replayContact(parts, params.id, principal.agentId);
      return inboxItemOf(parts, params.id);
    },
  }),
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
