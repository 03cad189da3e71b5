/** What the events of a ticket say about its contacts: offered, answered, given up, handled, settled, opened again. */
import type { CallState } from '@patchbay/contracts';
import { shortAbandonMs, type Fact, type FactDimensions } from './facts.ts';
import { datumOf, type FactEvent, type Folding, type TicketState } from './figure-world.ts';

const settled: ReadonlySet<string> = new Set(['resolved', 'closed']);
export function ofTicket(fold: Folding, ticket: TicketState, agentId: string): FactDimensions {
  const { queueId, channel, type, grade } = ticket;
  return { queueId, channel, agentId, teamId: agentId ? fold.context.teamOf(agentId) : '', type, grade };
}

const isOnTheLine = (state: CallState): boolean => state === 'talking' || state === 'held';
const isOver = (state: CallState): boolean => state === 'missed' || state === 'ended';

export function noteTurn(ticket: TicketState, at: number): void {
  if (ticket.askedAt !== null) return;
  ticket.askedAt = at;
  ticket.turns += 1;
}

/** One ticket at the moment of one event. */
export class Contact {
  readonly fold: Folding;
  readonly id: string;
  readonly ticket: TicketState;
  readonly at: number;

  constructor(fold: Folding, id: string, ticket: TicketState, at: number) {
    this.fold = fold;
    this.id = id;
    this.ticket = ticket;
    this.at = at;
  }

  private say(agentId: string, sums: Fact['sums'], durations: Fact['durations'] = {}): void {
    const dimensions = ofTicket(this.fold, this.ticket, agentId);
    this.fold.facts.push({ at: this.at, ticketId: this.id, dimensions, sums, durations });
  }

  private since(moment: number): number {
    return Math.max(0, this.at - moment);
  }

  opened(event: FactEvent): void {
    // A call is offered when it rings; what an agent begins is offered to nobody.
    const isOffered = this.ticket.channel !== 'phone' && event.actorId === null;
    this.say('', { opened: 1, ...(isOffered && { offered: 1 }) });
    if (isOffered) this.ticket.offeredAt = this.at;
  }

  answered(agentId: string): void {
    const { offeredAt, channel, queueId } = this.ticket;
    if (offeredAt === null) return;
    const waitMs = this.since(offeredAt);
    this.ticket.offeredAt = null;
    const inTarget = waitMs <= this.fold.context.answerMs(queueId, channel, offeredAt);
    this.say(agentId, { answered: 1, waitMs, ...(inTarget && { answeredInTarget: 1 }) }, { answerWait: waitMs / 1000 });
  }

  private abandoned(): void {
    const { offeredAt, channel, queueId } = this.ticket;
    if (offeredAt === null) return;
    const abandonedWaitMs = this.since(offeredAt);
    const answerMs = this.fold.context.answerMs(queueId, channel, offeredAt);
    this.ticket.offeredAt = null;
    this.say('', {
      abandoned: 1,
      abandonedWaitMs,
      ...(abandonedWaitMs <= answerMs && { abandonedInTarget: 1 }),
      ...(abandonedWaitMs <= shortAbandonMs && { abandonedShort: 1 }),
    });
  }

  assigned(agentId: string): void {
    const { ticket } = this;
    if (ticket.agentId !== '' && ticket.agentId !== agentId) this.say(ticket.agentId, { transferred: 1 });
    this.letGo(ticket.agentId !== agentId);
    ticket.agentId = agentId;
    if (ticket.channel === 'chat') this.answered(agentId);
    if (ticket.call) this.onTheLine(ticket.call, agentId);
    this.take();
  }

  /** Who has talked until now has handled his part of the call, when another goes on with it. */
  private onTheLine(call: NonNullable<TicketState['call']>, agentId: string): void {
    if (agentId === '' || call.out || call.agentId === agentId || !isOnTheLine(call.state)) return;
    this.countCall(call);
    this.handled(call.agentId);
    call.agentId = agentId;
  }

  private countCall(call: NonNullable<TicketState['call']>): void {
    if (call.state === 'talking') this.ticket.talkMs += this.since(call.since);
    if (call.state === 'held') this.ticket.holdMs += this.since(call.since);
    call.since = Math.max(call.since, this.at);
  }

  released(): void {
    this.letGo(true);
    this.ticket.agentId = '';
  }

  queued(event: FactEvent): void {
    const { queueId, fromQueueId, fromAgentId } = datumOf('ticket.queued', event);
    if (fromQueueId && fromAgentId) this.say(fromAgentId, { transferred: 1 });
    this.letGo(true);
    this.ticket.agentId = '';
    this.ticket.queueId = queueId ?? event.queueId ?? '';
  }

  /** By the customer. A ticket that only waited for the customer goes on, which is no reopening. */
  reopened(agentId: string | null): void {
    const { ticket } = this;
    ticket.agentId = agentId ?? '';
    if (ticket.settledAt !== null) {
      this.unsettle();
      if (ticket.channel !== 'phone' && ticket.offeredAt === null) {
        ticket.offeredAt = this.at;
        // As when it was opened: it is offered to the centre, not to whoever had it.
        this.say('', { offered: 1 });
      }
    }
    this.take();
  }

