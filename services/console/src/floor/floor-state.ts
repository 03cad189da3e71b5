/** What the floor knows, and what an event makes out of date. Pure. */
import type { FloorAgent, FloorWaiting, HubEvent } from '@patchbay/contracts';

export interface Floor {
  readonly agents: ReadonlyMap<string, FloorAgent>;
  readonly waiting: ReadonlyMap<string, FloorWaiting>;
}

export interface Touched {
  readonly agentIds: ReadonlySet<string>;
  readonly ticketIds: ReadonlySet<string>;
}

const moving = /^(?:ticket|call|clock|agent)\./;
const settings = new Set(['agent', 'skill', 'team', 'queue']);

/** Whose rows have to be read again after the events; those who hold or were offered a ticket with it. */
export function touchedBy(events: readonly HubEvent[], { agents }: Pick<Floor, 'agents'>): Touched {
  const agentIds = new Set<string>();
  const ticketIds = new Set<string>();
  for (const { type, ticketId, agentId, data } of events) {
    if (!moving.test(type)) continue;
    if (ticketId) ticketIds.add(ticketId);
    for (const id of [agentId, data['agentId'], data['fromAgentId'], data['toAgentId']])
      if (typeof id === 'string') agentIds.add(id);
  }
  for (const { id, holds } of agents.values())
    if (holds.some(({ ticketId }) => ticketIds.has(ticketId))) agentIds.add(id);
  return { agentIds, ticketIds };
}

/** After these the whole floor is another one. */
export const changesAll = (events: readonly HubEvent[]): boolean =>
  events.some(({ type, data }) => type === 'setting.changed' && settings.has(String(data['setting'])));

/** Rows that were read again in place of those before; who was asked for and not answered is not there any more. */
export function withRows(floor: Floor, asked: Touched, agents: FloorAgent[], waiting: FloorWaiting[]): Floor {
  return {
    agents: replaced(floor.agents, asked.agentIds, agents, ({ id }) => id),
    waiting: replaced(floor.waiting, asked.ticketIds, waiting, ({ ticketId }) => ticketId),
  };
}

function replaced<T>(
  before: ReadonlyMap<string, T>,
  asked: ReadonlySet<string>,
  rows: readonly T[],
  keyOf: (row: T) => string,
): ReadonlyMap<string, T> {
  if (asked.size === 0) return before;
  const after = new Map(before);
  for (const id of asked) after.delete(id);
  for (const row of rows) after.set(keyOf(row), row);
  return after;
}

export interface FloorFilter {
  readonly queueId: string | null;
  readonly teamId: string | null;
}

/** Whoever is at work first, then by name. */
const atWork = ['online', 'busy', 'wrap-up', 'away', 'offline'];

export function shownAgents({ agents }: Floor, { queueId, teamId }: FloorFilter): FloorAgent[] {
  return [...agents.values()]
    .filter(
      ({ queueIds, teamIds }) => (!queueId || queueIds.includes(queueId)) && (!teamId || teamIds.includes(teamId)),
    )
    .toSorted((a, b) => atWork.indexOf(a.presence) - atWork.indexOf(b.presence) || (a.name < b.name ? -1 : 1));
}

export interface PlacedItem extends FloorWaiting {
  /** In its queue, from 1. */
  readonly place: number;
}

/** What an item counts at a moment, in ms since the epoch. */
export function priorityAt({ priority, waitingSince }: Pick<FloorWaiting, 'priority' | 'waitingSince'>, now: number) {
  const waiting = (priority.ageing * Math.max(0, now - Date.parse(waitingSince))) / 60_000;
  return { ...priority, waiting, total: priority.queue + priority.ticket + waiting };
}

/** Most urgent first. All items of a queue gain alike, so that within one the order does not change by waiting. */
export function shownWaiting({ waiting }: Floor, { queueId }: FloorFilter, now: number): PlacedItem[] {
  const places = new Map<string, number>();
  return [...waiting.values()]
    .filter((item) => !queueId || item.queueId === queueId)
    .map((item) => ({ item, total: priorityAt(item, now).total }))
    .toSorted(
      (a, b) =>
        b.total - a.total ||
        Date.parse(a.item.waitingSince) - Date.parse(b.item.waitingSince) ||
        (a.item.ticketId < b.item.ticketId ? -1 : 1),
    )
    .map(({ item }) => {
      const place = (places.get(item.queueId) ?? 0) + 1;
      places.set(item.queueId, place);
      return { ...item, place };
    });
}
