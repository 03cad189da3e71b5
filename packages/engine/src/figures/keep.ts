/** What is kept of a fold between batches of events, and what facts become in the database. */
import {
  durationNames,
  rollUp,
  sumNames,
  type AgentState,
  type DurationName,
  type Fact,
  type FactEvent,
  type FigureRow,
  type FigureWorld,
  type LocalQuarter,
  type SumName,
  type TicketState,
} from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import {
  addSums,
  insertEntries,
  keepAgentStates,
  keepTicketStates,
  readAgentStates,
  readTicketStates,
  type FigureEntry,
} from '@patchbay/store/queries/figures';

export const factNames = { sums: sumNames, durations: durationNames };

/** Counts whose tickets can be listed; with the durations, which all can. */
const listedSums: ReadonlySet<SumName> = new Set([
  'received',
  'opened',
  'offered',
  'answered',
  'abandoned',
  'diverted',
  'handled',
  'transferred',
  'resolved',
  'firstContact',
  'firstContactUndone',
  'reopened',
  'settledAgain',
]);

/** A duration that says how long the wait or the work of a count was. */
function secondsOf(fact: Fact, name: SumName): number | null {
  const { waitMs, abandonedWaitMs, talkMs = 0, holdMs = 0 } = fact.sums;
  if (name === 'answered') return (waitMs ?? 0) / 1000;
  if (name === 'abandoned') return (abandonedWaitMs ?? 0) / 1000;
  return name === 'handled' ? (talkMs + holdMs) / 1000 : null;
}

export function entriesOf(facts: Iterable<Fact>): FigureEntry[] {
  const entries: FigureEntry[] = [];
  for (const fact of facts) {
    const { ticketId, dimensions } = fact;
    if (ticketId === null) continue;
    const about = { at: new Date(fact.at).toISOString(), ticketId, ...dimensions };
    for (const name of Object.keys(fact.sums) as SumName[])
      if (listedSums.has(name)) entries.push({ ...about, fact: name, seconds: secondsOf(fact, name) });
    for (const [name, seconds] of Object.entries(fact.durations) as [DurationName, number][])
      if (name !== 'answerWait') entries.push({ ...about, fact: name, seconds });
  }
  return entries;
}

/** The states that events can touch. */
export async function readWorld(tx: Queryable, events: readonly FactEvent[]): Promise<FigureWorld> {
  const ticketIds = [...new Set(events.flatMap(({ ticketId }) => ticketId ?? []))];
  const tickets = await readTicketStates<TicketState>(tx, ticketIds);
  const agentIds = new Set([
    ...events.flatMap(({ agentId, data }) => [agentId, data['agentId']]),
    ...tickets.flatMap(({ state }) => [state.agentId, state.held?.agentId, state.call?.agentId]),
  ]);
  const named = [...agentIds].filter((id) => typeof id === 'string' && id !== '') as string[];
  const agents = await readAgentStates<AgentState>(tx, named);
  return {
    tickets: new Map(tickets.map(({ id, state }) => [id, state])),
    agents: new Map(agents.map(({ id, state }) => [id, state])),
  };
}

export async function keepWorld(tx: Queryable, world: FigureWorld): Promise<void> {
  await keepTicketStates(
    tx,
    [...world.tickets].map(([ticketId, state]) => ({
      ticketId,
      queueId: state.queueId,
      openedAt: new Date(state.openedAt),
      settledAt: state.settledAt === null ? null : new Date(state.settledAt),
      state,
    })),
  );
  await keepAgentStates(
    tx,
    [...world.agents].map(([agentId, state]) => ({ agentId, state })),
  );
}

export async function addFacts(
  tx: Queryable,
  facts: readonly Fact[],
  quarterOf: (at: number) => LocalQuarter,
): Promise<void> {
  await insertEntries(tx, entriesOf(facts));
  await addSums(tx, inOrder(rollUp(facts, quarterOf)), factNames);
}

/** In the order of the table's key, so that neighbouring rows are written together. */
function inOrder(rows: FigureRow[]): FigureRow[] {
  const key = (row: FigureRow) => `${row.grain} ${row.slice} ${row.day} ${row.queueId} ${row.agentId}`;
  return rows
    .map((row) => ({ row, by: key(row) }))
    .toSorted((a, b) => (a.by < b.by ? -1 : 1))
    .map(({ row }) => row);
}
