/** What an account signs in with: its password, or an access token that is renewed in time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MailProblem, type MailboxCredentials } from '@patchbay/channels/mailbox';
import { type OAuthClient, renewTokens, type Tokens } from '@patchbay/channels/email/imap/oauth';
import { type MailAccountRow, readMailAccount, rotateRefreshToken } from '@patchbay/store/queries/mail-accounts';
import type { Parts } from '../parts.ts';

type Vaulted = Pick<Parts, 'db' | 'vault'>;
/** `refused`: what was given and a server did not take; undefined where nothing was. */
export type Credentials = (refused: MailboxCredentials | undefined, signal: AbortSignal) => Promise<MailboxCredentials>;

/** A token is not used any more when it ends so soon; milliseconds. */
const margin = 60_000;
/** Milliseconds for a new token. */
const renewalWithin = 20_000;
/** After so long another process has put down the refresh token that it got for the one that both used; milliseconds. */
const putDownWithin = 1_000;

/** The account is another by now than the one whose server was asked for: its secrets may be for another server. */
export class AccountChanged extends MailProblem {
  constructor() {
    super('hub', 'The mail account was changed just now');
  }
}

/** One state of an account; `revision` is raised by whatever changes where its secrets go to. */
export type AccountState = Pick<MailAccountRow, 'id' | 'revision'>;

interface Shared {
  readonly revision: number;
  /** Whoever signs in keeps it, and the tokens in it, no longer than it needs them. */
  readonly credentials: WeakRef<Credentials>;
}

const shared = new WeakMap<Parts['db'], Map<string, Shared>>();

/**
 * Gives the credentials of an account as it was at this revision, which are for its servers of then: all who sign in from this process share
 * one token and its renewal, for a provider may take a refresh token only once. Rejects with a {@link MailProblem}: `secret` when what is
 * stored cannot be opened, `sign-in-again` when nobody has signed in or the permission ended, `token-server` when another try may help, and
 * {@link AccountChanged}.
 */
export function credentialsOf(parts: Vaulted, { id, revision }: AccountState): Credentials {
  const ofAll = shared.get(parts.db) ?? new Map<string, Shared>();
  shared.set(parts.db, ofAll);
  const known = ofAll.get(id);
  const present = known?.revision === revision ? known.credentials.deref() : undefined;
  if (present) return present;
  const credentials = createCredentials(parts, { id, revision });
  // One that was read before the account was changed gives nothing any more.
  if (!known || known.revision <= revision) ofAll.set(id, { revision, credentials: new WeakRef(credentials) });
  return credentials;
}

function createCredentials(parts: Vaulted, state: AccountState): Credentials {
  let held: { accessToken: string; until: number } | undefined;
  let renewing: Promise<string> | undefined;
  const renewed = () => {
    renewing ??= renew(parts, state)
      .then((tokens) => {
        held = { accessToken: tokens.accessToken, until: Date.now() + tokens.validMs - margin };
        return tokens.accessToken;
      })
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  };
  return async (refused, signal) => {
    const account = await present(parts, state).catch((error: unknown) => {
      if (error instanceof AccountChanged) held = undefined;
      throw error;
    });
    if (account.auth === 'password') return { password: opened(parts, account, 'passwordSealed', 'password') };
    // Another may have been given since that one was.
    if (refused && 'accessToken' in refused && refused.accessToken === held?.accessToken) held = undefined;
    if (held && held.until > Date.now()) return { accessToken: held.accessToken };
    return { accessToken: await awaited(renewed(), signal) };
  };
}

/** Others may wait for it, too, and a refresh token that was used gives nothing a second time: whoever gives up only waits no longer. */
async function awaited(renewal: Promise<string>, signal: AbortSignal): Promise<string> {
  const given = Promise.withResolvers<never>();
  const giveUp = () =>
    given.reject(new MailProblem('token-server', 'The sign-in server of the provider does not answer', signal.reason));
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([renewal, given.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

async function renew(parts: Vaulted, state: AccountState): Promise<Tokens> {
  // Read anew: the token may have been rotated.
  const account = await present(parts, state);
  try {
    return await renewedWith(parts, account);
  } catch (error) {
    const mayBeUsed = error instanceof MailProblem && error.code === 'sign-in-again';
    if (!mayBeUsed || account.refreshTokenSealed === null) throw error;
    // Refused, too, where another process has used it at the same time, and has got the next one (RFC 6749 §6).
    await sleep(putDownWithin);
    const now = await present(parts, state);
    if (now.refreshTokenSealed === account.refreshTokenSealed) throw error;
    return await renewedWith(parts, now);
  }
}

async function renewedWith(parts: Vaulted, account: MailAccountRow): Promise<Tokens> {
  if (account.refreshTokenSealed === null)
    throw new MailProblem('sign-in-again', 'Nobody has signed in at the provider yet');
  const refreshToken = opened(parts, account, 'refreshTokenSealed', 'sign-in');
  const tokens = await renewTokens(clientOf(parts, account), refreshToken, AbortSignal.timeout(renewalWithin));
  if (tokens.refreshToken !== null && tokens.refreshToken !== refreshToken)
    await rotateRefreshToken(
      parts.db.sql,
      account.id,
      account.refreshTokenSealed,
      parts.vault.seal(tokens.refreshToken, account.id),
    );
  return tokens;
}

/** The hub as a client of the account's provider. */
export function clientOf(parts: Vaulted, account: MailAccountRow): OAuthClient {
  if (account.oauth === null) throw new MailProblem('sign-in-again', 'No client ID of the provider is set up');
  const clientSecret =
    account.clientSecretSealed === null ? null : opened(parts, account, 'clientSecretSealed', 'client secret');
  return { ...account.oauth, clientSecret };
}

async function present(parts: Vaulted, { id, revision }: AccountState): Promise<MailAccountRow> {
  const account = await readMailAccount(parts.db.sql, id);
  if (account?.revision !== revision) throw new AccountChanged();
  return account;
}

function opened(
  { vault }: Vaulted,
  account: MailAccountRow,
  column: 'passwordSealed' | 'clientSecretSealed' | 'refreshTokenSealed',
  name: string,
): string {
  const sealed = account[column];
  if (sealed === null) throw new MailProblem('secret', `No ${name} is set up`);
  try {
    return vault.unseal(sealed, account.id);
  } catch (cause) {
    throw new MailProblem(
      'secret',
      `The stored ${name} cannot be opened: SECRET_KEY is not the one it was sealed with. Enter it again`,
      cause,
    );
  }
}
