/** What an account signs in with: its password, or an access token that is renewed in time. */
import { MailProblem, type MailboxCredentials } from '@patchbay/channels/mailbox';
import { type OAuthClient, renewTokens } from '@patchbay/channels/email/imap/oauth';
import { type MailAccountRow, readMailAccount, rotateRefreshToken } from '@patchbay/store/queries/mail-accounts';
import type { Parts } from '../parts.ts';

type Vaulted = Pick<Parts, 'db' | 'vault'>;
export type Credentials = (refused: boolean, signal: AbortSignal) => Promise<MailboxCredentials>;

/** A token is not used any more when it ends so soon; milliseconds. */
const margin = 60_000;

/** The account is another by now than the one whose server was asked for: its secrets may be for another server. */
export class AccountChanged extends MailProblem {
  constructor() {
    super('hub', 'The mail account was changed just now');
  }
}

/** One state of an account; `revision` is raised by whatever changes where its secrets go to. */
export type AccountState = Pick<MailAccountRow, 'id' | 'revision'>;

/**
 * Gives the credentials of an account as it was at this revision, which are for its servers of then. Calls at the same time share one renewal.
 * Rejects with a {@link MailProblem}: `secret` when what is stored cannot be opened, `sign-in-again` when nobody has signed in or the
 * permission ended, `token-server` when another try may help, and {@link AccountChanged}.
 */
export function credentialsOf(parts: Vaulted, { id, revision }: AccountState): Credentials {
  const state = { id, revision };
  let held: { accessToken: string; until: number } | undefined;
  let renewing: Promise<string> | undefined;
  const renewed = async (signal: AbortSignal) => {
    renewing ??= renew(parts, state, signal)
      .then((tokens) => {
        held = { accessToken: tokens.accessToken, until: Date.now() + tokens.validMs - margin };
        return tokens.accessToken;
      })
      .finally(() => {
        renewing = undefined;
      });
    return await renewing;
  };
  return async (refused, signal) => {
    const account = await present(parts, state).catch((error: unknown) => {
      if (error instanceof AccountChanged) held = undefined;
      throw error;
    });
    if (account.auth === 'password') return { password: opened(parts, account, 'passwordSealed', 'password') };
    if (refused) held = undefined;
    if (held && held.until > Date.now()) return { accessToken: held.accessToken };
    return { accessToken: await renewed(signal) };
  };
}

async function renew(parts: Vaulted, state: AccountState, signal: AbortSignal) {
  // Read anew: the token may have been rotated.
  const account = await present(parts, state);
  if (account.refreshTokenSealed === null)
    throw new MailProblem('sign-in-again', 'Nobody has signed in at the provider yet');
  const refreshToken = opened(parts, account, 'refreshTokenSealed', 'sign-in');
  const tokens = await renewTokens(clientOf(parts, account), refreshToken, signal);
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
