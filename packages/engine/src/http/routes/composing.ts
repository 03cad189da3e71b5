import { randomUUID } from 'node:crypto';
import { HubError, pageQuery } from '@patchbay/contracts';
import { listHeldReplies, readHeldReply } from '@patchbay/store/queries/held-replies';
import type { Principal } from '../../auth/principal.ts';
import type { Parts } from '../../parts.ts';
import { holdBack, sendNow, takeBack } from '../../pipeline/held-replies.ts';
import { recipientsFor } from '../../pipeline/recipients.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { idempotencyKey } from '../idempotency.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { requireIdentity } from './mail-identities.ts';
import { byId } from './tickets.ts';

const tag = 'Messages';
const headers = {
  'Idempotency-Key': 'Any text of up to 200 characters. The same key on the same ticket holds one message back.',
};

/** Only its author takes a message back or sends it at once. @throws HubError `not_found` */
async function requireOwn(parts: Parts, principal: Principal, id: string): Promise<void> {
  const held = await readHeldReply(parts.db.sql, id);
  if (held?.authorId !== principal.agentId) throw new HubError('not_found', 'There is no such message');
}

export const composingRoutes = [
  route({
    method: 'get',
    path: '/tickets/:id/reply-recipients',
    summary: 'Whom an answer goes to, to the sender or to all, and who it is from',
    tag,
    access: 'agent',
    params: byId,
    answer: 'ReplyRecipients',
    async handle({ parts, principal, params }) {
      await requireTicket(parts, principal, params.id);
      return recipientsFor(parts, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/tickets/:id/held-replies',
    summary: "The caller's own messages on the ticket that have not left",
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'HeldReplyPage',
    async handle({ parts, principal, params, query }) {
      await requireTicket(parts, principal, params.id);
      return pageOf(await listHeldReplies(parts.db.sql, params.id, principal.agentId, sliceOf(idKey, query)));
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/held-replies',
    summary: 'Answer the customer after a delay within which the answer can be taken back',
    tag,
    access: 'agent',
    params: byId,
    headers,
    body: 'MessageCreate',
    answer: 'HeldReply',
    status: 201,
    async handle({ parts, principal, params, body, request, correlationId }) {
      await requireTicket(parts, principal, params.id);
      await requireIdentity(parts, principal, params.id, body.identityId);
      return holdBack(parts, {
        ticketId: params.id,
        author: { id: principal.agentId, name: principal.name },
        idempotencyKey: idempotencyKey(request) ?? randomUUID(),
        input: body,
        correlationId,
      });
    },
  }),
  route({
    method: 'delete',
    path: '/held-replies/:id',
    summary: 'Take a message back; answers what was written',
    tag,
    access: 'agent',
    params: byId,
    answer: 'HeldReply',
    async handle({ parts, principal, params }) {
      await requireOwn(parts, principal, params.id);
      return takeBack(parts, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/held-replies/:id/send-now',
    summary: 'Send at once what is held back, or again what could not leave',
    tag,
    access: 'agent',
    params: byId,
    answer: 'HeldReply',
    async handle({ parts, principal, params }) {
      await requireOwn(parts, principal, params.id);
      return sendNow(parts, params.id);
    },
  }),
];
