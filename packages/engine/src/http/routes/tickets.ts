import { randomUUID } from 'node:crypto';
import { HubError, pageQuery, ticketQuery, ticketStatus, type Ticket } from '@patchbay/contracts';
import {
  listTicketEvents,
  listTickets,
  listWaitingTickets,
  readTicket,
  type TicketFilter,
} from '@patchbay/store/queries/tickets';
import { z } from 'zod';
import type { Principal } from '../../auth/principal.ts';
import type { Parts } from '../../parts.ts';
import { acceptOffer, changeStatus, claimTicket, declineOffer, releaseTicket } from '../../pipeline/assign.ts';
import { changeRequest } from '../../pipeline/ticket-request.ts';
import { placeCall } from '../../pipeline/outgoing-calls.ts';
import { commandCall } from '../../pipeline/calls.ts';
import { messagingDetail } from '../../pipeline/messaging.ts';
import { presentRequests } from '../../pipeline/sensitive-request.ts';
import { maySearchParts, presentTickets } from '../../privacy/masking.ts';
import { countKey, idKey, pageOf, sliceOf, waitingKey } from '../cursor.ts';
import { idempotencyKey } from '../idempotency.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';

const tag = 'Tickets';
export const byId = z.object({ id: z.uuid() });

/** Tickets as the asker may see them. */
async function shown<T extends Ticket & { contactAddress?: string }>(
  parts: Parts,
  principal: Principal,
  tickets: readonly T[],
): Promise<T[]> {
  return presentRequests(parts, principal, await presentTickets(parts.db.sql, principal, tickets));
}

async function ticketOf(parts: Parts, { agentId }: Principal, id: string): Promise<Ticket> {
  const ticket = await readTicket(parts.db.sql, id, agentId);
  if (!ticket) throw new HubError('not_found', 'There is no such ticket');
  return ticket;
}

/** As the asker may see it. */
export async function shownTicket(parts: Parts, principal: Principal, id: string): Promise<Ticket> {
  const ticket = await ticketOf(parts, principal, id);
  return (await shown(parts, principal, [ticket]))[0] ?? ticket;
}

function filterOf(query: z.infer<typeof ticketQuery>, principal: Principal): TicketFilter {
  return {
    channel: query.channel,
    customerId: query.customerId,
    q: query.q?.trim(),
    tag: query.tag,
    status: query.status ? statusesOf(query.status) : undefined,
    assigneeId:
      query.assigneeId === 'me'
        ? principal.agentId
        : query.assigneeId === 'none'
          ? null
          : query.assigneeId || undefined,
  };
}

function statusesOf(text: string): z.infer<typeof ticketStatus>[] {
  const parsed = z.array(ticketStatus).safeParse(
    text
      .split(',')
      .map((status) => status.trim())
      .filter(Boolean),
  );
  if (!parsed.success)
    throw new HubError(
      'invalid_input',
      `status: one or several of ${ticketStatus.options.join(', ')}, separated by commas`,
    );
  return parsed.data;
}

/** What an agent does with a ticket without saying more. */
function action(
  name: string,
  summary: string,
  work: (parts: Parts, ticketId: string, principal: Principal) => Promise<void>,
) {
  return route({
    method: 'post',
    path: `/tickets/:id/${name}`,
    summary,
    tag,
    access: 'agent',
    params: byId,
    answer: 'Ticket',
    async handle({ parts, principal, params }) {
      await requireTicket(parts, principal, params.id);
      await work(parts, params.id, principal);
      return shownTicket(parts, principal, params.id);
    },
  });
}

export const ticketRoutes = [
  route({
    method: 'get',
    path: '/tickets',
    summary: 'Tickets, newest first or as they ought to be taken',
    tag,
    access: 'agent',
    query: ticketQuery,
    answer: 'TicketPage',
    async handle({ parts, principal, query }) {
      const parted = await maySearchParts(parts.db.sql, principal);
      const filter = { ...filterOf(query, principal), parted };
      const found =
        query.order === 'waiting'
          ? await listWaitingTickets(parts.db.sql, principal, filter, sliceOf(waitingKey, query))
          : await listTickets(parts.db.sql, principal, filter, sliceOf(idKey, query));
      return pageOf({ ...found, items: await shown(parts, principal, found.items) });
    },
  }),
  route({
    method: 'get',
    path: '/tickets/:id',
    summary: 'One ticket',
    tag,
    access: 'agent',
    params: byId,
    answer: 'TicketDetail',
    async handle({ parts, principal, params }) {
      await requireTicket(parts, principal, params.id);
      const ticket = await ticketOf(parts, principal, params.id);
      const detail = { ...ticket, ...(await messagingDetail(parts, ticket)) };
      const [presented = detail] = await shown(parts, principal, [detail]);
      return presented;
    },
  }),
  route({
    method: 'patch',
    path: '/tickets/:id',
    summary: 'Change status, subject, or what is asked for',
    tag,
    access: 'agent',
    params: byId,
    body: 'TicketUpdate',
    answer: 'Ticket',
    async handle({ parts, principal, params, body }) {
      await requireTicket(parts, principal, params.id);
      await changeRequest(parts, params.id, principal.agentId, body);
      await changeStatus(parts, params.id, principal.agentId, body);
      return shownTicket(parts, principal, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/tickets/:id/events',
    summary: "The ticket's timeline with reasons, oldest first",
    tag,
    access: 'agent',
    params: byId,
    query: pageQuery,
    answer: 'HubEventPage',
    async handle({ parts, principal, params, query }) {
      await requireTicket(parts, principal, params.id);
      return pageOf(await listTicketEvents(parts.db.sql, params.id, sliceOf(countKey, query)));
    },
  }),
  action('accept', 'Take the ticket that is offered', (parts, id, { agentId }) => acceptOffer(parts, id, agentId)),
  action('decline', 'Let the offer pass', (parts, id, { agentId }) => declineOffer(parts, id, agentId)),
  action('claim', 'Take a ticket out of the queue', claimTicket),
  action('release', 'Give the ticket back to its queue', (parts, id, { agentId }) => releaseTicket(parts, id, agentId)),
  route({
    method: 'post',
    path: '/tickets/:id/calls',
    summary: "Call the ticket's customer: your phone is rung first",
    tag,
    access: 'agent',
    params: byId,
    body: 'CallCreate',
    answer: 'Ticket',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body, request, correlationId }) {
      await requireTicket(parts, principal, params.id);
      const key = idempotencyKey(request) ?? randomUUID();
      await placeCall(parts, { ticketId: params.id, principal, to: body.to, key, correlationId });
      return shownTicket(parts, principal, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/call',
    summary: "Hold, resume, end or return the ticket's call",
    tag,
    access: 'agent',
    params: byId,
    body: 'CallCommand',
    answer: 'Ticket',
    async handle({ parts, principal, params, body }) {
      await requireTicket(parts, principal, params.id);
      await commandCall(parts, params.id, principal.agentId, body.action);
      return shownTicket(parts, principal, params.id);
    },
  }),
];
