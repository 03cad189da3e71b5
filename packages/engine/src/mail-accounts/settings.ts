/** What an administrator asks of an account, made into what is kept of it. */
import {
  HubError,
  type MailAccount,
  type mailAccountCreate,
  mailProviderPresets,
  type mailAccountUpdate,
  type MailProvider,
} from '@patchbay/contracts';
import { type MailAccountRow, type MailAccountWrite, readMailAccount } from '@patchbay/store/queries/mail-accounts';
import type { z } from 'zod';
import type { Parts } from '../parts.ts';
import { forgetOurAddresses } from '../our-addresses.ts';
import { secretMark, type Setting } from '../setting-changes.ts';
import { forgetSendingServers } from './sending-servers.ts';

type Wish = z.output<typeof mailAccountCreate>;
type Change = z.output<typeof mailAccountUpdate>;

/** @throws HubError `invalid_input` for settings that do not fit together */
export function newAccount(vault: Parts['vault'], id: string, wish: Wish): MailAccountWrite {
  const { password, clientSecret, oauth, ...settings } = wish;
  const account = {
    ...settings,
    address: wish.address.toLowerCase(),
    authservId: wish.authservId === undefined ? trustedHost(wish) : wish.authservId,
    oauth: withScope(wish, oauthOf(wish.provider, oauth)),
    passwordSealed: sealed(vault, id, password),
    clientSecretSealed: sealed(vault, id, clientSecret),
    refreshTokenSealed: null,
  };
  demandSense(account);
  return account;
}

/** `anew`: fetching begins as on the first day, and with what has arrived since all was here. */
export function changedAccount(
  vault: Parts['vault'],
  row: MailAccountWrite & Pick<MailAccountRow, 'id'>,
  change: Change,
): { account: MailAccountWrite; anew: boolean } {
  const { password, clientSecret, oauth, ...given } = change;
  const settings = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Partial<MailAccountWrite>;
  const merged: MailAccountWrite = { ...writable(row), ...settings };
  const elsewhere = isElsewhere(row, merged) || sendsElsewhere(row, merged);
  const provider = merged.provider === row.provider ? row.oauth : undefined;
  const sameServer = merged.provider === row.provider && merged.host.toLowerCase() === row.host.toLowerCase();
  const account: MailAccountWrite = {
    ...merged,
    address: merged.address.toLowerCase(),
    // What one server writes of senders anybody can write into mail for another.
    authservId: change.authservId === undefined && !sameServer ? trustedHost(merged) : merged.authservId,
    oauth: withScope(merged, oauth ? oauthOf(merged.provider, oauth) : (provider ?? null)),
    passwordSealed: password === undefined ? (elsewhere ? null : row.passwordSealed) : sealed(vault, row.id, password),
    clientSecretSealed: clientSecret === undefined ? row.clientSecretSealed : sealed(vault, row.id, clientSecret),
  };
  // A secret is not sent to where it was not meant for: not to another server, nor to another token endpoint.
  if (elsewhere || account.oauth?.tokenUrl !== row.oauth?.tokenUrl || account.oauth?.clientId !== row.oauth?.clientId) {
    account.refreshTokenSealed = null;
    if (clientSecret === undefined && account.oauth?.tokenUrl !== row.oauth?.tokenUrl)
      account.clientSecretSealed = null;
  }
  // Whoever has signed in was not asked whether mail may be sent.
  if (account.smtpHost !== null && account.oauth?.scope !== row.oauth?.scope) account.refreshTokenSealed = null;
  demandSense(account);
  const another = isElsewhere(row, merged) || account.folder !== row.folder;
  return {
    account,
    anew: another || account.importFrom !== row.importFrom || account.importDays !== row.importDays,
  };
}

/** Another server or user: secrets of the one are not for the other. */
export function isElsewhere(
  a: Pick<MailAccountRow, 'host' | 'port' | 'username' | 'security'>,
  b: Pick<MailAccountRow, 'host' | 'port' | 'username' | 'security'>,
): boolean {
  const weaker = b.security === 'none' && a.security !== 'none';
  return a.host.toLowerCase() !== b.host.toLowerCase() || a.port !== b.port || a.username !== b.username || weaker;
}

/**
 * Whether the secrets would go to a server that they were not given for. The one that the mailbox is at, and its provider's, have them anyway.
 */
function sendsElsewhere(row: MailAccountWrite, merged: MailAccountWrite): boolean {
  if (merged.smtpHost === null) return false;
  const host = merged.smtpHost.toLowerCase();
  const isKept = row.smtpHost?.toLowerCase() === host;
  // How it was given to that server, and not to another one.
  const weaker = merged.smtpSecurity === 'none' && (isKept ? row.smtpSecurity : row.security) !== 'none';
  if (isKept) return row.smtpPort !== merged.smtpPort || weaker;
  const preset = merged.provider === 'other' ? undefined : mailProviderPresets[merged.provider];
  const atProvider = preset?.host === merged.host.toLowerCase() && preset.smtp.smtpHost === host;
  return weaker || !(atProvider || merged.host.toLowerCase() === host);
}

/** Whether the secrets of an account are for the server that mail is to leave by, and whoever signed in was asked whether mail may be sent. */
export function maySendWith(
  row: MailAccountRow,
  tried: Pick<MailAccountRow, 'host' | 'port' | 'username' | 'security' | 'smtpHost' | 'smtpPort' | 'smtpSecurity'>,
): boolean {
  const merged = { ...row, ...tried };
  const wasAsked = withScope(merged, row.oauth)?.scope === row.oauth?.scope;
  return !isElsewhere(row, tried) && !sendsElsewhere(row, merged) && wasAsked;
}

