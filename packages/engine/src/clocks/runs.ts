/** Goes through the clocks of open tickets: rebuilds them from the events, or tries or applies the newest version of the plan. */
import type { ClockRun, ClockRunCounts } from '@patchbay/contracts';
import { advance, clocksOfTicket, type Clock, type TicketState } from '@patchbay/domain/sla/clocks';
import { clockEvents, type Choice } from '@patchbay/domain/sla/facts';
import { choosePolicy } from '@patchbay/domain/sla/policy';
import type { Queryable } from '@patchbay/store';
import {
  clockTicketsAfter,
  dropClocksBut,
  historyOf,
  holdClockReader,
  keepClocks,
  readStates,
  readTraits,
  tellTargetsChanged,
  type TraitsRow,
} from '@patchbay/store/queries/clocks';
import {
  advanceClockRun,
  beginClockRun,
  readClockRun,
  takeClockRun,
  type ClockRunState,
} from '@patchbay/store/queries/clock-runs';
import { newestPlanNumber } from '@patchbay/store/queries/service-plans';
import { registerReader } from '@patchbay/store/queries/event-readers';
import type { Parts } from '../parts.ts';
import { beginKept, foldEvents, summaryOf, type Kept } from './fold.ts';
import { noCounts, openBook } from './plans.ts';
import { clockReaderName, surroundingsOf } from './reader.ts';

type RunParts = Pick<Parts, 'db' | 'channels' | 'now' | 'relay'>;
type Book = Awaited<ReturnType<typeof openBook>>;

const batchSize = 200;
const sampleSize = 20;
/** A job ends after so long; the clock begins the next one. Milliseconds. */
const workMs = 5_000;
const askMs = 200;

/** Handles the job `run-clocks`; answers how many batches it did. One that was cut off by a crash is done again, with the same result. */
export async function runClocks(parts: RunParts): Promise<number> {
  const end = performance.now() + workMs;
  let batches = 0;
  while (performance.now() < end && (await parts.db.transaction((tx) => runBatch(parts, tx)))) {
    parts.relay.nudge();
    batches += 1;
  }
  return batches;
}

async function runBatch(parts: RunParts, tx: Queryable): Promise<boolean> {
  const run = await takeClockRun(tx);
  if (!run) return false;
  await registerReader(tx, clockReaderName, 'now');
  const place = await holdClockReader(tx);
  const ids = await clockTicketsAfter(tx, run.cursor, run.kind !== 'rebuild', batchSize);
  const work = run.kind === 'rebuild' ? rebuild(parts, tx, ids, place) : replan(parts, tx, ids, run);
  const counts = added(run.counts, await work, parts.now().getTime());
  const further = { ...run, cursor: ids.at(-1) ?? run.cursor, done: run.done + ids.length, counts };
  await advanceClockRun(tx, further, ids.length < batchSize);
  return true;
}

interface Difference {
  ticketId: string;
  number: number;
  before: Clock[];
  after: Clock[];
}

async function rebuild(parts: RunParts, tx: Queryable, ids: readonly string[], place: number): Promise<Difference[]> {
  const history = Map.groupBy(await historyOf(tx, ids, clockEvents, place), ({ ticketId }) => ticketId);
  const states = new Map((await readStates<TicketState, Choice>(tx, ids)).map((state) => [state.ticketId, state]));
  const traits = await readTraits(tx, ids);
  const named = [...history.values()].flat().filter(({ type }) => type === 'ticket.targets-changed');
  const choices = [...states.values()].flatMap(({ firstChoice, decided, state }) => [
    firstChoice,
    decided,
    state.choice,
  ]);
  const book = await openBook(parts.db, tx, [
    ...choices.map(({ version }) => version),
    ...named.map(({ data }) => Number(data['version'])),
  ]);
  const around = await surroundingsOf(parts, tx, [...history.values()].flat());
  const rebuilt = traits.map((row) => {
    const known = states.get(row.ticketId);
    const begun = beginKept(row.ticketId, known?.firstChoice ?? choiceOf(book, row));
    const folded = foldEvents(begun, history.get(row.ticketId) ?? [], around, book);
    const kept = { ...folded.kept, seq: place, decided: known?.decided ?? begun.decided };
    return { row, known, kept, clocks: folded.clocks };
  });
  // What lies in the past of a ticket that had no clocks is no news to anybody.
  for (const [some, silent] of [
    [rebuilt.filter(({ known }) => known), null],
    [rebuilt.filter(({ known }) => !known), parts.now()],
  ] as const)
    await keepClocks(
      tx,
      some.map(({ kept }) => ({ ...kept, ...summaryOf(kept.state, book) })),
      some.flatMap(({ clocks }) => clocks),
      silent,
    );
  await dropClocksBut(
    tx,
    ids,
    rebuilt.flatMap(({ clocks }) => clocks),
  );
  return rebuilt.map(({ row, known, kept }) => ({
    ticketId: row.ticketId,
    number: row.number,
    before: known ? clocksOfTicket(known.state, book) : [],
    after: clocksOfTicket(kept.state, book),
  }));
}

