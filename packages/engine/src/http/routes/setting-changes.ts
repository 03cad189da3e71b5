import { settingChangeQuery } from '@patchbay/contracts';
import { listSettingChanges } from '@patchbay/store/queries/setting-changes';
import { countKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

export const settingChangeRoutes = [
  route({
    method: 'get',
    path: '/settings/changes',
    summary: 'Who changed what of the configuration, newest first',
    tag: 'Settings',
    access: 'manager',
    query: settingChangeQuery,
    answer: 'HubEventPage',
    handle: async ({ parts, query }) => pageOf(await listSettingChanges(parts.db.sql, query, sliceOf(countKey, query))),
  }),
];
