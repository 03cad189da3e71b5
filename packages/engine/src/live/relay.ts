/**
 * Numbers events after their commit. Every process that writes runs it after its own commits, and an advisory lock lets one at a time
 * through; so no event waits for a particular process, and no writer waits for the relay.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { relayEvents } from '@patchbay/store';
import type { Database } from '@patchbay/store';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';
import { outageLog } from '../outage.ts';
import type { Relay } from '../parts.ts';
import type { Rush } from '../rush.ts';

const batchSize = 500;
/** The first event of a burst is numbered at once; what is committed within this time after it is numbered together. Milliseconds. */
const gatherMs = 25;
/** The same while contacts come in a rush: fewer and larger batches leave them more of the processor. */
const rushGatherMs = 100;

export interface RunningRelay extends Relay {
  /** Resolves when everything that was committed before the call is numbered. */
  drain(): Promise<void>;
}

export function createRelay(options: {
  db: Database;
  log: Logger;
  metrics: Metrics;
  rush: Pick<Rush, 'isOn'>;
  signal: AbortSignal;
  pollMs?: number;
}): RunningRelay {
  const { db, log, metrics, rush, signal } = options;
  let again = false;
  let running: Promise<void> | null = null;
  const outage = outageLog(log, {
    fails: 'events not numbered; tried again at the next poll',
    over: 'events are numbered again',
  });

  const run = async () => {
    do {
      again = false;
      const lull = delay(rush.isOn() ? rushGatherMs : gatherMs);
      let numbered = 0;
      try {
        numbered = await relayEvents(db.sql, batchSize);
        outage.worked();
        metrics.events.inc(numbered);
        if (numbered === batchSize) again = true;
      } catch (error) {
        if (!signal.aborted) outage.failed(error);
      }
      // A full batch shows that more are waiting already.
      if (again && numbered < batchSize) await lull;
    } while (again);
    running = null;
  };
  const nudge = () => {
    again = true;
    running ??= Promise.resolve().then(run);
  };
  const timer = setInterval(nudge, options.pollMs ?? 1_000);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return {
    nudge,
    async drain() {
      nudge();
      await running;
    },
  };
}
