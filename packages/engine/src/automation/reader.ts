/** Follows the events and writes down which rules act on which of them. What they do is done by jobs, ticket by ticket. */
import { automationEvent } from '@patchbay/contracts';
import { matchingRules, runOfCorrelation } from '@patchbay/domain';
import type { RoutedEvent } from '@patchbay/store';
import { activeRules } from '@patchbay/store/queries/automation';
import { chainsOfRuns, insertRuns } from '@patchbay/store/queries/automation-runs';
import type { EventReader } from '../live/event-readers.ts';
import type { Parts } from '../parts.ts';
import { ticketFacts } from './facts.ts';

/**
 * Conditions are held against the ticket as it is when its event is read, a moment after it happened. What a rule does is seen by the rules
 * that its own events wake, and not by those after it.
 */
export function automationReader(parts: Parts): EventReader {
  const touched = new Set<string>();
  return {
    name: 'automation',
    from: 'now',
    async read(tx, events) {
      const about = events.filter(({ type, ticketId }) => ticketId !== null && automationEvent.safeParse(type).success);
      if (about.length === 0) return;
      const rules = await activeRules(tx);
      const types: ReadonlySet<string> = new Set(rules.flatMap((rule) => rule.events));
      const wanted = about.filter(({ type }) => types.has(type));
      if (wanted.length === 0) return;
      const chains = await chainsOfRuns(tx, causesOf(wanted));
      const runs = (await ticketFacts(parts, tx, wanted)).flatMap(({ event, ticket, facts }) => {
        const chain = chains.get(runOfCorrelation(event.correlationId) ?? '') ?? [];
        return matchingRules(rules, event.type, facts, chain).map((match) => ({
          ...match,
          eventSeq: event.seq,
          eventType: event.type,
          ticketId: ticket.ticketId,
        }));
      });
      await insertRuns(tx, runs);
      for (const { ticketId } of runs) touched.add(ticketId);
    },
    committed() {
      for (const ticketId of touched) parts.jobs.add('run-automation', { automatedTicketId: ticketId });
      touched.clear();
    },
  };
}

const causesOf = (events: readonly RoutedEvent[]): string[] => [
  ...new Set(events.flatMap(({ correlationId }) => runOfCorrelation(correlationId) ?? [])),
];
