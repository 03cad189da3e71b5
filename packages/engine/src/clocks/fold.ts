/** From events to what is kept of a ticket's clocks. */
import type { HubEvent } from '@patchbay/contracts';
import {
  advance,
  beginState,
  clocksOfTicket,
  type Clock,
  type PlanBook,
  type TicketState,
} from '@patchbay/domain/sla/clocks';
import { factOf, type Choice, type Surroundings } from '@patchbay/domain/sla/facts';
import type { ClockRow, ClockSummary, KeptState } from '@patchbay/store/queries/clocks';

export type Kept = KeptState<TicketState, Choice>;
export type FoldedEvent = Pick<HubEvent, 'seq' | 'type' | 'data'> & { readonly at: string | Date };

export const beginKept = (ticketId: string, choice: Choice): Kept => ({
  ticketId,
  seq: 0,
  firstChoice: choice,
  decided: choice,
  state: beginState(choice),
});

/** Goes on with events, oldest first; those that are in the state already change nothing. */
export function foldEvents(
  kept: Kept,
  events: readonly FoldedEvent[],
  around: Surroundings,
  book: PlanBook,
): { kept: Kept; clocks: ClockRow[] } {
  let { state, seq } = kept;
  const rows = new Map<string, ClockRow>();
  const put = (clocks: readonly Clock[]) => {
    for (const clock of clocks) rows.set(`${clock.kind} ${clock.round}`, rowOf(kept.ticketId, clock));
  };
  for (const event of events) {
    if (event.seq <= seq) continue;
    seq = event.seq;
    const fact = factOf(event, around);
    if (!fact) continue;
    const next = advance(state, fact, new Date(event.at).getTime(), book);
    state = next.state;
    put(next.over);
  }
  put(clocksOfTicket(state, book));
  return { kept: { ...kept, state, seq }, clocks: [...rows.values()] };
}

const moment = (at: number | null): Date | null => (at === null ? null : new Date(at));

function rowOf(ticketId: string, clock: Clock): ClockRow {
  return {
    ticketId,
    kind: clock.kind,
    round: clock.round,
    choice: clock.choice,
    target: clock.target,
    state: clock.state,
    startedAt: new Date(clock.startedAt),
    dueAt: moment(clock.dueAt),
    warnAt: moment(clock.warnAt),
    metAt: moment(clock.metAt),
    businessMs: Math.round(clock.businessMs),
    calendarMs: Math.round(clock.calendarMs),
    runs: [...clock.runs],
  };
}

/** The clock that is due next, and otherwise one that stands still. */
export function summaryOf(state: TicketState, book: PlanBook): ClockSummary {
  const open = clocksOfTicket(state, book).filter(({ metAt }) => metAt === null);
  const [next] = open.toSorted((a, b) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity));
  return {
    kind: next?.kind ?? null,
    clockState: next?.state ?? null,
    dueAt: moment(next?.dueAt ?? null),
    warnAt: moment(next?.warnAt ?? null),
  };
}
