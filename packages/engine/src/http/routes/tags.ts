import { HubError, mostTags, tagQuery } from '@patchbay/contracts';
import { changeTags, knownTags } from '@patchbay/store/queries/tags';
import { readTicket } from '@patchbay/store/queries/tickets';
import { presentTickets } from '../../privacy/masking.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { byId } from './tickets.ts';

const tag = 'Tickets';
/** So many are offered to choose from. */
const mostOffered = 50;

export const tagRoutes = [
  route({
    method: 'patch',
    path: '/tickets/:id/tags',
    summary: 'Put tags on a ticket and take others off',
    tag,
    access: 'agent',
    params: byId,
    body: 'TagChange',
    answer: 'Ticket',
    async handle({ parts, principal, params, body }) {
      await requireTicket(parts, principal, params.id);
      const change = { ...body, ticketId: params.id, most: mostTags, actorId: principal.agentId, reason: null };
      const outcome = await changeTags(parts.db.sql, change);
      if (outcome === 'too-many') throw new HubError('unprocessable', `add: a ticket has ${mostTags} tags at the most`);
      if (outcome === 'done') parts.relay.nudge();
      const ticket = await readTicket(parts.db.sql, params.id, principal.agentId);
      if (!ticket) throw new HubError('not_found', 'There is no such ticket');
      const [shown = ticket] = await presentTickets(parts.db.sql, principal, [ticket]);
      return shown;
    },
  }),
  route({
    method: 'get',
    path: '/tags',
    summary: 'Tags that were ever given, those used last first',
    tag,
    access: 'agent',
    query: tagQuery,
    answer: 'TagList',
    handle: async ({ parts, query }) => ({
      items: await knownTags(parts.db.sql, query.q ?? '', mostOffered),
      nextCursor: null,
    }),
  }),
];
