import { z } from 'zod';
import { takeOver, transferTargets, transferTicket } from '../../pipeline/transfer.ts';
import { readPlace } from '../../pipeline/places.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { byId, shownTicket } from './tickets.ts';

const tag = 'Tickets';

export const transferRoutes = [
  route({
    method: 'get',
    path: '/tickets/:id/transfer-targets',
    summary: 'To whom the ticket can be handed now, free agents first',
    tag,
    access: 'agent',
    params: byId,
    query: z.object({ q: z.string().trim().max(100).default('') }),
    answer: 'TransferTargetPage',
    async handle({ parts, principal, params, query }) {
      await requireTicket(parts, principal, params.id);
      return { items: await transferTargets(parts, params.id, query.q), nextCursor: null };
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/transfer',
    summary: 'Hand the ticket to an agent, to whom it is offered, or to a queue',
    tag,
    access: 'agent',
    params: byId,
    body: 'TicketTransfer',
    answer: 'Ticket',
    async handle({ parts, principal, params, body, correlationId }) {
      await requireTicket(parts, principal, params.id);
      await transferTicket(parts, { ticketId: params.id, principal, correlationId }, body);
      return shownTicket(parts, principal, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/take-over',
    summary: 'Take the ticket, whoever has it',
    tag,
    access: 'manager',
    params: byId,
    body: 'TakeOver',
    answer: 'Ticket',
    async handle({ parts, principal, params, body }) {
      await requireTicket(parts, principal, params.id);
      await takeOver(parts, params.id, principal, body.reason);
      return shownTicket(parts, principal, params.id);
    },
  }),
  route({
    method: 'get',
    path: '/tickets/:id/place',
    summary: 'Where the ticket stands in its queue, and how long it will probably wait',
    tag,
    access: 'agent',
    params: byId,
    answer: 'WaitingPlace',
    async handle({ parts, principal, params }) {
      await requireTicket(parts, principal, params.id);
      return readPlace(parts, params.id);
    },
  }),
];