function choiceOf({ newest }: Book, row: TraitsRow): Choice {
  const { policy, reason } = choosePolicy(newest.plan, row);
  return { version: newest.version, policyId: policy?.id ?? null, reason };
}

/** By the newest version instead of the one each ticket has; a preview changes nothing. */
async function replan(
  parts: RunParts,
  tx: Queryable,
  ids: readonly string[],
  run: ClockRunState,
): Promise<Difference[]> {
  const states = new Map((await readStates<TicketState, Choice>(tx, ids)).map((state) => [state.ticketId, state]));
  const rows = await readTraits(tx, ids);
  const book = await openBook(
    parts.db,
    tx,
    [...states.values()].flatMap(({ state, decided }) => [state.choice.version, decided.version]),
  );
  const now = parts.now().getTime();
  const moving: { kept: Kept; choice: Choice }[] = [];
  const differences = rows.flatMap((row) => {
    const kept = states.get(row.ticketId);
    if (!kept) return [];
    const choice = { ...choiceOf(book, row), reason: run.reason };
    if (choice.version === kept.decided.version && choice.policyId === kept.decided.policyId) return [];
    moving.push({ kept, choice });
    const { state } = advance(kept.state, { kind: 'targets', choice }, now, book);
    const [before, after] = [clocksOfTicket(kept.state, book), clocksOfTicket(state, book)];
    return [{ ticketId: row.ticketId, number: row.number, before, after }];
  });
  if (run.kind === 'apply' && moving.length > 0) {
    await keepClocks(
      tx,
      moving.map(({ kept, choice }) => ({ ...kept, decided: choice, ...summaryOf(kept.state, book) })),
      [],
      null,
    );
    const changes = moving.map(({ kept: { ticketId }, choice }) => ({
      ticketId,
      version: choice.version,
      policy: choice.policyId,
      name: book.policy(choice)?.nameEn ?? null,
      reason: choice.reason,
    }));
    await tellTargetsChanged(tx, changes, run.agentId);
  }
  return differences;
}

const keyOf = ({ kind, round }: Clock): string => `${kind} ${round}`;
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Only clocks that are not over count. */
function added(counts: ClockRunCounts, differences: readonly Difference[], now: number): ClockRunCounts {
  const total = { ...counts, sample: [...counts.sample] };
  for (const { ticketId, number, before, after } of differences) {
    const earlier = new Map(before.filter(({ metAt }) => metAt === null).map((clock) => [keyOf(clock), clock]));
    const later = new Map(after.filter(({ metAt }) => metAt === null).map((clock) => [keyOf(clock), clock]));
    for (const [key, clock] of later) {
      const was = earlier.get(key);
      if (!was) total.added += 1;
      else if (was.dueAt !== clock.dueAt) {
        total.moved += 1;
        if (was.dueAt !== null && clock.dueAt !== null) total[clock.dueAt < was.dueAt ? 'earlier' : 'later'] += 1;
        if (total.sample.length < sampleSize)
          total.sample.push({ ticketId, number, kind: clock.kind, from: iso(was.dueAt), to: iso(clock.dueAt) });
      }
      const breaches = clock.dueAt !== null && clock.dueAt < now;
      const breached = was !== undefined && was.dueAt !== null && was.dueAt < now;
      if (breaches && !breached) total.breaching += 1;
    }
    for (const key of earlier.keys()) if (!later.has(key)) total.dropped += 1;
  }
  return total;
}

/** Goes through all of them at once, after whatever runs already. */
export async function rebuildClocks(parts: RunParts): Promise<ClockRun> {
  const { sql } = parts.db;
  const version = await newestPlanNumber(sql);
  const run = { kind: 'rebuild', version, reason: 'Asked for by command', counts: noCounts, agentId: null } as const;
  const id = await beginClockRun(sql, run);
  let read = await readClockRun(sql, id);
  while (read?.state === 'running') {
    // Somebody else may be at it.
    if ((await runClocks(parts)) === 0) await new Promise((resolve) => setTimeout(resolve, askMs));
    read = await readClockRun(sql, id);
  }
  return read as ClockRun;
}
