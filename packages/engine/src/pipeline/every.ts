import type { Parts } from '../parts.ts';

/**
 * Runs `work` again and again, never twice at once. Answers how to stop it, which waits for a run in progress. Of what fails time after time the
 * first, second, fourth, eighth … failure is logged, so that an outage of the database does not bury the rest of the log.
 */
export function every(intervalMs: number, work: () => Promise<void>, { log }: Pick<Parts, 'log'>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  let failures = 0;
  let timer: NodeJS.Timeout;
  const run = () => {
    running = work()
      .then(
        () => void (failures = 0),
        (error: unknown) => {
          failures += 1;
          if (Number.isInteger(Math.log2(failures))) log.error({ err: error, failures }, 'sweep failed');
        },
      )
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
