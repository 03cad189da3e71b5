/** Keeps the clocks of tickets as their events pass: set by set, in the transaction that moves the reader's place. */
import type { HubEvent } from '@patchbay/contracts';
import { asksForGrade, choosePolicy } from '@patchbay/domain/sla/policy';
import { clockEvents, type Surroundings } from '@patchbay/domain/sla/facts';
import type { Queryable, RoutedEvent } from '@patchbay/store';
import {
  forwardsAmong,
  historyOf,
  keepClocks,
  openTicketsOf,
  readStates,
  readTraits,
  tellTargetsChanged,
  type ClockRow,
  type TraitsRow,
} from '@patchbay/store/queries/clocks';
import type { TicketState } from '@patchbay/domain/sla/clocks';
import type { Choice } from '@patchbay/domain/sla/facts';
import type { EventReader } from '../live/event-readers.ts';
import type { Parts } from '../parts.ts';
import { soonMs } from './fire.ts';
import { beginKept, foldEvents, summaryOf, type FoldedEvent, type Kept } from './fold.ts';
import { openBook } from './plans.ts';

export const clockReaderName = 'clocks';

type Book = Awaited<ReturnType<typeof openBook>>;
const types: readonly string[] = clockEvents;

/** After these another policy may fit. */
const choosing = new Set<string>(['ticket.request-changed', 'ticket.queued', 'ticket.customer-changed']);

export function clockReader(parts: Pick<Parts, 'db' | 'jobs' | 'relay' | 'channels' | 'now'>): EventReader {
  let coming = new Set<number>();
  let told = false;
  return {
    name: clockReaderName,
    from: 'now',
    async read(tx, events) {
      [coming, told] = [new Set(), false];
      const done = await followEvents(parts, tx, events, parts.now());
      told = done.told;
      const until = parts.now().getTime() + soonMs;
      for (const { warnAt, dueAt, metAt } of done.clocks)
        for (const at of metAt === null ? [warnAt, dueAt] : [])
          if (at && at.getTime() <= until) coming.add(at.getTime());
    },
    committed() {
      const now = parts.now().getTime();
      for (const fireAt of coming) parts.jobs.add('fire-clocks', { fireAt }, { delayMs: Math.max(0, fireAt - now) });
      if (told) parts.relay.nudge();
    },
  };
}

async function followEvents(
  parts: Pick<Parts, 'db' | 'channels'>,
  tx: Queryable,
  events: readonly RoutedEvent[],
  now: Date,
): Promise<{ clocks: ClockRow[]; told: boolean }> {
  const own = Map.groupBy(
    events.filter(({ type, ticketId }) => ticketId !== null && types.includes(type)),
    ({ ticketId }) => ticketId as string,
  );
  const toChoose = await ticketsToChoose(parts, tx, events);
  const ids = [...new Set([...own.keys(), ...toChoose])];
  if (ids.length === 0) return { clocks: [], told: false };
  const states = await readStates<TicketState, Choice>(tx, ids);
  const kept = new Map(states.map((state) => [state.ticketId, state]));
  const fresh = ids.filter((id) => !kept.has(id));
  const asked = [...new Set([...fresh, ...toChoose])];
  const traits = new Map((asked.length > 0 ? await readTraits(tx, asked) : []).map((row) => [row.ticketId, row]));
  const book = await openBook(parts.db, tx, [...versionsOf(states), ...versionsNamed(events)]);
  for (const id of fresh) {
    const row = traits.get(id);
    if (row) kept.set(id, beginKept(id, choiceOf(book, row)));
  }
  const histories = await wholeHistories(tx, fresh, own, events.at(-1)?.seq ?? 0);
  const around = await surroundingsOf(parts, tx, [...own.values(), ...histories.values()].flat());
  const folded = [...kept.values()].map((one) =>
    foldEvents(one, histories.get(one.ticketId) ?? own.get(one.ticketId) ?? [], around, book),
  );
  const changes = toChoose.flatMap((id) => {
    const one = folded.find(({ kept: { ticketId } }) => ticketId === id);
    const row = traits.get(id);
    return one && row ? (rechosen(book, one.kept, row) ?? []) : [];
  });
  for (const { ticketId, choice } of changes) {
    const one = folded.find(({ kept: { ticketId: id } }) => id === ticketId);
    if (one) one.kept = { ...one.kept, decided: choice };
  }
  const clocks = folded.flatMap((one) => one.clocks);
  const isOld = ({ ticketId }: { ticketId: string }) => histories.has(ticketId);
  const all = folded.map((one) => ({ ...one.kept, ...summaryOf(one.kept.state, book) }));
  await keepClocks(
    tx,
    all.filter((one) => !isOld(one)),
    clocks.filter((one) => !isOld(one)),
    null,
  );
  // What lies in the past of a ticket that had no clocks is no news to anybody.
  if (histories.size > 0) await keepClocks(tx, all.filter(isOld), clocks.filter(isOld), now);
  await tellTargetsChanged(tx, changes.map(toldOf(book)), null);
  return { clocks, told: changes.length > 0 || clocks.some(({ metAt }) => metAt !== null) };
}

