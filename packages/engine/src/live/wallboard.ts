import { localDate, wallboardFigures } from '@patchbay/domain';
import type { Wallboard } from '@patchbay/contracts';
import { readWallboardSnapshot } from '@patchbay/store';
import { listAlerts } from '@patchbay/store/queries/alerts';
import type { Parts } from '../parts.ts';
import { readTiles } from '../watch/health.ts';

/** Every figure of the wallboard with its formula, from the running figures. */
export async function readWallboard(parts: Parts): Promise<Wallboard> {
  const now = parts.now();
  const { timeZone } = parts.config;
  const { seq, firstResponse, ...snapshot } = await readWallboardSnapshot(parts.db.sql, localDate(now, timeZone));
  const figures = wallboardFigures({
    ...snapshot,
    now,
    timeZone,
    firstResponse: new Map(firstResponse.map(({ bucket, count }) => [bucket, count])),
  });
  const [channels, alerts] = await Promise.all([readTiles(parts), listAlerts(parts.db.sql)]);
  return {
    at: now.toISOString(),
    timeZone,
    seq,
    figures,
    channels,
    alerts: alerts.filter(({ firing }) => firing),
  };
}

/** Calls `work` once for any number of calls within `intervalMs`, the first time at once. What fails is told and done again at the next call. */
export function throttle(work: () => Promise<void>, intervalMs: number, onError: (error: unknown) => void): () => void {
  let waiting = false;
  let wanted = false;
  const run = () => {
    waiting = true;
    wanted = false;
    const end = () => {
      waiting = false;
      if (wanted) run();
    };
    void work()
      .catch(onError)
      .finally(() => setTimeout(end, intervalMs).unref());
  };
  return () => {
    if (waiting) wanted = true;
    else run();
  };
}
