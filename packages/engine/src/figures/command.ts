import type { HubConfig } from '@patchbay/config';
import { openDatabase, startEmbeddedPostgres } from '@patchbay/store';
import { openingHoursOf } from '../opening-hours.ts';
import { recomputeDay, type RecomputedDay } from './recompute.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Recomputes a day beside a running hub or without one. The database has to be of this version already. */
export async function recomputeFigures(config: HubConfig, day: string, correct: boolean): Promise<RecomputedDay> {
  await using stack = new AsyncDisposableStack();
  const url =
    config.databaseUrl ?? stack.use(await startEmbeddedPostgres({ dataDir: config.dataDir, log: silent })).url;
  const db = stack.use(openDatabase({ url }));
  return await recomputeDay(db, { config, openingHours: openingHoursOf(config) }, day, correct);
}
