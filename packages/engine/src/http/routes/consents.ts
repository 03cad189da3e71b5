import { consentLogQuery, consentQuery, HubError, messagingSettings } from '@patchbay/contracts';
import { readMessagingSettings, writeMessagingSettings } from '@patchbay/store';
import {
  listConsentLog,
  listConsents,
  mayHandleConsent,
  readConsent,
  setConsent,
} from '@patchbay/store/queries/consents';
import type { Principal } from '../../auth/principal.ts';
import { addressAsContacts } from '../../identity/normal-identifier.ts';
import { hashedAddress } from '../../privacy/erasure.ts';
import type { Parts } from '../../parts.ts';
import { changeSetting } from '../../setting-changes.ts';
import { countKey, nameKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';

const tag = 'Consent';

/**
 * The address as contacts bring it, for those who work for its holder: what somebody said about being written to is theirs.
 *
 * @throws HubError `forbidden` for an agent who may read no ticket of the holder
 */
async function addressOfTheirs(parts: Parts, principal: Principal, asked: string): Promise<string> {
  const address = addressAsContacts(parts, asked);
  if (!(await mayHandleConsent(parts.db.sql, principal, address)))
    throw new HubError('forbidden', 'Only for managers, and for agents who may read a ticket of this customer');
  return address;
}

export const consentRoutes = [
  route({
    method: 'get',
    path: '/consents',
    summary: 'Whether an address may be written to, by channel and number of ours',
    tag,
    access: 'agent',
    query: consentQuery,
    answer: 'ConsentPage',
    async handle({ parts, principal, query }) {
      const address = await addressOfTheirs(parts, principal, query.address);
      const hashed = hashedAddress(parts, address);
      return pageOf(await listConsents(parts.db.sql, address, hashed, sliceOf(nameKey, query)));
    },
  }),
  route({
    method: 'get',
    path: '/consents/log',
    summary: "Every change of an address's consent, newest first",
    tag,
    access: 'agent',
    query: consentLogQuery,
    answer: 'ConsentChangePage',
    async handle({ parts, principal, query }) {
      const address = await addressOfTheirs(parts, principal, query.address);
      return pageOf(await listConsentLog(parts.db.sql, address, sliceOf(countKey, query)));
    },
  }),
  route({
    method: 'put',
    path: '/consents',
    summary: 'Write down what a customer said about being written to',
    tag,
    access: 'agent',
    body: 'ConsentUpdate',
    answer: 'Consent',
    async handle({ parts, principal, body, correlationId }) {
      const address = await addressOfTheirs(parts, principal, body.address);
      const account = addressAsContacts(parts, body.account);
      const decision = {
        ...body,
        account,
        address,
        source: 'agent',
        agentId: principal.agentId,
        correlationId,
      } as const;
      await setConsent(parts.db.sql, decision);
      parts.relay.nudge();
      const found = await readConsent(parts.db.sql, decision, hashedAddress(parts, address));
      if (!found) throw new HubError('internal', 'The consent was written and is not there');
      return found;
    },
  }),
  route({
    method: 'get',
    path: '/settings/messaging',
    summary: 'How text messages are answered by themselves',
    tag,
    access: 'manager',
    answer: 'MessagingSettings',
    handle: ({ parts }) => readMessagingSettings(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/settings/messaging',
    summary: 'Decide how text messages are answered by themselves',
    tag,
    access: 'manager',
    body: 'MessagingSettingsUpdate',
    answer: 'MessagingSettings',
    async handle(call) {
      const settings = messagingSettings.parse(call.body);
      const setting = { setting: 'messaging', key: null, read: readMessagingSettings } as const;
      await changeSetting(call, setting, (tx) => writeMessagingSettings(tx, settings));
      return readMessagingSettings(call.parts.db.sql);
    },
  }),
];
