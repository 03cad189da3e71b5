/**
 * Contacts go first. While they come faster than this process can do everything that follows from them, acknowledgements of mail, figures,
 * suggestions of who is the same, and the look at customers' files wait for some seconds, clocks, rules and webhooks for one: contacts are
 * taken in and shown to agents sooner, and what waited is done for many of them together, which costs less. Offers wait for nothing
 * but the numbers of their events, which are given somewhat less often.
 */
import type { EventLoopUtilization } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * So long each of these waits at the most, and then does what has come until then. Milliseconds. `followers` are the readers of events
 * but the figures'; `customers` are grades, suggestions, and the look at files.
 */
export const longestWaitMs = { followers: 1_000, acknowledgements: 5_000, figures: 5_000, customers: 5_000 } as const;

/** So long contacts are counted before it is said how they come. Milliseconds. */
const windowMs = 250;
/** Fewer in a second are no rush, however busy the process is: with what it is busy, they do not add much. */
const leastPerSecond = 20;
/** A process that has more of its time left than the rest of this share does what follows at once. */
const busyShare = 0.75;
/** Who waits for the end of a rush looks again after so long. Milliseconds. */
const lookMs = 50;

export interface Rush {
  /** A contact was taken in, and something follows from it. */
  note(): void;
  /** It is on, or was within so many milliseconds. */
  isOn(withinMs?: number): boolean;
  /** Resolves at once when there is no rush, and else at its end, after `limitMs`, or with `signal`: whichever comes first. Never rejects. */
  passed(limitMs: number, signal: AbortSignal): Promise<void>;
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
  const isOn = (withinMs = 0) => now() < until + withinMs;
  return {
    note() {
      contacts += 1;
      const elapsed = now() - since;
      if (elapsed < windowMs) return;
      const share = busy();
      // Until the next window is over, and somewhat longer: contacts that come together make it late.
      if (contacts * 1000 >= leastPerSecond * elapsed && share >= busyShare) until = now() + 2 * windowMs;
      else until = Math.min(until, now());
      contacts = 0;
      since = now();
    },
    isOn,
    async passed(limitMs, signal) {
      const end = now() + limitMs;
      while (isOn() && now() < end && !signal.aborted)
        await delay(lookMs, undefined, { signal }).catch(() => undefined);
    },
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
