/** Keeps the running figures: follows the events, and writes what they add to them in the transaction that moves its place. */
import type { HubConfig } from '@patchbay/config';
import { answerTargets, factEventTypes, foldFacts, quartersOf, type FactContext } from '@patchbay/domain';
import type { FactEvent, OpeningHours } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import { readTeams, readTicketAttributes, tellFigures } from '@patchbay/store/queries/figures';
import { readQueueTargets } from '@patchbay/store/queries/queues';
import type { EventReader } from '../live/event-readers.ts';
import { longestWaitMs } from '../rush.ts';
import { addFacts, keepWorld, readWorld } from './keep.ts';
import { publishedHours } from './open-hours.ts';

const counted: ReadonlySet<string> = new Set(factEventTypes);

export interface FigureParts {
  readonly config: Pick<HubConfig, 'timeZone'>;
  readonly openingHours: OpeningHours;
}

export function figuresReader({ config, openingHours }: FigureParts): EventReader {
  const quarterOf = quartersOf(config.timeZone);
  const hours = publishedHours(openingHours);
  return {
    name: 'figures',
    from: 'beginning',
    rushWaitMs: longestWaitMs.figures,
    async read(tx, all) {
      const events = all.filter(({ type }) => counted.has(type));
      if (events.length === 0) return;
      const world = await readWorld(tx, events);
      const facts = foldFacts(world, events, await contextFor(tx, events, await hours(tx)));
      await keepWorld(tx, world);
      await addFacts(tx, facts, quarterOf);
      await tellFigures(tx);
    },
  };
}

/** What the fold has to know besides the events. */
export async function contextFor(
  tx: Queryable,
  events: readonly FactEvent[],
  businessTime: FactContext['businessTime'],
): Promise<FactContext> {
  const opened = events.flatMap(({ type, ticketId }) => (type === 'ticket.opened' && ticketId ? [ticketId] : []));
  const attributes = new Map((await readTicketAttributes(tx, opened)).map(({ id, ...found }) => [id, found]));
  const teams = await readTeams(tx);
  return {
    businessTime,
    answerMs: answerTargets(await readQueueTargets(tx)),
    attributes: (ticketId) => attributes.get(ticketId) ?? { type: '', grade: '' },
    teamOf: (agentId) => teams.get(agentId) ?? '',
  };
}
