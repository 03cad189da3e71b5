import type { Ticket } from '@patchbay/contracts';
import { readTicket } from '@patchbay/store/queries/tickets';
import { escalateByHand, readEscalationRules, writeEscalationRules } from '../../clocks/escalate.ts';
import { explainClocks } from '../../clocks/explain.ts';
import { route } from '../route.ts';
import { requireTicket } from '../ticket-scope.ts';
import { byId } from './tickets.ts';

const tag = 'Service targets';

export const clockRoutes = [
  route({
    method: 'get',
    path: '/tickets/:id/clocks',
    summary: "The ticket's clocks, and how each has come about",
    tag,
    access: 'agent',
    params: byId,
    answer: 'TicketClockList',
    async handle({ parts, principal, params }) {
      await requireTicket(parts, principal, params.id);
      return explainClocks(parts, params.id);
    },
  }),
  route({
    method: 'post',
    path: '/tickets/:id/escalate',
    summary: 'Escalate by hand: tell the supervisors, raise the priority, move it to another queue',
    tag,
    access: 'agent',
    params: byId,
    body: 'EscalationCreate',
    answer: 'Ticket',
    status: 201,
    creates: true,
    async handle({ parts, principal, params, body }) {
      await requireTicket(parts, principal, params.id);
      await escalateByHand(parts, params.id, principal, body);
      return (await readTicket(parts.db.sql, params.id, principal.agentId)) as Ticket;
    },
  }),
  route({
    method: 'get',
    path: '/escalation-rules',
    summary: 'What is escalated by itself',
    tag,
    access: 'agent',
    answer: 'EscalationRules',
    handle: ({ parts }) => readEscalationRules(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/escalation-rules',
    summary: 'Decide what is escalated by itself',
    tag,
    access: 'manager',
    body: 'EscalationRules',
    answer: 'EscalationRules',
    handle: (call) => writeEscalationRules(call, call.body),
  }),
];
