/** Tells when the event loop stood still: what is timed meanwhile is late, though what it waits for may lie there unread. */
import { performance } from 'node:perf_hooks';

/** Milliseconds. */
const beatMs = 100;
/** Milliseconds from one beat to the next that are a stall. */
const stallMs = 200;

let watchers = 0;
let beating: NodeJS.Timeout | undefined;
let lastBeat = 0;
let lost = 0;
/** Stalls of this turn and the one before. */
let recent = 0;

export interface LoopWatch extends Disposable {
  /** Milliseconds for which the loop stood still since the watch began. */
  readonly lostMs: number;
  /** It stood still just now, and what came meanwhile may not have been read yet. */
  readonly isUnread: boolean;
}

/** Beats while anybody watches, and holds no process. */
export function watchLoop(): LoopWatch {
  if (watchers === 0) {
    lastBeat = performance.now();
    beating = setInterval(beat, beatMs).unref();
  }
  watchers += 1;
  const before = lost + standing();
  return {
    get lostMs() {
      return lost + standing() - before;
    },
    get isUnread() {
      return recent > 0 || standing() > 0;
    },
    [Symbol.dispose]() {
      watchers -= 1;
      if (watchers === 0) clearInterval(beating);
    },
  };
}

/** Milliseconds for which this turn has held up the next beat; 0 where it is no stall. */
function standing(): number {
  const since = performance.now() - lastBeat;
  return since > stallMs ? since - beatMs : 0;
}

function beat(): void {
  const stood = standing();
  lastBeat = performance.now();
  if (stood === 0) return;
  lost += stood;
  recent += 1;
  // The sockets are read between the timers and this; what this turn has timed out is told in it, too, and so it holds for one more.
  setImmediate(() => setImmediate(() => (recent -= 1)));
}
