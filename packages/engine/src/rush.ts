/**
 * Contacts go first. While they come faster than this process can do everything that follows from them, what nobody sits before
 * (acknowledgements of mail, figures, clocks, suggestions) is put off for a bounded time: contacts are taken in and shown to agents sooner,
 * and what was put off is done for many of them together, which costs less.
 */
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** So long contacts are counted before it is said how they come. Milliseconds. */
const windowMs = 250;
/** Fewer in a second are no rush, however busy the process is: with what it is busy, they do not add much. */
const leastPerSecond = 20;
/** A process that has this part of its time left does what follows at once. */
const busyShare = 0.75;
/** Who waits for the end of a rush looks again after so long. Milliseconds. */
const lookMs = 50;

export interface Rush {
  /** A contact was taken in. */
  note(): void;
  isOn(): boolean;
  /** Resolves at once when there is no rush, and else at its end, after `limitMs`, or with `signal`: whichever comes first. Never rejects. */
  passed(limitMs: number, signal?: AbortSignal): Promise<void>;
}

/** What a rush is known by: the time in milliseconds, and how busy the process was since it was asked before, as a share of one. */
export interface Gauge {
  now(): number;
  busy(): number;
}

export function watchRush({ now, busy }: Gauge = ownGauge()): Rush {
  let contacts = 0;
  let since = now();
  let until = -Infinity;
  const isOn = () => now() < until;
  return {
    note() {
      contacts += 1;
      const elapsed = now() - since;
      if (elapsed < windowMs) return;
      const share = busy();
      // Until the next window is over, and somewhat longer: contacts that come together make it late.
      until = contacts * 1000 >= leastPerSecond * elapsed && share >= busyShare ? now() + 2 * windowMs : -Infinity;
      contacts = 0;
      since = now();
    },
    isOn,
    async passed(limitMs, signal) {
      const end = now() + limitMs;
      while (isOn() && now() < end && !signal?.aborted)
        await delay(lookMs, undefined, signal && { signal }).catch(() => undefined);
    },
  };
}

/** Work that is done now and again, put off while a rush is on, and done `limitMs` after the last time at the latest. */
export function afterRush(rush: Rush, limitMs: number, work: () => Promise<void>): () => Promise<void> {
  let done = performance.now();
  return async () => {
    if (rush.isOn() && performance.now() - done < limitMs) return;
    done = performance.now();
    await work();
  };
}

function ownGauge(): Gauge {
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  return {
    now: () => performance.now(),
    busy() {
      const after = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(after, before);
      before = after;
      return utilization;
    },
  };
}
