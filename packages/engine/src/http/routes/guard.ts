import { guardSettings, type GuardSettings } from '@patchbay/contracts';
import { guardOf } from '@patchbay/domain';
import { readSetting, writeSetting } from '@patchbay/store';
import type { Queryable } from '@patchbay/store';
import { attendanceOf } from '@patchbay/store/queries/attendance';
import { engagedWith, recentContacts } from '@patchbay/store/queries/customer-care';
import { changeSetting } from '../../setting-changes.ts';
import { route } from '../route.ts';
import { customerOf } from './customers.ts';
import { byId } from './tickets.ts';

const tag = 'Contact guard';
const settingKey = 'contact-guard';
const usual: GuardSettings = { hours: 24 };

/** The setting as a manager made it; where it cannot be read, that of the start holds. */
async function readGuardSettings(sql: Queryable): Promise<GuardSettings> {
  const parsed = guardSettings.safeParse(await readSetting(sql, settingKey));
  return parsed.success ? parsed.data : usual;
}

export const guardRoutes = [
  route({
    method: 'get',
    path: '/customers/:id/guard',
    summary: 'Other agents who are with the customer now, or contacted them lately',
    tag,
    access: 'agent',
    params: byId,
    answer: 'Guard',
    async handle({ parts, principal, params }) {
      await customerOf(parts, params.id);
      const { hours } = await readGuardSettings(parts.db.sql);
      const now = parts.now();
      const [present, engaged, contacts] = await Promise.all([
        attendanceOf(parts.db.sql, principal, params.id),
        engagedWith(parts.db.sql, principal, params.id),
        recentContacts(parts.db.sql, principal, params.id, hours, now),
      ]);
      return guardOf([...present, ...engaged], contacts, principal.agentId, hours, now);
    },
  }),
  route({
    method: 'get',
    path: '/settings/contact-guard',
    summary: 'For how long a contact is recent',
    tag,
    access: 'agent',
    answer: 'GuardSettings',
    handle: ({ parts }) => readGuardSettings(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/settings/contact-guard',
    summary: 'Decide for how long a contact is recent',
    tag,
    access: 'manager',
    body: 'GuardSettings',
    answer: 'GuardSettings',
    async handle(call) {
      const setting = { setting: settingKey, key: null, read: readGuardSettings } as const;
      await changeSetting(call, setting, (tx) => writeSetting(tx, settingKey, call.body));
      return call.body;
    },
  }),
];
