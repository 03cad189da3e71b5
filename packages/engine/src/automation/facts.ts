/** What is known of tickets at the moments of their events, for conditions: one statement for as many as there are. */
import { longestFactText, type Facts, type HubEvent } from '@patchbay/contracts';
import { factsOfTicket } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { gatherTicketFacts, type TicketFactsRow } from '@patchbay/store/queries/ticket-facts';
import { readHours } from '../opening-hours.ts';
import type { Parts } from '../parts.ts';

export interface TicketMoment<E> {
  readonly event: E;
  readonly ticket: TicketFactsRow;
  readonly facts: Facts;
}

type TicketEvent = Pick<HubEvent, 'ticketId' | 'at' | 'data'>;

/** Events of tickets with the facts of each; those without a ticket are left out. */
export async function ticketFacts<E extends TicketEvent>(
  parts: Pick<Parts, 'db'>,
  sql: Queryable,
  events: readonly E[],
): Promise<TicketMoment<E>[]> {
  const about = events.filter(({ ticketId }) => ticketId !== null);
  const rows = await gatherTicketFacts(
    sql,
    about.map(({ ticketId, data }) => ({ ticketId: ticketId ?? '', messageId: messageOf(data) })),
    longestFactText,
  );
  const { centre } = await readHours(parts.db, sql);
  return rows.flatMap((ticket) => {
    const event = about[ticket.n];
    if (!event) return [];
    return [{ event, ticket, facts: factsOfTicket(ticket, new Date(event.at), centre) }];
  });
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function messageOf({ messageId }: HubEvent['data']): string | null {
  return typeof messageId === 'string' && uuid.test(messageId) ? messageId : null;
}
