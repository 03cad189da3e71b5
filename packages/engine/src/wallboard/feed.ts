/** One snapshot for every wallboard at this process, taken when something has happened and somebody looks. */
import type { Wallboard } from '@patchbay/contracts';
import { untilHourEnds } from '@patchbay/domain';
import type { Parts } from '../parts.ts';
import { readWallboard, throttle } from '../live/wallboard.ts';
import type { Tail } from '../live/tail.ts';

const intervalMs = 500;
/** So often every wallboard is told that what it shows still holds, so that it notices when nothing reaches it any more. */
const pulseMs = 2_500;
/** Readings of channels and trends are given out again for a few seconds; so long after the last event they are taken once more. */
const settleMs = 6_000;
/** Trends go on by an hour when it ends, and figures of today begin anew at midnight, whether anything happens or not: so long after it. */
const afterHourMs = 1_000;
/** When each channel was last in contact is in no event, and what a board says of it is no older than this while somebody looks. */
const oldMs = 60_000;

export interface Onlooker {
  /** Whether anybody looks. */
  looks(): boolean;
  show(snapshot: Wallboard): void;
  /** What was shown last still holds. */
  pulse(): void;
}

export interface WallboardFeed {
  /** The snapshot as it stands: taken anew only when something has happened since the last one. */
  current(): Promise<Wallboard>;
  follow(onlooker: Onlooker): void;
  /** Something that is shown is not as it was. */
  moved(): void;
  close(): void;
}

export function createWallboardFeed(parts: Parts, tail: Pick<Tail, 'onEvents'>, renewMs = oldMs): WallboardFeed {
  const onlookers: Onlooker[] = [];
  let kept: Promise<Wallboard> | null = null;
  let settling: NodeJS.Timeout | undefined;
  let ageing: NodeJS.Timeout | undefined;
  let failed = false;
  const looked = () => onlookers.some((one) => one.looks());

  const current = () => {
    if (kept) return kept;
    const reading = readWallboard(parts);
    kept = reading;
    // What failed is not given out again.
    reading.catch(() => {
      if (kept === reading) kept = null;
    });
    clearTimeout(ageing);
    const left = untilHourEnds(parts.now().getTime(), parts.config.timeZone) + afterHourMs;
    ageing = (left <= renewMs ? setTimeout(moved, left) : setTimeout(renew, renewMs)).unref();
    return reading;
  };
  const push = throttle(
    async () => {
      if (!looked()) return;
      const snapshot = await current();
      failed = false;
      for (const onlooker of onlookers) if (onlooker.looks()) onlooker.show(snapshot);
    },
    intervalMs,
    (error) => {
      failed = true;
      settle();
      parts.log.warn({ err: error }, 'wallboard not shown; tried again');
    },
  );
  const settle = () => {
    clearTimeout(settling);
    settling = setTimeout(renew, settleMs).unref();
  };
  const renew = () => {
    kept = null;
    push();
  };
  const moved = () => {
    renew();
    settle();
  };
  tail.onEvents(moved);
  // Asks nobody anything. Where something happened that could not be read, what is shown does not hold, and no pulse says so.
  const pulses = setInterval(() => {
    if (!failed) for (const onlooker of onlookers) if (onlooker.looks()) onlooker.pulse();
  }, pulseMs).unref();
  return {
    current,
    follow: (onlooker) => void onlookers.push(onlooker),
    moved,
    close() {
      clearInterval(pulses);
      clearTimeout(settling);
      clearTimeout(ageing);
    },
  };
}
