import { identitySettings, type IdentitySettings } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { readSetting, writeSetting } from '@patchbay/store';
import { changeSetting, type ChangingCall } from '../setting-changes.ts';

const key = 'identity-settings';

/** What a manager set, with the defaults for the rest. */
export async function readIdentitySettings(sql: Queryable): Promise<IdentitySettings> {
  return identitySettings.parse((await readSetting(sql, key)) ?? {});
}

export const writeIdentitySettings = (call: ChangingCall, settings: IdentitySettings): Promise<void> =>
  changeSetting(call, { setting: key, key: null, read: readIdentitySettings }, (tx) => writeSetting(tx, key, settings));
