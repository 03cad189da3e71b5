import { watchLimits } from '@patchbay/contracts';
import type { WatchLimits } from '@patchbay/contracts';
import { defaultWatchLimits } from '@patchbay/domain';
import { readSetting, writeSetting } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { changeSetting, type ChangingCall } from '../setting-changes.ts';

const key = 'watch-limits';

/** The limits as a manager has set them; where they cannot be read, e.g. after a change of release, those of the start hold. */
export async function readLimits(sql: Queryable): Promise<WatchLimits> {
  const parsed = watchLimits.safeParse(await readSetting(sql, key));
  return parsed.success ? parsed.data : defaultWatchLimits;
}

export async function writeLimits(call: ChangingCall, limits: WatchLimits): Promise<WatchLimits> {
  await changeSetting(call, { setting: key, key: null, read: readLimits }, (tx) => writeSetting(tx, key, limits));
  return limits;
}
