/** Tries a rule on what has happened. Nothing is written, and what it costs does not grow with history. */
import type { ActionOutcome, AutomationTried, automationTry } from '@patchbay/contracts';
import { holds, wouldDo } from '@patchbay/domain';
import { hasReplied, recentEvents } from '@patchbay/store/queries/automation-runs';
import type { TicketFactsRow } from '@patchbay/store/queries/ticket-facts';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import { ticketFacts, type TicketMoment } from './facts.ts';

const days = 7;
/** Of all events the newest that are looked through. */
const within = 200_000;
const mostEvents = 2_000;
const batch = 500;
const mostTickets = 100;

type Draft = z.output<typeof automationTry>;

export async function tryRule(parts: Parts, draft: Draft): Promise<AutomationTried> {
  const since = new Date(parts.now().getTime() - days * 24 * 3_600_000);
  const found = await recentEvents(parts.db.sql, draft.events, since, within, mostEvents + 1);
  const events = found.events.slice(0, mostEvents);
  const matched: TicketMoment<(typeof events)[number]>[] = [];
  for (let at = 0; at < events.length; at += batch) {
    const moments = await ticketFacts(parts, parts.db.sql, events.slice(at, at + batch));
    matched.push(...moments.filter(({ facts }) => draft.condition === null || holds(draft.condition, facts)));
  }
  const cut = found.events.length > mostEvents;
  const last = events.at(-1);
  return {
    since: cut && last ? last.at : found.since.toISOString(),
    looked: events.length,
    matched: matched.length,
    cut: cut || found.cut,
    tickets: await linesOf(parts, draft, matched),
  };
}

async function linesOf(
  parts: Parts,
  { actions, ruleId = null }: Draft,
  matched: readonly TicketMoment<{ at: string; type: string }>[],
): Promise<AutomationTried['tickets']> {
  const groups = [...Map.groupBy(matched, ({ ticket }) => ticket.ticketId).values()].slice(0, mostTickets);
  return Promise.all(
    groups.map(async (moments) => {
      const [newest] = moments as [TicketMoment<{ at: string; type: string }>];
      const { ticket, event } = newest;
      return {
        ticketId: ticket.ticketId,
        number: ticket.number,
        subject: ticket.subject,
        at: event.at,
        eventType: event.type,
        times: moments.length,
        would: await outcomes(parts, ticket, actions, ruleId),
      };
    }),
  );
}

async function outcomes(
  parts: Parts,
  ticket: TicketFactsRow,
  actions: Draft['actions'],
  ruleId: string | null,
): Promise<ActionOutcome[]> {
  const answered = ruleId !== null && (await hasReplied(parts.db.sql, ruleId, ticket.ticketId));
  return actions.map((action) => ({ do: action.do, ...wouldDo(action, ticket, answered) }));
}
