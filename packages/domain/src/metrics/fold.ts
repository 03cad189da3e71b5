/** From events to facts: a pure fold, the same for running figures and for recomputing a day. What counts as what is in `facts.ts`. */
import { countAgentTime, newAgent, type AgentState } from './agent-fold.ts';
import { Contact, noteTurn, ofTicket } from './contact-fold.ts';
import { noDimensions, type Fact, type FactDimensions } from './facts.ts';
import {
  datumOf,
  type FactContext,
  type FactEvent,
  type FigureWorld,
  type Folding,
  type TicketState,
} from './figure-world.ts';

/** Events in the order of their numbers. Changes `world` and answers the facts. */
export function foldFacts(world: FigureWorld, events: Iterable<FactEvent>, context: FactContext): Fact[] {
  const fold = new Fold(world, context);
  for (const event of events) fold.take(event);
  return fold.facts;
}

/** Types that `foldFacts` looks at. */
export const factEventTypes = [
  'ticket.opened',
  'ticket.reopened',
  'ticket.queued',
  'ticket.assigned',
  'ticket.released',
  'ticket.status-changed',
  'ticket.request-changed',
  'message.received',
  'message.created',
  'call.changed',
  'agent.presence-changed',
] as const;

class Fold implements Folding {
  readonly facts: Fact[] = [];
  readonly world: FigureWorld;
  readonly context: FactContext;

  constructor(world: FigureWorld, context: FactContext) {
    this.world = world;
    this.context = context;
  }

  take(event: FactEvent): void {
    const at = Date.parse(event.at);
    if (event.type === 'agent.presence-changed') return this.presence(event, at);
    if (event.type === 'ticket.opened' && event.ticketId) this.open(event, event.ticketId, at);
    const ticket = event.ticketId ? this.world.tickets.get(event.ticketId) : undefined;
    if (event.type === 'message.received') return this.received(event, ticket, at);
    if (event.type === 'message.created') return this.written(event, ticket, at);
    if (!ticket || !event.ticketId) return;
    const about = new Contact(this, event.ticketId, ticket, at);
    if (event.type === 'ticket.opened') about.opened(event);
    else if (event.type === 'ticket.reopened') about.reopened(event.agentId);
    else if (event.type === 'ticket.queued') about.queued(event);
    else if (event.type === 'ticket.assigned') about.assigned(String(event.data['agentId']));
    else if (event.type === 'ticket.released') about.released();
    else if (event.type === 'ticket.status-changed') about.statusChanged(event);
    else if (event.type === 'ticket.request-changed') ticket.type = datumOf('ticket.request-changed', event).to ?? '';
    else if (event.type === 'call.changed') about.callChanged(event);
  }

  agent(id: string, at: number): AgentState {
    const known = this.world.agents.get(id);
    if (known) return known;
    const agent = newAgent(at);
    this.world.agents.set(id, agent);
    return agent;
  }

  countTime(agentId: string, at: number): AgentState {
    const agent = this.agent(agentId, at);
    countAgentTime(agent, at, { agentId, teamId: this.context.teamOf(agentId) }, this.facts);
    return agent;
  }

  private presence(event: FactEvent, at: number): void {
    const { agentId = '', from = 'offline', to = 'offline' } = datumOf('agent.presence-changed', event);
    if (!this.world.agents.has(agentId)) this.world.agents.set(agentId, newAgent(at, from));
    this.countTime(agentId, at).presence = to;
  }

  private open(event: FactEvent, ticketId: string, at: number): void {
    const { channel = 'email' } = datumOf('ticket.opened', event);
    this.world.tickets.set(ticketId, {
      channel,
      queueId: event.queueId ?? '',
      agentId: '',
      ...this.context.attributes(ticketId),
      openedAt: at,
      settledAt: null,
      offeredAt: null,
      askedAt: null,
      turns: 0,
      responded: false,
      firstContact: false,
      held: null,
      call: null,
      talkMs: 0,
      holdMs: 0,
    });
  }

  private received(event: FactEvent, ticket: TicketState | undefined, at: number): void {
    const { kind, channel = '' } = datumOf('message.received', event);
    if (kind !== 'customer') return;
    const dimensions = ticket
      ? ofTicket(this, ticket, ticket.agentId)
      : { ...noDimensions, queueId: event.queueId ?? '' };
    this.facts.push({
      at,
      ticketId: event.ticketId,
      dimensions: { ...dimensions, channel },
      sums: { received: 1 },
      durations: {},
    });
    if (ticket) noteTurn(ticket, at);
  }

  private written(event: FactEvent, ticket: TicketState | undefined, at: number): void {
    const {
      firstResponseSeconds = null,
      kind,
      visibility,
      direction,
      channel = '',
    } = datumOf('message.created', event);
    const agentId = event.actorId ?? event.agentId ?? '';
    const isAnswer = kind === 'agent' && visibility === 'public' && direction === 'out';
    if (firstResponseSeconds === null && !isAnswer) return;
    const durations: Fact['durations'] = {};
    if (firstResponseSeconds !== null) {
      durations.firstResponse = firstResponseSeconds;
      durations.firstResponseBusiness =
        this.context.businessTime(ticket?.openedAt ?? at - firstResponseSeconds * 1000, at) / 1000;
    } else if (ticket?.responded && ticket.askedAt !== null) {
      durations.nextResponse = Math.max(0, at - ticket.askedAt) / 1000;
      durations.nextResponseBusiness = this.context.businessTime(ticket.askedAt, at) / 1000;
    }
    const dimensions: FactDimensions = ticket
      ? ofTicket(this, ticket, agentId)
      : { ...noDimensions, queueId: event.queueId ?? '', channel };
    if (Object.keys(durations).length > 0)
      this.facts.push({ at, ticketId: event.ticketId, dimensions, sums: {}, durations });
    if (!ticket || !event.ticketId) return;
    if (ticket.channel !== 'phone') new Contact(this, event.ticketId, ticket, at).answered(agentId);
    ticket.responded = true;
    ticket.askedAt = null;
  }
}
