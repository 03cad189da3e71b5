import { guardSettings, type GuardSettings } from '@patchbay/contracts';
import { guardOf } from '@patchbay/domain';
import { readSetting, writeGuardSettings } from '@patchbay/store';
import { callsWith, recentContacts } from '@patchbay/store/queries/customer-care';
import type { Parts } from '../../parts.ts';
import { route } from '../route.ts';
import { customerOf } from './customers.ts';
import { byId } from './tickets.ts';

const tag = 'Contact guard';
const usual: GuardSettings = { hours: 24 };

/** The setting as a manager made it; where it cannot be read, that of the start holds. */
async function readGuardSettings(parts: Pick<Parts, 'db'>): Promise<GuardSettings> {
  const parsed = guardSettings.safeParse(await readSetting(parts.db.sql, 'contact-guard'));
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
      const { hours } = await readGuardSettings(parts);
      const now = parts.now();
      const [present, calling, contacts] = await Promise.all([
        parts.attendance.present(params.id),
        callsWith(parts.db.sql, params.id),
        recentContacts(parts.db.sql, params.id, hours, now),
      ]);
      return guardOf([...present, ...calling], contacts, principal.agentId, hours, now);
    },
  }),
  route({
    method: 'get',
    path: '/settings/contact-guard',
    summary: 'For how long a contact is recent',
    tag,
    access: 'agent',
    answer: 'GuardSettings',
    handle: ({ parts }) => readGuardSettings(parts),
  }),
  route({
    method: 'put',
    path: '/settings/contact-guard',
    summary: 'Decide for how long a contact is recent',
    tag,
    access: 'manager',
    body: 'GuardSettings',
    answer: 'GuardSettings',
    async handle({ parts, principal, body }) {
      await writeGuardSettings(parts.db.sql, body, principal.agentId);
      parts.relay.nudge();
      return body;
    },
  }),
];
