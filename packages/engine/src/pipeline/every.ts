import { outageLog } from '../outage.ts';
import type { Parts } from '../parts.ts';

/**
 * Runs `work` again and again, never twice at once. Answers how to stop it, which waits for a run in progress.
 */
export function every(intervalMs: number, work: () => Promise<void>, { log }: Pick<Parts, 'log'>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const outage = outageLog(log, { fails: 'sweep failed', over: 'sweep works again', level: 'error' });
  let timer: NodeJS.Timeout;
  const run = () => {
    running = work()
      // What is stopped may have left its work undone.
      .then(() => {
        if (!stopped) outage.worked();
      }, outage.failed)
      .finally(() => {
        if (!stopped) timer = setTimeout(run, intervalMs);
      });
  };
  timer = setTimeout(run, intervalMs);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
