/** Computes a day anew from its events and says where the running figures part from that. */
import {
  addDays,
  countAgentTime,
  factEventTypes,
  figureDifferences,
  foldFacts,
  grains,
  quartersOf,
  rollUp,
  startOfDay,
  type AgentState,
  type Fact,
  type FactContext,
  type FigureDifference,
  type FigureRow,
  type FigureWorld,
  type TicketState,
} from '@patchbay/domain';
import type { Database, Queryable } from '@patchbay/store';
import {
  countEntries,
  deleteDay,
  eventsOfDay,
  holdFigures,
  rebuildMonth,
  reopeningsAfter,
  sumsOfDay,
} from '@patchbay/store/queries/figure-days';
import { addSums, insertEntries, readAgentStates, readTicketStates } from '@patchbay/store/queries/figures';
import { entriesOf, factNames } from './keep.ts';
import { publishedHours } from './open-hours.ts';
import { contextFor, type FigureParts } from './reader.ts';

export interface RecomputedDay {
  readonly day: string;
  readonly events: number;
  readonly facts: number;
  /** Of the sums, and of how many tickets stand behind each (`tickets`). */
  readonly differences: readonly FigureDifference[];
}

interface Day {
  readonly day: string;
  readonly from: Date;
  readonly until: Date;
  /** Up to which event figures are kept. */
  readonly seq: number;
}

/** `correct`: what differs is put right, in the day, its quarters and its month. Figures stand still meanwhile; nothing else does. */
export const recomputeDay = (db: Database, parts: FigureParts, day: string, correct: boolean): Promise<RecomputedDay> =>
  db.transaction((tx) => recomputeDayIn(tx, parts, day, correct));

export async function recomputeDayIn(
  tx: Queryable,
  parts: FigureParts,
  day: string,
  correct: boolean,
): Promise<RecomputedDay> {
  const { timeZone } = parts.config;
  const [from, until] = [day, addDays(day, 1)].map((one) => new Date(startOfDay(one, timeZone))) as [Date, Date];
  const seq = await holdFigures(tx);
  const events = await eventsOfDay(tx, { from, until, seq, types: factEventTypes });
  const facts = await factsOf(tx, parts, { day, from, until, seq }, events);
  const rows = rollUp(facts, quartersOf(timeZone));
  const kept = (await sumsOfDay(tx, day, factNames)) as FigureRow[];
  const ofDay = rows.filter(({ grain }) => grain !== grains.month);
  const differences = [
    ...figureDifferences(kept, ofDay),
    ...entryDifferences(await countEntries(tx, from, until), facts),
  ];
  if (correct && differences.length > 0) await putRight(tx, { day, from, until, seq }, facts, ofDay);
  return { day, events: events.length, facts: facts.length, differences };
}

async function factsOf(
  tx: Queryable,
  parts: FigureParts,
  { day, from, until, seq }: Day,
  events: Awaited<ReturnType<typeof eventsOfDay>>,
): Promise<Fact[]> {
  const context = await contextFor(tx, events, await publishedHours(parts.openingHours)(tx));
  const ids = [...new Set(events.flatMap(({ ticketId }) => ticketId ?? []))];
  const grades = new Map((await readTicketStates<TicketState>(tx, ids)).map(({ id, state }) => [id, state.grade]));
  const world: FigureWorld = { tickets: new Map(), agents: new Map() };
  const about: FactContext = {
    ...context,
    // The customer's grade may be another by now.
    attributes: (id) => ({ type: context.attributes(id).type, grade: grades.get(id) ?? context.attributes(id).grade }),
  };
  const facts = foldFacts(world, events, about);
  for (const { id, state } of await readAgentStates<AgentState>(tx, null)) {
    const agent = world.agents.get(id);
    const countedTo = Math.min(state.countedTo, until.getTime());
    if (agent) countAgentTime(agent, countedTo, { agentId: id, teamId: context.teamOf(id) }, facts);
  }
  // What was settled on the day and opened again later takes back what it counted for.
  const ticketIds = [...world.tickets].flatMap(([id, { firstContact, settledAt }]) =>
    firstContact && settledAt !== null && settledAt >= from.getTime() ? [id] : [],
  );
  const later = await reopeningsAfter(tx, { ticketIds, until, seq });
  facts.push(...foldFacts({ tickets: world.tickets, agents: new Map() }, later, about));
  const quarterOf = quartersOf(parts.config.timeZone);
  return facts.filter(({ at }) => quarterOf(at).day === day);
}

function entryDifferences(kept: ReadonlyMap<string, number>, facts: readonly Fact[]): FigureDifference[] {
  const counts = new Map<string, number>();
  for (const { fact } of entriesOf(facts)) counts.set(fact, (counts.get(fact) ?? 0) + 1);
  return [...new Set([...kept.keys(), ...counts.keys()])]
    .filter((fact) => kept.get(fact) !== counts.get(fact))
    .map((fact) => ({
      row: 'tickets',
      name: fact,
      kept: kept.get(fact) ?? 0,
      recomputed: counts.get(fact) ?? 0,
    }));
}

async function putRight(
  tx: Queryable,
  { day, from, until }: Day,
  facts: readonly Fact[],
  rows: readonly FigureRow[],
): Promise<void> {
  await deleteDay(tx, day, from, until);
  await addSums(tx, rows, factNames);
  await insertEntries(tx, entriesOf(facts));
  await rebuildMonth(tx, `${day.slice(0, 8)}01`, factNames);
}
