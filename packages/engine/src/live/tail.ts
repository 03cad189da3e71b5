/**
 * Reads the numbered events in order and hands each batch to whoever shows them. Every web process reads for itself, so that an event
 * which is numbered is seen by all of them, whatever happens to the process that numbered it.
 */
import { eventsAfter, lastSeq } from '@patchbay/store';
import type { Database, RoutedEvent } from '@patchbay/store';
import type { Logger } from 'pino';
import { outageLog } from '../outage.ts';

const batchSize = 500;

export interface Tail {
  /** Answers how to stop. */
  onEvents(callback: (events: readonly RoutedEvent[]) => void): () => void;
  /** The `seq` up to which callbacks were called. */
  readonly seq: number;
}

/** Woken by the relay's NOTIFY; a short poll stands behind it for when the listening connection is being made again. */
export async function createTail(options: {
  db: Database;
  log: Logger;
  signal: AbortSignal;
  pollMs?: number;
}): Promise<Tail> {
  const { db, log, signal } = options;
  const callbacks = new Set<(events: readonly RoutedEvent[]) => void>();
  let seq = await lastSeq(db.sql);
  let again = false;
  let running = false;
  const outage = outageLog(log, {
    fails: 'events not read; tried again at the next poll',
    over: 'events are read again',
  });

  // `seq` has moved on by now: one who fails must not cost the others the batch, which is not read again.
  const tell = (events: readonly RoutedEvent[]) => {
    for (const callback of callbacks) {
      try {
        callback(events);
      } catch (error) {
        log.error({ err: error, upTo: events.at(-1)?.seq }, 'events not shown to one of their readers');
      }
    }
  };
  const read = async () => {
    running = true;
    try {
      do {
        again = false;
        const events = await eventsAfter(db.sql, seq, batchSize);
        outage.worked();
        const last = events.at(-1);
        if (!last) continue;
        seq = last.seq;
        tell(events);
        if (events.length === batchSize) again = true;
      } while (again && !signal.aborted);
    } catch (error) {
      if (!signal.aborted) outage.failed(error);
    } finally {
      running = false;
    }
  };
  const wake = () => {
    again = true;
    if (!running && !signal.aborted) void read();
  };
  await db.listen('patchbay_live', wake, signal);
  const timer = setInterval(wake, options.pollMs ?? 1_000);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    onEvents(callback) {
      callbacks.add(callback);
      return () => void callbacks.delete(callback);
    },
    get seq() {
      return seq;
    },
  };
}
