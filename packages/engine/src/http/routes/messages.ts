import { randomUUID } from 'node:crypto';
import { HubError, messageQuery, pageQuery } from '@patchbay/contracts';
import { listMessages, listTicketMessages, readMessage } from '@patchbay/store/queries/messages';
import { createReply } from '../../pipeline/reply.ts';
import { withWholeAddresses } from '../../pipeline/recipients.ts';
import { presentMessages } from '../../privacy/masking.ts';
import { countKey, pageOf, sliceOf } from '../cursor.ts';
import { idempotencyKey } from '../idempotency.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { requireIdentity } from './mail-identities.ts';
import { byId } from './tickets.ts';

const tag = 'Messages';
const headers = {
  'Idempotency-Key':
    'Any text of up to 200 characters. The same key on the same ticket writes the message once. A key under which the caller holds one back is refused (409) until that one has left, and then answers its message; one that was taken back leaves its key free.',
};

export const messageRoutes = [
  route({
    method: 'get',
    path: '/tickets/:id/messages',
    summary: "The ticket's messages in order",
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'MessagePage',
    async handle({ parts, principal, params, query }) {
      await requireTicket(parts, principal, params.id);
      const found = await listTicketMessages(parts.db.sql, params.id, sliceOf(countKey, query));
      return pageOf({ ...found, items: await presentMessages(parts.db.sql, principal, found.items) });
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/messages',
    summary: 'Answer the customer, or leave a note',
    tag,
    access: 'agent',
    params: byId,
    headers,
    body: 'MessageCreate',
    answer: 'Message',
    status: 201,
    async handle({ parts, principal, params, body, request, correlationId }) {
      await requireTicket(parts, principal, params.id);
      await requireIdentity(parts, principal, params.id, body.identityId);
      const { messageId } = await createReply(parts, {
        ticketId: params.id,
        author: { id: principal.agentId, name: principal.name },
        key: { caller: idempotencyKey(request) ?? randomUUID() },
        input: await withWholeAddresses(parts, params.id, body),
        correlationId,
      });
      const message = await readMessage(parts.db.sql, messageId);
      if (!message) throw new HubError('internal', 'The message was written and is not there');
      return (await presentMessages(parts.db.sql, principal, [message]))[0] ?? message;
    },
  }),
  route({
    method: 'get',
    path: '/messages',
    summary: "Messages in the order in which they came; by the provider's id when it is given",
    tag,
    access: 'agent',
    query: messageQuery,
    answer: 'MessagePage',
    async handle({ parts, principal, query }) {
      const slice = sliceOf(countKey, query);
      const found = await listMessages(parts.db.sql, principal, query.externalId || undefined, slice);
      return pageOf({ ...found, items: await presentMessages(parts.db.sql, principal, found.items) });
    },
  }),
];
