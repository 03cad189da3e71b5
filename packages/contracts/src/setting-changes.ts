/** Changes of the configuration: what is told of, and how managers ask for it. */
import { z } from 'zod';
import { pageQuery } from './api.ts';
import { settingName } from './events.ts';

export const settingChangeQuery = pageQuery.extend({
  setting: settingName.optional(),
  key: z.string().max(200).optional(),
  /** Who made them. */
  actorId: z.string().max(100).optional(),
});
export type SettingChangeFilter = Omit<z.infer<typeof settingChangeQuery>, 'cursor' | 'limit'>;
