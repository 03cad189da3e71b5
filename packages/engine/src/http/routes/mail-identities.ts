import { HubError, shortListQuery, type MailIdentityCreate, type MailIdentityUpdate } from '@patchbay/contracts';
import { messageRecipients, normaliseEmail } from '@patchbay/domain';
import { databaseErrorCode } from '@patchbay/store';
import {
  deleteMailIdentity,
  insertMailIdentity,
  isAccountAddress,
  listMailIdentities,
  mayWriteAs,
  readMailIdentity,
  updateMailIdentity,
} from '@patchbay/store/queries/composing';
import { nextId } from '@patchbay/store/queries/setting-changes';
import type { Principal } from '../../auth/principal.ts';
import type { Parts } from '../../parts.ts';
import { forgetOurAddresses } from '../../our-addresses.ts';
import { sanitisedHtml } from '../../pipeline/sanitised-html.ts';
import { changeSetting, type ChangingCall, type Setting } from '../../setting-changes.ts';
import { nameKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Mail identities';

/** @throws HubError `not_found` for an identity that the caller may not write as on this ticket */
export async function requireIdentity(
  parts: Parts,
  principal: Principal,
  ticketId: string,
  identityId: string | undefined,
): Promise<void> {
  if (identityId !== undefined && !(await mayWriteAs(parts.db.sql, principal, identityId, ticketId)))
    throw new HubError('not_found', 'identityId: there is no such identity');
}

async function identityOf(parts: Parts, id: string) {
  const identity = await readMailIdentity(parts.db.sql, id);
  if (!identity) throw new HubError('not_found', 'There is no such identity');
  return identity;
}

const identitySetting = (key: string): Setting => ({
  setting: 'mail-identity',
  key,
  read: (tx) => readMailIdentity(tx, key),
  changed: forgetOurAddresses,
});

/** Mail of a domain that is not ours would be forged: its receivers would refuse it (RFC 7489). */
async function ownAddress(parts: Parts, given: string): Promise<string> {
  const { to: addresses } = { to: [] as string[], ...messageRecipients({ to: [given], cc: [], bcc: [] }) };
  const address = addresses[0];
  const domains = parts.config.mailDomains.map((domain) => domain.toLowerCase());
  const isOurs =
    address !== undefined &&
    (domains.includes(address.slice(address.lastIndexOf('@') + 1)) ||
      address === normaliseEmail(parts.config.mailFrom) ||
      (await isAccountAddress(parts.db.sql, address)));
  if (!isOurs)
    throw new HubError('unprocessable', `address: not an address of ${domains.join(', ')}`, {
      issues: [{ path: 'address', message: `not an address of ${domains.join(', ')}` }],
    });
  return address;
}

function refusal(error: unknown): never {
  const code = databaseErrorCode(error);
  if (code === '23503') throw new HubError('unprocessable', 'queueId: there is no such queue', { cause: error });
  if (code === '23505') throw new HubError('conflict', 'This address, or the default, was taken', { cause: error });
  throw error;
}

async function changeOf(parts: Parts, body: MailIdentityUpdate): Promise<MailIdentityUpdate> {
  return {
    ...body,
    ...(body.address !== undefined && { address: await ownAddress(parts, body.address) }),
    ...(body.signatureHtml !== undefined && { signatureHtml: cleanSignature(body.signatureHtml) }),
  };
}

const cleanSignature = (html: string | null | undefined): string | null => (html ? sanitisedHtml(html) || null : null);

async function create(call: ChangingCall & { parts: Parts; body: MailIdentityCreate }): Promise<string> {
  const { parts, body } = call;
  const address = await ownAddress(parts, body.address);
  const id = await nextId(parts.db.sql);
  const identity = {
    ...body,
    id,
    address,
    signatureHtml: cleanSignature(body.signatureHtml),
    queueId: body.queueId ?? null,
  };
  const insert = changeSetting(call, identitySetting(id), (tx) => insertMailIdentity(tx, identity));
  if (!(await insert.catch(refusal))) throw new HubError('conflict', 'There is an identity of this address already');
  return id;
}

export const mailIdentityRoutes = [
  route({
    method: 'get',
    path: '/mail-identities',
    summary: 'Who the centre writes as; agents see those of their queues and the default',
    tag,
    access: 'agent',
    query: shortListQuery,
    answer: 'MailIdentityPage',
    handle: async ({ parts, principal, query }) =>
      pageOf(await listMailIdentities(parts.db.sql, principal, sliceOf(nameKey, query))),
  }),
  route({
    method: 'post',
    path: '/mail-identities',
    summary: 'Add an identity at an address of ours',
    tag,
    access: 'manager',
    body: 'MailIdentityCreate',
    answer: 'MailIdentity',
    status: 201,
    creates: true,
    handle: async (call) => identityOf(call.parts, await create(call)),
  }),
  route({
    method: 'patch',
    path: '/mail-identities/:id',
    summary: 'Change an identity',
    tag,
    access: 'manager',
    params: byId,
    body: 'MailIdentityUpdate',
    answer: 'MailIdentity',
    async handle(call) {
      const { parts, params } = call;
      const change = await changeOf(parts, call.body);
      const update = changeSetting(call, identitySetting(params.id), (tx) => updateMailIdentity(tx, params.id, change));
      if (!(await update.catch(refusal))) throw new HubError('not_found', 'There is no such identity');
      return identityOf(parts, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/mail-identities/:id',
    summary: 'Delete an identity; what was written as it stays',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, identitySetting(id), (tx) => deleteMailIdentity(tx, id))))
        throw new HubError('not_found', 'There is no such identity');
    },
  }),
];
