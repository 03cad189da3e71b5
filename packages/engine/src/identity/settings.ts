import { identitySettings, type IdentitySettings } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { readSetting, writeSetting } from '@patchbay/store';
import { insertEvent } from '@patchbay/store/queries/events';

const key = 'identity-settings';

/** What a manager set, with the defaults for the rest. */
export async function readIdentitySettings(sql: Queryable): Promise<IdentitySettings> {
  return identitySettings.parse((await readSetting(sql, key)) ?? {});
}

export async function writeIdentitySettings(tx: Queryable, settings: IdentitySettings, actorId: string): Promise<void> {
  await writeSetting(tx, key, settings);
  await insertEvent(tx, 'identity.settings-changed', { actorId, data: { settings } });
}
