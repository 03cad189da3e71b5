/** Long work in memory that lets others have the event loop in between. */
import { setImmediate } from 'node:timers/promises';

/** Milliseconds for which one piece of work after the other may hold the event loop. */
const holdMs = 2;

/** Answers what is awaited before each piece: it resolves at once as long as the pieces before it took little time together. */
export function takeTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < holdMs) return;
    await setImmediate();
    since = performance.now();
  };
}
