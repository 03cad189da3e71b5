import { watchLimits } from '@patchbay/contracts';
import type { WatchLimits } from '@patchbay/contracts';
import { defaultWatchLimits } from '@patchbay/domain';
import { readSetting, writeSetting } from '@patchbay/store';
import type { Parts } from '../parts.ts';

const key = 'watch-limits';

/** The limits as a manager has set them; where they cannot be read, e.g. after a change of release, those of the start hold. */
export async function readLimits(parts: Pick<Parts, 'db'>): Promise<WatchLimits> {
  const parsed = watchLimits.safeParse(await readSetting(parts.db.sql, key));
  return parsed.success ? parsed.data : defaultWatchLimits;
}

export async function writeLimits(parts: Pick<Parts, 'db'>, limits: WatchLimits): Promise<WatchLimits> {
  await writeSetting(parts.db.sql, key, limits);
  return limits;
}
