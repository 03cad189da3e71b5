import { HubError, outboxQuery, shortListQuery } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { listOutbox, readOutboxEnds, readOutboxRaw, readWritten } from '@patchbay/store/queries/outbox';
import { listSendingLimits, readSendingLimit, setSendingLimit } from '@patchbay/store/queries/sending-limits';
import { addressAsContacts } from '../../identity/normal-identifier.ts';
import { requireWhole } from '../../privacy/door.ts';
import { presentHandedIn } from '../../privacy/handed-in.ts';
import { presentOutbox } from '../../privacy/masking.ts';
import { decideOutbound } from '../../pipeline/reconcile.ts';
import { changeSetting } from '../../setting-changes.ts';
import { idKey, nameKey, pageOf, sliceOf } from '../cursor.ts';
import { sendDownload } from '../file-answer.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { byId } from './tickets.ts';

export const outboxRoutes = [
  route({
    method: 'get',
    path: '/outbox',
    summary: 'Outgoing messages, newest first; agents see their own',
    tag: 'Outbox',
    access: 'agent',
    query: outboxQuery,
    answer: 'OutboxItemPage',
    async handle({ parts, principal, query }) {
      const found = await listOutbox(parts.db.sql, principal, query.status, sliceOf(idKey, query));
      return pageOf({ ...found, items: await presentOutbox(parts.db.sql, principal, found.items) });
    },
  }),
  route({
    method: 'get',
    path: '/outbox/:id/written',
    summary: 'What was handed in for a message that failed, for writing it anew',
    tag: 'Outbox',
    access: 'agent',
    params: byId,
    answer: 'HandedIn',
    reveals: true,
    async handle({ parts, principal, params }) {
      const written = await readWritten(parts.db.sql, principal, params.id);
      if (!written) throw new HubError('not_found', 'There is no such message that can be written anew');
      const { authorId, ...handedIn } = written;
      if (authorId !== principal.agentId) await requireWhole(parts, principal);
      return presentHandedIn(parts, principal, handedIn);
    },
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
      await requireWhole(parts, principal);
      const { raw, sha256 } = await readOutboxRaw(parts.db.sql, principal, params.id);
      if (raw === null && sha256 === null) throw new HubError('not_found', 'No bytes were kept of this message');
      sendDownload(response, `${params.id}.eml`, 'message/rfc822', raw ?? (await parts.files.read(sha256 ?? '')));
    },
  }),
  route({
    method: 'post',
    path: '/outbox/:id/resolve',
    summary: 'Decide about a message whose end is unknown, or say that a failure was seen',
    tag: 'Outbox',
    access: 'agent',
    params: byId,
    body: 'OutboxDecision',
    async handle({ parts, principal, params, body }) {
      const item = await readOutboxEnds(parts.db.sql, params.id);
      if (!item) throw new HubError('not_found', 'There is no such message');
      // It came back to whoever wrote it, who may have passed the ticket on.
      if (item.authorId !== principal.agentId) await requireTicket(parts, principal, item.ticketId);
      await decideOutbound(parts, { id: params.id, channel: item.channel }, body.decision, principal.agentId);
    },
  }),
  route({
    method: 'get',
    path: '/sending-limits',
    summary: 'Accounts that are limited, or rest because their provider said so',
    tag: 'Outbox',
    access: 'manager',
    query: shortListQuery,
    answer: 'SendingLimitPage',
    handle: async ({ parts, query }) => pageOf(await listSendingLimits(parts.db.sql, sliceOf(nameKey, query))),
  }),
  route({
    method: 'put',
    path: '/sending-limits',
    summary: 'Set how fast an account may be used',
    tag: 'Outbox',
    access: 'manager',
    body: 'SendingLimitUpdate',
    async handle(call) {
      const { channel } = call.body;
      // All mail leaves by one account, whatever address it is from.
      const account = channel === 'email' ? 'email' : addressAsContacts(call.parts, call.body.account);
      const setting = {
        setting: 'sending-limit' as const,
        key: `${channel} ${account}`,
        read: (tx: Queryable) => readSendingLimit(tx, channel, account),
      };
      await changeSetting(call, setting, (tx) => setSendingLimit(tx, { ...call.body, account }));
    },
  }),
];
