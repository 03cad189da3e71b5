import type { Logger } from 'pino';

/** Milliseconds after which a failure that goes on is told of again; each time it has to last twice as long. */
const againMs = 10_000;

export interface Outage {
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

export interface OutageWords {
  readonly fails: string;
  readonly over: string;
  /** While it fails; that it is over is a warning, too, so that whoever is shown the one is shown the other. */
  readonly level?: 'warn' | 'error';
  /** Where nothing tells that it works: it is over when it has not failed for so long. Milliseconds. */
  readonly quietMs?: number;
}

/**
 * Tells of work that is tried again and again: of the first failure, ever more seldom of those that follow it, and once that it works, so that
 * an hour without the database does not bury the rest of the log.
 *
 * @param fields that stand beside the words
 */
export function outageLog(log: Pick<Logger, 'warn' | 'error'>, words: OutageWords, fields: object = {}): Outage {
  const { fails, over, level = 'warn', quietMs } = words;
  let failures = 0;
  let since = 0;
  let last = 0;
  let nextMs = 0;
  let quiet: NodeJS.Timeout | undefined;
  const end = (at: number) => {
    if (failures === 0) return;
    log.warn({ ...fields, failures, lastedMs: Math.round(at - since) }, over);
    [failures, nextMs] = [0, 0];
  };
  return {
    failed(error) {
      last = performance.now();
      if (failures === 0) since = last;
      failures += 1;
      if (quietMs !== undefined) {
        clearTimeout(quiet);
        quiet = setTimeout(() => end(last), quietMs).unref();
      }
      const lastedMs = Math.round(last - since);
      if (lastedMs < nextMs) return;
      nextMs = Math.max(againMs, 2 * lastedMs);
      log[level]({ err: error, ...fields, failures, lastedMs }, fails);
    },
    worked: () => end(performance.now()),
  };
}