/** The provider's own scope, as far as it is needed; one that was typed stays. */
function withScope(
  { provider, smtpHost }: Pick<MailAccountWrite, 'provider' | 'smtpHost'>,
  oauth: MailAccountWrite['oauth'],
): MailAccountWrite['oauth'] {
  if (oauth === null || provider === 'other') return oauth;
  const { scope, sendingScope } = mailProviderPresets[provider];
  const isPreset = oauth.scope === scope || oauth.scope === sendingScope;
  return isPreset ? { ...oauth, scope: smtpHost === null ? scope : sendingScope } : oauth;
}

function writable(row: MailAccountWrite): MailAccountWrite {
  const { address, provider, host, port, security, username, auth, folder, afterFetch, moveTo } = row;
  const { importFrom, importDays, authservId, enabled, oauth, smtpHost, smtpPort, smtpSecurity } = row;
  const { passwordSealed, clientSecretSealed, refreshTokenSealed } = row;
  return {
    address,
    provider,
    host,
    port,
    security,
    username,
    auth,
    folder,
    afterFetch,
    moveTo,
    importFrom,
    importDays,
    authservId,
    enabled,
    oauth,
    smtpHost,
    smtpPort,
    smtpSecurity,
    passwordSealed,
    clientSecretSealed,
    refreshTokenSealed,
  };
}

function sealed(vault: Parts['vault'], id: string, secret: string | undefined): string | null {
  return secret === undefined ? null : vault.seal(secret, id);
}

/** The provider's own name at its own server; at any other nobody is believed unasked. */
function trustedHost({ provider, host }: Pick<MailAccountWrite, 'provider' | 'host'>): string | null {
  if (provider === 'other') return null;
  const preset = mailProviderPresets[provider];
  return host.toLowerCase() === preset.host ? preset.authservId : null;
}

function oauthOf(provider: MailProvider, given: Wish['oauth']): MailAccountWrite['oauth'] {
  if (!given) return null;
  const preset = provider === 'other' ? undefined : mailProviderPresets[provider];
  const { clientId } = given;
  const authorizeUrl = given.authorizeUrl ?? preset?.authorizeUrl;
  const tokenUrl = given.tokenUrl ?? preset?.tokenUrl;
  const scope = given.scope ?? preset?.scope;
  if (!authorizeUrl || !tokenUrl || !scope)
    throw wrong('oauth', 'For another provider the authorisation URL, the token URL and the scope are needed');
  return { clientId, authorizeUrl, tokenUrl, scope };
}

function demandSense(account: MailAccountWrite): void {
  if (account.afterFetch === 'move' && !account.moveTo) throw wrong('moveTo', 'Name the folder to move mail to');
  if (account.afterFetch === 'move' && account.moveTo === account.folder)
    throw wrong('moveTo', 'Mail cannot be moved to the folder that it is fetched from');
  if (account.importFrom === 'days' && account.importDays === null) throw wrong('importDays', 'Say how many days');
  sendingServerOf(account);
  if (account.auth === 'password' && account.passwordSealed === null)
    throw wrong('password', 'A password is needed, for another server or user anew');
  if (account.auth === 'oauth2' && account.oauth === null) throw wrong('oauth', 'A client ID is needed to sign in');
}

/** Null where there is none. Throws `invalid_input` where a part of it is missing. */
export function sendingServerOf({
  smtpHost: host,
  smtpPort: port,
  smtpSecurity: security,
}: Pick<MailAccountWrite, 'smtpHost' | 'smtpPort' | 'smtpSecurity'>) {
  if (host === null && port === null && security === null) return null;
  if (host === null || port === null || security === null)
    throw wrong('smtpHost', 'A server that mail leaves by needs its name, its port and how it is encrypted');
  return { host, port, security };
}

function wrong(path: string, message: string): HubError {
  return new HubError('invalid_input', `${path}: ${message}`, { issues: [{ path, message }] });
}

const moment = (at: Date | null): string | null => at?.toISOString() ?? null;

/** An account as events tell of it: what an administrator decides, and marks in place of the secrets. */
export const accountSetting = (key: string): Setting => ({
  setting: 'mail-account',
  key,
  changed: (parts) => {
    forgetOurAddresses(parts);
    forgetSendingServers(parts);
  },
  async read(tx) {
    const row = await readMailAccount(tx, key);
    if (!row) return null;
    const { passwordSealed, clientSecretSealed, refreshTokenSealed, ...settings } = writable(row);
    return {
      ...settings,
      passwordMark: secretMark(passwordSealed),
      clientSecretMark: secretMark(clientSecretSealed),
      signInMark: secretMark(refreshTokenSealed),
    };
  },
});

/** An account as the API answers it: whether there are secrets, never what they are. */
export function presentAccount(row: MailAccountRow): MailAccount {
  const { passwordSealed, clientSecretSealed, refreshTokenSealed, ...settings } = writable(row);
  return {
    id: row.id,
    ...settings,
    hasPassword: passwordSealed !== null,
    hasClientSecret: clientSecretSealed !== null,
    signedIn: refreshTokenSealed !== null,
    state: row.enabled ? row.state : 'off',
    importing: row.lastUid < row.importUntil ? { done: row.importDone, total: row.importTotal } : null,
    leftInMailbox: row.importLeft,
    backlog: row.backlog,
    connectedAt: moment(row.connectedAt),
    lastContactAt: moment(row.lastContactAt),
    lastMailAt: moment(row.lastMailAt),
    lastError: row.lastError,
    lastErrorCode: row.lastErrorCode,
    lastErrorAt: moment(row.lastErrorAt),
    nextTryAt: moment(row.nextTryAt),
    createdAt: row.createdAt.toISOString(),
  };
}
