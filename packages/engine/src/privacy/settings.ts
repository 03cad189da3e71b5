import { privacySettings, type PrivacySettings } from '@patchbay/contracts';
import { readSetting, writeSetting, type Queryable } from '@patchbay/store';

export const readPrivacySettings = async (sql: Queryable): Promise<PrivacySettings> =>
  privacySettings.parse((await readSetting(sql, 'privacy')) ?? {});

export const writePrivacySettings = (tx: Queryable, settings: PrivacySettings): Promise<void> =>
  writeSetting(tx, 'privacy', settings);
