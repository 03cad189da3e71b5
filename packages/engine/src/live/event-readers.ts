/**
 * Work that follows the events (clocks, figures, automation, webhooks). Each reader goes through all of them once and in order, and what
 * it writes commits together with its place: after a crash nothing is left out and nothing is done twice. Several processes do no
 * harm, since one at a time has a reader's place.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { HubError } from '@patchbay/contracts';
import { eventsAfter, type Queryable, type RoutedEvent } from '@patchbay/store';
import {
  moveReader,
  readersBehind,
  type ReaderStart,
  recordReaderFailure,
  registerReader,
  takeReader,
} from '@patchbay/store/queries/event-readers';
import { outageLog } from '../outage.ts';
import type { Parts } from '../parts.ts';
import { longestWaitMs, type Rush } from '../rush.ts';

const batchSize = 500;
/** What is committed within this time after a batch is read with the next one. Milliseconds. */
const gatherMs = 250;
/** Longer than any message of ours. */
const errorLength = 500;

export interface EventReader {
  /** Kept in the database: it names the reader's place. */
  readonly name: string;
  readonly from: ReaderStart;
  /**
   * Consecutive events of all types, in order. An error takes everything back that was written, and the events are then given one by
   * one; one that fails alone is written down and passed over, except when the database is out of reach.
   */
  read(tx: Queryable, events: readonly RoutedEvent[]): Promise<void>;
  /** It waits so long at the most while contacts come in a rush; without it, as followers do. Milliseconds. */
  readonly rushWaitMs?: number;
  /** After the commit of a batch. */
  readonly committed?: () => void;
}

type ReaderParts = Pick<Parts, 'db'> & { readonly log: Pick<Parts['log'], 'warn' | 'error'> };

/** Events after a place, at most so many, in order. */
type ReadEvents = (sql: Queryable, seq: number, limit: number) => Promise<readonly RoutedEvent[]>;

/**
 * Readers go side by side: what one reads from the database, or has just read, is for the others, too. Numbered events do not change, and
 * there are no holes between them.
 */
function sharedEvents(): { read: ReadEvents; fresh(): void } {
  let kept: readonly RoutedEvent[] = [];
  const coming = new Map<string, Promise<readonly RoutedEvent[]>>();
  const ask: ReadEvents = async (sql, seq, limit) => {
    const events = await eventsAfter(sql, seq, limit);
    if ((events.at(-1)?.seq ?? 0) > (kept.at(-1)?.seq ?? 0)) kept = events;
    return events;
  };
  const read: ReadEvents = (sql, seq, limit) => {
    const [first, last] = [kept[0]?.seq ?? 0, kept.at(-1)?.seq ?? 0];
    if (seq >= first - 1 && seq < last) return Promise.resolve(kept.slice(seq + 1 - first, seq + 1 - first + limit));
    const key = `${seq} ${limit}`;
    const asked =
      coming.get(key) ??
      ask(sql, seq, limit).finally(() => {
        if (coming.get(key) === asked) coming.delete(key);
      });
    coming.set(key, asked);
    return asked;
  };
  // What is being read was asked for before, and may lack what has come since.
  return { read, fresh: () => coming.clear() };
}

export async function startEventReaders(
  parts: ReaderParts & { readonly rush: Pick<Rush, 'passed'> },
  readers: readonly EventReader[],
  signal: AbortSignal,
  pollMs = 1_000,
): Promise<AsyncDisposable> {
  const events = sharedEvents();
  const following = await Promise.all(readers.map((reader) => follow(parts, reader, events.read, parts.rush, signal)));
  const wake = () => {
    events.fresh();
    following.forEach((each) => each.wake());
  };
  await parts.db.listen('patchbay_live', wake, signal);
  const outage = outageLog(parts.log, {
    fails: 'readers of events not looked at; tried again',
    over: 'readers of events are looked at again',
  });
  // Stands behind the listening connection. Asking first spares an idle hub a transaction for each reader.
  const poll = async () => {
    const behind = new Set(await readersBehind(parts.db.sql));
    outage.worked();
    for (const each of following) if (behind.has(each.name)) each.wake();
  };
  const timer = setInterval(() => {
    poll().catch((error: unknown) => {
      if (!signal.aborted) outage.failed(error);
    });
  }, pollMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(following.map((each) => each.stop()));
    },
  };
}

async function follow(
  parts: ReaderParts,
  reader: EventReader,
  events: ReadEvents,
  rush: Pick<Rush, 'passed'>,
  signal: AbortSignal,
) {
  await registerReader(parts.db.sql, reader.name, reader.from);
  let again = false;
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  const outage = outageLog(
    parts.log,
    { fails: 'events not worked on; tried again', over: 'events are worked on again' },
    { reader: reader.name },
  );
  const run = async () => {
    try {
      do {
        await rush.passed(reader.rushWaitMs ?? longestWaitMs.followers, stopping.signal);
        if (stopping.signal.aborted) return;
        again = false;
        while (!stopping.signal.aborted && (await readBatch(parts, reader, batchSize, events)) === batchSize);
        outage.worked();
        await delay(gatherMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      } while (again && !stopping.signal.aborted);
    } catch (error) {
      if (!signal.aborted) outage.failed(error);
    } finally {
      running = null;
    }
  };
  return {
    name: reader.name,
    wake() {
      again = true;
      if (!stopping.signal.aborted && !signal.aborted) running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Answers how many events were worked on. */
export async function readBatch(
  parts: ReaderParts,
  reader: EventReader,
  limit = batchSize,
  events: ReadEvents = eventsAfter,
): Promise<number> {
  try {
    return await inTurn(parts, reader, events, limit, (tx, batch) => reader.read(tx, batch));
  } catch (error) {
    if (error instanceof HubError) throw error;
    parts.log.warn({ err: error, reader: reader.name }, 'a batch of events failed; they are worked on one by one');
    let done = 0;
    while (done < limit && (await readAlone(parts, reader, events)) === 1) done += 1;
    return done;
  }
}

/** Works on the next events in the transaction that moves the reader's place past them. */
async function inTurn(
  parts: ReaderParts,
  reader: EventReader,
  source: ReadEvents,
  limit: number,
  work: (tx: Queryable, events: readonly RoutedEvent[]) => Promise<void>,
): Promise<number> {
  const done = await parts.db.transaction(async (tx) => {
    const seq = await takeReader(tx, reader.name);
    const events = seq === null ? [] : await source(tx, seq, limit);
    const last = events.at(-1);
    if (!last) return 0;
    await work(tx, events);
    await moveReader(tx, reader.name, last.seq);
    return events.length;
  });
  if (done > 0) reader.committed?.();
  return done;
}

/** Reads one event; when that fails, takes back what was written for it and passes it over. */
function readAlone(parts: ReaderParts, reader: EventReader, source: ReadEvents): Promise<number> {
  return inTurn(parts, reader, source, 1, async (tx, events) => {
    await tx.query('savepoint event');
    try {
      await reader.read(tx, events);
    } catch (error) {
      if (error instanceof HubError) throw error;
      await tx.query('rollback to savepoint event');
      const seq = events[0]?.seq ?? 0;
      const words = error instanceof Error ? error.message : 'unknown error';
      await recordReaderFailure(tx, reader.name, seq, storable(words));
      parts.log.error({ err: error, reader: reader.name, seq }, 'an event could not be worked on');
    }
  });
}

function storable(words: string): string {
  return words.slice(0, errorLength).replaceAll('\0', '').toWellFormed();
}