async function ticketsToChoose(
  parts: Pick<Parts, 'db'>,
  tx: Queryable,
  events: readonly RoutedEvent[],
): Promise<string[]> {
  const found = events.flatMap(({ type, ticketId }) => (ticketId !== null && choosing.has(type) ? [ticketId] : []));
  const graded = events.flatMap(({ type, customerId }) =>
    type === 'customer.graded' && customerId ? [customerId] : [],
  );
  if (graded.length > 0 && asksForGrade((await openBook(parts.db, tx, [])).newest.plan))
    found.push(...(await openTicketsOf(tx, [...new Set(graded)])));
  return [...new Set(found)];
}

function* versionsOf(states: readonly Kept[]): Generator<number> {
  for (const { state } of states) {
    yield state.choice.version;
    for (const track of Object.values(state.tracks))
      for (const choice of Object.values(track.judged)) yield choice.version;
  }
}

const versionsNamed = (events: readonly Pick<HubEvent, 'type' | 'data'>[]): number[] =>
  events.flatMap(({ type, data }) => (type === 'ticket.targets-changed' ? [Number(data['version'])] : []));

function choiceOf({ newest }: Book, row: TraitsRow): Choice {
  const { policy, reason } = choosePolicy(newest.plan, row);
  return { version: newest.version, policyId: policy?.id ?? null, reason };
}

/** Null when the policy that was decided last still fits first; its version stays. */
function rechosen(
  book: Book,
  { ticketId, decided }: Kept,
  row: TraitsRow,
): { ticketId: string; choice: Choice } | null {
  if (row.status === 'resolved' || row.status === 'closed') return null;
  const choice = choiceOf(book, row);
  return choice.policyId === decided.policyId ? null : { ticketId, choice };
}

const toldOf =
  (book: Book) =>
  ({ ticketId, choice }: { ticketId: string; choice: Choice }) => ({
    ticketId,
    version: choice.version,
    policy: choice.policyId,
    name: book.policy(choice)?.nameEn ?? null,
    reason: choice.reason,
  });

/** Of tickets that are met for the first time and did not begin among these events. */
async function wholeHistories(
  tx: Queryable,
  fresh: readonly string[],
  own: ReadonlyMap<string, readonly RoutedEvent[]>,
  upTo: number,
): Promise<Map<string, FoldedEvent[]>> {
  const older = fresh.filter((id) => own.get(id)?.[0]?.type !== 'ticket.opened');
  if (older.length === 0) return new Map();
  return Map.groupBy(await historyOf(tx, older, clockEvents, upTo), ({ ticketId }) => ticketId);
}

export async function surroundingsOf(
  { channels }: Pick<Parts, 'channels'>,
  tx: Queryable,
  events: readonly Pick<FoldedEvent, 'type' | 'data'>[],
): Promise<Surroundings> {
  const written = events.flatMap(({ type, data }) =>
    type === 'message.created' && data['kind'] === 'agent' && data['visibility'] === 'public'
      ? [String(data['messageId'])]
      : [],
  );
  return {
    forwards: await forwardsAmong(tx, written),
    isSpoken: (name) => [...channels.values()].some((channel) => channel.name === name && channel.calls !== undefined),
  };
}