  private unsettle(): void {
    const { ticket } = this;
    this.say(ticket.agentId, { reopened: 1 });
    if (ticket.firstContact && ticket.settledAt !== null)
      // Of the day on which it was settled: of those that were settled then, it is none any more that one contact settled.
      this.fold.facts.push({
        at: ticket.settledAt,
        ticketId: this.id,
        dimensions: ticket.settledAs ?? ofTicket(this.fold, ticket, ticket.agentId),
        sums: { firstContactUndone: 1 },
        durations: {},
      });
    ticket.settledAt = null;
    ticket.settledAs = null;
    ticket.firstContact = false;
    ticket.wasReopened = true;
  }

  statusChanged(event: FactEvent): void {
    const { to = 'open' } = datumOf('ticket.status-changed', event);
    if (settled.has(to)) this.settle(event.actorId);
    else {
      if (this.ticket.settledAt !== null) this.unsettle();
      if (to === 'pending') this.letGo(false);
      else this.take();
    }
  }

  private settle(actorId: string | null): void {
    const { ticket, at } = this;
    if (ticket.settledAt !== null) return;
    const agentId = ticket.agentId || (actorId ?? '');
    if (ticket.channel === 'chat') this.abandoned();
    ticket.settledAt = at;
    ticket.settledAs = ofTicket(this.fold, ticket, agentId);
    ticket.firstContact = ticket.turns <= 1;
    this.say(
      agentId,
      { resolved: 1, ...(ticket.firstContact && { firstContact: 1 }), ...(ticket.wasReopened && { settledAgain: 1 }) },
      {
        resolution: this.since(ticket.openedAt) / 1000,
        resolutionBusiness: this.fold.context.businessTime(ticket.openedAt, at) / 1000,
      },
    );
    this.letGo(true);
    if (ticket.channel !== 'phone') ticket.offeredAt = null;
    ticket.askedAt = null;
  }

  private take(): void {
    const { ticket, at } = this;
    if (ticket.agentId === '' || ticket.held) return;
    ticket.held = { agentId: ticket.agentId, since: at };
    this.fold.countTime(ticket.agentId, at).load += 1;
  }

  /** `done`: the agent has finished with it, or somebody else goes on. A chat is handled from when it is taken until then. */
  private letGo(done: boolean): void {
    const { ticket, at } = this;
    const { held } = ticket;
    ticket.held = null;
    if (held) {
      const agent = this.fold.countTime(held.agentId, at);
      agent.load = Math.max(0, agent.load - 1);
      if (ticket.channel === 'chat') ticket.talkMs += this.since(held.since);
    }
    if (done && ticket.channel === 'chat') this.handled(held?.agentId ?? ticket.agentId);
  }

  private handled(agentId: string): void {
    const { ticket } = this;
    const { talkMs, holdMs } = ticket;
    if (agentId === '' || talkMs + holdMs === 0) return;
    ticket.talkMs = 0;
    ticket.holdMs = 0;
    this.say(agentId, { handled: 1, talkMs, holdMs });
    this.fold.agent(agentId, this.at).last = {
      ticketId: this.id,
      dimensions: ofTicket(this.fold, ticket, agentId),
    };
  }

  callChanged(event: FactEvent): void {
    const { ticket, at } = this;
    const { state = 'waiting', direction } = datumOf('call.changed', event);
    if (direction === 'out') return this.placedCallChanged(event.agentId ?? '', state);
    const before = ticket.call;
    const isNew = before === null || (isOver(before.state) && state === 'waiting');
    // What is told of a call after its end changes nothing.
    if (!isNew && isOver(before.state)) return;
    if (before) {
      this.onTheLine(before, event.agentId ?? '');
      this.countCall(before);
    }
    const agentId = event.agentId ?? before?.agentId ?? '';
    if (isNew) this.rings();
    ticket.call = { state, since: at, agentId };
    if (state === 'talking' || state === 'held') this.connected(agentId);
    else if (state === 'voicemail') this.diverted();
    else if (isOver(state)) this.over(agentId);
  }

  /**
   * A call that an agent places is work of the agent's and was offered to nobody: its time is handled and occupied, and it is never offered,
   * answered or abandoned.
   */
  private placedCallChanged(agentId: string, state: CallState): void {
    const { ticket, at } = this;
    const before = ticket.call && !isOver(ticket.call.state) ? ticket.call : null;
    if (before) this.countCall(before);
    // What is told of a call after its end changes nothing.
    else if (isOver(state) || isOnTheLine(state)) return;
    else this.fold.countTime(agentId, at).load += 1;
    ticket.call = { state, since: at, agentId, out: true };
    if (isOnTheLine(state)) {
      ticket.askedAt = null;
      ticket.responded = true;
    }
    if (!isOver(state)) return;
    const agent = this.fold.countTime(agentId, at);
    agent.load = Math.max(0, agent.load - 1);
    if (state === 'ended' && ticket.channel === 'phone') this.letGo(true);
    this.handled(agentId);
  }

  private rings(): void {
    this.ticket.offeredAt = this.at;
    this.say('', { offered: 1 });
    noteTurn(this.ticket, this.at);
  }

  private connected(agentId: string): void {
    this.answered(agentId);
    this.ticket.askedAt = null;
    this.ticket.responded = true;
  }

  /** The voicemail answered. */
  private diverted(): void {
    if (this.ticket.offeredAt === null) return;
    this.ticket.offeredAt = null;
    this.say('', { diverted: 1 });
  }

  private over(agentId: string): void {
    this.abandoned();
    this.handled(agentId);
    this.letGo(true);
  }
}
