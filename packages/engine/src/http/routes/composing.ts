import { randomUUID } from 'node:crypto';
import { heldReplyQuery, HubError, pageQuery, type HeldReply } from '@patchbay/contracts';
import { listHeldReplies, readHeldReply } from '@patchbay/store/queries/held-replies';
import type { Principal } from '../../auth/principal.ts';
import type { Parts } from '../../parts.ts';
import { holdBack, sendNow, takeBack } from '../../pipeline/held-replies.ts';
import { recipientsFor, withWholeAddresses } from '../../pipeline/recipients.ts';
import { presentHandedIn } from '../../privacy/handed-in.ts';
import { presentHeldReplies, presentRecipients } from '../../privacy/masking.ts';
import { idKey, pageOf, sliceOf } from '../cursor.ts';
import { idempotencyKey } from '../idempotency.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { requireIdentity } from './mail-identities.ts';
import { byId } from './tickets.ts';

const tag = 'Messages';
const headers = {
  'Idempotency-Key':
    'Any text of up to 200 characters. The same key on the same ticket holds one message back. A key under which a message was written there is refused (409).',
};

/** Only its author takes a message back or sends it at once. @throws HubError `not_found` */
async function requireOwn(parts: Parts, principal: Principal, id: string): Promise<void> {
  const held = await readHeldReply(parts.db.sql, id);
  if (held?.authorId !== principal.agentId) throw new HubError('not_found', 'There is no such message');
}

async function presentHeldReply(parts: Parts, principal: Principal, held: HeldReply): Promise<HeldReply> {
  return (await presentHeldReplies(parts.db.sql, principal, [held]))[0] ?? held;
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
      return presentRecipients(parts.db.sql, principal, await recipientsFor(parts, params.id));
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
      const wanted = { ticketId: params.id };
      const found = await listHeldReplies(parts.db.sql, principal.agentId, wanted, sliceOf(idKey, query));
      return pageOf({ ...found, items: await presentHeldReplies(parts.db.sql, principal, found.items) });
    },
  }),
  route({
    method: 'get',
    path: '/held-replies',
    summary: "The caller's own messages on all tickets that have not left, or that could not",
    tag,
    access: 'agent',
    query: heldReplyQuery,
    answer: 'HeldReplyPage',
    async handle({ parts, principal, query }) {
      const wanted = { state: query.state };
      const found = await listHeldReplies(parts.db.sql, principal.agentId, wanted, sliceOf(idKey, query));
      return pageOf({ ...found, items: await presentHeldReplies(parts.db.sql, principal, found.items) });
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
      const held = await holdBack(parts, {
        ticketId: params.id,
        author: { id: principal.agentId, name: principal.name },
        idempotencyKey: idempotencyKey(request) ?? randomUUID(),
        input: await withWholeAddresses(parts, params.id, body),
        correlationId,
      });
      return presentHeldReply(parts, principal, held);
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
    reveals: true,
    async handle({ parts, principal, params }) {
      await requireOwn(parts, principal, params.id);
      return presentHandedIn(parts, principal, await takeBack(parts, params.id));
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
      return presentHeldReply(parts, principal, await sendNow(parts, params.id));
    },
  }),
];
